import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { diffLines } from "../../src/report/diff-lines.ts";
import { lineEditsOf, spanOf } from "../../src/report/line-edits.ts";
import { applyEdits } from "../../src/text/edit.ts";
import type { TextEdit } from "../../src/text/range.ts";

const textsOf = (text: string) => new Map([["a.py", { text }]]);
const edit = (start: number, end: number, newText: string): TextEdit => ({ path: "a.py", range: { start, end }, newText });

function replaceLines(text: string, startLine: number, endLine: number, newText: string): string {
	const lines = text.split(/(?<=\n)/);
	return [...lines.slice(0, startLine - 1), newText, ...lines.slice(endLine)].join("");
}

describe("edits as replacements of whole lines", () => {
	it("names the line before an insertion", () => {
		expect(lineEditsOf([edit(4, 4, "new\n")], textsOf("one\ntwo\n"))).toEqual([
			{ path: "a.py", startLine: 1, endLine: 1, oldText: "one\n", newText: "one\nnew\n" },
		]);
	});

	it("replaces nothing where the file is new", () => {
		expect(lineEditsOf([edit(0, 0, "x = 1\n")], new Map())).toEqual([
			{ path: "a.py", startLine: 1, endLine: 0, oldText: "", newText: "x = 1\n" },
		]);
	});

	it("removes a line as a line", () => {
		expect(lineEditsOf([edit(4, 8, "")], textsOf("one\ntwo\nthree\n"))).toEqual([
			{ path: "a.py", startLine: 2, endLine: 2, oldText: "two\n", newText: "" },
		]);
	});

	it("does what the edits do, piece by piece and as one span", () => {
		const lines = fc.array(fc.constantFrom("a", "bb", "", "a"), { minLength: 1, maxLength: 8 }).map((items) => items.join("\n"));
		const cases = lines.chain((text) =>
			fc
				.uniqueArray(fc.nat(text.length), { maxLength: 4 })
				.map((cuts) => cuts.sort((a, b) => a - b))
				.chain((cuts) =>
					fc.array(fc.constantFrom("", "x", "\n", "x\n", "\nx"), { minLength: 2, maxLength: 2 }).map((newTexts) => ({
						text,
						edits: newTexts.flatMap((newText, i) => {
							const [start, end] = [cuts[2 * i], cuts[2 * i + 1]];
							return start === undefined || end === undefined ? [] : [edit(start, end, newText)];
						}),
					})),
				),
		);
		fc.assert(
			fc.property(cases, ({ text, edits }) => {
				const expected = applyEdits(text, edits);
				let pieces = text;
				for (const piece of [...lineEditsOf(edits, textsOf(text))].reverse()) {
					expect(piece.oldText).toBe(
						text
							.split(/(?<=\n)/)
							.slice(piece.startLine - 1, piece.endLine)
							.join(""),
					);
					pieces = replaceLines(pieces, piece.startLine, piece.endLine, piece.newText);
				}
				expect(pieces).toBe(expected);
				const span = spanOf(edits, "a.py", textsOf(text));
				if (span) expect(replaceLines(text, span.startLine, span.endLine, span.newText)).toBe(expected);
			}),
			{ numRuns: 1000 },
		);
	});

	it("shows what changed with the lines around it as context", () => {
		const [first] = lineEditsOf([edit(4, 4, "new\n")], textsOf("one\ntwo\n"));
		expect(first && diffLines(first)).toEqual([
			{ sign: " ", number: 1, text: "one" },
			{ sign: "+", number: 2, text: "new" },
		]);
	});
});
