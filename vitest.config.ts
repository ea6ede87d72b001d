import { defineConfig } from "vitest/config";

/** `npm test`: everything that needs no real Python server. The journeys drive the built program, so it is built before them. */
export default defineConfig({
	test: {
		// Journeys and git mostly wait for other programs, so there may be more workers than processors.
		maxWorkers: 5,
		projects: [
			// No test leaves anything behind in its module, so that a worker loads each of ours once. Property tests take what the machine gives them: time is measured by the benchmark, never asserted here.
			{ test: { name: "unit", isolate: false, include: ["test/**/*.test.{ts,tsx}"], exclude: ["test/journeys/**"], testTimeout: 120_000, hookTimeout: 120_000 } },
			{
				test: {
					name: "journeys",
					include: ["test/journeys/**/*.test.ts"],
					globalSetup: "test/journeys/support/build.ts",
					testTimeout: 150_000,
					hookTimeout: 120_000,
				},
			},
		],
	},
});
