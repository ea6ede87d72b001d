import { normalizeName } from "../../environment/environment.ts";
import { isSpecifierSet } from "../../environment/pep440.ts";
import { specifierOfPoetry } from "../../environment/poetry-constraint.ts";
import type { Requirement, RequirementNotation } from "./manifest.ts";
import type { TomlEntry, TomlNode } from "./toml-document.ts";

/**
 * Requirements written as `name = "^1.0"` or `name = { version = …, extras = […] }`: poetry's tables and a Pipfile's.
 * Keys are relative to the table. A list of tables (poetry's multiple constraints) gives one requirement each.
 */
export function readKeyedRequirements(
	entries: readonly TomlEntry[],
	path: string,
	group: string,
	notation: Extract<RequirementNotation, "poetry" | "pipfile">,
): Requirement[] {
	return gatherTables(entries).flatMap(({ name, value, range }) => {
		const variants = value.kind === "array" ? value.items : [value];
		return variants.map((variant) => ({
			name,
			normalized: normalizeName(name),
			...readVariant(variant, notation),
			path,
			range,
			// Only an extra brings it, whose name stands elsewhere.
			group: group === "" && isOptional(variant) ? "optional" : group,
			notation,
		}));
	});
}

interface NamedValue {
	readonly name: string;
	readonly value: TomlNode;
	readonly range: TomlEntry["range"];
}

/** Joins `[…dependencies.uvicorn]` sections and dotted keys (`uvicorn.version = …`) to one table a package. */
function gatherTables(entries: readonly TomlEntry[]): NamedValue[] {
	const gathered = new Map<string, NamedValue>();
	for (const entry of entries) {
		const [name, ...rest] = entry.key;
		if (name === undefined) continue;
		const earlier = gathered.get(name);
		if (rest.length === 0) gathered.set(name, { name, value: entry.value, range: entry.range });
		else {
			const field = { ...entry, key: rest };
			const fields = earlier?.value.kind === "table" ? [...earlier.value.entries, field] : [field];
			const range = { start: earlier?.range.start ?? entry.range.start, end: entry.range.end };
			gathered.set(name, { name, value: { kind: "table", entries: fields, range }, range });
		}
	}
	return [...gathered.values()];
}

type Details = Pick<Requirement, "specifier" | "extras" | "marker" | "url">;

function readVariant(value: TomlNode, notation: "poetry" | "pipfile"): Details {
	if (value.kind === "string") return { specifier: readVersion(value.value, notation), extras: [], marker: null, url: null };
	if (value.kind !== "table") return { specifier: "", extras: [], marker: null, url: null };
	const field = (name: string): TomlNode | undefined => value.entries.find((entry) => entry.key.join(".") === name)?.value;
	const text = (name: string): string | null => {
		const node = field(name);
		return node?.kind === "string" ? node.value : null;
	};
	const extras = field("extras");
	return {
		specifier: readVersion(text("version") ?? "", notation),
		extras: extras?.kind === "array" ? extras.items.flatMap((item) => (item.kind === "string" ? [item.value] : [])) : [],
		marker: joinMarkers([
			text("markers"),
			pythonMarker(text("python")),
			platformMarker(text("platform") ?? text("sys_platform")),
		]),
		url: text("path") ?? text("git") ?? text("url") ?? text("file"),
	};
}

function isOptional(value: TomlNode): boolean {
	const field = value.kind === "table" ? value.entries.find((entry) => entry.key.join(".") === "optional")?.value : undefined;
	return field?.kind === "scalar" && field.text === "true";
}

function readVersion(written: string, notation: "poetry" | "pipfile"): string {
	if (notation === "poetry") return specifierOfPoetry(written);
	return written === "*" || !isSpecifierSet(written) ? "" : written;
}

/** poetry's `python = "^3.8"` of one requirement, as a marker. */
function pythonMarker(constraint: string | null): string | null {
	const specifier = constraint === null ? "" : specifierOfPoetry(constraint);
	if (specifier === "") return null;
	return specifier
		.split(",")
		.map((clause) => clause.replace(/^([~=!<>]+)(.*)/s, 'python_version $1 "$2"'))
		.join(" and ");
}

function platformMarker(platform: string | null): string | null {
	if (platform === null) return null;
	return /^[=!]=/.test(platform) ? `sys_platform ${platform}` : `sys_platform == "${platform}"`;
}

function joinMarkers(markers: readonly (string | null)[]): string | null {
	const present = markers.filter((marker) => marker !== null);
	if (present.length <= 1) return present[0] ?? null;
	return present.map((marker) => `(${marker})`).join(" and ");
}
