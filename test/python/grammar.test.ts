import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { findSyntaxFaults } from "../../src/python/grammar.ts";
import { parseModule } from "../../src/python/parse.ts";

interface Compiled {
	readonly source: string;
	/** By version: the line that `compile()` of that Python raised, or null where it compiled. */
	readonly says: Readonly<Record<string, string | null>>;
}

const recorded = JSON.parse(readFileSync(new URL("compiled-by-python.json", import.meta.url), "utf8")) as Compiled[];

const lineOf = (source: string, minor: number) => {
	const [fault] = findSyntaxFaults(source, parseModule(source), minor);
	return fault === undefined ? null : `${fault.exception}: ${fault.message}`;
};

describe("says what CPython's compiler says", () => {
	for (const version of ["3.8", "3.11", "3.13"]) {
		const cases = recorded.filter(({ says }) => version in says);
		it.each(cases)(`of $source in ${version}`, ({ source, says }) => {
			expect(lineOf(source, Number(version.slice(2)))).toBe(says[version]);
		});
	}
});
