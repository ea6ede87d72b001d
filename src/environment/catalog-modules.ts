import type { CatalogChoice } from "./choose-release.ts";
import type { ExportLookup, ExternalEntry, ExternalModule, ModuleLookup, ModuleWorld, PythonVersion } from "./environment.ts";
import { TableModule } from "./external-module.ts";
import type { ModuleProvider } from "./installed-modules.ts";
import { keptWith } from "./kept-data.ts";
import type { ImportNeed, ModuleTable } from "./module-table.ts";
import type { PackageFiles, TextBlocks } from "./package-files.ts";
import { type PackageHeader, readModuleLines, readPackageHeader } from "./packed-modules.ts";
import { readTable } from "./written-table.ts";

const missing: ModuleLookup = { found: "missing" };
const unknown: ModuleLookup = { found: "unknown" };

/** The modules of the distributions that were chosen from the catalog. */
export class CatalogModules implements ModuleProvider {
	private readonly packages = new Map<string, CataloguedPackage>();
	private readonly byTopLevel = new Map<string, string[]>();

	constructor(
		private readonly files: PackageFiles,
		private readonly python: PythonVersion,
		private readonly choices: ReadonlyMap<string, CatalogChoice>,
		/** Is everything known that would be installed, and may what is not bring a module of this top-level name? */
		private readonly closure: { readonly complete: boolean; readonly mayBring: (topLevelName: string) => boolean },
	) {
		for (const [name, { facts }] of choices)
			for (const top of facts.topLevel) this.byTopLevel.set(top, [...(this.byTopLevel.get(top) ?? []), name]);
	}

	find(dotted: string, world: ModuleWorld): ModuleLookup {
		const top = dotted.split(".")[0] ?? dotted;
		const providers = this.byTopLevel.get(top) ?? [];
		if (providers.length === 0) return this.closure.mayBring(top) ? unknown : missing;
		let answer: ModuleLookup = missing;
		for (const name of providers) {
			const choice = this.choices.get(name);
			if (choice === undefined) continue;
			const found = this.findIn(name, choice, dotted, world);
			if (found.found === "present") return found;
			if (found.found === "unknown") answer = found;
		}
		// A namespace package may go on in a distribution that we do not know.
		return answer.found === "missing" && !this.closure.complete && providers.length > 1 ? unknown : answer;
	}

	modulesMentioning(symbol: string, topLevelName: string): readonly string[] {
		return (this.byTopLevel.get(topLevelName) ?? []).flatMap((name) => {
			const choice = this.choices.get(name);
			return choice === undefined || !choice.isDescribed
				? []
				: this.open(name, choice.catalogued).packed.mentioning(symbol, topLevelName);
		});
	}

	private findIn(name: string, choice: CatalogChoice, dotted: string, world: ModuleWorld): ModuleLookup {
		if (!choice.isDescribed) return unknown;
		const here = this.open(name, choice.catalogued).module(dotted, this.context(dotted, name), world);
		if (choice.exact) return here ?? this.unlisted(name, choice.catalogued, dotted, world);
		const there =
			choice.neighbour === null ? null : this.open(name, choice.neighbour).module(dotted, this.context(dotted, name), world);
		if (here?.found === "present")
			return { found: "present", module: new ApproximateModule(here.module, there?.found === "present" ? there.module : null) };
		if (there !== null || choice.neighbour === null) return unknown;
		return this.unlisted(name, choice.catalogued, dotted, world);
	}

	/** A folder without code of its own, which other distributions may go on in (PEP 420), or nothing at all. */
	private unlisted(name: string, version: string, dotted: string, world: ModuleWorld): ModuleLookup {
		const isFolder = this.open(name, version).packed.submodules(dotted).length > 0;
		return isFolder ? unknown : this.belowKnown(name, version, dotted, world);
	}

	/** A module that its distribution does not list: missing, unless its parent makes modules of its own. */
	private belowKnown(name: string, version: string, dotted: string, world: ModuleWorld): ModuleLookup {
		const parentName = dotted.slice(0, Math.max(0, dotted.lastIndexOf(".")));
		if (parentName === "") return missing;
		const parent = this.open(name, version).module(parentName, this.context(parentName, name), world);
		if (parent?.found !== "present") return parent ?? this.belowKnown(name, version, parentName, world);
		return parent.module instanceof TableModule && parent.module.mayProvide(dotted) ? unknown : missing;
	}

	private context(dotted: string, distribution: string): ModuleSetting {
		return { dotted, distribution, python: this.python, platform: this.files.platform };
	}

	private open(name: string, version: string): CataloguedPackage {
		const key = `${name}-${version}`;
		let opened = this.packages.get(key);
		if (opened === undefined) {
			const path = `catalog/${key}.blocks`;
			opened = new CataloguedPackage(keptWith(this.files, path, () => new PackedPackage(this.files.openData(path))));
			this.packages.set(key, opened);
		}
		return opened;
	}
}

interface ModuleSetting {
	readonly dotted: string;
	readonly distribution: string;
	readonly python: PythonVersion;
	readonly platform: string;
}

/** What is written of a module: `p` in the flags for a package, `n` for a namespace, `t` for a stub. */
interface PackedModule {
	readonly flags: string;
	readonly table: ModuleTable | null;
}

/** What is written of the modules of one catalogued version, read block by block and parsed when somebody asks. */
class PackedPackage {
	private readonly blocks: TextBlocks | null;
	private readonly header: PackageHeader;
	/** Index of the block that a module stands in. */
	private readonly places = new Map<string, number>();
	/** Lines of the blocks that were read, by module. */
	private readonly lines: (Map<string, string> | undefined)[] = [];
	/** What each module may have, once somebody looked for a name. */
	private names: Map<string, string> | null = null;
	private readonly modules = new Map<string, PackedModule>();
	/** Attributes that some code of the package sets on other modules. */
	readonly assigned: ReadonlySet<string>;

	constructor(blocks: TextBlocks | null) {
		this.blocks = blocks;
		this.header = readPackageHeader(blocks?.header);
		this.header.modules.forEach((names, index) => {
			for (const name of names) this.places.set(name, index);
		});
		this.assigned = new Set(this.header.assigned);
	}

	module(dotted: string): PackedModule | null {
		const known = this.modules.get(dotted);
		if (known !== undefined) return known;
		const place = this.places.get(dotted);
		const line = place === undefined ? undefined : this.block(place).get(dotted);
		if (line === undefined) return null;
		const [flags = ""] = line.split("\t", 1);
		const module = { flags, table: readTable(line.slice(flags.length + 1)) };
		this.modules.set(dotted, module);
		return module;
	}

	private block(place: number): Map<string, string> {
		let lines = this.lines[place];
		if (lines === undefined) {
			lines = readModuleLines(this.blocks?.read(place) ?? "");
			this.lines[place] = lines;
		}
		return lines;
	}

	mentioning(symbol: string, topLevelName: string): readonly string[] {
		const isBelow = (name: string) => name === topLevelName || name.startsWith(`${topLevelName}.`);
		this.names ??= readModuleLines(this.blocks?.read(this.header.modules.length) ?? "");
		return [...this.names].filter(([name, names]) => isBelow(name) && names.split(" ").includes(symbol)).map(([name]) => name);
	}

	submodules(dotted: string): readonly string[] {
		const prefix = `${dotted}.`;
		return [...this.places.keys()]
			.filter((name) => name.startsWith(prefix) && !name.includes(".", prefix.length))
			.map((name) => name.slice(prefix.length));
	}
}

/** The modules of one catalogued version as one environment sees them. */
class CataloguedPackage {
	private readonly modules = new Map<string, ModuleLookup>();

	constructor(readonly packed: PackedPackage) {}

	module(dotted: string, setting: ModuleSetting, world: ModuleWorld): ModuleLookup | null {
		const known = this.modules.get(dotted);
		if (known !== undefined) return known;
		const written = this.packed.module(dotted);
		if (written === null) return null;
		const { flags, table } = written;
		const isPackage = flags.includes("p");
		const module = new TableModule(
			{
				name: dotted,
				isPackage,
				origin: "catalog",
				kind: flags.includes("n") ? "namespace" : table === null ? "opaque" : flags.includes("t") ? "stub" : "source",
				context: { module: dotted, isPackage, python: setting.python, platform: setting.platform },
				table,
				text: "",
				introspected: () => null,
				// Compiled modules have a few such names of their compiler's own.
				changedFromOutside: (symbol) => symbol !== null && (symbol.startsWith("__") || this.packed.assigned.has(symbol)),
				submoduleNames: () => this.packed.submodules(dotted),
				distribution: () => setting.distribution,
			},
			world,
		);
		const answer: ModuleLookup = { found: "present", module };
		this.modules.set(dotted, answer);
		return answer;
	}
}

/** A module of a version that is not catalogued, between two that are: only what both lack is absent. */
class ApproximateModule implements ExternalModule {
	constructor(
		private readonly below: ExternalModule,
		private readonly above: ExternalModule | null,
	) {}

	get name(): string {
		return this.below.name;
	}
	get isPackage(): boolean {
		return this.below.isPackage;
	}
	get origin(): ExternalModule["origin"] {
		return this.below.origin;
	}
	get kind(): ExternalModule["kind"] {
		return this.below.kind;
	}
	get distribution(): string | null {
		return this.below.distribution;
	}

	lookup(symbol: string): ExportLookup {
		const here = this.below.lookup(symbol);
		if (here.found === "present") return { found: "present", entry: approximate(here.entry) };
		if (here.found === "unknown") return here;
		// Private names come and go between two versions.
		const isCertain = !symbol.startsWith("_") && this.above?.lookup(symbol).found === "absent";
		return isCertain ? here : { found: "unknown" };
	}

	names(): readonly string[] {
		return this.below.names();
	}

	starNames(): readonly string[] | null {
		const here = this.below.starNames();
		const there = this.above?.starNames() ?? null;
		return here !== null && there !== null && here.length === there.length && here.every((name) => there.includes(name))
			? here
			: null;
	}

	definition(): null {
		return null;
	}

	needs(): readonly ImportNeed[] {
		const there = new Set((this.above?.needs() ?? []).map(({ module }) => module));
		return this.below.needs().flatMap((need) => (there.has(need.module) ? [{ ...need, names: [] }] : []));
	}
}

/** What the insides of a class or function are between two versions is not known: signatures and members may have changed. */
function approximate(entry: ExternalEntry): ExternalEntry {
	if (entry.kind !== "class" && entry.kind !== "function") return entry;
	if (entry.kind === "function")
		return { ...entry, signature: { ...entry.signature, decorators: [...entry.signature.decorators, "unknown"] } };
	return { ...entry, members: { ...entry.members, __getattr__: { kind: "attribute", annotation: null, text: null } } };
}
