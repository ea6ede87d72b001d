import { expect, it } from "vitest";
import { evaluateMarker } from "../../src/environment/marker.ts";
import { isSpecifierSet, versionSatisfies } from "../../src/environment/pep440.ts";
import { substitute } from "../../src/project/starts/container-image.ts";
import { readIgnorePatterns } from "../../src/project/starts/ignore-patterns.ts";

it("a variable that doubles with every line is not known", () => {
	const variables = new Map<string, string | null>([["A0", "xx"]]);
	for (let i = 0; i < 60; i++) variables.set(`A${i + 1}`, substitute(`$A${i}$A${i}`, variables));
	expect(variables.get("A10")).toBe("x".repeat(2_048));
	expect(variables.get("A60")).toBeNull();
	expect(substitute("$A10".repeat(1_000_000), variables)).toBeNull();
});

it("a marker of thousands of clauses is not known", () => {
	const clauses = Array.from({ length: 50_000 }, () => 'python_version > "3"');
	expect(evaluateMarker(clauses.slice(0, 100).join(" or "), { major: 3, minor: 11 })).toBe(true);
	expect(evaluateMarker(clauses.join(" or "), { major: 3, minor: 11 })).toBeNull();
});

it("a specifier of thousands of clauses asks for nothing", () => {
	expect(versionSatisfies("1.0", ">=2,".repeat(250_000))).toBe(false);
	const distinct = Array.from({ length: 100_000 }, (_, i) => `>=2.${i}`).join(",");
	expect([isSpecifierSet(distinct), versionSatisfies("1.0", distinct)]).toEqual([true, true]);
});

it("thousands of patterns of files are not followed", () => {
	const ignored = readIgnorePatterns("**/*.pyc\n");
	expect([ignored("app/a.pyc"), ignored("app/a.py")]).toEqual([true, false]);
	expect(readIgnorePatterns("**/*.pyc\n".repeat(20_000))("app/a.pyc")).toBe(false);
});
