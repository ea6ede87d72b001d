import type { FixProposal } from "../../../../audit/fix.ts";
import { parentOf } from "../../../../project/imports/resolver.ts";
import type { Module, Project } from "../../../../project/project.ts";
import type * as ast from "../../../../python/ast.ts";
import { lineBreakOf, lineStartAt, replaceText } from "../../../../python/rewrite/source.ts";
import { failuresOf } from "../../../repair/trial/import-failures.ts";

/** The only folder of the repository below which an absolute module name can be found, relative to the root; null where there is none, or several. */
export function findImportFolder(project: Project, requested: string): string | null {
	const below = requested.replaceAll(".", "/");
	const folders = new Set<string>();
	for (const path of project.files.keys()) {
		if (!path.endsWith(".py")) continue;
		for (const ending of [`${below}.py`, `${below}/__init__.py`]) {
			if (path === ending) folders.add("");
			else if (path.endsWith(`/${ending}`)) folders.add(path.slice(0, -ending.length - 1));
		}
	}
	folders.delete(project.backend);
	const [folder] = folders;
	return folders.size === 1 && folder !== undefined ? folder : null;
}

/** Is the server started inside the very package that its imports start from? */
export function startsInsidePackage(project: Project, top: string): boolean {
	for (const { detail } of failuresOf(project, "module-not-found"))
		if (detail.missing === top && detail.above !== undefined) return true;
	return false;
}

/** Has the module that is started first put a folder on Python's path, so that imports find what lies there. */
export function addImportFolder(project: Project, folder: string): FixProposal | null {
	const entry = project.trace.runs.get(project.target?.module ?? "")?.module;
	if (entry === undefined || entry.text.includes("sys.path")) return null;
	const at = firstCodeOf(entry);
	const eol = lineBreakOf(entry.text);
	const line = `sys.path.append(str(${pathTo(entry.path, folder)}))`;
	return {
		title: `Let Python find what lies in ${folder === "" ? "the repository's root" : folder}`,
		explanation: `Python looks in the folder that the server starts in and among the installed packages. ${entry.path} runs first and adds ${folder === "" ? "the repository's root" : `the folder ${folder}`}.`,
		applicability: "review",
		edits: [replaceText(entry, at, at, `${line}${eol}${eol}`)],
		needs: [
			{ path: entry.path, module: "", name: "sys" },
			{ path: entry.path, module: "pathlib", name: "Path" },
		],
	};
}

/** Offset of the line of the first statement behind the docstring and the `__future__` imports. */
function firstCodeOf(module: Module): number {
	const isPreface = (statement: ast.Statement) =>
		(statement.type === "ExpressionStatement" && statement.value.type === "Constant") ||
		(statement.type === "ImportFrom" && statement.module === "__future__");
	const first = module.tree.body.find((statement) => !isPreface(statement));
	return first === undefined ? module.text.length : lineStartAt(module.text, first.start);
}

function pathTo(file: string, folder: string): string {
	const from = parentOf(file).split("/").filter(Boolean);
	const to = folder.split("/").filter(Boolean);
	let common = 0;
	while (common < from.length && common < to.length && from[common] === to[common]) common++;
	const up = `Path(__file__).resolve().parents[${from.length - common}]`;
	return [up, ...to.slice(common).map((part) => JSON.stringify(part))].join(" / ");
}
