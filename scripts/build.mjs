// Bundles the program into dist/:
//   cli.js        src/launch.ts, which runs program.js from compiled code
//   program.js    src/cli.ts with every package that is not native; one CommonJS file, since only such a one can be compiled ahead
//   program.js.code   what V8 made of it during one audit
//   wizard.mjs    components/mount.tsx, loaded for the wizard alone, since Ink is ES modules and takes longer than an audit
import { spawnSync } from "node:child_process";
import { chmod, copyFile, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { build } from "esbuild";

const shared = {
	bundle: true,
	platform: "node",
	target: "node20",
	external: ["tree-sitter", "tree-sitter-python", "ink", "ink-*", "react", "react/*"],
	jsx: "automatic",
	minifyWhitespace: true,
	minifySyntax: true,
	minifyIdentifiers: true,
	logLevel: "warning",
};
const wizardApart = {
	name: "the wizard is a file of its own",
	setup({ onLoad }) {
		onLoad({ filter: /components\/load-mount\.ts$/ }, () => ({
			contents: `export function loadMount() { return loadModule(new URL("./wizard.mjs", import.meta.url).href); }`,
		}));
	},
};

/** Modules of Node that an audit does without: each takes Node a millisecond or two, so they wait for their first use. */
const builtinsOnDemand = {
	name: "what Node loads on demand",
	setup({ onResolve, onLoad }) {
		const seldom = /^node:(child_process|fs\/promises|http|net|readline\/promises|timers\/promises|tls)$/;
		onResolve({ filter: seldom }, ({ path, namespace }) =>
			namespace === "on-demand" ? { path, external: true } : { path, namespace: "on-demand" },
		);
		onLoad({ filter: seldom, namespace: "on-demand" }, async ({ path }) => {
			const names = Object.keys(await import(path)).filter((name) => name !== "default");
			const getters = names.map((name) => `get ${name}() { return require("${path}").${name}; }`);
			return { contents: `module.exports = { ${getters.join(", ")} };` };
		});
	},
};

await rm("dist", { recursive: true, force: true });
await Promise.all([
	build({
		...shared,
		entryPoints: ["src/launch.ts"],
		outfile: "dist/cli.js",
		format: "cjs",
		banner: { js: "#!/usr/bin/env node" },
	}),
	build({
		...shared,
		entryPoints: ["src/cli.ts"],
		outfile: "dist/program.js",
		format: "cjs",
		plugins: [wizardApart, builtinsOnDemand],
		define: { "import.meta.url": "programUrl" },
		banner: { js: 'const programUrl = require("node:url").pathToFileURL(__filename).href;' },
	}),
	build({ ...shared, entryPoints: ["components/mount.tsx"], outfile: "dist/wizard.mjs", format: "esm" }),
]);
await escapeText("dist/program.js");
await writeFile("dist/package.json", '{ "type": "commonjs" }\n');
await chmod("dist/cli.js", 0o755);
await keepCompiledCode();

/** Writes every character beyond ASCII as its escape, which means the same in texts and patterns: so it is read and compiled from single bytes. */
async function escapeText(program) {
	const text = await readFile(program, "utf8");
	await writeFile(
		program,
		text.replace(/[^\0-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`),
	);
}

/** Lets the program compile itself at its daily work; what it then leaves in its user's cache folder goes beside it. */
async function keepCompiledCode() {
	// In dist, so that the next build removes it where this one is killed.
	const cache = resolve("dist/cache");
	const project = "fixtures/projects/todo-broken";
	// It ends with status 1, since that backend is broken; what counts is the code it leaves.
	spawnSync(process.execPath, ["dist/cli.js", "audit", project], {
		env: { ...process.env, XDG_CACHE_HOME: cache },
		stdio: ["ignore", "ignore", "inherit"],
	});
	const folder = join(cache, "bootmend/code");
	const [code] = await readdir(folder);
	if (code !== undefined) await copyFile(join(folder, code), "dist/program.js.code");
	await rm(cache, { recursive: true, force: true });
}
