import { defineConfig } from "vitest/config";

/** Tests that start real Python servers; `npm test` leaves them to `npm run test:boot`. */
export default defineConfig({
	test: {
		include: ["test/boot/**/*.boot.ts"],
		globalSetup: "test/boot/setup.ts",
		// One process, so that all share the package pools; what a file says may run side by side keeps both processors busy.
		fileParallelism: false,
		maxConcurrency: 3,
		testTimeout: 240_000,
		hookTimeout: 240_000,
	},
});
