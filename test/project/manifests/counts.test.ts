import { readdirSync, readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { shapes } from "./shapes.ts";

const fixtures = new URL("../../../fixtures/", import.meta.url);
const about = ["undeclared-package", "optional-dependency", "version-mismatch"];

/** Cases about packages that have an outcome on record, which a real boot in an environment of their own wrote. */
function recorded(kind: "rules" | "decoys"): number {
	return readdirSync(new URL(kind, fixtures))
		.filter((fault) => about.includes(fault))
		.flatMap((fault) => {
			const record: unknown = JSON.parse(readFileSync(new URL(`${kind}/${fault}/boot.json`, fixtures), "utf8"));
			const cases = typeof record === "object" && record !== null && "cases" in record ? record.cases : {};
			return Object.keys(cases ?? {});
		}).length;
}

it("is proved by 60 booted faults of packages, 30 booted look-alikes and 60 shapes of manifests at least", () => {
	const counts = { faults: recorded("rules"), lookAlikes: recorded("decoys"), manifests: shapes.length };
	expect(counts.faults, JSON.stringify(counts)).toBeGreaterThanOrEqual(60);
	expect(counts.lookAlikes, JSON.stringify(counts)).toBeGreaterThanOrEqual(30);
	expect(counts.manifests, JSON.stringify(counts)).toBeGreaterThanOrEqual(60);
});
