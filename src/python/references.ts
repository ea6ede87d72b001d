import type * as ast from "./ast.ts";
import { spend } from "./effort.ts";
import { boundNames } from "./scopes.ts";

/**
 * The places of a file that read a name of its module scope, in source order: every `Name` that no inner scope binds
 * (https://docs.python.org/3/reference/executionmodel.html#resolution-of-names). Strings are not looked into.
 */
export function referencesTo(tree: ast.Module, name: string): readonly ast.Name[] {
	const found: ast.Name[] = [];
	visit(tree.body, name, found);
	return found.sort((a, b) => a.start - b.start);
}

/** Does a statement of the module scope other than an import bind or delete the name, or a function declare it global? */
export function isRebound(tree: ast.Module, name: string): boolean {
	const others = tree.body.filter((statement) => statement.type !== "Import" && statement.type !== "ImportFrom");
	return boundNames(others).has(name) || declaresGlobal(tree.body, name);
}

function visit(node: unknown, name: string, found: ast.Name[]): void {
	if (Array.isArray(node)) {
		for (const item of node) visit(item, name, found);
		return;
	}
	if (typeof node !== "object" || node === null || node instanceof Set) return;
	spend(1);
	const typed = node as Partial<ast.TypedNode>;
	switch (typed.type) {
		case "Name":
			if ((typed as ast.Name).id === name) found.push(typed as ast.Name);
			return;
		case "FunctionDef":
			visitFunction(typed as ast.FunctionDef, name, found);
			return;
		case "Lambda":
			visitLambda(typed as ast.Lambda, name, found);
			return;
		case "Comprehension":
			visitComprehension(typed as ast.Comprehension, name, found);
			return;
		case "ClassDef":
			visitClass(typed as ast.ClassDef, name, found);
			return;
		default:
			for (const value of Object.values(node)) visit(value, name, found);
	}
}

/** Decorators, defaults and annotations belong to the scope around a function. */
function visitFunction(node: ast.FunctionDef, name: string, found: ast.Name[]): void {
	visit(node.decorators, name, found);
	if (!node.typeParameters.some((parameter) => parameter.name === name)) {
		visit(
			node.parameters.map((parameter) => parameter.annotation),
			name,
			found,
		);
		visit(node.returns, name, found);
	}
	visit(
		node.parameters.map((parameter) => parameter.default),
		name,
		found,
	);
	const isParameter = node.parameters.some((parameter) => parameter.name.name === name);
	if (isParameter || (boundNames(node.body).has(name) && !declaresGlobal(node.body, name))) return;
	visit(node.body, name, found);
}

function visitLambda(node: ast.Lambda, name: string, found: ast.Name[]): void {
	visit(
		node.parameters.map((parameter) => parameter.default),
		name,
		found,
	);
	if (!node.parameters.some((parameter) => parameter.name.name === name)) visit(node.body, name, found);
}

/** Only the first iterable is evaluated outside a comprehension's own scope. */
function visitComprehension(node: ast.Comprehension, name: string, found: ast.Name[]): void {
	const binds = node.clauses.some((clause) => targetNames(clause.target).has(name));
	if (binds) visit(node.clauses[0]?.iterable, name, found);
	else visit([node.element, node.key, node.clauses], name, found);
}

/** A class body reads the module's name until it binds its own: `date: date | None = None`. */
function visitClass(node: ast.ClassDef, name: string, found: ast.Name[]): void {
	visit([node.decorators, node.bases, node.keywords.map((keyword) => keyword.value)], name, found);
	for (const statement of node.body) {
		if (statement.type === "AnnAssign" || statement.type === "Assign") {
			const targets = statement.type === "Assign" ? statement.targets : [statement.target];
			for (const target of targets) if (target.type !== "Name") visit(target, name, found);
			if (statement.type === "AnnAssign") visit(statement.annotation, name, found);
			visit(statement.value, name, found);
		} else visit(statement, name, found);
	}
}

function targetNames(target: ast.Expression): ReadonlySet<string> {
	if (target.type === "Name") return new Set([target.id]);
	if (target.type === "Starred") return targetNames(target.value);
	if (target.type === "Sequence") return new Set(target.items.flatMap((item) => [...targetNames(item)]));
	return new Set();
}

/** Does a function within a body say `global` of the name? */
export function declaresGlobal(body: unknown, name: string): boolean {
	if (Array.isArray(body)) return body.some((item) => declaresGlobal(item, name));
	if (typeof body !== "object" || body === null || body instanceof Set) return false;
	const node = body as Partial<ast.Statement>;
	if (node.type === "Global") return (node as ast.Global).names.some((each) => each.name === name);
	return Object.values(body).some((value) => declaresGlobal(value, name));
}
