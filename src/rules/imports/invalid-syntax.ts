import type { FixProposal } from "../../audit/fix.ts";
import { defineRule } from "../../audit/rule.ts";
import type { Failure } from "../../project/imports/trace.ts";
import type { Project } from "../../project/project.ts";
import { failuresOf } from "../repair/trial/import-failures.ts";
import type { SyntaxRemedy } from "./repair/syntax/remedy.ts";
import { findSyntaxRemedies } from "./repair/syntax/syntax-remedies.ts";

interface Evidence {
	readonly message: string;
	/** `3.11 (pyvenv.cfg of .venv)`. */
	readonly python: string;
	/** Looked for only when the fix is asked for: each is tried on the whole file, which takes long where the file is long. */
	readonly remedies: () => readonly SyntaxRemedy[];
	readonly error: string;
	readonly stage: "import" | "startup";
	readonly order: number;
}

const app = 'from fastapi import FastAPI\n\napp = FastAPI()\n\n\n@app.get("/")\n';

export default defineRule<Evidence>({
	name: "invalid-syntax",
	category: "IMPORT",
	summary: "A file is no Python, or needs a newer one than the project has",
	story: "Python refuses the whole file before its first line runs. Whatever imports it stops, and the server does not come up.",
	references: [
		"https://docs.python.org/3/reference/grammar.html",
		"https://docs.python.org/3/library/exceptions.html#SyntaxError",
	],
	example: {
		before: { "main.py": `${app}def read() -> dict[str, bool]\n    return {"ok": True}\n` },
		after: { "main.py": `${app}def read() -> dict[str, bool]:\n    return {"ok": True}\n` },
	},

	*detect(project) {
		const seen = new Set<string>();
		for (const failure of failuresOf(project, "syntax")) {
			const { module, range, detail } = failure;
			if (seen.has(module.path)) continue;
			seen.add(module.path);
			yield {
				subject: `${module.name}:${detail.message}`,
				path: module.path,
				range,
				evidence: evidenceOf(project, failure, detail.message),
			};
		}
	},

	describe({ evidence }) {
		const { message, python, error, stage, order } = evidence;
		return {
			severity: "CRITICAL",
			stage,
			problem: `The file does not compile: ${message}`,
			rootCause: `Python ${python} stops here: ${message}.`,
			expectedError: error,
			order,
		};
	},

	fix({ path, evidence }) {
		const [first] = evidence.remedies();
		return first && proposalOf(first, path);
	},

	alternatives({ path, evidence }) {
		return evidence
			.remedies()
			.slice(1)
			.map((remedy) => proposalOf(remedy, path));
	},
});

function evidenceOf(project: Project, failure: Failure, message: string): Evidence {
	const { python, pythonEvidence } = project.environment;
	let remedies: readonly SyntaxRemedy[] | null = null;
	return {
		message,
		python: `${python.major}.${python.minor} (${pythonEvidence})`,
		remedies: () => {
			remedies ??= findSyntaxRemedies(failure.module, python.minor);
			return remedies;
		},
		error: failure.error,
		stage: failure.stage,
		order: failure.order,
	};
}

function proposalOf({ title, explanation, isCertain, edits, typingNames = [] }: SyntaxRemedy, path: string): FixProposal {
	const needs = typingNames.map((name) => ({ path, module: "typing", name }));
	return { title, explanation, applicability: isCertain ? "safe" : "review", edits, needs };
}
