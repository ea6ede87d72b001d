import type { Fix } from "../../audit/fix.ts";
import { type DiffHunk, type DiffLine, diffTexts } from "../../text/diff.ts";
import { show, showLine } from "../../text/gate.ts";
import { applyChange, touchedFiles } from "../../text/tree-change.ts";
import { maskValuesOf } from "../../text/typed-values.ts";
import { breakLine, type Line, lineOf, type Span, span, type Tone, wrapLine } from "./line.ts";

/** What a fix does to one file. */
export interface FileDiff {
	readonly path: string;
	/** Its path afterwards; null where the file goes. */
	readonly to: string | null;
	/** The fix creates the file. */
	readonly isNew: boolean;
	readonly hunks: readonly DiffHunk[];
}

interface Drawn {
	readonly sources: ReadonlyMap<string, string>;
	/** By the number of unchanged lines around each change. */
	readonly byContext: Map<number, readonly FileDiff[] | null>;
}

const drawn = new WeakMap<Fix, Drawn>();

/** Unchanged lines around a change, as `git diff` shows. */
export const usualContext = 3;

/** The changes of a fix, file by file, passed through the display gate; null where it does not apply to these sources. Remembered per fix. */
export function diffFix(fix: Fix, sources: ReadonlyMap<string, string>, context = usualContext): readonly FileDiff[] | null {
	const kept = drawn.get(fix);
	const known = kept?.sources === sources ? kept : { sources, byContext: new Map() };
	drawn.set(fix, known);
	const done = known.byContext.get(context);
	if (done !== undefined) return done;
	const results = applyChange(sources, fix);
	const files =
		results &&
		touchedFiles(fix).map(({ path, to }): FileDiff => {
			const before = sources.get(path) ?? "";
			const after = (to === null ? "" : results.get(to)) ?? before;
			const display = (text: string) => maskValuesOf(fix.typed ?? [], show(text, path));
			const hunks = diffTexts(before, after, { context, display });
			return { path, to, isNew: !sources.has(path) && to === path, hunks };
		});
	known.byContext.set(context, files);
	return files;
}

/** The changes as rows of at most `width` cells. Long lines go on in the next row: nothing of a change is cut off. */
export function diffRows(files: readonly FileDiff[], width: number): readonly Line[] {
	const numberWidth = String(highestLine(files)).length;
	return files.flatMap((file, index) => [
		...(index > 0 ? [[]] : []),
		...wrapLine([span(showLine(file.path), "strong"), span(noteOf(file), "dim")], width),
		...file.hunks.flatMap((hunk, position) => [
			...(position > 0 ? [lineOf(`  ${" ".repeat(numberWidth)}⋯`, "dim")] : []),
			...hunk.lines.flatMap((line) => lineRows(line, numberWidth, width)),
		]),
		...(file.hunks.length === 0 ? [lineOf(`  ${withoutLines(file)}`, "dim")] : []),
	]);
}

function noteOf({ path, to, isNew }: FileDiff): string {
	if (to === null) return "  deleted";
	if (to !== path) return `  renamed to ${showLine(to)}`;
	return isNew ? "  new file" : "";
}

function withoutLines({ path, to }: FileDiff): string {
	if (to === null) return "it is empty";
	return to === path ? "only its permissions or encoding change" : "every line of it stays";
}

function lineRows(line: DiffLine, numberWidth: number, width: number): readonly Line[] {
	const sign = line.kind === "removed" ? "-" : line.kind === "added" ? "+" : " ";
	const tone: Tone = line.kind === "context" ? "dim" : line.kind;
	const number = String(line.oldLine ?? line.newLine ?? "").padStart(numberWidth);
	const gutter = span(`${sign} ${number}  `, tone);
	const note: Span[] = line.invisibleChange ? [span("  (differs in what is not shown)", "dim")] : [];
	const rows = breakLine(
		[...line.spans.map((piece) => span(piece.text, toneOf(line, piece.changed))), ...note],
		width - gutter.text.length,
	);
	const hang = span(`${sign} ${" ".repeat(numberWidth)}  `, tone);
	return rows.map((row, index) => [index === 0 ? gutter : hang, ...row]);
}

/** Word-level marks stand out only where the line has both changed and unchanged words. */
function toneOf(line: DiffLine, changed: boolean): Tone {
	if (line.kind === "context") return "plain";
	const isMixed = changed && line.spans.some((piece) => !piece.changed && piece.text.trim() !== "");
	if (line.kind === "removed") return isMixed ? "removed-word" : "removed";
	return isMixed ? "added-word" : "added";
}

function highestLine(files: readonly FileDiff[]): number {
	const lines = files.flatMap((file) => file.hunks.flatMap((hunk) => hunk.lines));
	return lines.reduce((highest, line) => Math.max(highest, line.oldLine ?? 0, line.newLine ?? 0), 1);
}
