import data from "../../data/vanished-modules.json" with { type: "json" };

/** A module that a distribution brought once; read from its wheels, see scripts/vanished-modules. */
export interface VanishedModule {
	/** Dotted: `pkg_resources`, `langchain.text_splitter`. */
	readonly module: string;
	/** PEP 503 name: `setuptools`. */
	readonly distribution: string;
	/** The first release without the module. */
	readonly from: string;
}

const modules: Readonly<Record<string, Omit<VanishedModule, "module">>> = data.modules;

/** What became of a module, or of the one that it is a part of, that its distribution brings no more; null for every other. */
export function vanishedModule(dotted: string): VanishedModule | null {
	for (let module = dotted; module !== ""; module = module.slice(0, Math.max(0, module.lastIndexOf(".")))) {
		const known = Object.hasOwn(modules, module) ? modules[module] : undefined;
		if (known !== undefined) return { module, ...known };
	}
	return null;
}

/** The modules that releases of a distribution (PEP 503 name) brought once and newer ones do not. */
export function listVanishedModules(distribution: string): readonly VanishedModule[] {
	return Object.entries(modules)
		.filter(([, known]) => known.distribution === distribution)
		.map(([module, known]) => ({ module, ...known }));
}
