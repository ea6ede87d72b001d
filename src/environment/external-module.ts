import type { ExportLookup, ExternalEntry, ExternalModule, ModuleWorld } from "./environment.ts";
import { bundledGetattr, evaluateGetattr } from "./getattr/evaluate.ts";
import type { GetattrWorld } from "./getattr/world.ts";
import type { ImportNeed, ModuleTable, Slot, TableName } from "./module-table.ts";
import { definitionLines } from "./outline/logical-lines.ts";
import { readEntry } from "./outline/read-entry.ts";
import type { SourceContext } from "./outline/simple-statement-reader.ts";

/** Attributes that every module has (https://docs.python.org/3/reference/datamodel.html#module-objects). */
const moduleAttributes = new Set(
	"__name__ __doc__ __file__ __loader__ __spec__ __package__ __cached__ __builtins__ __dict__ __class__ __annotations__ __init__ __repr__ __getattribute__ __setattr__ __delattr__ __dir__ __new__ __reduce__ __reduce_ex__ __hash__ __str__ __eq__ __ne__ __lt__ __le__ __gt__ __ge__ __format__ __sizeof__ __warningregistry__ __subclasshook__ __init_subclass__ __getstate__".split(
		" ",
	),
);

const present = (entry: ExternalEntry): ExportLookup => ({ found: "present", entry });
const unknownEntry: ExternalEntry = { kind: "unknown" };
const absent: ExportLookup = { found: "absent" };
const unknown: ExportLookup = { found: "unknown" };

/** What an external module is made from. */
export interface ModuleFacts {
	readonly name: string;
	readonly isPackage: boolean;
	readonly origin: ExternalModule["origin"];
	readonly kind: ExternalModule["kind"];
	readonly context: SourceContext;
	/** Null for what has no readable names of its own: a C extension, a namespace package. */
	readonly table: ModuleTable | null;
	/** The source that lazy slots point into; `""` for tables that have none. */
	readonly text: string;
	/** What introspection of the real module showed; null where nobody looked. */
	readonly introspected: () => Introspection | null;
	/** May code elsewhere in its package, or compiled code, have given it this attribute? With null: may compiled code have given it any? */
	readonly changedFromOutside: (symbol: string | null) => boolean;
	readonly submoduleNames: () => readonly string[];
	readonly distribution: () => string | null;
}

/** Names that `dir()` of a real module showed. */
export interface Introspection {
	readonly names: ReadonlySet<string>;
	/** What a star import of it binds. */
	readonly star: readonly string[];
	/** There can be no others on this platform. */
	readonly complete: boolean;
}

/** A module whose export table is known, with names looked up as `from module import name` would. */
export class TableModule implements ExternalModule {
	readonly name: string;
	readonly isPackage: boolean;
	readonly origin: ExternalModule["origin"];
	readonly kind: ExternalModule["kind"];
	private readonly answers = new Map<string, ExportLookup>();
	private readonly running = new Set<string>();
	private readonly entries = new Map<string, ExternalEntry>();
	private starList: readonly string[] | null | undefined;
	private open: boolean | undefined;

	constructor(
		private readonly facts: ModuleFacts,
		private readonly environment: ModuleWorld,
	) {
		this.name = facts.name;
		this.isPackage = facts.isPackage;
		this.origin = facts.origin;
		this.kind = facts.kind;
	}

	get distribution(): string | null {
		return this.facts.distribution();
	}

	lookup(symbol: string): ExportLookup {
		const known = this.answers.get(symbol);
		if (known !== undefined) return known;
		// A circle of star imports: whoever asked first goes on without us.
		if (this.running.has(symbol)) return unknown;
		this.running.add(symbol);
		const found = this.search(symbol);
		const answer = found.found === "unknown" && this.environment.isRemoved?.(`${this.name}.${symbol}`) ? absent : found;
		this.running.delete(symbol);
		this.answers.set(symbol, answer);
		return answer;
	}

	names(): readonly string[] {
		const names = new Set<string>(this.facts.introspected()?.names);
		for (const name of this.certainNames()) names.add(name);
		for (const star of this.facts.table?.stars ?? [])
			for (const name of this.moduleOf(star.module)?.starNames() ?? []) names.add(name);
		for (const name of this.facts.submoduleNames()) names.add(name);
		const getattr = this.facts.table?.getattr;
		if (getattr?.kind === "table") for (const name of Object.keys(getattr.names)) names.add(name);
		else if (this.facts.table?.all && this.facts.table.all !== "unknown")
			for (const name of this.facts.table.all.names) names.add(name);
		return [...names];
	}

	starNames(): readonly string[] | null {
		if (this.starList !== undefined) return this.starList;
		// Asked again while it is being worked out (modules that star-import each other): not known.
		this.starList = null;
		this.starList = this.computeStarNames();
		return this.starList;
	}

	needs(): readonly ImportNeed[] {
		const { table } = this.facts;
		return table?.needs ?? table?.imports.map((module) => ({ module, names: [], error: null })) ?? [];
	}

	definition(symbol: string): string | null {
		const [name = "", ...path] = symbol.split(".");
		const slot = this.facts.table?.names.get(name)?.slot;
		const { text } = this;
		if (text === "" || (slot?.kind !== "lazy-function" && slot?.kind !== "lazy-class")) return null;
		let lines = definitionLines(text, slot.at);
		for (const member of path) {
			const [, first] = lines.slice(lines.findIndex(({ start }) => text.charCodeAt(start) !== 64));
			const header = new RegExp(`^(?:async\\s+)?def\\s+${member}\\b`);
			const found = lines.filter(
				({ start, end, indent }) => indent === first?.indent && header.test(text.slice(start, Math.min(end, start + 200))),
			);
			const [only, ...others] = found;
			if (only === undefined || others.length > 0) return null;
			lines = definitionLines(text, only.start);
		}
		const [head] = lines;
		const last = lines.at(-1);
		return head === undefined || last === undefined ? null : dedented(text.slice(head.start, last.end), head.indent);
	}

	/** May this module bring a submodule into being that no file shows? */
	mayProvide(dotted: string): boolean {
		const { table } = this.facts;
		// C extensions may register modules of their own; those of the standard library, which were introspected, do not.
		if (table === null || this.kind === "stub") return this.kind !== "namespace" && this.facts.introspected() === null;
		if (table.path === "unknown" || table.injects === "unknown" || table.replaced) return true;
		return table.injects.some((name) => name === dotted || name.startsWith(`${dotted}.`) || dotted.startsWith(`${name}.`));
	}

	/** The table behind the answers, for those that follow names of their own through it. */
	get table(): ModuleTable | null {
		return this.facts.table;
	}

	get text(): string {
		return this.facts.text;
	}

	get context(): SourceContext {
		return this.facts.context;
	}

	private search(symbol: string): ExportLookup {
		const { table } = this.facts;
		const answer = table === null ? this.searchOpaque(symbol) : this.searchTable(table, symbol);
		if (answer.found === "present") return answer;
		const introspected = this.facts.introspected();
		if (introspected?.names.has(symbol)) return present(unknownEntry);
		if (introspected?.complete) return absent;
		const isDoubtful = answer.found === "absent" && (this.facts.changedFromOutside(symbol) || this.letsOthersIn());
		return isDoubtful ? unknown : answer;
	}

	/**
	 * The table on its own, for the catalog: every lazy slot read, its `__getattr__` asked for each of `candidates`, and what
	 * only the source could have told settled.
	 */
	bundledTable(candidates: readonly string[]): ModuleTable | null {
		const { table } = this.facts;
		const world = this.getattrWorld();
		if (table === null || world === null) return null;
		const names = new Map<string, TableName>();
		for (const name of table.names.keys()) {
			const found = table.names.get(name);
			if (found !== undefined) names.set(name, { slot: this.bundledSlot(found.slot), stars: found.stars });
		}
		const isOpen = table.dynamic || this.facts.changedFromOutside(null) || this.letsOthersIn();
		return {
			...table,
			names,
			dynamic: isOpen,
			calls: [],
			getattr: table.getattr === null ? null : bundledGetattr(table.getattr, world, candidates),
		};
	}

	private bundledSlot(slot: Slot): Slot {
		if (slot.kind === "either") return { kind: "either", slots: slot.slots.map((one) => this.bundledSlot(one)) };
		if (slot.kind === "maybe") return { kind: "maybe", slot: this.bundledSlot(slot.slot) };
		return readEntry(slot, this.facts.text, this.facts.context, (dotted) => this.absoluteName(dotted));
	}

	/** Does the module call something for its effect that may write into its caller's namespace? */
	private letsOthersIn(): boolean {
		this.open ??= (this.facts.table?.calls ?? []).some((callee) => {
			const definer = this.definerOf(callee, 0);
			return definer !== null && /\bf_globals\b|\b_getframe\b|\bcurrentframe\b|\binspect\.stack\b/.test(definer.text);
		});
		return this.open;
	}

	/** The package module in which a function is defined, through re-exports; null for the standard library's and the unknown. */
	private definerOf(dotted: string, depth: number): TableModule | null {
		const dot = dotted.lastIndexOf(".");
		const module = dot < 0 ? null : this.moduleOf(dotted.slice(0, dot));
		if (!(module instanceof TableModule) || module.origin === "stdlib" || depth > 8) return null;
		const slot = module.table?.names.get(dotted.slice(dot + 1))?.slot;
		return slot?.kind === "alias" && slot.name !== null ? this.definerOf(`${slot.module}.${slot.name}`, depth + 1) : module;
	}

	private searchOpaque(symbol: string): ExportLookup {
		if (moduleAttributes.has(symbol) || (symbol === "__path__" && this.isPackage)) return present(unknownEntry);
		const submodule = this.submodule(symbol);
		return submodule.found === "absent" && this.kind !== "namespace" ? unknown : submodule;
	}

	private searchTable(table: ModuleTable, symbol: string): ExportLookup {
		if (table.replaced) return unknown;
		const own = table.names.get(symbol);
		let uncertain = table.dynamic || this.kind === "stub";
		for (let index = table.stars.length - 1; index >= (own?.stars ?? 0); index--) {
			const star = table.stars[index];
			const found = star === undefined ? absent : this.searchStar(star.module, symbol);
			if (found.found === "present" && star?.certain) return found;
			if (found.found !== "absent") uncertain = true;
		}
		if (own !== undefined) return this.searchOwn(own, symbol);
		if (moduleAttributes.has(symbol) || (symbol === "__path__" && this.isPackage)) return present(unknownEntry);
		const submodule = this.submodule(symbol);
		if (submodule.found === "present") return submodule;
		if (submodule.found === "unknown") uncertain = true;
		if (table.getattr !== null) {
			const world = this.getattrWorld();
			const served = world === null ? unknown : evaluateGetattr(table.getattr, symbol, world);
			if (served.found === "present") return served;
			if (served.found === "unknown") uncertain = true;
			else if (!uncertain) return served;
		}
		return uncertain ? unknown : absent;
	}

	private searchOwn(own: TableName, symbol: string): ExportLookup {
		return own.slot.kind === "maybe" ? this.searchAttempts(own.slot.slot) : present(this.entryOf(own.slot, symbol));
	}

	/** A name that is bound on some paths only: it is there where one of its imports succeeds, and not where all of them fail. */
	private searchAttempts(slot: Slot): ExportLookup {
		const attempts = slot.kind === "either" ? slot.slots : [slot];
		const made = attempts.find((one) => one.kind === "alias" && this.follows(one));
		if (made?.kind === "alias") return present(made);
		const lacking = attempts.map((one) => (one.kind === "alias" ? this.missingModule(one.module) : null));
		// Without its source a table may lack attempts.
		const fails = this.facts.text !== "" && lacking.every((module) => module !== null);
		return fails && lacking[0] != null ? { found: "absent", lacking: lacking[0] } : unknown;
	}

	/** The module itself where it is certainly not there, else null. */
	private missingModule(name: string): string | null {
		return this.environment.findModule(name).found === "missing" ? name : null;
	}

	private entryOf(slot: Slot, symbol: string): ExternalEntry {
		if (slot.kind === "either") {
			const chosen = slot.slots.find((one) => one.kind !== "alias" || this.follows(one));
			return chosen === undefined ? unknownEntry : this.entryOf(chosen, symbol);
		}
		let entry = this.entries.get(symbol);
		if (entry === undefined) {
			entry = readEntry(slot, this.facts.text, this.facts.context, (dotted) => this.absoluteName(dotted));
			this.entries.set(symbol, entry);
		}
		return entry;
	}

	/** Does what an alias points at certainly exist? */
	private follows(alias: { readonly module: string; readonly name: string | null }): boolean {
		const module = this.moduleOf(alias.module);
		return module !== null && (alias.name === null || module.lookup(alias.name).found === "present");
	}

	private searchStar(moduleName: string, symbol: string): ExportLookup {
		const module = this.moduleOf(moduleName);
		if (module === null) return unknown;
		const names = module.starNames();
		if (names?.includes(symbol)) return present({ kind: "alias", module: moduleName, name: symbol });
		if (symbol.startsWith("_") && !(module instanceof TableModule && module.table?.all)) return absent;
		if (names === null) return module.lookup(symbol).found === "absent" ? absent : unknown;
		// Where no __all__ says otherwise, submodules that happen to be loaded are starred too, and names that are only perhaps bound.
		const table = module instanceof TableModule ? module.table : null;
		const mayLeak = table?.all === null && (module.isPackage || table.names.get(symbol)?.slot.kind === "maybe");
		return mayLeak && module.lookup(symbol).found !== "absent" ? unknown : absent;
	}

	private submodule(symbol: string): ExportLookup {
		if (!this.isPackage) return absent;
		const module = `${this.name}.${symbol}`;
		const found = this.environment.findModule(module);
		if (found.found === "present") return present({ kind: "submodule", module });
		return found.found === "unknown" ? unknown : absent;
	}

	private computeStarNames(): readonly string[] | null {
		const { table } = this.facts;
		const introspected = this.facts.introspected();
		if (introspected !== null && (table === null || table.dynamic)) return introspected.star;
		if (table === null || this.kind === "stub" || table.replaced || table.all === "unknown") return null;
		if (table.all !== null) {
			const names = new Set(table.all.names);
			for (const module of table.all.modules) {
				const more = this.moduleOf(module)?.starNames() ?? null;
				if (more === null) return null;
				for (const name of more) names.add(name);
			}
			return [...names];
		}
		if (table.dynamic) return null;
		const names = new Set(this.certainNames().filter((name) => !name.startsWith("_")));
		for (const star of table.stars) {
			const more = this.moduleOf(star.module)?.starNames() ?? null;
			if (more === null) return null;
			for (const name of more) names.add(name);
		}
		return [...names];
	}

	/** Names of its own that are bound on every path. */
	private certainNames(): string[] {
		const names = this.facts.table?.names;
		return names === undefined ? [] : [...names.keys()].filter((name) => names.get(name)?.slot.kind !== "maybe");
	}

	/** The absolute dotted name of an expression such as a base class, as far as the table tells. */
	private absoluteName(dotted: string): string {
		const [first = "", ...rest] = dotted.split(".");
		const own = this.facts.table?.names.get(first);
		const slot = own?.slot.kind === "maybe" ? own.slot.slot : own?.slot;
		if (slot?.kind === "alias") return [slot.module, ...(slot.name === null ? [] : [slot.name]), ...rest].join(".");
		if (slot !== undefined) return `${this.name}.${dotted}`;
		const star = this.facts.table?.stars.find(({ module }) => this.moduleOf(module)?.starNames()?.includes(first));
		if (star !== undefined) return `${star.module}.${dotted}`;
		const builtins = this.moduleOf("builtins");
		return builtins !== null && builtins.lookup(first).found === "present" ? `builtins.${dotted}` : dotted;
	}

	private moduleOf(name: string): ExternalModule | null {
		const found = this.environment.findModule(name);
		return found.found === "present" ? found.module : null;
	}

	/** This module as the evaluator of its `__getattr__` needs it. */
	private getattrWorld(): GetattrWorld | null {
		const { table, text, context } = this.facts;
		if (table === null) return null;
		const { module, isPackage } = context;
		return {
			moduleName: this.name,
			packageName: isPackage ? module : module.slice(0, Math.max(0, module.lastIndexOf("."))),
			text,
			table,
			find: (name) => this.environment.findModule(name),
			source: (name) => {
				const other = this.moduleOf(name);
				return other instanceof TableModule && other.text !== "" && other.origin !== "stdlib" ? other.getattrWorld() : null;
			},
		};
	}
}

/** A definition inside a class, as it would stand at the top of a module; what its own texts lose of their indentation does not matter. */
function dedented(text: string, indent: number): string {
	return indent === 0 ? text : text.replace(new RegExp(`^[ \\t]{1,${indent}}`, "gm"), "");
}
