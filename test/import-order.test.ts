import { describe, expect, test } from "vitest";
import { withOfflineProject } from "../scripts/boot/audit-offline.ts";
import { readCorpus } from "../scripts/boot/corpus.ts";
import { readEvidence } from "../scripts/boot/evidence.ts";
import { simulateImports } from "../scripts/boot/import-order.ts";

const imported = readCorpus().flatMap((boot) => {
	const proof = readEvidence(boot)?.proof;
	return proof?.imported === undefined
		? []
		: [{ name: boot.name, boot, proof, files: proof.imported.split(", ").filter(Boolean) }];
});

describe("the simulator imports every fixture's files in CPython's order, without any Python", () => {
	test("nearly every fixture names a module to import", () => {
		expect(imported.length).toBeGreaterThan(readCorpus().length * 0.98);
	});

	test.each(imported)("$name", async ({ boot, proof, files }) => {
		const simulated = await withOfflineProject(boot, async (project) => simulateImports(boot, project));
		// What comes after the first failure is the simulator's alone.
		const fails = proof.stage === "import";
		expect(fails ? simulated.slice(0, files.length) : simulated).toEqual(files);
	});
});
