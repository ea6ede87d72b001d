import type { DeclaredRequirement } from "./catalog.ts";
import type { CatalogIndex } from "./catalog-index.ts";
import { pinOf } from "./choose-release.ts";
import type { PackageMetadata } from "./package-metadata.ts";
import type { PythonHint } from "./python-choice.ts";

/** The Python that pinned releases ask for at the least, as a hint: whoever wrote such a list had one. None where they ask for none. */
export function hintsOfPins(
	requirements: readonly DeclaredRequirement[],
	{ distributions }: CatalogIndex,
	metadata: PackageMetadata,
): readonly PythonHint[] {
	const hints = requirements.flatMap(({ normalized, specifier, marker }): PythonHint[] => {
		const version = marker === null ? pinOf(specifier) : null;
		if (version === null) return [];
		const described = Object.hasOwn(distributions, normalized) ? distributions[normalized]?.[version] : undefined;
		const requires = (described ?? metadata.of(normalized)?.[version])?.requiresPython ?? "";
		return /^\s*>=\s*3\.\d+(\.\d+)?\s*$/.test(requires)
			? [{ specifier: requires, evidence: `${normalized} ${version}, which the project asks for` }]
			: [];
	});
	return hints.toSorted((a, b) => lowestOf(b) - lowestOf(a)).slice(0, 1);
}

function lowestOf({ specifier }: PythonHint): number {
	return Number(/3\.(\d+)/.exec(specifier)?.[1] ?? 0);
}
