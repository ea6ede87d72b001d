import { expect, test } from "vitest";
import { patternFault } from "../../../../src/project/imports/simulator/library/regular-expressions.ts";

test.each([
	["[^a-z0-9+", "unterminated character set at position 0"],
	["(\\d+", "missing ), unterminated subpattern at position 0"],
	["a)b", "unbalanced parenthesis at position 1"],
	["*.py", "nothing to repeat at position 0"],
	["a**", "multiple repeat at position 2"],
	["[z-a]", "bad character range z-a at position 1"],
	["(?<year>\\d{4})", "unknown extension ?<y at position 1"],
	["(?P<a-b>x)", "bad character in group name 'a-b' at position 4"],
	["(?P=n)", "unknown group name 'n' at position 4"],
	["\\p{L}", "bad escape \\p at position 0"],
	["a\nb(", "missing ), unterminated subpattern at position 3 (line 2, column 2)"],
	["a(?i)b", "global flags not at the start of the expression at position 1"],
	["ab\\", "bad escape (end of pattern) at position 2"],
])("says of %j what Python says", (pattern, message) => {
	expect(patternFault(pattern, 11)).toBe(message);
});

test.each(["[]a]", "{", "a{,3}", "x{2,1", "(?#note)a+", "(?P<n>a)(?P=n)", "[\\w.-]+@[\\w-]+", "(?i:a)|b", "\\N{DASH}("])(
	"takes %j, or leaves it alone",
	(pattern) => {
		expect(patternFault(pattern, 11)).toBeNull();
	},
);

test("possessive repetitions and flags in the middle are matters of the version", () => {
	expect(patternFault("a++", 10)).toBe("multiple repeat at position 2");
	expect(patternFault("a++", 11)).toBeNull();
	expect(patternFault("a(?i)b", 10)).toBeNull();
});
