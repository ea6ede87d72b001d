import fc from "fast-check";
import { expect, test, vi } from "vitest";
import { mergeTexts } from "../../src/text/merge.ts";

// Properties take their time on a busy machine.
vi.setConfig({ testTimeout: 120_000 });

test("takes from each what only it changed", () => {
	expect(mergeTexts("a\nb\nc\n", "A\nb\nc\n", "a\nb\nC\n")).toEqual({ type: "merged", text: "A\nb\nC\n" });
});

test("counts the same change once", () => {
	expect(mergeTexts("a\nb\nc\n", "a\nB\nc\nmine\n", "a\nB\nc\n")).toEqual({ type: "merged", text: "a\nB\nc\nmine\n" });
});

test("names the line where both changed something else", () => {
	expect(mergeTexts("a\nb\nc\n", "new\na\nMINE\nc\n", "a\nTHEIRS\nc\n")).toEqual({ type: "conflict", line: 3 });
	expect(mergeTexts("a\n", "a\nmine\n", "a\ntheirs\n")).toMatchObject({ type: "conflict" });
});

test("takes lines that one added beside lines that the other changed", () => {
	expect(mergeTexts("a\nb\n", "a\nb\nmine\n", "a\nB\n")).toEqual({ type: "merged", text: "a\nB\nmine\n" });
	expect(mergeTexts("a\nb\n", "a\nmine\nb\n", "a\nB\n")).toEqual({ type: "merged", text: "a\nmine\nB\n" });
	expect(mergeTexts("a\nb\nc\n", "a\nb\nmine\nc\n", "a\nX\n")).toMatchObject({ type: "conflict" });
	expect(mergeTexts("a\nb\n", "a\nb\nmine\n", "a\nB")).toMatchObject({ type: "conflict" });
});

test("keeps line breaks and a missing last one as they are", () => {
	expect(mergeTexts("a\r\nb\r\nc", "a\r\nb\r\nc2", "A\r\nb\r\nc")).toEqual({ type: "merged", text: "A\r\nb\r\nc2" });
});

test("what both sides changed apart comes out whichever side is called ours", () => {
	const text = fc.array(fc.constantFrom("a", "b", "c"), { maxLength: 8 }).map((lines) => lines.join("\n"));
	fc.assert(
		fc.property(text, text, text, (base, ours, theirs) => {
			const one = mergeTexts(base, ours, theirs);
			const other = mergeTexts(base, theirs, ours);
			expect(one.type).toBe(other.type);
			if (one.type === "merged") expect(one).toEqual(other);
			expect(mergeTexts(base, ours, base)).toEqual({ type: "merged", text: ours });
		}),
	);
});
