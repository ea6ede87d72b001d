import type { PythonVersion } from "./environment.ts";
import { versionIsPicked } from "./pep440.ts";

/** The first `3.x` of a text such as `3.11.7`, `python3.11` or `cpython-3.12.1-linux`, or null. */
export function parsePythonVersion(text: string): PythonVersion | null {
	const match = /(?<!\d)(\d)\.(\d{1,2})(?!\d)/.exec(text);
	return match === null ? null : { major: Number(match[1]), minor: Number(match[2]) };
}

/** `3.11` */
export function formatPythonVersion(version: PythonVersion): string {
	return `${version.major}.${version.minor}`;
}

/** Stands for every Python 3 at once, for the catalog: no comparison with its minor version is decided. */
export const anyPython: PythonVersion = { major: 3, minor: Number.NaN };

/** Minor versions of Python 3 that the bundled data knows, oldest first. */
export const knownPythonMinors = [8, 9, 10, 11, 12, 13, 14] as const;

/** The minor versions we know that a PEP 440 specifier set allows, oldest first. Poetry's `^3.10` and `~3.10` are understood. */
export function matchingMinors(specifier: string): readonly number[] {
	const translated = specifier
		.replace(/\^\s*(\d+)(\.[\d.]+)?/g, ">=$1$2,<4")
		.replace(/(?<![~<>=!])~\s*(\d+\.\d+)[\d.]*/g, "==$1.*")
		.trim();
	// A bound such as >=3.11.4 means some patch release of that minor version.
	const isAllowed = (minor: number) =>
		versionIsPicked(`3.${minor}.0`, translated) || versionIsPicked(`3.${minor}.99`, translated);
	return knownPythonMinors.filter((minor) => translated === "" || isAllowed(minor));
}
