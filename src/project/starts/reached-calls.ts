import type * as ast from "../../python/ast.ts";
import { blocksOf } from "../../python/scopes.ts";
import { contains, walk } from "../../python/walk.ts";

/** Does running a module come to the place: on its top level, or in a function that it calls there, directly or through others? */
export function isReachedByRunning(tree: ast.Module, offset: number): boolean {
	const called = new Set<string>();
	for (const statement of tree.body) addCalled(statement, called);
	return isReached(tree, called, offset, true);
}

/** Does calling what a module binds under the name come to the place? */
export function isReachedByCalling(tree: ast.Module, name: string, offset: number): boolean {
	return isReached(tree, new Set([name]), offset, false);
}

function isReached(tree: ast.Module, names: Set<string>, offset: number, fromTop: boolean): boolean {
	const functions = functionsOf(tree.body);
	const inside = functions.find((each) => contains(each, offset));
	if (inside === undefined) return fromTop;
	const open = new Set(functions);
	for (let hasGrown = true; hasGrown; ) {
		hasGrown = false;
		for (const each of open) {
			if (!names.has(each.name.name) && !each.decorators.some((decorator) => isOf(decorator, names))) continue;
			if (each === inside) return true;
			open.delete(each);
			hasGrown = true;
			walk(each.body, (node) => {
				if (node.type === "Name") names.add(node.id);
			});
		}
	}
	return false;
}

/** The functions of a module's top level, in whichever block they stand. */
function functionsOf(body: readonly ast.Statement[]): ast.FunctionDef[] {
	return body.flatMap((statement) =>
		statement.type === "FunctionDef" ? [statement] : blocksOf(statement).flatMap((block) => functionsOf(block)),
	);
}

/** Names that code calls and those that it hands to a call (`asyncio.run(main())`, `typer.run(main)`), functions and their decorators aside. */
function addCalled(statement: ast.Statement, names: Set<string>): void {
	walk(statement, (node) => {
		if (node.type === "FunctionDef") return false;
		if (node.type === "Call")
			for (const each of [node.callee, ...node.args]) {
				const root = rootOf(each);
				if (root !== null) names.add(root);
			}
		return true;
	});
}

/** Does a group of commands, `@cli.command()`, take the function in? */
function isOf(decorator: ast.Expression, names: ReadonlySet<string>): boolean {
	const made = decorator.type === "Call" ? decorator.callee : decorator;
	const root = made.type === "Attribute" ? rootOf(made) : null;
	return root !== null && names.has(root);
}

function rootOf(node: ast.Expression): string | null {
	if (node.type === "Name") return node.id;
	return node.type === "Attribute" ? rootOf(node.value) : null;
}
