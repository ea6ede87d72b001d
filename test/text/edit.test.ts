import fc from "fast-check";
import { describe, expect, test, vi } from "vitest";
import { applyEdits, applyToFiles, editsConflict } from "../../src/text/edit.ts";

// Properties take their time on a busy machine.
vi.setConfig({ testTimeout: 120_000 });

const replace = (start: number, end: number, newText: string) => ({ range: { start, end }, newText });

describe("applying edits", () => {
	test("does not depend on their order and counts identical ones once", () => {
		const edits = [replace(4, 5, "E"), replace(0, 1, "A"), replace(4, 5, "E")];
		expect(applyEdits("abcdef", edits)).toBe("AbcdEf");
	});

	test("is all or nothing when two claim the same text", () => {
		expect(applyEdits("abcdef", [replace(0, 3, "x"), replace(2, 4, "y")])).toBeNull();
		expect(applyEdits("abcdef", [replace(2, 2, "x"), replace(2, 2, "y")])).toBeNull();
		expect(applyEdits("abc", [replace(2, 9, "x")])).toBeNull();
	});

	test("puts an insertion in front of a replacement that begins there", () => {
		expect(applyEdits("abc", [replace(1, 2, "B"), replace(1, 1, "+")])).toBe("a+Bc");
	});

	test("starts a new file from nothing", () => {
		const edits = [{ path: "new.py", ...replace(0, 0, "x = 1\n") }];
		expect(applyToFiles(new Map([["old.py", "y"]]), edits)).toEqual(new Map([["new.py", "x = 1\n"]]));
	});

	test("never changes what lies outside the edits", () => {
		const cases = fc
			.string({ maxLength: 60 })
			.chain((text) =>
				fc.tuple(fc.constant(text), fc.array(fc.nat(text.length), { minLength: 2, maxLength: 8 }), fc.string({ maxLength: 5 })),
			);
		fc.assert(
			fc.property(cases, ([text, cuts, newText]) => {
				const places = [...new Set(cuts)].sort((a, b) => a - b);
				const edits: ReturnType<typeof replace>[] = [];
				for (let i = 0; i + 1 < places.length; i += 2) edits.push(replace(places[i] ?? 0, places[i + 1] ?? 0, newText));
				const kept = edits.reduceRight((rest, { range }) => rest.slice(0, range.start) + rest.slice(range.end), text);
				const after = applyEdits(text, edits) ?? "";
				// Taking the new texts out again at their new places gives what was kept.
				const back = edits.reduce((rest, { range }, i) => {
					const shift = edits.slice(0, i).reduce((sum, edit) => sum + edit.range.end - edit.range.start, 0);
					return rest.slice(0, range.start - shift) + rest.slice(range.start - shift + newText.length);
				}, after);
				expect(back).toBe(kept);
			}),
		);
	});
});

test("fixes conflict when they want different things of the same place, not when they want the same", () => {
	const at = (path: string, start: number, end: number, newText: string) => [{ path, ...replace(start, end, newText) }];
	expect(editsConflict(at("a", 0, 3, "x"), at("a", 2, 4, "y"))).toBe(true);
	expect(editsConflict(at("a", 0, 3, "x"), at("a", 0, 3, "x"))).toBe(false);
	expect(editsConflict(at("a", 0, 3, "x"), at("b", 0, 3, "y"))).toBe(false);
});
