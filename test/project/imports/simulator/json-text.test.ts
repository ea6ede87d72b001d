import { describe, expect, test } from "vitest";
import { decodeJson } from "../../../../src/project/imports/simulator/library/json-text.ts";

const message = (text: string, minor = 11) => {
	const decoded = decodeJson(text, minor);
	return "message" in decoded ? decoded.message : null;
};

describe("JSON as Python's decoder reads it", () => {
	test("what is nested too deep to read is not refused", () => {
		for (const [open, close] of [
			["[", "]"],
			['{"a": ', "}"],
		] as const)
			expect(decodeJson(`${open.repeat(300)}1${close.repeat(300)}`, 11)).toEqual({ value: { kind: "unknown" } });
	});

	test("places are counted in characters", () => {
		expect(message('{"😀": "😀",\n "😀" 1}')).toBe("Expecting ':' delimiter: line 2 column 6 (char 16)");
		expect(message("")).toBe("Expecting value: line 1 column 1 (char 0)");
	});

	test("a trailing comma is refused in the words of the version", () => {
		expect(message("[1,]", 12)).toBe("Expecting value: line 1 column 4 (char 3)");
		expect(message("[1,]", 13)).toBe("Illegal trailing comma before end of array: line 1 column 3 (char 2)");
		expect(message('{"a": 1,}', 13)).toBe("Illegal trailing comma before end of object: line 1 column 8 (char 7)");
	});

	test("a long document is held to be sound, or its fault is found", () => {
		const long = JSON.stringify(Array.from({ length: 40_000 }, (_, index) => ({ index })));
		expect(message(long)).toBeNull();
		expect(message(long.slice(0, -1))).toBe(`Expecting ',' delimiter: line 1 column ${long.length} (char ${long.length - 1})`);
	});
});
