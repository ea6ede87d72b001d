import { keptWith } from "./kept-data.ts";
import type { PackageFiles } from "./package-files.ts";

/** A release of a distribution, as of the day on which the list was made, see scripts/known-releases. */
export interface KnownRelease {
	readonly version: string;
	/** PEP 508 strings of `Requires-Dist`; null where nobody has read them. */
	readonly requires: readonly string[] | null;
	readonly requiresPython: string | null;
	/** Withdrawn: it is installed where exactly this version is asked for, and nowhere else (PEP 592). */
	readonly isYanked: boolean;
}

interface ReleaseList {
	/** Version, then the place of what it requires in `sets` where that is known; oldest first. */
	readonly releases: readonly (readonly [string, number?])[];
	/** Those of the releases that were withdrawn. */
	readonly yanked?: readonly string[];
	readonly sets: readonly { readonly requires: readonly string[]; readonly python: string | null }[];
}

/** The releases of some well-known distributions; the list is read at the first question. */
export function knownReleases(files: PackageFiles): KnownReleases {
	return keptWith(files, "known releases", () => new KnownReleases(files));
}

/** See {@link knownReleases}. */
export class KnownReleases {
	private packages: Readonly<Record<string, ReleaseList>> | null = null;
	private readonly answers = new Map<string, readonly KnownRelease[]>();

	constructor(private readonly files: PackageFiles) {}

	/** All final releases of a distribution (PEP 503 name), oldest first; none where it is not among the known ones. */
	of(name: string): readonly KnownRelease[] {
		let answer = this.answers.get(name);
		if (answer === undefined) {
			this.packages ??= parsePackages(this.files.readData("known-releases.json.br"));
			const list = Object.hasOwn(this.packages, name) ? this.packages[name] : undefined;
			answer = list === undefined ? [] : list.releases.map((entry) => releaseOf(entry, list));
			this.answers.set(name, answer);
		}
		return answer;
	}
}

function releaseOf([version, place]: readonly [string, number?], { sets, yanked }: ReleaseList): KnownRelease {
	const known = place === undefined ? undefined : sets[place];
	return {
		version,
		requires: known?.requires ?? null,
		requiresPython: known?.python ?? null,
		isYanked: yanked?.includes(version) ?? false,
	};
}

function parsePackages(json: string | null): Readonly<Record<string, ReleaseList>> {
	try {
		const { packages }: { readonly packages: Readonly<Record<string, ReleaseList>> } = JSON.parse(json ?? "");
		return packages;
	} catch {
		return {};
	}
}
