import fc from "fast-check";
import { expect, it } from "vitest";
import { composeEdits } from "../../src/text/compose.ts";
import { applyEdits, type Replacement } from "../../src/text/edit.ts";

/** Disjoint edits of a text of the given length; each takes two of the sorted cut points. */
function editsOf(length: number): fc.Arbitrary<Replacement[]> {
	const cuts = fc.uniqueArray(fc.nat(length), { maxLength: 6 }).map((points) => points.sort((a, b) => a - b));
	const changes = fc.array(fc.record({ newText: fc.string({ maxLength: 4 }), inserts: fc.boolean() }), {
		minLength: 3,
		maxLength: 3,
	});
	return fc.tuple(cuts, changes).map(([points, made]) => {
		const edits: Replacement[] = [];
		for (let i = 0; i + 1 < points.length; i += 2) {
			const start = points[i] ?? 0;
			const change = made[i / 2];
			edits.push({ range: { start, end: change?.inserts ? start : (points[i + 1] ?? start) }, newText: change?.newText ?? "" });
		}
		return edits;
	});
}

it("does in one step what two lists of edits do one after the other", () => {
	const cases = fc.string({ maxLength: 30 }).chain((text) =>
		editsOf(text.length).chain((first) => {
			const middle = applyEdits(text, first) ?? "";
			return editsOf(middle.length).map((second) => ({ text, first, middle, second }));
		}),
	);
	fc.assert(
		fc.property(cases, ({ text, first, middle, second }) => {
			const expected = applyEdits(middle, second);
			const composed = composeEdits(text, first, second);
			expect(applyEdits(text, composed)).toBe(expected);
		}),
		{ numRuns: 2000 },
	);
});

it("leaves edits that do not touch apart", () => {
	const first = [{ range: { start: 0, end: 1 }, newText: "xyz" }];
	const second = [{ range: { start: 8, end: 9 }, newText: "" }];
	expect(composeEdits("abcdefghij", first, second)).toEqual([first[0], { range: { start: 6, end: 7 }, newText: "" }]);
});
