import { applyEdits, editsByPath } from "../text/edit.ts";
import { LineIndex } from "../text/line-index.ts";
import type { TextEdit } from "../text/range.ts";
import type { TouchedFile } from "../text/tree-change.ts";

/** The texts a report was made from, by path; a report quotes them where it shows what a fix changes. */
export type Texts = ReadonlyMap<string, { readonly text: string }>;

/** Whole lines of a file and what takes their place, line breaks included. An insertion names the line before it, too. */
export interface LineEdit {
	readonly path: string;
	/** Counts from 1. */
	readonly startLine: number;
	/** The last line replaced; one less than `startLine` where the file is new or empty. */
	readonly endLine: number;
	readonly oldText: string;
	readonly newText: string;
}

/** What a change does to the text of one file: all of it goes with a file that is taken away. */
export function editsOrRemoval({ path, to, edits }: TouchedFile, texts: Texts): readonly TextEdit[] {
	if (to !== null) return edits;
	const { length } = texts.get(path)?.text ?? "";
	return length === 0 ? [] : [{ path, range: { start: 0, end: length }, newText: "" }];
}

/** The edits of a fix as replacements of whole lines, file by file and from top to bottom. Edits that share a line become one. */
export function lineEditsOf(edits: readonly TextEdit[], texts: Texts): readonly LineEdit[] {
	const result: LineEdit[] = [];
	for (const [path, ofPath] of editsByPath(edits)) result.push(...lineEditsOfFile(path, texts.get(path)?.text ?? "", ofPath));
	return result;
}

/** One replacement that covers all edits of a file, widened until its old lines stand in the file only once. */
export function spanOf(edits: readonly TextEdit[], path: string, texts: Texts): LineEdit | null {
	const ofPath = edits.filter((edit) => edit.path === path);
	const text = texts.get(path)?.text ?? "";
	const parts = lineEditsOfFile(path, text, ofPath);
	const [first, last] = [parts[0], parts.at(-1)];
	if (!first || !last) return null;
	const lines = new LineIndex(text);
	const above = first.startLine - 1;
	const startOf = (more: number) => first.startLine - Math.min(more, above);
	const endOf = (more: number) => last.endLine + Math.max(0, more - above);
	const more = fewestLines(above + Math.max(0, lines.lineCount - last.endLine), (more) => {
		const old = text.slice(lines.lineStart(startOf(more)), lines.lineStart(endOf(more) + 1));
		return old === "" || text.indexOf(old) === text.lastIndexOf(old);
	});
	return replaced(path, lines, startOf(more), endOf(more), ofPath);
}

/** The fewest additional lines with which a span stands only once, or all there are. What stands once still does with more lines. */
function fewestLines(most: number, isOnly: (more: number) => boolean): number {
	let [tooFew, enough] = [-1, 0];
	while (enough < most && !isOnly(enough)) [tooFew, enough] = [enough, Math.min(most, 2 * enough + 1)];
	while (enough - tooFew > 1) {
		const middle = Math.floor((tooFew + enough) / 2);
		if (isOnly(middle)) enough = middle;
		else tooFew = middle;
	}
	return enough;
}

function lineEditsOfFile(path: string, text: string, edits: readonly TextEdit[]): LineEdit[] {
	const lines = new LineIndex(text);
	const groups: { start: number; end: number; edits: TextEdit[] }[] = [];
	for (const edit of [...edits].sort((a, b) => a.range.start - b.range.start || a.range.end - b.range.end)) {
		const { start, end } = linesTouched(lines, edit);
		const last = groups.at(-1);
		if (last && start <= last.end) {
			last.end = Math.max(last.end, end);
			last.edits.push(edit);
		} else groups.push({ start, end, edits: [edit] });
	}
	return groups.map((group) => replaced(path, lines, group.start, group.end, group.edits));
}

function linesTouched(lines: LineIndex, edit: TextEdit): { start: number; end: number } {
	const { text } = lines;
	if (text === "") return { start: 1, end: 0 };
	const { range, newText } = edit;
	const start = lines.positionAt(range.start).line;
	const startsLine = lines.lineStart(start) === range.start;
	// Whole lines that are put in front of a line touch none; they are shown behind the line before.
	if (range.start === range.end && startsLine && (endsInBreak(newText) || range.start === text.length)) {
		return start > 1 ? { start: start - 1, end: start - 1 } : { start, end: start };
	}
	const end = lines.positionAt(Math.max(range.start, range.end - 1)).line;
	const joinsNext =
		range.end > range.start &&
		lines.lineStart(end + 1) === range.end &&
		(startsLine ? newText !== "" : true) &&
		!endsInBreak(newText);
	return { start, end: joinsNext ? Math.min(end + 1, lines.lineCount) : end };
}

function replaced(path: string, lines: LineIndex, startLine: number, endLine: number, edits: readonly TextEdit[]): LineEdit {
	const from = lines.lineStart(startLine);
	const to = endLine < startLine ? from : lines.lineStart(endLine + 1);
	const oldText = lines.text.slice(from, to);
	const shifted = edits.map((edit) => ({
		range: { start: edit.range.start - from, end: edit.range.end - from },
		newText: edit.newText,
	}));
	return { path, startLine, endLine, oldText, newText: applyEdits(oldText, shifted) ?? oldText };
}

function endsInBreak(text: string): boolean {
	return /[\r\n]$/.test(text);
}
