import type { CatalogVersion } from "./catalog-index.ts";
import { keptWith } from "./kept-data.ts";
import type { PackageFiles } from "./package-files.ts";

interface MetadataList {
	readonly name: string;
	/** Version, then the place of its metadata in `sets`; oldest first. */
	readonly releases: readonly (readonly [string, number])[];
	readonly sets: readonly {
		readonly requires: readonly string[];
		readonly python: string | null;
		readonly topLevel: readonly string[];
		readonly extras: readonly string[];
	}[];
}

/**
 * Some releases of about a thousand packages, of which nothing is known but their metadata: what they require, and which import
 * names they bring (see scripts/package-metadata). The list is read at the first question.
 */
export function packageMetadata(files: PackageFiles): PackageMetadata {
	return keptWith(files, "package metadata", () => new PackageMetadata(files));
}

/** See {@link packageMetadata}. */
export class PackageMetadata {
	private packages: Readonly<Record<string, MetadataList>> | null = null;
	private readonly answers = new Map<string, Readonly<Record<string, CatalogVersion>> | undefined>();

	constructor(private readonly files: PackageFiles) {}

	/** The known releases of a distribution (PEP 503 name) by version, oldest first; undefined where none is known. */
	of(name: string): Readonly<Record<string, CatalogVersion>> | undefined {
		if (this.answers.has(name)) return this.answers.get(name);
		this.packages ??= parsePackages(this.files.readData("package-metadata.json.br"));
		const list = Object.hasOwn(this.packages, name) ? this.packages[name] : undefined;
		const answer = list === undefined ? undefined : Object.fromEntries(versionsOf(list));
		this.answers.set(name, answer);
		return answer;
	}
}

function* versionsOf({ name, releases, sets }: MetadataList): Generator<[string, CatalogVersion]> {
	const facts = sets.map(({ requires, python, topLevel, extras }) => ({
		name,
		requires,
		requiresPython: python,
		topLevel,
		extras,
	}));
	for (const [version, place] of releases) {
		const known = facts[place];
		if (known !== undefined) yield [version, known];
	}
}

function parsePackages(json: string | null): Readonly<Record<string, MetadataList>> {
	try {
		const { packages }: { readonly packages: Readonly<Record<string, MetadataList>> } = JSON.parse(json ?? "");
		return packages;
	} catch {
		return {};
	}
}
