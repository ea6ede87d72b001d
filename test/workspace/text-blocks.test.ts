import fc from "fast-check";
import { expect, test } from "vitest";
import { readModuleTable } from "../../src/environment/outline/read-table.ts";
import { packModules, readModuleLines, readPackageHeader } from "../../src/environment/packed-modules.ts";
import { writeTable } from "../../src/environment/written-table.ts";
import { openBlocks, packBlocks } from "../../src/workspace/text-blocks.ts";

test("every text comes back as it was packed, in any order", () => {
	fc.assert(
		fc.property(fc.string({ unit: "grapheme" }), fc.array(fc.string({ unit: "grapheme" })), (header, texts) => {
			const blocks = openBlocks(packBlocks(header, texts, 1));
			expect(blocks.header).toBe(header);
			for (const index of texts.keys()) expect(blocks.read(texts.length - 1 - index)).toBe(texts.at(-1 - index));
			expect(() => blocks.read(texts.length)).toThrow();
		}),
	);
});

test("bytes of another kind are refused", () => {
	expect(() => openBlocks(Buffer.from("no blocks at all")).header).toThrow();
	expect(() => openBlocks(Buffer.alloc(0)).header).toThrow();
});

test("a package's modules are found in their blocks, and their names without reading any", () => {
	const context = { module: "pkg", isPackage: true, python: { major: 3, minor: 11 }, platform: "linux" };
	const table = (name: string) => writeTable(readModuleTable(`${name} = 1\n`, context));
	const lines = ["pkg\tp\t", ...Array.from({ length: 40 }, (_, i) => `pkg.m${i}\t\t${table(`${"Name".repeat(1500)}${i}`)}`)];
	const { header, blocks } = packModules(["patched"], lines);
	const { assigned, modules } = readPackageHeader(header);
	expect(assigned).toEqual(["patched"]);
	expect(modules.length).toBeGreaterThan(1);
	expect(modules.flat()).toEqual(lines.map((line) => line.split("\t")[0]));
	for (const [index, names] of modules.entries()) expect([...readModuleLines(blocks[index] ?? "").keys()]).toEqual(names);
	expect(readModuleLines(blocks.at(-1) ?? "").get("pkg.m7")).toBe(`${"Name".repeat(1500)}7`);
	expect(readPackageHeader("{")).toEqual({ assigned: [], modules: [] });
});
