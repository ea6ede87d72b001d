import type { FixProposal } from "../../../audit/fix.ts";
import type { Module, Project, Target } from "../../../project/project.ts";
import type * as ast from "../../../python/ast.ts";
import { indentAt, lineBreakOf, lineStartAt, nextLineAt, replaceText } from "../../../python/rewrite/source.ts";
import { removeStatements } from "../../../python/rewrite/statements.ts";
import { boundNames } from "../../../python/scopes.ts";
import { dottedName } from "../../../python/walk.ts";
import type { TextRange } from "../../../text/range.ts";

/** `src.main:app` */
export function spellTarget({ module, attribute }: Target): string {
	return `${module}:${attribute}`;
}

/** Where a start command says the target, or null where none does. */
export function writtenTarget(project: Project, target: Target): { readonly path: string; readonly range: TextRange } | null {
	const path = target.evidence.replace(/:\d+$/, "");
	const text = spellTarget(target);
	const at = path.endsWith(".py") ? -1 : (project.files.get(path)?.text.indexOf(text) ?? -1);
	return at < 0 ? null : { path, range: { start: at, end: at + text.length } };
}

/** Changes after which the target names an application: of the command where a file says it, and of the code. The smallest comes first. */
export function findTargetRemedies(project: Project, target: Target, meant: Target | null): readonly FixProposal[] {
	const module = project.modules.get(target.module);
	const name = target.attribute;
	const isPlainName = /^[A-Za-z_]\w*$/.test(name);
	const remedies = [
		module === undefined || !isPlainName ? undefined : (keepName(module, name) ?? liftFromMain(module, name)),
		rewriteCommand(project, target, meant),
		meant === null || !isPlainName
			? undefined
			: module === undefined
				? addModule(project, target, meant)
				: meant.module === target.module
					? bindHere(module, name, meant)
					: reExport(module, name, meant),
	];
	return remedies.filter((remedy) => remedy !== undefined);
}

function rewriteCommand(project: Project, target: Target, meant: Target | null): FixProposal | undefined {
	const written = writtenTarget(project, target);
	// A factory needs an option of its own, which each server spells differently.
	if (written === null || meant === null || meant.factory !== target.factory) return undefined;
	const newText = spellTarget(meant);
	return {
		title: `Start ${newText}`,
		explanation: `${spellTarget(target)} is not there; ${newText} is.`,
		applicability: "safe",
		edits: [{ ...written, newText }],
	};
}

/** `del app` after the application was bound. */
function keepName(module: Module, name: string): FixProposal | undefined {
	const deletion = module.tree.body.findLast(
		(each): each is ast.Delete =>
			each.type === "Delete" && each.targets.some((target) => target.type === "Name" && target.id === name),
	);
	if (deletion === undefined || deletion.targets.length > 1) return undefined;
	return {
		title: `Keep ${name}`,
		explanation: `The module binds ${name} and deletes it again before the server can ask for it.`,
		applicability: "safe",
		edits: removeStatements(module, [deletion]),
	};
}

/** An application that is only made under `if __name__ == "__main__":` is moved in front of it, up to the line that runs the server. */
function liftFromMain(module: Module, name: string): FixProposal | undefined {
	const { text } = module;
	const guard = module.tree.body.find((each): each is ast.If => each.type === "If" && isMainTest(each.test));
	if (guard === undefined || guard.orelse.length > 0) return undefined;
	const runs = guard.body.findIndex((each) => each.type === "ExpressionStatement" && isServerRun(each.value));
	const lifted = runs < 0 ? guard.body : guard.body.slice(0, runs);
	const [first] = lifted;
	const last = lifted.at(-1);
	if (first === undefined || last === undefined || !bindsName(lifted, name) || spansLines(text, lifted)) return undefined;
	const indent = indentAt(text, first.start);
	const start = lineStartAt(text, guard.start);
	const bodyStart = lineStartAt(text, first.start);
	const bodyEnd = nextLineAt(text, last.end);
	const eol = lineBreakOf(text);
	const body = text
		.slice(bodyStart, bodyEnd)
		.split(/(?<=\n)/)
		.map((line) => (line.startsWith(indent) ? line.slice(indent.length) : line))
		.join("");
	const head = text.slice(start, bodyStart);
	return {
		title: `Make ${name} whenever the module is imported`,
		explanation: `A server imports the module under its own name, so what stands under \`if __name__ == "__main__"\` never runs there.`,
		applicability: "review",
		edits: [replaceText(module, start, bodyEnd, runs < 0 ? body : `${body}${eol}${eol}${head}`)],
	};
}

function isMainTest(test: ast.Expression): boolean {
	if (test.type !== "Compare" || test.operators.join() !== "==") return false;
	return test.operands.some((each) => each.type === "Name" && each.id === "__name__");
}

/** `uvicorn.run(…)` and its like. */
function isServerRun(value: ast.Expression): boolean {
	return value.type === "Call" && /^(uvicorn|hypercorn|granian)\.(run|serve)$/.test(dottedName(value.callee) ?? "");
}

function bindsName(body: readonly ast.Statement[], name: string): boolean {
	return boundNames(body).has(name);
}

/** Is there a string over several lines, whose inner lines must stay as they are? */
function spansLines(text: string, body: readonly ast.Statement[]): boolean {
	const first = body[0]?.start ?? 0;
	return /"""|'''/.test(text.slice(first, body.at(-1)?.end ?? first));
}

/** `app = api` or `app = create_app()` at the module's end. */
function bindHere(module: Module, name: string, meant: Target): FixProposal | undefined {
	if (meant.attribute.includes(".")) return undefined;
	const value = meant.factory ? `${meant.attribute}()` : meant.attribute;
	const factory = module.tree.body.find((each) => each.type === "FunctionDef" && each.name.name === meant.attribute);
	if (meant.factory && (factory?.type !== "FunctionDef" || factory.parameters.some((each) => each.default === null)))
		return undefined;
	return {
		title: `Bind ${name} to ${value}`,
		explanation: `The module's application then goes by the name that the server asks for.`,
		applicability: "safe",
		edits: [appended(module, `${name} = ${value}`, meant.factory ? 2 : 1)],
	};
}

/** `from .application import app` at the end of the package's `__init__`. */
function reExport(module: Module, name: string, meant: Target): FixProposal | undefined {
	if (!module.isPackage || !meant.module.startsWith(`${module.name}.`) || meant.factory || meant.attribute !== name)
		return undefined;
	const line = `from ${meant.module.slice(module.name.length)} import ${name}`;
	return {
		title: `Import ${name} into ${module.name}`,
		explanation: `${spellTarget(meant)} is the application; the package then offers it under its own name.`,
		applicability: "safe",
		edits: [appended(module, line, 1)],
	};
}

function appended(module: Module, line: string, blankLines: number) {
	const { text } = module;
	const eol = lineBreakOf(text);
	const end = text.trimEnd().length;
	const lead = end === 0 ? "" : eol.repeat(blankLines + 1);
	return replaceText(module, end, text.length, `${lead}${line}${eol}`);
}

/** A module of the name asked for, which imports the application. */
function addModule(project: Project, target: Target, meant: Target): FixProposal | undefined {
	if (!/^[A-Za-z_]\w*(\.[A-Za-z_]\w*)*$/.test(target.module) || meant.factory) return undefined;
	const folder = project.backend === "" ? "" : `${project.backend}/`;
	const base = `${folder}${target.module.replace(/\./g, "/")}`;
	const parent = target.module.includes(".")
		? project.modules.get(target.module.slice(0, target.module.lastIndexOf(".")))
		: undefined;
	const isTaken = [...project.files.keys()].some((path) => path.startsWith(`${base}/`) || path === `${base}.py`);
	if (isTaken || (parent !== undefined && !parent.isPackage)) return undefined;
	const renamed = meant.attribute === target.attribute ? "" : ` as ${target.attribute}`;
	const newText = `from ${meant.module} import ${meant.attribute}${renamed}\n\n__all__ = ["${target.attribute}"]\n`;
	return {
		title: `Add ${base}.py, which imports the application`,
		explanation: `${spellTarget(meant)} is the application. Starting that instead (uvicorn ${spellTarget(meant)}) needs no new file.`,
		applicability: "review",
		edits: [{ path: `${base}.py`, range: { start: 0, end: 0 }, newText }],
	};
}
