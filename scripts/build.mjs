// Bundles src/cli.ts into dist/. Small packages that every audit needs go in: finding and compiling them one by one would take as long as the
// audit of a small backend. Native ones, those that need CommonJS, and all that only the wizard loads stay in node_modules.
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
	external: ["tree-sitter", "tree-sitter-python", "ink", "ink-*", "react", "react/*", "simple-git", "diff", "commander"],
	jsx: "automatic",
	sourcemap: false,
	minifyWhitespace: true,
	minifySyntax: true,
	logLevel: "warning",
});
await chmod("dist/cli.js", 0o755);
