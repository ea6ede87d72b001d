import { bundledCatalog } from "./catalog-index.ts";
import { CatalogModules } from "./catalog-modules.ts";
import { chooseVersions } from "./catalog-versions.ts";
import type { CatalogChoice } from "./choose-release.ts";
import type { Distribution, PythonVersion } from "./environment.ts";
import { ImportNames } from "./import-names.ts";
import type { ModuleProvider } from "./installed-modules.ts";
import type { KnownReleases } from "./known-releases.ts";
import type { PackageFiles } from "./package-files.ts";
import type { PackageMetadata } from "./package-metadata.ts";
import { parseRequirement } from "./requirement.ts";

/** One requirement of the project; `project/manifests` has more about it than is needed here. */
export interface DeclaredRequirement {
	/** PEP 503 normalised. */
	readonly normalized: string;
	readonly extras: readonly string[];
	/** PEP 440 specifier set, `""` for any version. */
	readonly specifier: string;
	readonly marker: string | null;
}

/** What the project's manifests would bring, as far as the bundled catalog knows it. */
export interface Catalog {
	readonly distributions: ReadonlyMap<string, Distribution>;
	readonly names: ImportNames;
	readonly modules: ModuleProvider;
	readonly closure: CatalogClosure;
}

/** How much of what would be installed is known. */
export interface CatalogClosure {
	/** All of it, in the releases that an installer would take. */
	readonly complete: boolean;
	/** The names of what is not. */
	readonly unknown: ReadonlySet<string>;
	/** What may come with that which is not known, by PEP 503 names; null where anything may. */
	readonly possible: ReadonlySet<string> | null;
}

export interface CatalogOptions {
	readonly python: PythonVersion;
	/** Null where nothing says what is installed. */
	readonly requirements: readonly DeclaredRequirement[] | null;
	readonly locked: ReadonlyMap<string, string>;
	readonly releases: KnownReleases;
	readonly metadata: PackageMetadata;
}

/** Chooses a version of everything that is declared or required by it, and answers for their modules. */
export function openCatalog(files: PackageFiles, options: CatalogOptions): Catalog {
	const { choices, ...closure } = chooseVersions(bundledCatalog(files), { ...options, platform: files.platform });
	const distributions = new Map<string, Distribution>();
	for (const [name, choice] of choices) distributions.set(name, distributionOf(name, choice));
	const names = new ImportNames(files, distributions);
	const { complete, possible } = closure;
	const mayBring = (topLevelName: string): boolean =>
		!complete && (possible === null || names.distributionsFor(topLevelName).some((name) => possible.has(name)));
	const modules = new CatalogModules(files, options.python, choices, { complete, mayBring });
	return { distributions, names, modules, closure };
}

/** What an installation would bring of one distribution, from the facts that stand for it. */
export function distributionOf(name: string, choice: CatalogChoice): Distribution {
	const { facts, version } = choice;
	return {
		name: facts.name === "" ? name : facts.name,
		version,
		requires: choice.isRead ? facts.requires : facts.requires.flatMap(withoutBounds),
		requiresPython: choice.isRead ? facts.requiresPython : null,
		topLevel: facts.topLevel,
		extras: facts.extras,
	};
}

/** What a neighbouring version requires is likely what this one does; which versions of it, proves nothing. */
function withoutBounds(text: string): string[] {
	const requirement = parseRequirement(text);
	if (requirement === null) return [];
	const { normalized, extras, marker } = requirement;
	return [`${normalized}${extras.length === 0 ? "" : `[${extras.join(",")}]`}${marker === null ? "" : `; ${marker}`}`];
}
