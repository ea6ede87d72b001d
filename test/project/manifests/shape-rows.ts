import { normalizeName } from "../../../src/environment/environment.ts";
import { addRequirement } from "../../../src/project/manifests/edit.ts";
import type { Manifest } from "../../../src/project/manifests/manifest.ts";
import { readManifests } from "../../../src/project/manifests/read-manifests.ts";
import { applyToFiles } from "../../../src/text/edit.ts";
import type { Shape } from "./shapes.ts";
import { sourceTree } from "./source-tree.ts";

/** One requirement of the main list: name, extras, specifier set with sorted clauses, and whether it has a marker. */
export type Row = readonly [name: string, extras: readonly string[], specifier: string, hasMarker: boolean];

/** The main list as bootmend reads it, sorted; requirements that name an address are left out. */
export function readRows(shape: Shape): Row[] {
	return sorted(
		manifestOf(shape)
			.requirements.filter(({ group, name, url }) => group === "" && name !== "" && url === null)
			.map(
				({ name, extras, specifier, marker }): Row => [
					normalizeName(name),
					extras.map((extra) => extra.trim()).toSorted(),
					clauses(specifier),
					marker !== null,
				],
			),
	);
}

/** The shape with httpx declared by the product's own edit. */
export function withHttpx(shape: Shape): Shape {
	const files = sourceTree(shape.files);
	const edits = addRequirement(files, manifestOf(shape), { name: "httpx", extras: [], floor: "0.27.0", exact: "0.28.1" });
	if (edits === null) throw new Error(`${shape.name}: no place for a new requirement`);
	const after = applyToFiles(new Map(Object.entries(shape.files)), edits);
	if (after === null) throw new Error(`${shape.name}: the edits do not fit`);
	return { ...shape, files: { ...shape.files, ...Object.fromEntries(after) } };
}

/** What the owning tool read, in the same form. */
export function rowsOfTool(rows: readonly (readonly [string, readonly string[], string, string | null])[]): Row[] {
	return sorted(rows.map(([name, extras, specifier, marker]): Row => [name, extras, clauses(specifier), marker !== null]));
}

function manifestOf(shape: Shape): Manifest {
	const found = readManifests(sourceTree(shape.files), "").find(({ path }) => path === shape.path);
	if (found === undefined) throw new Error(`${shape.name}: ${shape.path} was not read`);
	return found;
}

function clauses(specifier: string): string {
	return specifier
		.split(",")
		.map((clause) => clause.replaceAll(/\s/g, ""))
		.filter((clause) => clause !== "")
		.sort()
		.join(",");
}

function sorted(rows: Row[]): Row[] {
	return rows.toSorted((a, b) => (String(a) < String(b) ? -1 : 1));
}
