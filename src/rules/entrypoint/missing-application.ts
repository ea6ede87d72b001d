import { defineRule } from "../../audit/rule.ts";
import { guessModules } from "../../project/imports/nearest-module.ts";
import type { Project } from "../../project/project.ts";
import { findApplications } from "../../project/target.ts";

interface Evidence {
	readonly target: string;
	readonly evidence: string;
	readonly error: string;
	/** `src.main:app` as it should be, or null where nothing like it is there. */
	readonly meant: string | null;
	/** Name of an application that the module does bind, or null. */
	readonly other: string | null;
	readonly moduleExists: boolean;
}

const example = (name: string) => ({
	"requirements.txt": "fastapi\nuvicorn\n",
	Procfile: `web: uvicorn main:${name}\n`,
	"main.py": "from fastapi import FastAPI\n\nserver = FastAPI()\n",
});

export default defineRule<Evidence>({
	name: "missing-application",
	category: "ENTRYPOINT",
	summary: "The start command names an application that is not there",
	story:
		"uvicorn is told to start module:attribute, and there is no such module or the module binds no such name: it prints one line and exits.",
	references: ["https://www.uvicorn.org/settings/#application"],
	example: { before: example("app"), after: example("server") },

	*detect(project) {
		const { target } = project;
		if (target === null) return;
		const name = `${target.module}:${target.attribute}`;
		const run = project.trace.runs.get(target.module);
		const written = findWritten(project, name, target.evidence);
		const first = target.attribute.split(".")[0] ?? target.attribute;
		if (run === undefined) {
			const unreadable = project.unreadable.some((file) => file.path.endsWith(`${target.module.replace(/\./g, "/")}.py`));
			if (project.modules.has(target.module) || unreadable) return;
			const [best] = guessModules(target.module, [...project.modules.keys()], (module) => bindsName(project, module, first));
			const meant = best !== undefined && best.score >= 60 ? `${best.name}:${target.attribute}` : null;
			yield match(written, {
				target: name,
				evidence: target.evidence,
				error: importError(project, target.module),
				meant,
				other: null,
				moduleExists: false,
			});
			return;
		}
		const { namespace } = run;
		if (
			namespace.names.has(first) ||
			namespace.dynamic ||
			namespace.names.has("__getattr__") ||
			run.module.tree.errors.length > 0
		)
			return;
		const [other] = findApplications(run.module.tree).filter((application) => !application.factory);
		const meant = other === undefined ? null : `${target.module}:${other.attribute}`;
		const error = `Error loading ASGI app. Attribute "${target.attribute}" not found in module "${target.module}".`;
		yield match(written, {
			target: name,
			evidence: target.evidence,
			error,
			meant,
			other: other?.attribute ?? null,
			moduleExists: true,
		});
	},

	describe({ evidence }) {
		const { target, error, meant, other, moduleExists } = evidence;
		const cause = moduleExists
			? other === null
				? "The module binds no application under any name."
				: `The module binds its application as ${other}.`
			: "No module of that name can be imported from the folder that the server starts in.";
		return {
			severity: "CRITICAL",
			stage: "import",
			problem: `${target} (${evidence.evidence}) names nothing`,
			rootCause: meant === null ? cause : `${cause} ${meant} is there.`,
			expectedError: error,
			order: 0,
			manualSteps: [
				meant === null ? "Name the module and the attribute that hold the application." : `Start it with: uvicorn ${meant}`,
			],
		};
	},

	fix({ path, range, evidence }) {
		const { meant, target } = evidence;
		if (meant === null || range.start === range.end) return undefined;
		return {
			title: `Start ${meant}`,
			explanation: `${target} is not there; ${meant} is.`,
			applicability: "safe",
			edits: [{ path, range, newText: meant }],
		};
	},
});

interface Written {
	readonly path: string;
	readonly range: { readonly start: number; readonly end: number };
}

function match(
	written: Written,
	evidence: Evidence,
): { subject: string; path: string; range: Written["range"]; evidence: Evidence } {
	return { subject: evidence.target, path: written.path, range: written.range, evidence };
}

/** Where the target is written down; an empty range where no file says it. */
function findWritten(project: Project, target: string, evidence: string): Written {
	const path = evidence.replace(/:\d+$/, "");
	const at = project.files.get(path)?.text.indexOf(target) ?? -1;
	if (at >= 0) return { path, range: { start: at, end: at + target.length } };
	const [first] = [...project.files.keys()].filter((file) => file.endsWith(".py") && file.startsWith(project.backend));
	return { path: first ?? path, range: { start: 0, end: 0 } };
}

function bindsName(project: Project, module: string, name: string): boolean | null {
	const tree = project.modules.get(module)?.tree;
	return tree === undefined ? null : findApplications(tree).some((application) => application.attribute === name);
}

/** uvicorn hides the reason where the very module is missing, and shows Python's own line where only a parent is. */
function importError(project: Project, module: string): string {
	const top = module.split(".")[0] ?? module;
	const parts = module.split(".");
	const parentExists = parts.length === 1 || project.modules.has(parts.slice(0, -1).join(".")) || project.modules.has(top);
	return parentExists
		? `Error loading ASGI app. Could not import module "${module}".`
		: `ModuleNotFoundError: No module named '${top}'`;
}
