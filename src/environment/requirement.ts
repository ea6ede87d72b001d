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
	const trimmed = text.trim();
	const match = /^([A-Za-z0-9][A-Za-z0-9._-]*)\s*(?:\[([^\]]*)\])?/.exec(trimmed);
	if (match?.[1] === undefined) return null;
	const extras = (match[2] ?? "").split(",").map((extra) => normalizeName(extra.trim()));
	const rest = trimmed.slice(match[0].length).trimStart();
	const isAddress = rest.startsWith("@");
	// An address may hold a semicolon; that of its marker has a blank beside it.
	const end = isAddress ? rest.search(/;\s|\s;/) : rest.indexOf(";");
	const version = isAddress ? "" : rest.slice(0, end === -1 ? undefined : end).trim();
	return {
		normalized: normalizeName(match[1]),
		extras: extras.filter((extra) => extra !== ""),
		specifier: /^\(([^)]*)\)$/.exec(version)?.[1]?.trim() ?? version,
		marker: end === -1 ? null : rest.slice(rest.indexOf(";", end) + 1).trim() || null,
	};
}
