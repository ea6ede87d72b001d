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
	/** A line with the day on which it was written, then one for each package: name, tab, what is known of it as JSON. */
	private text: string | null = null;
	private readonly answers = new Map<string, Readonly<Record<string, CatalogVersion>> | undefined>();

	constructor(private readonly files: PackageFiles) {}

	/** The known releases of a distribution (PEP 503 name) by version, oldest first; undefined where none is known. */
	of(name: string): Readonly<Record<string, CatalogVersion>> | undefined {
		if (this.answers.has(name)) return this.answers.get(name);
		this.text ??= this.files.readData("package-metadata.txt.br") ?? "";
		const list = readList(this.text, name);
		const answer = list === null ? undefined : Object.fromEntries(versionsOf(list));
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

function readList(text: string, name: string): MetadataList | null {
	const line = text.indexOf(`\n${name}\t`);
	if (line === -1) return null;
	const start = line + name.length + 2;
	try {
		const list: MetadataList = JSON.parse(text.slice(start, text.indexOf("\n", start)));
		return list;
	} catch {
		return null;
	}
}
