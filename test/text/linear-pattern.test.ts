import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import { compilePattern } from "../../src/text/linear-pattern.ts";

const pieces = ["a", "b", ".", "\\d", "[ab]", "[^a]", "\\.", "(a|b)", "(?:ab|a)", "(a*b)", "^", "$", "|", "(|a)"];
const repetitions = ["", "", "*", "+", "?", "{2}", "{1,}", "{0,2}", "*?"];
const pattern = fc
	.array(fc.tuple(fc.constantFrom(...pieces), fc.constantFrom(...repetitions)), { maxLength: 6 })
	.map((parts) => parts.map(([piece, repeat]) => piece + (/^[$^|]$/.test(piece) ? "" : repeat)).join(""));
const text = fc.array(fc.constantFrom("a", "b", ".", "1", "\n"), { maxLength: 8 }).map((each) => each.join(""));

test("a pattern is found where JavaScript finds it", () => {
	fc.assert(
		fc.property(pattern, text, (source, subject) => {
			expect(compilePattern(source)?.(subject)).toBe(new RegExp(source).test(subject));
			// The repetition of a group is never left to JavaScript.
			expect(compilePattern(`^(?:${source}){1,2}$`)?.(subject)).toBe(new RegExp(`^(?:${source}){1,2}$`).test(subject));
		}),
		{ numRuns: 400 },
	);
});

describe("what would take JavaScript for ever", () => {
	it.each([
		["^(a+)+$", `${"a".repeat(100)}!`],
		["^(a|a)*$", `${"a".repeat(100)}!`],
		[`^${"a?".repeat(40)}${"a".repeat(40)}$`, "a".repeat(39)],
		[`^${"[^/]*a".repeat(30)}$`, "a".repeat(200).concat("b")],
		["(x+x+)+y", "x".repeat(5_000)],
	])("%s is told", (source, subject) => {
		expect(compilePattern(source)?.(subject)).toBe(false);
	});
});

test.each(["(", "(?=a)", "\\1(a)", "((a{1000}){1000}){1000}"])("%s is not followed", (source) => {
	expect(compilePattern(source)).toBeNull();
});

test("a text too long for its pattern is left open", () => {
	expect(compilePattern("^(a+b?){1,100}$")?.("a".repeat(1_000_000))).toBeNull();
});
