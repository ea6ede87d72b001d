import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readCorpus } from "../../scripts/boot/corpus.ts";
import { findPools } from "../../scripts/boot/environments.ts";
import { readEvidence } from "../../scripts/boot/evidence.ts";
import { simulateImports } from "../../scripts/boot/import-order.ts";
import { fillEnvironment, mapParallel, prepareCaseView, stopPostgres, withProject } from "../../scripts/boot/prove.ts";

/** As many as fit into half a minute; the environment variable `BOOT_SAMPLE=all` takes every one. */
const sampleSize = 80;

const pools = await findPools();
const corpus = readCorpus().filter((boot) => pools.has(boot.pool));
const step = process.env.BOOT_SAMPLE === "all" ? 1 : Math.max(1, Math.floor(corpus.length / sampleSize));
// Another stride than that of the boots, so that the two together see more of the corpus.
const sample = corpus.filter((_, index) => index % step === Math.floor(step / 2));

describe("the simulator imports in CPython's order with what is installed, as it does without", () => {
	const orders = new Map<string, readonly string[]>();
	beforeAll(async () => {
		await mapParallel(sample, async (boot) => {
			const { python } = await prepareCaseView(boot);
			const environment = await fillEnvironment(boot.environment);
			const order = await withProject(boot, async (root) => {
				// What a case has beside its backend belongs to it as in a clone.
				mkdirSync(join(root, ".git"), { recursive: true });
				return simulateImports(boot, { root, environment, python });
			});
			orders.set(boot.name, order);
		});
	}, 600_000);
	afterAll(stopPostgres);

	test.each(sample)("$name", (boot) => {
		const proof = readEvidence(boot)?.proof;
		expect(proof, "run npm run record").toBeDefined();
		if (proof?.imported === undefined) return;
		const files = proof.imported.split(", ").filter(Boolean);
		const simulated = orders.get(boot.name);
		// What comes after the first failure is the simulator's alone.
		expect(proof.stage === "import" ? simulated?.slice(0, files.length) : simulated).toEqual(files);
	});
});
