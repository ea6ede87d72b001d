import type { FixProposal } from "../../../audit/fix.ts";
import type { Module, Project } from "../../../project/project.ts";
import type * as ast from "../../../python/ast.ts";
import { nodeAt } from "../../../python/node-at.ts";
import { enclosingFunction } from "../../../python/rewrite/enclosing.ts";
import { indentAt, replaceText } from "../../../python/rewrite/source.ts";
import { dottedName, walk } from "../../../python/walk.ts";
import type { TextRange } from "../../../text/range.ts";

/** `with` over what only `async with` can enter (`toAsync`), or the other way round: the wrong half is where it is made, or where it is entered. */
export function enterRemedy(project: Project, module: Module, range: TextRange, toAsync: boolean): FixProposal | undefined {
	const made = nodeAt(module.tree, range, "Call");
	const name = made === undefined ? undefined : dottedName(made.callee)?.split(".").at(-1);
	return (
		(name === undefined ? undefined : (otherMethods(project, name, !toAsync) ?? otherDecorator(project, name, !toAsync))) ??
		changeWith(module, range, toAsync)
	);
}

/** `async def __enter__`, or `def __aenter__`: the name is that of the other protocol. */
function otherMethods(project: Project, name: string, isAsync: boolean): FixProposal | undefined {
	const prefix = isAsync ? "" : "a";
	const wrong = [`__${prefix}enter__`, `__${prefix}exit__`];
	for (const [home, owner] of definitionsOf(project, name)) {
		if (owner.type !== "ClassDef") continue;
		const methods = owner.body.filter(
			(each): each is ast.FunctionDef => each.type === "FunctionDef" && wrong.includes(each.name.name),
		);
		if (methods.length !== 2 || methods.some((each) => each.isAsync !== isAsync)) continue;
		return {
			title: `Name the methods of ${name} as ${isAsync ? "async with" : "with"} asks for them`,
			explanation: `${isAsync ? "async with awaits __aenter__ and __aexit__" : "with calls __enter__ and __exit__"}; ${isAsync ? "these are coroutine functions already" : "these are plain functions already"}.`,
			applicability: "safe",
			edits: methods.map(({ name: { start, end, name: written } }) =>
				replaceText(home, start, end, isAsync ? written.replace("__", "__a") : written.replace("__a", "__")),
			),
		};
	}
	return undefined;
}

/** `@asynccontextmanager` over a plain generator, or `@contextmanager` over an asynchronous one. */
function otherDecorator(project: Project, name: string, isAsync: boolean): FixProposal | undefined {
	const [wrong, right] = isAsync ? ["contextmanager", "asynccontextmanager"] : ["asynccontextmanager", "contextmanager"];
	for (const [home, owner] of definitionsOf(project, name)) {
		if (owner.type !== "FunctionDef" || owner.isAsync !== isAsync) continue;
		const decorator = owner.decorators.find((each) => each.type === "Name" && each.id === wrong);
		if (decorator === undefined) continue;
		return {
			title: `Decorate ${name} with ${right}`,
			explanation: `${name} is ${isAsync ? "an asynchronous" : "a plain"} generator, which is what ${right} makes a context manager of.`,
			applicability: "safe",
			edits: [replaceText(home, decorator.start, decorator.end, right)],
			needs: [{ path: home.path, module: "contextlib", name: right }],
		};
	}
	return undefined;
}

/** The functions and classes of that name, and the methods, in the modules that start-up reaches. */
function* definitionsOf(project: Project, name: string): Generator<readonly [Module, ast.FunctionDef | ast.ClassDef]> {
	for (const { module, reached } of project.trace.runs.values()) {
		if (!reached || !module.text.includes(name)) continue;
		for (const each of module.tree.body) {
			if ((each.type === "FunctionDef" || each.type === "ClassDef") && each.name.name === name) yield [module, each];
			for (const inner of each.type === "ClassDef" ? each.body : [])
				if (inner.type === "FunctionDef" && inner.name.name === name) yield [module, inner];
		}
	}
}

function withAt(module: Module, range: TextRange): ast.With | null {
	let found: ast.With | null = null;
	walk(module.tree, (node) => {
		if (node.type === "With" && node.items.some(({ context }) => context.start === range.start && context.end === range.end))
			found = node;
		return node.start <= range.start && range.end <= node.end;
	});
	return found;
}

function changeWith(module: Module, range: TextRange, toAsync: boolean): FixProposal | undefined {
	const node = withAt(module, range);
	if (node === null || node.items.length > 1) return undefined;
	if (toAsync) {
		if (enclosingFunction(module.tree, node.start)?.isAsync !== true) return undefined;
		return {
			title: "Enter it with async with",
			explanation: "The context manager is asynchronous: entering and leaving it must be awaited.",
			applicability: "safe",
			edits: [replaceText(module, node.start, node.start, "async ")],
		};
	}
	const async = /^async\s+/.exec(module.text.slice(node.start, node.end))?.[0];
	if (async === undefined) return undefined;
	return {
		title: "Enter it with a plain with",
		explanation: "The context manager is a plain one; a plain with works in async code, too.",
		applicability: "safe",
		edits: [replaceText(module, node.start, node.start + async.length, "")],
	};
}

/** A generator that every mention of it enters with `with`: the decorator was forgotten. */
function decorateGenerator(project: Project, callee: ast.Expression, wrapper: string): FixProposal | undefined {
	const name = dottedName(callee)?.split(".").at(-1) ?? "";
	const [found, ...others] = [...definitionsOf(project, name)];
	const [home, definition] = found ?? [];
	if (home === undefined || definition?.type !== "FunctionDef" || others.length > 0 || definition.decorators.length > 0)
		return undefined;
	if (!isOnlyEntered(project, name, !home.tree.body.includes(definition))) return undefined;
	const indent = indentAt(home.text, definition.start);
	return {
		title: `Decorate ${name} with ${wrapper}`,
		explanation: `Everything that calls ${name} enters what it gives; the decorator makes a context manager of the generator.`,
		applicability: "safe",
		edits: [replaceText(home, definition.start, definition.start, `@${wrapper}\n${indent}`)],
		needs: [{ path: home.path, module: "contextlib", name: wrapper }],
	};
}

/** Is every mention of the function or method, imports aside, a call of it that `with` enters? */
function isOnlyEntered(project: Project, name: string, isMethod: boolean): boolean {
	let isOnly = true;
	for (const { text, tree } of project.modules.values()) {
		if (!text.includes(name)) continue;
		const entered = new Set<ast.Node>();
		walk(tree, (node) => {
			if (node.type === "With") for (const { context } of node.items) if (context.type === "Call") entered.add(context.callee);
			if (node.type === "ImportFrom" && node.names.some((alias) => alias.name.name === name && alias.asName !== null))
				isOnly = false;
			const mentioned = node.type === "Attribute" ? node.attribute.name : node.type === "Name" && !isMethod ? node.id : null;
			if (mentioned === name && !entered.has(node)) isOnly = false;
		});
	}
	return isOnly;
}

/** `async with get_session() as session` over a dependency: contextlib's decorator, used in place, leaves the dependency as it is. */
export function wrapGenerator(project: Project, module: Module, range: TextRange, isAsync: boolean): FixProposal | undefined {
	const call = nodeAt(module.tree, range, "Call");
	const node = withAt(module, range);
	if (call === undefined || node === null || node.items.length > 1) return undefined;
	// What is asynchronous can only be entered in an async function.
	if (isAsync && enclosingFunction(module.tree, node.start)?.isAsync !== true) return undefined;
	const written = /^(async\s+)?with/.exec(module.text.slice(node.start, node.end))?.[0] ?? "";
	const wrapper = isAsync ? "asynccontextmanager" : "contextmanager";
	const decorated = node.isAsync === isAsync ? decorateGenerator(project, call.callee, wrapper) : undefined;
	if (decorated !== undefined) return decorated;
	return {
		title: `Make a context manager of it with ${wrapper}`,
		explanation: "The function itself stays a generator, as Depends needs it; here it becomes something that with can enter.",
		applicability: "safe",
		edits: [
			...(node.isAsync === isAsync
				? []
				: [replaceText(module, node.start, node.start + written.length, isAsync ? "async with" : "with")]),
			replaceText(module, call.callee.start, call.callee.start, `${wrapper}(`),
			replaceText(module, call.callee.end, call.callee.end, ")"),
		],
		needs: [{ path: module.path, module: "contextlib", name: wrapper }],
	};
}
