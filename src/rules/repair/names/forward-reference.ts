import type { FixProposal } from "../../../audit/fix.ts";
import type { Module } from "../../../project/project.ts";
import type * as ast from "../../../python/ast.ts";
import { lineBreakOf, lineStartAt, nextLineAt, replaceText } from "../../../python/rewrite/source.ts";
import { boundNames } from "../../../python/scopes.ts";
import { contains, holdsName, walk } from "../../../python/walk.ts";
import { rangesOverlap, type TextEdit } from "../../../text/range.ts";

/** The statement of the module's own block that a place lies in. */
export function topStatementAt(tree: ast.Module, offset: number): ast.Statement | null {
	return tree.body.find((statement) => startOf(statement) <= offset && offset < statement.end) ?? null;
}

/** The statement of the module's own block, behind a place, that binds a name: a definition that comes too late. */
export function findLaterDefinition(tree: ast.Module, name: string, offset: number): ast.Statement | null {
	return tree.body.find((statement) => statement.start > offset && boundNames([statement]).has(name)) ?? null;
}

/** A function that is called before what it needs is defined: the definition goes in front of the statement that calls it. */
export function* defineBeforeCall(source: Module, name: string, offset: number): Generator<FixProposal> {
	const { tree } = source;
	const host = topStatementAt(tree, offset);
	const definition = findLaterDefinition(tree, name, offset);
	if (definition === null || (host?.type !== "FunctionDef" && host?.type !== "ClassDef")) return;
	const user = tree.body.find(
		(each) => each.start > host.end && each.start < definition.start && holdsName(each, host.name.name),
	);
	const edits = user === undefined ? null : moveAhead(source, definition, user);
	if (edits === null) return;
	yield {
		title: `Define ${name} before it is used`,
		explanation: `${host.name.name} needs ${name} and is called before that is defined; the definition goes in front of the call.`,
		applicability: "safe",
		edits,
	};
}

/** Moves a definition in front of the statement that needs it; null where what lies between is needed by the definition itself. */
export function moveAhead(source: Module, definition: ast.Statement, user: ast.Statement): readonly TextEdit[] | null {
	const { text, tree } = source;
	const between = tree.body.slice(tree.body.indexOf(user), tree.body.indexOf(definition));
	const boundBetween = boundNames(between);
	if ([...namesNeeded(definition)].some((name) => boundBetween.has(name))) return null;
	const start = lineStartAt(text, startOf(definition));
	const end = nextLineAt(text, definition.end);
	if (text.slice(start, startOf(definition)).trim() !== "" || text.slice(definition.end, end).includes(";")) return null;
	const eol = lineBreakOf(text);
	const isBlock = definition.type === "ClassDef" || definition.type === "FunctionDef";
	const userIsBlock = user.type === "ClassDef" || user.type === "FunctionDef";
	const gap = isBlock || userIsBlock ? eol + eol : "";
	const code = text.slice(start, definition.end);
	const at = lineStartAt(text, startOf(user));
	return [
		replaceText(source, at, at, `${code}${eol}${gap}`),
		replaceText(source, behindText(text, start), end, isLast(text, end) || !/^[\r\n]/.test(text.slice(end)) ? eol : ""),
	];
}

/** Offset behind the last line with text before a place: the blank lines that part a definition from it go with the definition. */
function behindText(text: string, start: number): number {
	return text.slice(0, start).trimEnd().length;
}

function isLast(text: string, end: number): boolean {
	return text.slice(end).trim() === "";
}

/** Names that executing a definition reads at once: everything but the bodies of functions. */
function namesNeeded(definition: ast.Statement): ReadonlySet<string> {
	const names = new Set<string>();
	const read = (node: object) =>
		walk(node, (each) => {
			if (each.type === "Name") names.add(each.id);
			if (each.type !== "FunctionDef") return each.type !== "Lambda";
			for (const part of [...each.decorators, ...each.parameters, each.returns]) if (part) read(part);
			return false;
		});
	read(definition);
	return names;
}

function startOf(statement: ast.Statement): number {
	if (statement.type !== "FunctionDef" && statement.type !== "ClassDef") return statement.start;
	return Math.min(statement.start, ...statement.decorators.map((decorator) => decorator.start - 1));
}

/**
 * Quotes an annotation at a place in a class body, so that it is looked up later (PEP 484, forward references). With a
 * union around it the whole union is quoted, since a string knows no `|`. Null where the place is no such annotation.
 */
export function quoteAnnotation(source: Module, offset: number): readonly TextEdit[] | null {
	const [here, ...others] = [offset, ...otherPlaces(source, offset)];
	const first = quoteOne(source, here ?? offset);
	if (first === null) return null;
	const edits = [first];
	for (const other of others) {
		const edit = quoteOne(source, other);
		if (edit !== null && edits.every((each) => !rangesOverlap(each.range, edit.range))) edits.push(edit);
	}
	return edits;
}

/** Where else the signatures of the same class name what is named here. */
function otherPlaces({ tree }: Module, offset: number): readonly number[] {
	let named: string | null = null;
	walk(tree, (node) => {
		if (node.type === "Name" && node.start === offset) named = node.id;
		return named === null;
	});
	const owner = topStatementAt(tree, offset);
	const places: number[] = [];
	if (owner?.type !== "ClassDef") return [];
	for (const method of owner.body) {
		if (method.type !== "FunctionDef") continue;
		for (const each of [...method.parameters.map(({ annotation }) => annotation), method.returns])
			if (each !== null)
				walk(each, (node) => {
					if (node.type === "Name" && node.id === named && node.start !== offset) places.push(node.start);
				});
	}
	return places;
}

function quoteOne(source: Module, offset: number): TextEdit | null {
	let annotation: ast.Expression | null = null;
	walk(source.tree, (node) => {
		if (node.type === "FunctionDef")
			for (const each of [...node.parameters.map((parameter) => parameter.annotation), node.returns])
				if (each !== null && contains(each, offset)) annotation = each;
		if (node.type === "AnnAssign" && contains(node.annotation, offset)) annotation = node.annotation;
		return true;
	});
	const found = annotation as ast.Expression | null;
	return found && quoteNameIn(source, found, offset);
}

/** Quotes the name at a place of an annotation, or the union it is part of; null where that would quote a quote. */
export function quoteNameIn(source: Module, annotation: ast.Expression, offset: number): TextEdit | null {
	const quoted = outermostUnion(annotation, offset) ?? nameAt(annotation, offset);
	if (quoted === null) return null;
	const text = source.text.slice(quoted.start, quoted.end);
	return /["'\r\n]/.test(text) ? null : replaceText(source, quoted.start, quoted.end, `"${text}"`);
}

function outermostUnion(expression: ast.Expression, offset: number): ast.Expression | null {
	let found: ast.Expression | null = null;
	walk(expression, (node) => {
		if (found === null && node.type === "BinOp" && node.operator === "|" && contains(node, offset)) found = node;
		return found === null;
	});
	return found;
}

function nameAt(expression: ast.Expression, offset: number): ast.Expression | null {
	let found: ast.Expression | null = null;
	walk(expression, (node) => {
		if (node.type === "Name" && contains(node, offset)) found = node;
	});
	return found;
}
