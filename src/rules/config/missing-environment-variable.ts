import type { FixProposal } from "../../audit/fix.ts";
import { defineRule } from "../../audit/rule.ts";
import { listEngines } from "../../project/database/engine-calls.ts";
import type { RunStage } from "../../project/imports/trace.ts";
import type { Module, Project } from "../../project/project.ts";
import { appendToEnvFile, exampleValue, findEntry } from "../../project/settings/env-file-edit.ts";
import { placeholderText } from "../../project/settings/placeholder.ts";
import { insertBefore } from "../../python/rewrite/statements.ts";
import { contains } from "../../python/walk.ts";
import type { TextRange } from "../../text/range.ts";

/** Where start-up needs a variable that is not there. */
interface Need {
	readonly key: string;
	readonly module: Module;
	readonly range: TextRange;
	readonly stage: RunStage;
	readonly order: number;
	readonly error: string;
	/** What comes of it: `os.environ[...] has no default`. */
	readonly consequence: string;
	readonly guarded: boolean;
}

interface Evidence extends Need {
	/** The `.env` file that load_dotenv() has read by then, relative to the root; null where it read none. */
	readonly loadedFile: string | null;
	/** A `.env` file that has the key and was not loaded, or null. */
	readonly otherFile: string | null;
}

const example = (imports: string, lines: string) => ({
	"requirements.txt": "fastapi\nuvicorn\npython-dotenv\n",
	".env": "APP_NAME=Example\n",
	"main.py": `import os

from fastapi import FastAPI
${imports}
${lines}app_name = os.environ["APP_NAME"]
app = FastAPI(title=app_name)
`,
});

export default defineRule<Evidence>({
	name: "missing-environment-variable",
	category: "CONFIG",
	summary: "os.environ is asked for a variable that nothing sets",
	story:
		"os.environ knows what the server's process was given and what load_dotenv() has read so far, not what stands in a .env file. Python stops at the first variable that is not there.",
	references: [
		"https://docs.python.org/3/library/os.html#os.environ",
		"https://saurabh-kumar.com/python-dotenv/#getting-started",
	],
	example: {
		before: example("", ""),
		after: example("from dotenv import load_dotenv\n", "load_dotenv()\n\n"),
	},

	*detect(project) {
		const seen = new Set<string>();
		for (const need of [...subscriptNeeds(project), ...engineNeeds(project)]) {
			const { key, module, range } = need;
			if (seen.has(key)) continue;
			seen.add(key);
			yield {
				subject: `${module.name}:${key}`,
				path: module.path,
				range,
				evidence: { ...need, loadedFile: loadedFile(project, need.order), otherFile: fileWith(project, key) },
			};
		}
	},

	describe({ evidence }) {
		const { key, loadedFile, otherFile, stage, order, error, consequence, guarded } = evidence;
		return {
			severity: guarded ? "HIGH" : "CRITICAL",
			stage,
			problem: `${key} is not in the environment of the server`,
			rootCause:
				loadedFile !== null
					? `load_dotenv() has read ${loadedFile} by then, which does not set it, and ${consequence}.`
					: otherFile !== null
						? `${otherFile} sets it, but nothing has loaded that file by then: a .env file is no part of the environment by itself.`
						: `Nothing sets it, and ${consequence}.`,
			expectedError: error,
			order,
			manualSteps: [`Set ${key} in the environment in which the server is started, for example: export ${key}=...`],
		};
	},

	fix({ evidence }, project): FixProposal | undefined {
		const { key, loadedFile, otherFile } = evidence;
		if (loadedFile !== null) {
			const example = exampleValue(project, key);
			return {
				title: `Add ${key} to ${loadedFile}`,
				explanation: `Writes ${example === null ? "a placeholder" : `the value of ${example.path}`} to ${loadedFile}, so that the server can start. Put the real value in its place before you rely on it.`,
				applicability: "review",
				edits: [appendToEnvFile(project, loadedFile, [{ key, value: example?.value ?? placeholderText(project, key) }])],
			};
		}
		return otherFile === null ? undefined : loadBefore(evidence, project, otherFile);
	},
});

/** `os.environ["KEY"]` without the key. */
function subscriptNeeds(project: Project): Need[] {
	return project.trace.failures.flatMap(({ detail, module, range, stage, order, error }) =>
		detail.type === "missing-variable"
			? [{ key: detail.key, module, range, stage, order, error, consequence: "os.environ[...] has no default", guarded: false }]
			: [],
	);
}

/** `os.getenv("KEY")` whose None becomes the URL of an engine. */
function engineNeeds(project: Project): Need[] {
	return listEngines(project).flatMap(({ call }) => {
		const value = call.args[0] ?? call.keywords.get("url");
		if (value?.kind !== "constant" || value.value !== null || value.origin?.type !== "environment") return [];
		const { key } = value.origin;
		const reading = project.trace.calls.find(({ callee, args, order }) => {
			const isReading = callee.kind === "external" && /^os\.(getenv|environ\.get)$/.test(callee.canonical);
			const [name] = args;
			return isReading && order < call.order && name?.kind === "constant" && name.value === key;
		});
		const { module, node } = reading ?? call;
		return [
			{
				key,
				module,
				range: { start: node.start, end: node.end },
				stage: call.stage,
				order: reading?.order ?? call.order,
				error: "sqlalchemy.exc.ArgumentError: Expected string or URL object, got None",
				consequence: "the engine gets None in the place of a URL",
				guarded: call.guarded,
			},
		];
	});
}

/** Loads the file right before the statement that needs it; load_dotenv() looks beside the module and in the folders above it. */
function loadBefore({ module, range, key }: Evidence, project: Project, file: string): FixProposal | undefined {
	const statement = module.tree.body.find((each) => contains(each, range.start));
	const folder = file.slice(0, Math.max(0, file.lastIndexOf("/")));
	const isFound = folder === "" || module.path.startsWith(`${folder}/`);
	if (statement === undefined || !isFound || project.environment.findModule("dotenv").found !== "present") return undefined;
	if (statement.type === "FunctionDef" || statement.type === "ClassDef") return undefined;
	return {
		title: `Load ${file} before ${key} is read`,
		explanation: `load_dotenv() puts what ${file} says into the environment; values that are set there already stay.`,
		applicability: "safe",
		edits: [insertBefore(module, statement, "load_dotenv()\n")],
		needs: [{ path: module.path, module: "dotenv", name: "load_dotenv" }],
	};
}

/** What a call of load_dotenv() before the failure found beside its module, or above it. */
function loadedFile(project: Project, before: number): string | null {
	for (const { callee, order, module, args, keywords } of project.trace.calls) {
		if (callee.kind !== "external" || !/^dotenv\.(main\.)?load_dotenv$/.test(callee.canonical) || order > before) continue;
		if (args.length > 0 || keywords.has("dotenv_path")) continue;
		for (let folder = folderOf(module.path); ; folder = folderOf(folder)) {
			const path = folder === "" ? ".env" : `${folder}/.env`;
			if (project.files.has(path)) return path;
			if (folder === "") break;
		}
	}
	return null;
}

function fileWith(project: Project, key: string): string | null {
	for (const path of project.files.keys()) {
		if (/(^|\/)\.env(\.local)?$/.test(path) && findEntry(project, path, key)?.key === key) return path;
	}
	return null;
}

function folderOf(path: string): string {
	return path.slice(0, Math.max(0, path.lastIndexOf("/")));
}
