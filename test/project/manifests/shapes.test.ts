import { describe, expect, it } from "vitest";
import { readRows, withHttpx } from "./shape-rows.ts";
import recorded from "./shapes.json" with { type: "json" };
import { shapes } from "./shapes.ts";

// What pip, packaging, poetry-core and setuptools read: `npx tsx scripts/manifests/record.ts`; test/boot asks them again, and uv, hatchling, pdm and plette too.
const record: Readonly<Record<string, { readonly before: unknown; readonly after: unknown }>> = recorded;

describe("manifests are read as the tool reads them that owns the format", () => {
	it.each(shapes)("$name", (shape) => {
		expect(readRows(shape)).toEqual(record[shape.name]?.before);
	});
});

describe("a package that is declared by us is read by that tool, and nothing else has changed", () => {
	it.each(shapes)("$name", (shape) => {
		const edited = withHttpx(shape);
		expect(readRows(edited)).toEqual(record[shape.name]?.after);
		expect(readRows(edited).filter(([name]) => name !== "httpx")).toEqual(readRows(shape));
	});
});

it("covers many shapes, each under a name of its own", () => {
	expect(shapes.length).toBeGreaterThanOrEqual(60);
	expect(new Set(shapes.map(({ name }) => name)).size).toBe(shapes.length);
	expect(Object.keys(record)).toHaveLength(shapes.length);
});
