import { describe, expect, it } from "vitest";
import { NameFilter, publishedNames } from "../../src/environment/published-names.ts";
import { openPackageFiles } from "../../src/workspace/package-files.ts";

describe("the names of the public index", () => {
	it("loses none that was added, and denies nearly all others", () => {
		const filter = new NameFilter(new Uint8Array(1000));
		for (let index = 0; index < 1000; index++) filter.add(`published-${index}`);
		const has = (prefix: string) =>
			Array.from({ length: 1000 }, (_, index) => filter.has(`${prefix}-${index}`)).filter(Boolean).length;
		expect(has("published")).toBe(1000);
		expect(has("unpublished")).toBeLessThan(60);
	});

	it("are bundled", () => {
		const { asOf, names } = publishedNames(openPackageFiles({ cacheFolder: null }));
		expect(asOf).toMatch(/^20\d\d-\d\d-\d\d$/);
		for (const name of ["fastapi", "pyjwt", "dapr", "psycopg2-binary", "0"]) expect(names.has(name), name).toBe(true);
		for (const name of ["acme-inhouse-orders-client", "fastapi-sqlalchmey-helpers"]) expect(names.has(name), name).toBe(false);
	});

	it("are none where the data are missing", () => {
		expect(publishedNames({ ...openPackageFiles({ cacheFolder: null }), readData: () => null }).asOf).toBeNull();
	});
});
