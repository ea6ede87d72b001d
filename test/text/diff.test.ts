import fc from "fast-check";
import { describe, expect, test, vi } from "vitest";
import { type DiffHunk, diffTexts } from "../../src/text/diff.ts";
import { show } from "../../src/text/gate.ts";

// Properties take their time on a busy machine.
vi.setConfig({ testTimeout: 120_000 });

const signs = { context: " ", removed: "-", added: "+" };
const drawn = (hunks: readonly DiffHunk[]) =>
	hunks.flatMap((hunk) => [
		`@@ -${hunk.oldStart},${hunk.oldLines} +${hunk.newStart},${hunk.newLines} @@`,
		...hunk.lines.map((line) => `${signs[line.kind]}${line.text}`),
	]);

describe("a diff", () => {
	test("shows changed lines with their numbers and context", () => {
		const before = "a\nb\nc\nd\ne\nf\ng\nh\n";
		expect(drawn(diffTexts(before, before.replace("d\n", "D\nnew\n"), { context: 1 }))).toEqual([
			"@@ -3,3 +3,4 @@",
			" c",
			"-d",
			"+D",
			"+new",
			" e",
		]);
	});

	test("keeps far changes in hunks of their own and joins near ones", () => {
		const lines = Array.from({ length: 30 }, (_, i) => `line ${i}`);
		const changed = (...at: number[]) => lines.map((line, i) => (at.includes(i) ? `${line}!` : line)).join("\n");
		expect(diffTexts(lines.join("\n"), changed(3, 25))).toHaveLength(2);
		expect(diffTexts(lines.join("\n"), changed(3, 9))).toHaveLength(1);
	});

	test("marks the words that changed within a line", () => {
		const [hunk] = diffTexts("from a import b\n", "from a import b, c\n");
		expect(hunk?.lines[1]?.spans).toEqual([
			{ text: "from a import b", changed: false },
			{ text: ", c", changed: true },
		]);
	});

	test("says when all that changed cannot be seen", () => {
		expect(diffTexts("a\r\n", "a\n")[0]?.lines.map((line) => line.invisibleChange)).toEqual([true, true]);
		const display = (text: string) => show(text, ".env");
		const [hunk] = diffTexts("PASSWORD=one\n", "PASSWORD=two\n", { display });
		expect(hunk?.lines.map((line) => [line.text, line.invisibleChange])).toEqual([
			["PASSWORD=••••", true],
			["PASSWORD=••••", true],
		]);
	});

	test("of a new file starts at line 0, as `diff -u` does", () => {
		expect(drawn(diffTexts("", "x\n"))).toEqual(["@@ -0,0 +1,1 @@", "+x"]);
	});

	test("has both texts in it", () => {
		const text = fc
			.array(fc.constantFrom("a", "b", "c", ""), { maxLength: 12 })
			.map((lines) => lines.map((line) => `${line}\n`).join(""));
		fc.assert(
			fc.property(text, text, (before, after) => {
				const hunks = diffTexts(before, after, { context: 1_000 });
				const side = (kind: "removed" | "added") =>
					hunks.flatMap((hunk) => hunk.lines.filter((line) => line.kind !== kind).map((line) => `${line.text}\n`)).join("");
				if (before === after) expect(hunks).toEqual([]);
				else expect([side("added"), side("removed")]).toEqual([before, after]);
			}),
		);
	});

	test("of two huge unrelated texts takes bounded time", () => {
		const huge = (letter: string) => Array.from({ length: 20_000 }, (_, i) => `${letter}${i}`).join("\n");
		const started = performance.now();
		expect(diffTexts(huge("a"), huge("b"))).toMatchObject([{ oldLines: 20_000, newLines: 20_000 }]);
		expect(performance.now() - started).toBeLessThan(10_000);
	});
});
