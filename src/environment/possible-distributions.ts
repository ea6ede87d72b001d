import type { CatalogIndex } from "./catalog-index.ts";
import type { ResolveOptions } from "./catalog-versions.ts";
import { markerHolds } from "./marker.ts";
import { requirementsOf } from "./release-requirements.ts";

/** The distributions themselves and all that any known release of theirs requires, and so on; null where one has no known release. */
export function followAnyRelease(
	index: CatalogIndex,
	options: ResolveOptions,
	distributions: readonly string[],
): ReadonlySet<string> | null {
	const extrasOf = new Map(distributions.map((name) => [name, new Set<string>()]));
	for (const { normalized, extras } of options.requirements ?? [])
		for (const extra of extras) extrasOf.get(normalized)?.add(extra);
	const pending = [...extrasOf.keys()];
	// What is added on the way is gone through as well, and once more where it is asked for further extras.
	for (const name of pending) {
		const described = Object.hasOwn(index.distributions, name) ? index.distributions[name] : undefined;
		const releases = [...Object.values(described ?? {}), ...Object.values(options.metadata.of(name) ?? {})];
		if (releases.length === 0) return null;
		const facts = { python: options.python, platform: options.platform, extras: [...(extrasOf.get(name) ?? [])] };
		for (const { normalized, extras, marker } of releases.flatMap(requirementsOf)) {
			if (marker !== null && !markerHolds(marker, facts)) continue;
			const known = extrasOf.get(normalized);
			const further = extras.filter((extra) => !known?.has(extra));
			if (known !== undefined && further.length === 0) continue;
			extrasOf.set(normalized, new Set([...(known ?? []), ...further]));
			pending.push(normalized);
		}
	}
	return new Set(extrasOf.keys());
}
