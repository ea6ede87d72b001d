import type { CatalogVersion } from "./catalog-index.ts";
import { type MetadataRequirement, parseRequirement } from "./requirement.ts";

const parsed = new WeakMap<CatalogVersion, readonly MetadataRequirement[]>();

/** Parsed once, though every round asks. */
export function requirementsOf(facts: CatalogVersion): readonly MetadataRequirement[] {
	let requirements = parsed.get(facts);
	if (requirements === undefined) {
		requirements = facts.requires.map(parseRequirement).filter((requirement) => requirement !== null);
		parsed.set(facts, requirements);
	}
	return requirements;
}
