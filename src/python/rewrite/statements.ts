import type { TextEdit } from "../../text/range.ts";
import type * as ast from "../ast.ts";
import { blockOf } from "./blocks.ts";
import {
	indentAt,
	isFirstOnLine,
	lineBreakOf,
	lineEndAt,
	lineStartAt,
	nextLineAt,
	type PythonSource,
	replaceText,
} from "./source.ts";

/**
 * Removes statements with the lines they fill and the comments on those lines. A block that would be left empty gets
 * `pass`; an `if TYPE_CHECKING:` that would be left empty goes as a whole.
 */
export function removeStatements(source: PythonSource, statements: readonly ast.Statement[]): readonly TextEdit[] {
	const doomed = new Set(statements);
	const edits: TextEdit[] = [];
	for (const statement of [...doomed]) {
		if (!doomed.has(statement)) continue;
		const block = blockOf(source.tree, statement);
		const empties = block?.owner && block.statements.every((sibling) => doomed.has(sibling));
		if (!empties || !block.owner) {
			edits.push(removeStatement(source, statement));
			continue;
		}
		for (const sibling of block.statements) doomed.delete(sibling);
		const { owner } = block;
		if (owner.type === "If" && isTypeCheckingTest(owner.test) && owner.orelse.length === 0)
			edits.push(removeStatement(source, owner));
		else edits.push(passInstead(source, block.statements));
	}
	return edits.sort((a, b) => a.range.start - b.range.start);
}

/** A statement of its own line(s) after another, with the same indentation; `code` has no line break at its end. */
export function insertAfter(source: PythonSource, statement: ast.Statement, code: string): TextEdit {
	const { text } = source;
	const eol = lineBreakOf(text);
	const indent = indentAt(text, statement.start);
	const lines = indented(code, indent, eol);
	const next = nextLineAt(text, statement.end);
	// The last line of a file may have no line break of its own.
	if (next === lineEndAt(text, statement.end)) return replaceText(source, next, next, eol + lines);
	return replaceText(source, next, next, lines + eol);
}

/** A statement of its own line(s) before another (and before its decorators), with the same indentation. */
export function insertBefore(source: PythonSource, statement: ast.Statement, code: string): TextEdit {
	const { text } = source;
	const eol = lineBreakOf(text);
	const at = lineStartAt(text, startWithDecorators(statement));
	return replaceText(source, at, at, indented(code, indentAt(text, statement.start), eol) + eol);
}

/** Is this expression `TYPE_CHECKING` or `typing.TYPE_CHECKING`? */
export function isTypeCheckingTest(test: ast.Expression): boolean {
	if (test.type === "Name") return test.id === "TYPE_CHECKING";
	return test.type === "Attribute" && test.attribute.name === "TYPE_CHECKING";
}

function startWithDecorators(statement: ast.Statement): number {
	if (statement.type !== "FunctionDef" && statement.type !== "ClassDef") return statement.start;
	return Math.min(statement.start, ...statement.decorators.map((decorator) => decorator.start));
}

function indented(code: string, indent: string, eol: string): string {
	return code
		.split(/\r\n|\r|\n/)
		.map((line) => (line === "" ? "" : indent + line))
		.join(eol);
}

function removeStatement(source: PythonSource, statement: ast.Statement): TextEdit {
	const { text } = source;
	const start = startWithDecorators(statement);
	const separator = /^[ \t]*;[ \t]*/.exec(text.slice(statement.end, lineEndAt(text, statement.end)))?.[0];
	const followed =
		separator !== undefined && !/^(#|$)/.test(text.slice(statement.end + separator.length, lineEndAt(text, statement.end)));
	if (!isFirstOnLine(text, start)) return removeAfterOthers(source, statement);
	if (followed) return replaceText(source, start, statement.end + (separator?.length ?? 0), "");
	return removeLines(source, lineStartAt(text, start), nextLineAt(text, statement.end));
}

/** For `a = 1; import b`: what stands before on the line stays, its separator goes. */
function removeAfterOthers(source: PythonSource, statement: ast.Statement): TextEdit {
	const before = source.text.slice(lineStartAt(source.text, statement.start), statement.start);
	const left = before.trimEnd().replace(/;$/, "").trimEnd();
	return replaceText(source, statement.start - before.length + left.length, statement.end, "");
}

/** Whole lines; as many blank ones below go too as there are above, and at the top of a file all that follow. */
function removeLines(source: PythonSource, start: number, end: number): TextEdit {
	const { text } = source;
	if (text.slice(0, start).trim() === "") return replaceText(source, start, behindBlankLines(text, end), "");
	let above = start;
	let below = end;
	while (above > 0 && below < text.length && isBlankAt(text, below)) {
		const lineAbove = above - (text.slice(above - 2, above) === "\r\n" ? 2 : 1);
		if (!isBlankAt(text, lineAbove)) break;
		above = lineStartAt(text, lineAbove);
		below = nextLineAt(text, below);
	}
	return replaceText(source, start, below, "");
}

/** Has the line that this offset is in nothing but blanks? */
function isBlankAt(text: string, offset: number): boolean {
	return text.slice(lineStartAt(text, offset), lineEndAt(text, offset)).trim() === "";
}

function behindBlankLines(text: string, offset: number): number {
	let at = offset;
	while (at < text.length && text.slice(at, lineEndAt(text, at)).trim() === "") at = nextLineAt(text, at);
	return at;
}

function passInstead(source: PythonSource, statements: readonly ast.Statement[]): TextEdit {
	const first = statements[0]?.start ?? 0;
	return replaceText(source, first, statements.at(-1)?.end ?? first, "pass");
}
