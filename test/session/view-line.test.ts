import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { breakLine, fitLine, lineWidth, padLine, plainText, span, spreadLine, wrapLine } from "../../src/session/view/line.ts";

const text = fc.stringMatching(/^[ a-z.é漢🙂-]{0,80}$/u);
const width = fc.integer({ min: 2, max: 40 });

describe("rows of text", () => {
	test("no row is wider than asked for, whatever is in it", () => {
		fc.assert(
			fc.property(text, text, width, (first, second, cells) => {
				const line = [span(first), span(second, "strong")];
				for (const row of [fitLine(line, cells), padLine(line, cells), ...wrapLine(line, cells, 4), ...breakLine(line, cells)]) {
					expect(lineWidth(row)).toBeLessThanOrEqual(cells);
				}
				expect(lineWidth(padLine(line, cells))).toBe(cells);
			}),
		);
	});

	test("code that is broken into rows loses no character", () => {
		fc.assert(
			fc.property(text, text, width, (first, second, cells) => {
				const rows = breakLine([span(first), span(second, "added")], cells);
				expect(rows.map(plainText).join("")).toBe(first + second);
			}),
		);
	});

	test("prose that is wrapped loses no word", () => {
		fc.assert(
			fc.property(text, width, (words, cells) => {
				const rows = wrapLine([span(words)], cells);
				expect(rows.map(plainText).join("").replaceAll(" ", "")).toBe(words.replaceAll(" ", ""));
			}),
		);
	});

	test("prose breaks between words and goes on below its first word", () => {
		const rows = wrapLine([span("why   ", "dim"), span("the engine is async")], 16, 6);
		expect(rows.map(plainText)).toEqual(["why   the engine", "      is async"]);
	});

	test("a row that is cut says so", () => {
		expect(plainText(fitLine([span("import sqlmodel")], 8))).toBe("import …");
	});

	test("the right end of a row stays when the left one has to give way", () => {
		expect(plainText(spreadLine([span("Imports and dependencies")], [span("1 of 3")], 20))).toBe("Imports and…  1 of 3");
	});
});
