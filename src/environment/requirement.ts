import { normalizeName } from "./environment.ts";

/** A PEP 508 requirement as package metadata states it. */
export interface MetadataRequirement {
	/** Normalised. */
	readonly normalized: string;
	readonly extras: readonly string[];
	/** PEP 440 specifier set, `""` for any version. */
	readonly specifier: string;
	/** Marker text, or null. */
	readonly marker: string | null;
}

/** Parses a `Requires-Dist` value (https://peps.python.org/pep-0508/); null for what is none. */
export function parseRequirement(text: string): MetadataRequirement | null {
	const match = /^\s*([A-Za-z0-9][A-Za-z0-9._-]*)\s*(?:\[([^\]]*)\])?\s*(?:@\s*\S+|\(([^)]*)\)|([^;]*))?\s*(?:;\s*(.*))?$/s.exec(
		text,
	);
	if (match?.[1] === undefined) return null;
	const extras = (match[2] ?? "").split(",").map((extra) => normalizeName(extra.trim()));
	return {
		normalized: normalizeName(match[1]),
		extras: extras.filter((extra) => extra !== ""),
		specifier: (match[3] ?? match[4] ?? "").trim(),
		marker: match[5]?.trim() || null,
	};
}
