// Bundles src/cli.ts into dist/, our own code only: packages stay in node_modules, and the screen is a chunk of its own that only the wizard loads.
import { chmod, rm } from "node:fs/promises";
import { build } from "esbuild";

await rm("dist", { recursive: true, force: true });
await build({
	entryPoints: ["src/cli.ts"],
	outdir: "dist",
	bundle: true,
	splitting: true,
	format: "esm",
	platform: "node",
	target: "node20",
	packages: "external",
	jsx: "automatic",
	sourcemap: false,
	banner: { js: "" },
	logLevel: "warning",
});
await chmod("dist/cli.js", 0o755);
