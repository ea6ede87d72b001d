import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readCorpus } from "../../scripts/boot/corpus.ts";
import { findPools, findPython } from "../../scripts/boot/environments.ts";
import { readEvidence, recordProof } from "../../scripts/boot/evidence.ts";
import { mapParallel, type Proof, proveCase, stopPostgres } from "../../scripts/boot/prove.ts";
import { pythonVersion } from "../../scripts/boot/server.ts";

/** Boots as many as fit into a minute or two; the environment variable `BOOT_SAMPLE=all` boots every one. */
const sampleSize = 60;

const pools = await findPools();
const corpus = readCorpus().filter((boot) => pools.has(boot.pool));
const step = process.env.BOOT_SAMPLE === "all" ? 1 : Math.max(1, Math.ceil(corpus.length / sampleSize));
const sample = corpus.filter((_, index) => index % step === 0);

describe("the recorded boots are what real Python does", () => {
	const proofs = new Map<string, Proof>();
	beforeAll(async () => {
		await mapParallel(sample, async (boot) => {
			proofs.set(boot.name, await proveCase(boot));
		});
	}, 900_000);
	afterAll(stopPostgres);

	test.each(sample)("$name", async (boot) => {
		const proof = proofs.get(boot.name);
		const evidence = readEvidence(boot);
		expect(proof).toBeDefined();
		expect(evidence, "run npm run record").toBeDefined();
		if (proof === undefined || evidence === undefined) return;
		const python = pythonVersion(await findPython(boot.pool));
		// Another Python may word its errors differently; how far the server came is the same.
		if (evidence.python === python) expect(recordProof(proof)).toEqual(evidence.proof);
		else expect(proof.thisMachine.stage).toBe(evidence.proof.stage);
	});
});
