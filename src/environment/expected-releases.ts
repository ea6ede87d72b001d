import { distributionOf } from "./catalog.ts";
import { bundledCatalog } from "./catalog-index.ts";
import { choose, isVouched } from "./choose-release.ts";
import type { Distribution, PythonVersion } from "./environment.ts";
import type { KnownReleases } from "./known-releases.ts";
import type { PackageFiles } from "./package-files.ts";
import type { PackageMetadata } from "./package-metadata.ts";

/** What decides which release of a package is taken. */
export interface ExpectedReleasesOptions {
	readonly files: PackageFiles;
	readonly python: PythonVersion;
	/** Versions that a lock file names, by normalised name. */
	readonly locked: ReadonlyMap<string, string>;
	readonly releases: KnownReleases;
	readonly metadata: PackageMetadata;
}

/**
 * Answers what a clean installation would bring of packages that are not at hand, from the bundled metadata. The function takes a
 * PEP 503 name and a PEP 440 specifier set, and gives null where what the release requires is not known.
 */
export function expectedReleases(options: ExpectedReleasesOptions): (name: string, specifier: string) => Distribution | null {
	const answers = new Map<string, Distribution | null>();
	return (name, specifier) => {
		const key = `${name}\n${specifier}`;
		let answer = answers.get(key);
		if (answer === undefined) {
			const choice = choose(bundledCatalog(options.files), options, name, specifier === "" ? [] : [specifier]);
			answer = choice === null || !isVouched(choice) ? null : distributionOf(name, choice);
			answers.set(key, answer);
		}
		return answer;
	};
}
