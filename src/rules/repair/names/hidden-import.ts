import type { FixProposal } from "../../../audit/fix.ts";
import type { Failure } from "../../../project/imports/trace.ts";
import type { Project } from "../../../project/project.ts";
import type * as ast from "../../../python/ast.ts";
import { boundName } from "../../../python/rewrite/names.ts";
import { importsOf } from "../../../python/rewrite/remove-imports.ts";
import { replaceText } from "../../../python/rewrite/source.ts";
import { boundNames } from "../../../python/scopes.ts";
import { walk } from "../../../python/walk.ts";
import { mends } from "../trial/trial.ts";

/**
 * `def users()` below `from app.routers import users`: from there on the name is the function, and `users.router` is asked of it. The
 * function, or the variable, gets another name where nothing but attributes of the import is read under the old one.
 */
export function renameWhatHides(project: Project, failure: Failure): FixProposal | undefined {
	const { module, range } = failure;
	const name = ownerName(module.tree, failure);
	const isImported = importsOf(module.tree).some(
		(statement) => statement.end < range.start && statement.names.some((alias) => boundName(statement, alias) === name),
	);
	if (name === null || !isImported) return undefined;
	const hiding = module.tree.body.flatMap((statement) => hidingName(statement, name) ?? []);
	const [only, ...others] = hiding;
	if (only === undefined || others.length > 0 || only.start > range.start || isReadItself(module.tree, name, only))
		return undefined;
	const bound = boundNames(module.tree.body);
	const other = [`read_${name}`, `${name}_endpoint`, `${name}_`].find(
		(each, at) => !bound.has(each) && (only.isFunction || at > 1),
	);
	if (other === undefined) return undefined;
	const proposal: FixProposal = {
		title: `Call the ${only.isFunction ? "function" : "variable"} ${other}`,
		explanation: `${name} is imported, and from this line on it means the ${only.isFunction ? "function" : "variable"} in its place; what is read below is of the import.`,
		applicability: "review",
		edits: [replaceText(module, only.start, only.end, other)],
	};
	return mends(project, proposal, failure) ? proposal : undefined;
}

function ownerName(tree: ast.Module, { range }: Failure): string | null {
	let name: string | null = null;
	walk(tree, (node) => {
		if (node.type === "Attribute" && node.start === range.start && node.end === range.end && node.value.type === "Name")
			name = node.value.id;
		return node.start < range.end && range.start < node.end;
	});
	return name;
}

interface Hiding {
	readonly start: number;
	readonly end: number;
	readonly isFunction: boolean;
}

/** Where a statement gives the name to a function or a variable. */
function hidingName(statement: ast.Statement, name: string): Hiding | null {
	if (statement.type === "FunctionDef" && statement.name.name === name)
		return { start: statement.name.start, end: statement.name.end, isFunction: true };
	const [target, ...more] = statement.type === "Assign" ? statement.targets : [];
	const isPlain = target?.type === "Name" && target.id === name && more.length === 0;
	return isPlain ? { start: target.start, end: target.end, isFunction: false } : null;
}

/** Is the name read anywhere but for an attribute? Then what hides the import is meant there. */
function isReadItself(tree: ast.Module, name: string, hiding: Hiding): boolean {
	let found = false;
	walk(tree, (node) => {
		if (node.type === "Attribute" && node.value.type === "Name") return false;
		if (node.type === "Name" && node.id === name && node.start !== hiding.start) found = true;
		return !found;
	});
	return found;
}
