import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseDotenv, resolveDotenv } from "../../../src/project/settings/dotenv.ts";
import recorded from "./dotenv-cases.json" with { type: "json" };

describe.each(recorded.cases.map((each) => [JSON.stringify(each.text), each] as const))("%s", (_, recordedCase) => {
	const { text, bindings, problems, fileFirst, environmentFirst } = recordedCase;
	const file = parseDotenv(text);

	it("is read as python-dotenv reads it", () => {
		expect(file.entries.map(({ key, value }) => [key, value])).toEqual(bindings);
		expect(file.problems).toHaveLength(problems);
	});

	it("resolves as python-dotenv resolves it", () => {
		expect(Object.fromEntries(resolveDotenv(file.entries, recorded.environment, "file"))).toEqual(fileFirst);
		expect(Object.fromEntries(resolveDotenv(file.entries, recorded.environment, "environment"))).toEqual(environmentFirst);
	});
});

it("gives the places of keys and values, quotes left out", () => {
	const text = "# settings\nexport URL = 'postgres://a b' # here\nEMPTY=\n";
	const [url, empty] = parseDotenv(text).entries;
	const slice = (range: { start: number; end: number } | null | undefined): string | null =>
		range ? text.slice(range.start, range.end) : null;
	expect([slice(url?.keyRange), slice(url?.valueRange), url?.quote, url?.exported, url?.line]).toEqual([
		"URL",
		"postgres://a b",
		"'",
		true,
		2,
	]);
	expect([slice(empty?.valueRange), empty?.valueRange?.start, empty?.line]).toEqual(["", text.length - 1, 3]);
});

it("names the line that python-dotenv skips", () => {
	expect(parseDotenv("A=1\nthis is 'prose\nB='open\nC=3\n").problems.map(({ line }) => line)).toEqual([2, 3]);
});

it("never throws, and its ranges hold what was read", () => {
	fc.assert(
		fc.property(fc.string({ unit: "binary", maxLength: 200 }), (text) => {
			for (const { key, keyRange, value, valueRange, quote } of parseDotenv(text).entries) {
				expect(text.slice(keyRange.start, keyRange.end)).toBe(key);
				if (valueRange !== null && quote === null) expect(text.slice(valueRange.start, valueRange.end)).toBe(value);
			}
		}),
	);
});
