import type { ExternalEntry } from "./environment.ts";

/** Bumped whenever the shape or the meaning of a table changes: older cache entries and catalogs are then not read. */
export const tableFormat = 11;

/**
 * What one name of a module is bound to. The lazy kinds only say where the source is; `read-entry.ts` makes the
 * full entry of them when somebody asks.
 */
export type Slot =
	| ExternalEntry
	| { readonly kind: "lazy-function"; readonly at: number }
	| { readonly kind: "lazy-class"; readonly at: number }
	/** `start` equals `end` for a field of a class that has only an annotation. */
	| {
			readonly kind: "lazy-value";
			readonly start: number;
			readonly end: number;
			readonly annotation: readonly [number, number] | null;
	  }
	/** Bound on every path, to one thing or another: the first is what the module would rather have. */
	| { readonly kind: "either"; readonly slots: readonly Slot[] }
	/** Bound on some paths only; to one thing or another where its slot is an "either". */
	| { readonly kind: "maybe"; readonly slot: Slot };

export interface TableName {
	readonly slot: Slot;
	/** How many star imports stood above the binding: later ones may have replaced it. */
	readonly stars: number;
}

/** What the names of a module's top level are bound to. */
export type NameTable = Pick<ReadonlyMap<string, TableName>, "get" | "has" | "keys">;

export interface StarImport {
	readonly module: string;
	/** False on a path that may not be taken. */
	readonly certain: boolean;
}

/** How a module-level `__getattr__` (PEP 562) is written. */
export type ModuleGetattr =
	| { readonly kind: "function"; readonly at: number }
	| { readonly kind: "value"; readonly start: number; readonly end: number }
	/**
	 * Worked out when the catalog was made: what it serves (null: something we cannot see through) and, where known, how it refuses.
	 * `refusal`: the words of its AttributeError for every other name, which stands in them as `{name}`.
	 */
	| {
			readonly kind: "table";
			readonly names: Readonly<Record<string, ExternalEntry | null>>;
			readonly refused: Readonly<Record<string, string>>;
			readonly complete: boolean;
			readonly refusal?: string;
	  }
	| { readonly kind: "unknown" };

/** What `__all__` holds: names, and the `__all__` of other modules. */
export interface AllNames {
	readonly names: readonly string[];
	readonly modules: readonly string[];
}

/** An import that a module cannot do without. */
export interface ImportNeed {
	/** Absolute. */
	readonly module: string;
	/** What a from-import asks of it; empty for a plain or a star import. */
	readonly names: readonly string[];
	/** The line that is printed where it fails, if not Python's own: the module catches the ImportError and raises this. */
	readonly error: string | null;
	/** It is asked for only where one of these modules is missing: it stands in the handler of their import. */
	readonly unless?: readonly string[];
}

/** The export table of one module: everything its top level says about its names. Plain data, cached and bundled as `written-table.ts` writes it. */
export interface ModuleTable {
	readonly names: NameTable;
	readonly stars: readonly StarImport[];
	/** Null where there is none; "unknown" where it is computed. */
	readonly all: AllNames | "unknown" | null;
	readonly getattr: ModuleGetattr | null;
	/** Names may be bound in ways we cannot see. */
	readonly dynamic: boolean;
	/** The module puts something else in its own place in `sys.modules`. */
	readonly replaced: boolean;
	/** Imported functions that it calls for their effect alone, absolute: one may reach into this module. */
	readonly calls: readonly string[];
	/** Modules that it imports for certain, absolute. */
	readonly imports: readonly string[];
	/** The same with what is asked of them, and imports whose failure it answers with an error of its own; a catalog may lack it. */
	readonly needs?: readonly ImportNeed[];
	/** What becomes of `__path__`: as the import system made it, joined over all of `sys.path`, or unknown. */
	readonly path: "plain" | "extended" | "unknown";
	/** Modules it adds to `sys.modules` under other names; "unknown" where the names are computed. */
	readonly injects: readonly string[] | "unknown";
}
