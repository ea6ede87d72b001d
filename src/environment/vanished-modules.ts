import data from "../../data/vanished-modules.json" with { type: "json" };

/** A top-level module that a distribution brought once; read from its wheels, see scripts/vanished-modules. */
export interface VanishedModule {
	/** PEP 503 name: `setuptools`. */
	readonly distribution: string;
	/** The first release without the module. */
	readonly from: string;
}

const modules: Readonly<Record<string, VanishedModule>> = data.modules;

/** What became of a module that its distribution brings no more (`pkg_resources`); null for every other. */
export function vanishedModule(dotted: string): VanishedModule | null {
	const top = dotted.split(".")[0] ?? dotted;
	return Object.hasOwn(modules, top) ? (modules[top] ?? null) : null;
}

/** The modules that releases of a distribution (PEP 503 name) brought once and newer ones do not. */
export function listVanishedModules(distribution: string): readonly VanishedModule[] {
	return Object.values(modules).filter((module) => module.distribution === distribution);
}
