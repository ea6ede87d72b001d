import type * as ast from "./ast.ts";
import { spend } from "./effort.ts";

type Located = { readonly start: number; readonly end: number };

/** Calls `visit` for a node and everything below it, in source order; where it returns false, the node's insides are left out. */
export function walk(node: object, visit: (node: ast.TypedNode) => unknown): void {
	spend(1);
	const isNode = "type" in node && typeof node.type === "string";
	if (isNode && visit(node as ast.TypedNode) === false) return;
	// Nodes are plain objects, and this loop makes no list of their keys.
	for (const key in node) {
		const value: unknown = (node as Readonly<Record<string, unknown>>)[key];
		if (Array.isArray(value)) {
			for (const item of value) if (isStructure(item)) walk(item, visit);
		} else if (isStructure(value)) {
			walk(value, visit);
		}
	}
}

/** Does a node, or one below it, read or bind this plain name? */
export function holdsName(node: object, name: string): boolean {
	let found = false;
	walk(node, (each) => {
		if (each.type === "Name" && each.id === name) found = true;
		return !found;
	});
	return found;
}

/** Does a node's code have the name, or a text in which it stands as a word, as quoted annotations do? */
export function writesName(node: object, name: string): boolean {
	let found = false;
	walk(node, (each) => {
		if (each.type === "Name") found ||= each.id === name;
		if (each.type === "Constant" && typeof each.value === "string") found ||= each.value.split(/\W/).includes(name);
		return !found;
	});
	return found;
}

/** The texts that are written in a node's code. */
export function textsIn(node: object): ReadonlySet<string> {
	const texts = new Set<string>();
	walk(node, (each) => {
		if (each.type === "Constant" && typeof each.value === "string") texts.add(each.value);
	});
	return texts;
}

function isStructure(value: unknown): value is object {
	return typeof value === "object" && value !== null && !(value instanceof Set);
}

/** Is the offset inside the node? */
export function contains(node: Located, offset: number): boolean {
	return node.start <= offset && offset < node.end;
}

/** The dotted name an expression spells (`a.b.c`), or null where it is anything else. */
export function dottedName(node: ast.Expression): string | null {
	if (node.type === "Name") return node.id;
	if (node.type !== "Attribute") return null;
	const owner = dottedName(node.value);
	return owner === null ? null : `${owner}.${node.attribute.name}`;
}

const generators = new WeakMap<ast.FunctionDef, boolean>();

/** Does the function's own body (nested functions and classes aside) contain a `yield`? */
export function isGenerator(node: ast.FunctionDef): boolean {
	let known = generators.get(node);
	if (known === undefined) {
		known = node.body.some(hasYield);
		generators.set(node, known);
	}
	return known;
}

function hasYield(statement: ast.Statement): boolean {
	let found = false;
	walk(statement, (each) => {
		if (each.type === "Yield") found = true;
		return !(found || each.type === "FunctionDef" || each.type === "Lambda" || each.type === "ClassDef");
	});
	return found;
}
