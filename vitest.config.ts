import { defineConfig } from "vitest/config";

/** `npm test`: everything that needs no real Python server. The journeys drive the built program, so it is built before them. */
export default defineConfig({
	test: {
		projects: [
			{ test: { name: "unit", include: ["test/**/*.test.{ts,tsx}"], exclude: ["test/journeys/**"] } },
			{
				test: {
					name: "journeys",
					include: ["test/journeys/**/*.test.ts"],
					globalSetup: "test/journeys/support/build.ts",
					testTimeout: 60_000,
					hookTimeout: 60_000,
				},
			},
		],
	},
});
