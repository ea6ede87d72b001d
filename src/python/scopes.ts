import type * as ast from "./ast.ts";
import { spend } from "./effort.ts";
import { walk } from "./walk.ts";

/** Names that statements bind in their own scope: imports, assignments, definitions, loop and `with` targets, in source order. */
export function boundNames(body: readonly ast.Statement[]): Set<string> {
	const names = new Set<string>();
	for (const statement of body) collect(statement, names);
	return names;
}

function collect(statement: ast.Statement, names: Set<string>): void {
	spend(1);
	switch (statement.type) {
		case "Import":
			for (const alias of statement.names) names.add(alias.asName?.name ?? alias.name.name.split(".")[0] ?? "");
			return;
		case "ImportFrom":
			for (const alias of statement.names) names.add(alias.asName?.name ?? alias.name.name);
			return;
		case "FunctionDef":
		case "ClassDef":
			names.add(statement.name.name);
			return;
		case "Assign":
			for (const target of statement.targets) addTargets(target, names);
			break;
		case "AnnAssign":
			if (statement.value !== null) addTargets(statement.target, names);
			break;
		case "AugAssign":
			addTargets(statement.target, names);
			break;
		case "TypeAlias":
			if (statement.name.type === "Name") names.add(statement.name.id);
			return;
		case "For":
			addTargets(statement.target, names);
			break;
		case "With":
			for (const item of statement.items) if (item.target !== null) addTargets(item.target, names);
			break;
		case "Try":
			for (const handler of statement.handlers) for (const inner of handler.body) collect(inner, names);
			break;
		case "Match":
			for (const matchCase of statement.cases) {
				for (const capture of matchCase.captures) names.add(capture.name);
				for (const inner of matchCase.body) collect(inner, names);
			}
			break;
	}
	for (const block of blocksOf(statement)) for (const inner of block) collect(inner, names);
	addWalrus(statement, names);
}

/** The statement lists directly inside a compound statement that share its scope. */
export function blocksOf(statement: ast.Statement): readonly (readonly ast.Statement[])[] {
	switch (statement.type) {
		case "If":
		case "For":
		case "While":
			return [statement.body, statement.orelse];
		case "With":
			return [statement.body];
		case "Try":
			return [statement.body, ...statement.handlers.map((handler) => handler.body), statement.orelse, statement.finalbody];
		case "Match":
			return statement.cases.map((matchCase) => matchCase.body);
		default:
			return [];
	}
}

/** Adds the names that a target (`a, (b, *c)`) binds. */
export function addTargets(target: ast.Expression, names: Set<string>): void {
	if (target.type === "Name") names.add(target.id);
	else if (target.type === "Starred") addTargets(target.value, names);
	else if (target.type === "Sequence") for (const item of target.items) addTargets(item, names);
}

function addWalrus(statement: ast.Statement, names: Set<string>): void {
	const expressions: ast.Expression[] = [];
	if (statement.type === "If" || statement.type === "While" || statement.type === "Assert") expressions.push(statement.test);
	else if (statement.type === "ExpressionStatement" || statement.type === "Assign") expressions.push(statement.value);
	else if (statement.type === "For") expressions.push(statement.iterable);
	for (const expression of expressions) {
		walk(expression, (node) => {
			if (node.type === "NamedExpr") names.add(node.target.name);
			return node.type !== "Lambda";
		});
	}
}
