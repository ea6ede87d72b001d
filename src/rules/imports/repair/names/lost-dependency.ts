import type { FixProposal } from "../../../../audit/fix.ts";
import type { FunctionValue } from "../../../../project/imports/values.ts";
import type { Module, Project } from "../../../../project/project.ts";
import type * as ast from "../../../../python/ast.ts";
import { importsOf } from "../../../../python/rewrite/remove-imports.ts";
import { insertAfter } from "../../../../python/rewrite/statements.ts";
import { dottedName, walk } from "../../../../python/walk.ts";

/** What names of annotated dependencies end with: `SessionDep`. */
const suffix = /(?:Dep|Deps|Depends|Dependency)$/;

/** Are both names of dependencies, and of different ones? `SessionDep` is no misspelt `TokenDep`. */
export function isOtherDependency(one: string, other: string): boolean {
	return suffix.test(one) && suffix.test(other) && one.replace(suffix, "") !== other.replace(suffix, "");
}

/**
 * `SessionDep = Annotated[Session, Depends(get_db)]` comes back to the module that lost it, where one function says by its name, or by what
 * it gives, that it is the dependency meant. Null for everything else, and for a name that `user` annotates no parameter with.
 */
export function defineDependencyAgain(project: Project, source: Module, name: string, user: Module): FixProposal | null {
	const names = project.trace.runs.get(source.name)?.namespace.names;
	if (names === undefined || !/^[A-Z]/.test(name) || !annotatesParameter(user, name)) return null;
	const wanted = name.replace(suffix, "");
	if ([...names.keys()].some((each) => each !== name && suffix.test(each) && each.replace(suffix, "") === wanted)) return null;
	const found = [...names].flatMap(([local, { value, maybe }]) => {
		const type = value.kind === "function" && !maybe ? givenType(value) : null;
		if (type === null || value.kind !== "function") return [];
		const isNamedSo = local === `get_${inSnakeCase(wanted)}` || local === inSnakeCase(wanted);
		const isOfType = suffix.test(name) && type.name.endsWith(wanted);
		return isNamedSo || isOfType ? [{ local, value, type, isNamedSo }] : [];
	});
	const named = found.filter(({ isNamedSo }) => isNamedSo);
	const [only, ...others] = named.length > 0 ? named : found;
	if (only === undefined || others.length > 0 || !names.has(only.type.root)) return null;
	const line = `${name} = Annotated[${only.type.text}, Depends(${only.local})]`;
	const isOwn = only.value.module === source && source.tree.body.some((each) => each === only.value.node);
	const before = isOwn
		? (only.value.node as ast.FunctionDef)
		: importsOf(source.tree).findLast((each) => source.tree.body.includes(each));
	if (before === undefined) return null;
	return {
		title: `Define ${name} again`,
		explanation: `${only.local} gives ${only.type.text}; parameters are annotated with ${name}, which nothing defines.`,
		applicability: "review",
		edits: [insertAfter(source, before, isOwn ? `\n\n${line}` : `\n${line}`)],
		needs: [
			{ path: source.path, module: "typing", name: "Annotated" },
			{ path: source.path, module: "fastapi", name: "Depends" },
		],
	};
}

function annotatesParameter({ tree, text }: Module, name: string): boolean {
	let isFound = false;
	if (!text.includes(name)) return false;
	walk(tree, (node) => {
		if (node.type !== "FunctionDef") return;
		isFound ||= node.parameters.some(({ annotation }) => annotation?.type === "Name" && annotation.id === name);
	});
	return isFound;
}

interface GivenType {
	/** As the function's annotation has it. */
	readonly text: string;
	/** The last part of its name. */
	readonly name: string;
	/** The first part, which has to be bound where it is written. */
	readonly root: string;
}

/** What a dependency hands over: what it returns, or yields. */
function givenType({ node, module }: FunctionValue): GivenType | null {
	const returns = node.type === "FunctionDef" ? node.returns : null;
	if (returns === null) return null;
	const isGenerator =
		returns.type === "Subscript" && /(^|\.)(Async)?(Generator|Iterator|Iterable)$/.test(dottedName(returns.value) ?? "");
	const items =
		isGenerator && returns.index.type === "Sequence" ? returns.index.items : isGenerator ? [returns.index] : [returns];
	const dotted = items[0] === undefined ? null : dottedName(items[0]);
	if (dotted === null || items[0] === undefined) return null;
	const parts = dotted.split(".");
	return { text: module.text.slice(items[0].start, items[0].end), name: parts.at(-1) ?? dotted, root: parts[0] ?? dotted };
}

/** `CurrentUser` → `current_user`. */
function inSnakeCase(name: string): string {
	return name.replace(/(?<=[a-z0-9])(?=[A-Z])/g, "_").toLowerCase();
}
