import { readTable } from "./written-table.ts";

/** What the header of a catalogued package says. */
export interface PackageHeader {
	/** Attributes that some code of the package sets on other modules. */
	readonly assigned: readonly string[];
	/** Dotted names of the modules in each block. */
	readonly modules: readonly (readonly string[])[];
}

/** Characters of a block, as far as whole modules allow: small enough to be read at once, large enough to be packed well. */
const blockSize = 96_000;

/**
 * Puts the modules of a package into blocks, one line a module: name, flags, written table, tabs between them. One more block at
 * the end lists the names that each module may have, so that looking for a name reads no table.
 */
export function packModules(
	assigned: readonly string[],
	lines: readonly string[],
): { readonly header: string; readonly blocks: readonly string[] } {
	const blocks: string[][] = [];
	let size = Number.POSITIVE_INFINITY;
	for (const line of lines) {
		if (size + line.length > blockSize) {
			blocks.push([]);
			size = 0;
		}
		blocks.at(-1)?.push(line);
		size += line.length;
	}
	const header: PackageHeader = { assigned, modules: blocks.map((block) => block.map(nameOf)) };
	return { header: JSON.stringify(header), blocks: [...blocks.map((block) => block.join("\n")), lines.map(nameLine).join("\n")] };
}

/** A module's name, a tab, and its names and those that its `__getattr__` may serve, spaces between them. */
function nameLine(line: string): string {
	const [module = "", flags = ""] = line.split("\t", 2);
	const table = readTable(line.slice(module.length + flags.length + 2));
	const served = JSON.stringify(table?.getattr ?? null).match(/(?<=")[A-Za-z_]\w*(?=")/g) ?? [];
	return `${module}\t${[...new Set([...(table?.names.keys() ?? []), ...served])].join(" ")}`;
}

/** Parses the header; a missing or broken one is an empty package. */
export function readPackageHeader(json: string | undefined): PackageHeader {
	try {
		const header: PackageHeader = JSON.parse(json ?? "");
		return header;
	} catch {
		return { assigned: [], modules: [] };
	}
}

/** The lines of a block by module, without the name. */
export function readModuleLines(block: string): Map<string, string> {
	return new Map(block.split("\n").map((line) => [nameOf(line), line.slice(line.indexOf("\t") + 1)]));
}

function nameOf(line: string): string {
	return line.slice(0, Math.max(0, line.indexOf("\t")));
}
