import { normalizeName } from "../../environment/environment.ts";
import { isSpecifierSet } from "../../environment/pep440.ts";
import type { TextRange } from "../../text/range.ts";
import type { Requirement } from "./manifest.ts";

/** A PEP 508 requirement, with the places of its parts relative to the text it was read from. */
export interface Pep508 {
	readonly name: string;
	readonly nameRange: TextRange;
	readonly extras: readonly string[];
	/** As written, without brackets: `>=1.0, <2`; `""` where there is none. */
	readonly specifier: string;
	/** From just behind name and extras to the end of the specifier or URL; empty where there is neither. */
	readonly specifierRange: TextRange;
	readonly url: string | null;
	/** Text behind `;`, or null. */
	readonly marker: string | null;
	/** Just behind the last character of the requirement, marker included. */
	readonly end: number;
}

/** What is read is a requirement of the list `group` at its place in a manifest. */
export function requirementOf(
	{ name, extras, specifier, marker, url }: Pick<Pep508, "name" | "extras" | "specifier" | "marker" | "url">,
	place: Pick<Requirement, "path" | "range" | "group">,
): Requirement {
	return { name, normalized: normalizeName(name), extras, specifier, marker, url, ...place, notation: "pep508" };
}

const head = /^\s*([A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)\s*(?:\[([^\]]*)\])?/;

/** Reads a requirement such as `uvicorn[standard]>=0.30; python_version < "3.13"`; null where it is none. Offsets are into `text`. */
export function parsePep508(text: string): Pep508 | null {
	const match = head.exec(text);
	if (match === null) return null;
	const name = match[1] ?? "";
	const nameStart = text.indexOf(name);
	const afterHead = match[0].trimEnd().length;
	const rest = text.slice(afterHead);
	const at = /^\s*@\s*(\S+)/.exec(rest);
	// A URL may hold a semicolon; its marker needs a space in front (PEP 508).
	const markerAt = at === null ? rest.indexOf(";") : rest.search(/\s;/);
	const versionPart = markerAt === -1 ? rest : rest.slice(0, markerAt);
	const marker = markerAt === -1 ? null : rest.slice(rest.indexOf(";", markerAt) + 1).trim();
	const written = versionPart.trim();
	const specifier = at === null ? written.replace(/^\(\s*|(?:(?<!\s)\s+)?\)$/g, "") : "";
	if (at === null && !isSpecifierSet(specifier)) return null;
	const extras = (match[2] ?? "")
		.split(",")
		.map((extra) => extra.trim())
		.filter((extra) => extra !== "");
	if (extras.some((extra) => !/^[A-Za-z0-9][\w.-]*$/.test(extra))) return null;
	return {
		name,
		nameRange: { start: nameStart, end: nameStart + name.length },
		extras,
		specifier,
		specifierRange: { start: afterHead, end: afterHead + versionPart.trimEnd().length },
		url: at?.[1] ?? null,
		marker: marker === "" ? null : marker,
		end: text.trimEnd().length,
	};
}
