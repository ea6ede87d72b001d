import type { TextEdit } from "../../text/range.ts";
import type * as ast from "../ast.ts";
import { statementsOf } from "./blocks.ts";
import { isFirstOnLine, lineEndAt, lineStartAt, nextLineAt, type PythonSource, replaceText } from "./source.ts";
import { removeStatements } from "./statements.ts";

export type ImportStatement = ast.Import | ast.ImportFrom;

const importsByTree = new WeakMap<ast.Module, readonly ImportStatement[]>();

/** All import statements of a file, nested ones too, in the order of the text. Asked for again and again, so it is kept with the tree. */
export function importsOf(tree: ast.Module): readonly ImportStatement[] {
	const known = importsByTree.get(tree);
	if (known) return known;
	const found = [...statementsOf(tree)].filter((statement) => statement.type === "Import" || statement.type === "ImportFrom");
	importsByTree.set(tree, found);
	return found;
}

/**
 * Takes names out of the import statements they stand in: `from m import a, b` loses `b`, a statement that loses its last
 * name goes as a whole. Comments of the names that stay are kept. The names may belong to several statements.
 */
export function removeImportedNames(source: PythonSource, names: readonly ast.Alias[]): readonly TextEdit[] {
	const doomed = new Set(names);
	const edits: TextEdit[] = [];
	const whole: ImportStatement[] = [];
	for (const statement of importsOf(source.tree)) {
		if (!statement.names.some((name) => doomed.has(name))) continue;
		if (statement.names.every((name) => doomed.has(name))) whole.push(statement);
		else edits.push(...removeSome(source, statement, doomed));
	}
	edits.push(...removeStatements(source, whole));
	return edits.sort((a, b) => a.range.start - b.range.start);
}

/** Is the list of imported names in parentheses? */
export function isParenthesised(source: PythonSource, statement: ImportStatement): boolean {
	return statement.type === "ImportFrom" && source.text[statement.end - 1] === ")";
}

function removeSome(source: PythonSource, statement: ImportStatement, doomed: ReadonlySet<ast.Alias>): TextEdit[] {
	const sameRun = isParenthesised(source, statement)
		? (a: ast.Alias, b: ast.Alias) => lineStartAt(source.text, a.start) === lineStartAt(source.text, b.start)
		: () => true;
	const edits: TextEdit[] = [];
	const { names } = statement;
	for (let first = 0; first < names.length; first++) {
		const start = names[first];
		if (!start || !doomed.has(start)) continue;
		let last = first;
		for (let next = names[last + 1]; next && doomed.has(next) && sameRun(start, next); next = names[last + 1]) last++;
		const before = names[first - 1];
		edits.push(
			removeRun(
				source,
				start,
				names[last] ?? start,
				before && !doomed.has(before) ? before : undefined,
				names[last + 1],
				sameRun,
			),
		);
		first = last;
	}
	const lastKept = names.findLast((name) => !doomed.has(name));
	const lastName = names.at(-1);
	if (lastKept && lastName && doomed.has(lastName) && !sameRun(lastKept, lastName) && !hasTrailingComma(source, lastName)) {
		const comma = commaAfter(source, lastKept);
		const gone = edits.some((edit) => comma !== null && edit.range.start <= comma && comma < edit.range.end);
		if (comma !== null && !gone) edits.push(replaceText(source, comma, comma + 1, ""));
	}
	return edits.sort((a, b) => a.range.start - b.range.start);
}

/** Removes neighbours that stand on one line, together with the comma on the side where a name stays. */
function removeRun(
	source: PythonSource,
	head: ast.Alias,
	tail: ast.Alias,
	keptBefore: ast.Alias | undefined,
	after: ast.Alias | undefined,
	sameLine: (a: ast.Alias, b: ast.Alias) => boolean,
): TextEdit {
	const { text } = source;
	if (keptBefore && sameLine(keptBefore, head)) return replaceText(source, keptBefore.end, tail.end, "");
	if (after && sameLine(tail, after)) return replaceText(source, head.start, after.start, "");
	const closes = text[tail.end] === ")";
	if (closes && keptBefore && !text.slice(keptBefore.end, head.start).includes("#"))
		return replaceText(source, keptBefore.end, tail.end, "");
	const behindComma = (commaAfter(source, tail) ?? tail.end - 1) + 1;
	const restOfLine = text.slice(behindComma, lineEndAt(text, behindComma)).trim();
	const alone = restOfLine === "" || restOfLine.startsWith("#");
	if (isFirstOnLine(text, head.start) && alone)
		return replaceText(source, lineStartAt(text, head.start), nextLineAt(text, tail.end), "");
	return replaceText(source, head.start, behindComma, "");
}

function hasTrailingComma(source: PythonSource, name: ast.Alias): boolean {
	return commaAfter(source, name) !== null;
}

/** Offset of the comma that follows a name, comments and line breaks between them skipped; null where none does. */
function commaAfter(source: PythonSource, name: ast.Alias): number | null {
	const gap = /^(?:\s|#[^\r\n]*[\r\n])*,/.exec(source.text.slice(name.end));
	return gap ? name.end + gap[0].length - 1 : null;
}
