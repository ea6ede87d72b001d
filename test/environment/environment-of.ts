import type { Environment } from "../../src/environment/environment.ts";
import { type EnvironmentOptions, openEnvironment } from "../../src/environment/open-environment.ts";
import { type MemoryPackageFiles, memoryPackageFiles } from "./memory-package-files.ts";

/** Where the packages of `environmentWith` are installed. */
export const site = "/repo/.venv/lib/python3.11/site-packages";

const venv = {
	"/repo/.venv/pyvenv.cfg": "home = /opt/python/bin\nversion = 3.11.4\n",
	[`${site}/fastapi-0.115.0.dist-info/METADATA`]: "Metadata-Version: 2.1\nName: fastapi\nVersion: 0.115.0\n",
	[`${site}/fastapi/__init__.py`]: "class FastAPI: ...\n",
};

/** An environment of Python 3.11 with these files in its site-packages, FastAPI beside them. */
export function environmentWith(
	packages: Readonly<Record<string, string>>,
): Environment & { readonly machine: MemoryPackageFiles } {
	const inside = Object.fromEntries(Object.entries(packages).map(([path, text]) => [`${site}/${path}`, text]));
	const machine = memoryPackageFiles({ ...venv, ...inside });
	return Object.assign(openEnvironment(optionsFor(machine)), { machine });
}

/** The plainest options: a repository at /repo and nothing declared. */
export function optionsFor(files: MemoryPackageFiles, search: Partial<EnvironmentOptions["search"]> = {}): EnvironmentOptions {
	return {
		files,
		search: { root: "/repo", backend: "/repo", override: null, variables: {}, projectName: null, ...search },
		requirements: [],
		locked: new Map(),
		pythonHints: [],
	};
}

/** What `from module import symbol` finds, in one word: a kind of entry, `absent`, `unknown` or `no module`. */
export function foundIn(environment: Environment, module: string, symbol: string): string {
	const found = environment.findModule(module);
	if (found.found !== "present") return `module ${found.found}`;
	const lookup = found.module.lookup(symbol);
	return lookup.found === "present" ? lookup.entry.kind : lookup.found;
}
