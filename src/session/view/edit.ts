import type { Fix } from "../../audit/fix.ts";
import { parseModule } from "../../python/parse.ts";
import { diffTexts } from "../../text/diff.ts";
import { applyToFiles } from "../../text/edit.ts";
import { LineIndex } from "../../text/line-index.ts";
import type { TextEdit } from "../../text/range.ts";

/** What a person edits of a proposal: the new text of its changed stretches, in one file. */
export interface EditableText {
	readonly path: string;
	/** With a `#~` line above each stretch. */
	readonly text: string;
}

export type EditResult =
	| { readonly type: "edited"; readonly fix: Fix }
	/** It cannot become a fix; the reason is for the person. */
	| { readonly type: "rejected"; readonly reason: string };

/** Lines that begin so are ours: they separate the stretches and are not kept. */
const marker = "#~";

/** The texts to edit, one a file, in the order of the fix's edits. Empty where the fix does not apply to these sources. */
export function editableTexts(fix: Fix, sources: ReadonlyMap<string, string>): readonly EditableText[] {
	const results = applyToFiles(sources, fix.edits);
	if (results === null) return [];
	return [...results].flatMap(([path, after]): EditableText[] => {
		const stretches = stretchesOf(sources.get(path) ?? "", after);
		const parts = stretches.map((stretch, index) => {
			const place = `${marker} ${path}, line ${stretch.newStart} on`;
			return `${index === 0 ? `${place}; lines with ${marker} are not kept.` : place}\n${stretch.newText}`;
		});
		return stretches.length === 0 ? [] : [{ path, text: parts.join("") }];
	});
}

/** The first line of a text to edit that is not ours, counting from 0: where a person begins. */
export function firstEditableRow(text: string): number {
	return Math.max(
		0,
		text.split("\n").findIndex((line) => !line.startsWith(marker)),
	);
}

/** Is a text to edit what it was, but for lines that are ours? */
export function isUnedited(text: string, proposed: string): boolean {
	const kept = splitAtMarkers(text);
	const offered = splitAtMarkers(proposed);
	return kept.length === offered.length && kept.every((part, index) => part === offered[index]);
}

/** The fix with one file's proposal replaced by what the person made of it, which nobody can call safe. One that would break the file is rejected. */
export function editedFix(fix: Fix, sources: ReadonlyMap<string, string>, path: string, edited: string): EditResult {
	const results = applyToFiles(sources, fix.edits);
	if (results === null) return { type: "rejected", reason: "The file has changed meanwhile; audit again first." };
	const before = sources.get(path) ?? "";
	const proposed = results.get(path) ?? before;
	const stretches = stretchesOf(before, proposed);
	const texts = splitAtMarkers(edited);
	if (texts.length !== stretches.length) return { type: "rejected", reason: `Each line with ${marker} has to stay where it is.` };

	const lines = new LineIndex(before);
	const lineBreak = before.includes("\r\n") ? "\r\n" : "\n";
	let after = "";
	let position = 0;
	for (const [index, stretch] of stretches.entries()) {
		const end = lines.lineStart(stretch.oldEnd);
		const text = (texts[index] ?? "").replace(/\r\n?|\n/g, lineBreak);
		const endsOpen = stretch.newText !== "" && !/[\r\n]$/.test(stretch.newText);
		after += before.slice(position, lines.lineStart(stretch.oldStart)) + withLineEnd(text, lineBreak, endsOpen);
		position = end;
	}
	after += before.slice(position);

	const fault = newSyntaxFault(path, proposed, after);
	if (fault !== null) return { type: "rejected", reason: fault };
	const edits = [...fix.edits.filter((edit) => edit.path !== path), ...lineEdits(path, before, after)];
	if (edits.length === 0 && fix.moves === undefined)
		return { type: "rejected", reason: "Nothing is left of the change; n skips the issue." };
	return { type: "edited", fix: { ...fix, applicability: "review", edits } };
}

interface Stretch {
	/** First old line, counting from 1. */
	readonly oldStart: number;
	/** The old line after the last. */
	readonly oldEnd: number;
	readonly newStart: number;
	/** With its line breaks. */
	readonly newText: string;
}

function stretchesOf(before: string, after: string): readonly Stretch[] {
	const newLines = new LineIndex(after);
	return diffTexts(before, after).map((hunk) => {
		const oldStart = hunk.oldLines > 0 ? hunk.oldStart : hunk.oldStart + 1;
		const newStart = hunk.newLines > 0 ? hunk.newStart : hunk.newStart + 1;
		const newText = after.slice(newLines.lineStart(newStart), newLines.lineStart(newStart + hunk.newLines));
		return { oldStart, oldEnd: oldStart + hunk.oldLines, newStart, newText };
	});
}

/** Editors differ about the last line break; the stretch keeps the one it had. */
function withLineEnd(text: string, lineBreak: string, endsOpen: boolean): string {
	if (text === "") return text;
	const bare = text.endsWith(lineBreak) ? text.slice(0, -lineBreak.length) : text;
	return endsOpen ? bare : bare + lineBreak;
}

function splitAtMarkers(edited: string): readonly string[] {
	const texts: string[] = [];
	for (const line of edited.split(/(?<=\n)/)) {
		if (line.startsWith(marker)) texts.push("");
		else if (texts.length > 0) texts[texts.length - 1] += line;
	}
	return texts;
}

/** The changed lines as edits of whole lines. */
function lineEdits(path: string, before: string, after: string): readonly TextEdit[] {
	const oldLines = new LineIndex(before);
	const newLines = new LineIndex(after);
	return diffTexts(before, after, { context: 0 }).map((hunk) => {
		const oldStart = hunk.oldLines > 0 ? hunk.oldStart : hunk.oldStart + 1;
		const newStart = hunk.newLines > 0 ? hunk.newStart : hunk.newStart + 1;
		return {
			path,
			range: { start: oldLines.lineStart(oldStart), end: oldLines.lineStart(oldStart + hunk.oldLines) },
			newText: after.slice(newLines.lineStart(newStart), newLines.lineStart(newStart + hunk.newLines)),
		};
	});
}

/** Words for a syntax fault that the proposal does not have; null where there is none, or where the file is no Python. */
function newSyntaxFault(path: string, proposed: string, after: string): string | null {
	if (!path.endsWith(".py")) return null;
	const [fault] = parseModule(after).errors;
	if (fault === undefined || parseModule(proposed).errors.length > 0) return null;
	const { line } = new LineIndex(after).positionAt(fault.start);
	return `Python would not parse line ${line} of this: ${fault.message}.`;
}
