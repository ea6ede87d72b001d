import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readCorpus } from "../../scripts/boot/corpus.ts";
import { compareImportOrder, type ImportOrder } from "../../scripts/boot/import-order.ts";
import { mapParallel, stopPostgres } from "../../scripts/boot/prove.ts";

/** Imports as many as fit into half a minute; the environment variable `BOOT_SAMPLE=all` imports every one. */
const sampleSize = 40;

const corpus = readCorpus();
const step = process.env.BOOT_SAMPLE === "all" ? 1 : Math.max(1, Math.floor(corpus.length / sampleSize));
// Another stride than that of the boots, so that the two together see more of the corpus.
const sample = corpus.filter((_, index) => index % step === Math.floor(step / 2));

describe("the simulator imports in CPython's order", () => {
	const orders = new Map<string, ImportOrder | null>();
	beforeAll(async () => {
		await mapParallel(sample, async (boot) => {
			orders.set(boot.name, await compareImportOrder(boot));
		});
	}, 600_000);
	afterAll(stopPostgres);

	test("there is something to compare", () => {
		expect([...orders.values()].filter((order) => order !== null && order.real.length > 2).length).toBeGreaterThan(
			sample.length / 2,
		);
	});

	test.each(sample)("$name", ({ name }) => {
		const order = orders.get(name);
		// What comes after the first failure is the simulator's alone.
		if (order) expect(order.simulated.slice(0, order.real.length)).toEqual(order.real);
	});
});
