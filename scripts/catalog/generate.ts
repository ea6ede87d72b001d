// Writes the bundled catalog from wheels: npx tsx generate.ts WHEELS OUTPUT. The wheels come from download.sh; nothing in them is run.
// Versions that OUTPUT has already are kept as they are, so empty it after any change to how tables are read.
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { brotliCompressSync, constants } from "node:zlib";
import { type CatalogIndex, type CatalogVersion, readCatalogIndex } from "../../src/environment/catalog-index.ts";
import { readDistributions } from "../../src/environment/distributions.ts";
import type { ClassMember, ExternalEntry, ModuleWorld, Signature } from "../../src/environment/environment.ts";
import { TableModule } from "../../src/environment/external-module.ts";
import { FolderModules, IntrospectedModules } from "../../src/environment/installed-modules.ts";
import type { ModuleTable, Slot, TableName } from "../../src/environment/module-table.ts";
import type { PackageFiles } from "../../src/environment/package-files.ts";
import { packModules } from "../../src/environment/packed-modules.ts";
import { compareVersions } from "../../src/environment/pep440.ts";
import { anyPython } from "../../src/environment/python-version.ts";
import { readSearchPath } from "../../src/environment/search-path.ts";
import { StandardLibrary } from "../../src/environment/standard-library.ts";
import { writeTable } from "../../src/environment/written-table.ts";
import { openPackageFiles } from "../../src/workspace/package-files.ts";
import { packBlocks } from "../../src/workspace/text-blocks.ts";

/** Longer texts of annotations, defaults and values say little and weigh much. */
const longestText = 100;

/** In characters: beyond it a package keeps its names and parameters only. */
const largestText = 6_000_000;

/** Of brotli: 11 is the smallest and takes some 15 minutes in all, 5 is for trying things out. */
const quality = Number(process.env.CATALOG_QUALITY ?? 11);

const [wheels, output] = process.argv.slice(2);
if (wheels === undefined || output === undefined) throw new Error("usage: generate.ts WHEELS OUTPUT");
mkdirSync(output, { recursive: true });
const before = readCatalogIndex(openPackageFiles({ dataFolder: output }).readData("index.json.br")).distributions;
const distributions: Record<string, Record<string, CatalogVersion>> = Object.fromEntries(
	Object.entries(before).map(([name, versions]) => [name, { ...versions }]),
);
for (const wheel of readdirSync(wheels)
	.filter((name) => name.endsWith(".whl"))
	.sort()) {
	const folder = mkdtempSync(join(tmpdir(), "catalog-"));
	execFileSync("python3", ["-m", "zipfile", "-e", join(wheels, wheel), folder]);
	addWheel(folder);
	rmSync(folder, { recursive: true });
}
const index: CatalogIndex = { generated: new Date().toISOString().slice(0, 10), distributions: inOrder(distributions) };
writeFileSync(join(output, "index.json.br"), pack(JSON.stringify(index)));

/** Versions in the order of PEP 440, as their reader expects them. */
function inOrder(versions: CatalogIndex["distributions"]): CatalogIndex["distributions"] {
	return Object.fromEntries(
		Object.entries(versions).map(([name, facts]) => {
			return [name, Object.fromEntries(Object.entries(facts).sort(([one], [other]) => compareVersions(one, other)))];
		}),
	);
}

function pack(text: string): Buffer {
	return brotliCompressSync(text, { params: { [constants.BROTLI_PARAM_QUALITY]: quality, [constants.BROTLI_PARAM_LGWIN]: 24 } });
}

function addWheel(folder: string): void {
	const files = openPackageFiles({ cacheFolder: null });
	const [found] = readDistributions(files, [folder]);
	if (found === undefined) return;
	const [name, { version, requires, requiresPython, extras, topLevel, name: spelled }] = found;
	if (before[name]?.[version] !== undefined) return;
	distributions[name] ??= {};
	distributions[name][version] = { name: spelled, requires, requiresPython, topLevel, extras };
	const { header, blocks } = describeModules(files, folder, topLevel);
	writeFileSync(join(output ?? "", `${name}-${version}.blocks`), packBlocks(header, blocks, quality));
}

function describeModules(files: PackageFiles, folder: string, topLevel: readonly string[]): ReturnType<typeof packModules> {
	const standard = new StandardLibrary(files, { major: 3, minor: 13 });
	const library = new IntrospectedModules(anyPython, "linux", standard, false);
	const modules = new FolderModules(
		{ ...files, platform: "linux" },
		anyPython,
		"installed",
		readSearchPath(files, [folder]),
		standard,
		() => null,
	);
	const world: ModuleWorld = {
		isStdlib: (name) => standard.has(name),
		findModule(dotted) {
			const found = library.find(dotted, world);
			if (found.found === "present") return found;
			// What is not in this wheel may be in another one.
			const own = modules.find(dotted, world);
			return own.found === "missing" && !topLevel.includes(dotted.split(".")[0] ?? "") ? { found: "unknown" } : own;
		},
	};
	const lines: string[] = [];
	const assigned = new Set<string>();
	for (const dotted of topLevel.flatMap((top) => modules.modulesBelow(top))) {
		const found = modules.find(dotted, world);
		if (found.found !== "present" || !(found.module instanceof TableModule)) continue;
		const { module } = found;
		for (const attribute of assignedAttributes(module, world)) assigned.add(attribute);
		for (const name of modules.namesSpelledFor(dotted)) assigned.add(name);
		const table =
			/\.(?:tests?|testing)(?:\.|$)/.test(dotted) && module.isPackage
				? null
				: module.bundledTable(module.table?.getattr == null ? [] : stringConstants(module, world));
		const flags = (module.isPackage ? "p" : "") + (module.kind === "namespace" ? "n" : module.kind === "stub" ? "t" : "");
		lines.push(`${dotted}\t${flags}\t${table === null ? "" : writeTable(compact(table))}`);
	}
	const length = lines.reduce((sum, line) => sum + line.length, 0);
	// Generated clients are mostly annotations of parameters, which nothing here reads.
	const kept =
		length < largestText
			? lines
			: lines.map((line) => line.replace(/"(annotation|defaultText|returns|text)":"(?:[^"\\]|\\.)*"/g, '"$1":null'));
	return packModules([...assigned].sort(), kept);
}

/** Names that a module assigns as attributes of modules it has imported. */
function assignedAttributes(module: TableModule, world: ModuleWorld): readonly string[] {
	const found: string[] = [];
	const modules = new Map<string, boolean>();
	for (const [, owner = "", attribute = ""] of module.text.matchAll(
		/(?<![\w.])(?!self\.|cls\.)([A-Za-z_]\w*)(?:\.\w+)*\.([A-Za-z_]\w*)[ \t]*=(?!=)/g,
	)) {
		if (!modules.has(owner)) modules.set(owner, isModuleName(module, owner, world));
		if (modules.get(owner)) found.push(attribute);
	}
	return found;
}

/** Is a name bound to a module, at the top level or by an import inside a function? */
function isModuleName(module: TableModule, name: string, world: ModuleWorld): boolean {
	const slot = module.table?.names.get(name)?.slot;
	if (slot?.kind === "alias" && (slot.name === null || world.findModule(`${slot.module}.${slot.name}`).found === "present"))
		return true;
	return new RegExp(`^[ \\t]+(?:from[^\\n]+)?import[^\\n]*\\b${name}\\b`, "m").test(module.text);
}

/** Names that may be served by a `__getattr__`: what stands in strings, here and in modules of the package that it imports from. */
function stringConstants(module: TableModule, world: ModuleWorld): readonly string[] {
	const texts = [module.text];
	const top = module.name.split(".")[0] ?? "";
	for (const name of module.table?.names.keys() ?? []) {
		const slot = module.table?.names.get(name)?.slot;
		const source = slot?.kind === "alias" && slot.module.startsWith(`${top}.`) ? world.findModule(slot.module) : null;
		if (source?.found === "present" && source.module instanceof TableModule && !texts.includes(source.module.text))
			texts.push(source.module.text);
	}
	const names = new Set<string>();
	for (const text of texts)
		for (const [, constant = ""] of text.matchAll(/["']([\w.:]+)["']/g))
			for (const part of constant.split(/[.:]/)) names.add(part);
	return [...names].filter((name) => /^[A-Za-z_]\w*$/.test(name) && !module.table?.names.has(name));
}

function compact(table: ModuleTable): ModuleTable {
	const names = new Map<string, TableName>();
	for (const name of table.names.keys()) {
		const found = table.names.get(name);
		if (found !== undefined) names.set(name, { slot: compactSlot(found.slot), stars: found.stars });
	}
	return { ...table, names };
}

function compactSlot(slot: Slot): Slot {
	switch (slot.kind) {
		case "either":
			return { kind: "either", slots: slot.slots.map(compactSlot) };
		case "maybe":
			return { kind: "maybe", slot: compactSlot(slot.slot) };
		case "lazy-function":
		case "lazy-class":
		case "lazy-value":
			return { kind: "unknown" };
		default:
			return compactEntry(slot);
	}
}

function compactEntry(entry: ExternalEntry): ExternalEntry {
	if (entry.kind === "function") return { kind: "function", signature: compactSignature(entry.signature) };
	if (entry.kind === "value") return { kind: "value", text: short(entry.text) };
	if (entry.kind !== "class") return entry;
	const members = Object.fromEntries(Object.entries(entry.members).map(([name, member]) => [name, compactMember(member)]));
	return { ...entry, members };
}

function compactMember(member: ClassMember): ClassMember {
	if (member.kind === "method") return { kind: "method", signature: compactSignature(member.signature) };
	return { kind: "attribute", annotation: short(member.annotation), text: short(member.text) };
}

function compactSignature(signature: Signature): Signature {
	const parameters = signature.parameters.map((parameter) => ({
		...parameter,
		annotation: short(parameter.annotation),
		defaultText: short(parameter.defaultText),
	}));
	return { ...signature, parameters, returns: short(signature.returns) };
}

function short(text: string | null): string | null {
	return text === null || text.length > longestText ? null : text.replace(/\s*\n\s*/g, " ");
}
