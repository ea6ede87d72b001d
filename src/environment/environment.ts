import type { DescribedReleases } from "./described-releases.ts";
import type { KnownRelease } from "./known-releases.ts";
import type { ImportNeed } from "./module-table.ts";

/** A Python version as `major.minor` numbers. */
export interface PythonVersion {
	readonly major: number;
	readonly minor: number;
}

/** An installed (or, from the catalog, an expected) distribution. */
export interface Distribution {
	/** As its metadata spells it: `python-jose`. */
	readonly name: string;
	readonly version: string;
	/** PEP 508 strings of `Requires-Dist`. */
	readonly requires: readonly string[];
	readonly requiresPython: string | null;
	/** Top-level import names it provides. */
	readonly topLevel: readonly string[];
	readonly extras: readonly string[];
}

/** One parameter of a signature read from source. */
export interface Parameter {
	readonly name: string;
	readonly kind: "positional-only" | "positional" | "var-positional" | "keyword-only" | "var-keyword";
	readonly hasDefault: boolean;
	/** Source text of the annotation, or null. */
	readonly annotation: string | null;
	/** Source text of the default, or null. */
	readonly defaultText: string | null;
}

export interface Signature {
	readonly parameters: readonly Parameter[];
	readonly isAsync: boolean;
	readonly isGenerator: boolean;
	/** Dotted source text of each decorator, without arguments. */
	readonly decorators: readonly string[];
	/** Source text of the return annotation, or null. */
	readonly returns: string | null;
}

/** What a name of an external module is. */
export type ExternalEntry =
	| { readonly kind: "function"; readonly signature: Signature }
	| {
			readonly kind: "class";
			readonly bases: readonly string[];
			readonly members: Readonly<Record<string, ClassMember>>;
			readonly metaclass: string | null;
			readonly decorators: readonly string[];
	  }
	/** `from module import name as …` (name null: the module itself). `module` is absolute. */
	| { readonly kind: "alias"; readonly module: string; readonly name: string | null }
	/** A plain assignment; `text` is the source of the value where it is short (at most 200 characters). */
	| { readonly kind: "value"; readonly text: string | null }
	| { readonly kind: "submodule"; readonly module: string }
	| { readonly kind: "unknown" };

export type ClassMember =
	| { readonly kind: "method"; readonly signature: Signature }
	| { readonly kind: "attribute"; readonly annotation: string | null; readonly text: string | null };

/** `absent` only where it is certain: no dynamic `__getattr__`, no star import that cannot be followed, no `globals()` tricks. */
export type ExportLookup =
	| { readonly found: "present"; readonly entry: ExternalEntry }
	/**
	 * `error`: what Python prints where the module itself refuses the name with more than "cannot import name". `lacking`: the module
	 * passes the name on from this other one, which is not there, and goes on without it. `refusal`: the words of the module's own
	 * AttributeError, which is what an attribute that is read prints.
	 */
	| { readonly found: "absent"; readonly error?: string; readonly lacking?: string; readonly refusal?: string }
	| { readonly found: "unknown" };

/** A module outside the project, known only by what its source (or the catalog) says. */
export interface ExternalModule {
	readonly name: string;
	readonly isPackage: boolean;
	readonly origin: "stdlib" | "installed" | "catalog";
	/** `opaque`: a C extension or anything else whose names cannot be read. */
	readonly kind: "source" | "stub" | "opaque" | "namespace";
	/** Name of the distribution it came with, where known. */
	readonly distribution: string | null;
	/** What `from name import symbol` would find at the end of the module's import, submodules included. */
	lookup(symbol: string): ExportLookup;
	/** All names it certainly has, for suggestions. */
	names(): readonly string[];
	/** Names that `from name import *` binds, or null where unknown. */
	starNames(): readonly string[] | null;
	/** What importing it certainly imports at module level, in order, and cannot do without. */
	needs(): readonly ImportNeed[];
	/** The source of a function, a class or a method (`Admin.add_view`) that it defines itself; null where it is not at hand. */
	definition(symbol: string): string | null;
}

/** `missing` is certain; `unknown` is said whenever we cannot tell (a `.pth` hook, an unlisted package of the catalog). */
export type ModuleLookup =
	| { readonly found: "present"; readonly module: ExternalModule }
	| { readonly found: "missing" }
	| { readonly found: "unknown" };

/** One import inside a library that importing something leads to: it asks for another package, or it fails. */
export interface LibraryImport {
	/** The module whose import led here. */
	readonly start: string;
	/** The module that holds the statement. */
	readonly importer: string;
	/** What it imports, dotted. */
	readonly module: string;
	/** The name that `module` does not have; null where the module itself is meant. */
	readonly symbol: string | null;
	/** For certain? Otherwise it only asks for another package, or nobody can tell. */
	readonly fails: boolean;
	/** The line that is printed where it fails. */
	readonly error: string;
}

/** Everything outside the project's own files: the interpreter, its standard library and the installed packages. */
export interface Environment {
	readonly python: PythonVersion;
	/** How the version is known, for the report: `pyvenv.cfg of .venv`. */
	readonly pythonEvidence: string;
	/** False where the version is the newest of those that the project allows, or the machine's own: another may run it. */
	readonly pythonIsCertain: boolean;
	/** `interpreter`: packages were read from a real site-packages. `catalog`: nothing is installed, the bundled catalog answers for what is declared. */
	readonly kind: "interpreter" | "catalog";
	/** Path of the interpreter, or null. */
	readonly pythonPath: string | null;
	/** Installed distributions by normalised (PEP 503) name; from the catalog: those that the manifests would bring. */
	readonly distributions: ReadonlyMap<string, Distribution>;
	/** Folders outside site-packages that `.pth` files and editable installs put on `sys.path`, absolute, in order. */
	readonly searchFolders: readonly string[];
	/** Names of the standard library's top-level modules for this version (`sys.stdlib_module_names`). */
	isStdlib(topLevelName: string): boolean;
	/** Looks a dotted module up in the standard library and site-packages. */
	findModule(dotted: string): ModuleLookup;
	/** Follows aliases to where a symbol is defined: `sqlalchemy.ext.asyncio.AsyncEngine` → `sqlalchemy.ext.asyncio.engine.AsyncEngine`. Returns its argument where it cannot. */
	canonical(dotted: string): string;
	/** Distributions (PEP 503 names) known to provide a top-level import name, or a part of a package that many share (`google.protobuf`), best first; from what is installed, then from the bundled map. */
	distributionsFor(importName: string): readonly string[];
	/** Is a distribution of this PEP 503 name known to be published on the public index? What is not may be somebody's own. */
	isPublished(distribution: string): boolean;
	/** The day (ISO 8601) as of which {@link isPublished} knows all names; null where it knows none. */
	publishedUntil(): string | null;
	/** Is it, by its PEP 503 name, one of the few thousand distributions that are used most? */
	isOftenUsed(distribution: string): boolean;
	/** Public modules that define or re-export a symbol of this name, shortest first, among the given installed top-level packages: for `moved` suggestions. */
	findSymbol(symbol: string, topLevelNames: readonly string[]): readonly string[];
	/** Imports that libraries make, for certain and outside any guard, when these modules are imported one after the other, in that order. */
	followImports(modules: readonly string[]): readonly LibraryImport[];
	/**
	 * What a clean installation would bring of a distribution (PEP 503 name) that is not at hand, under a specifier set; null where the
	 * bundled metadata do not tell what it requires.
	 */
	expected(distribution: string, specifier: string): Distribution | null;
	/** Which releases of a distribution have a module, or a name in it, as far as the bundled catalog describes them; oldest first. */
	releasesWith: DescribedReleases;
	/** Final releases of a distribution (PEP 503 name) that the bundled list knows, withdrawn ones among them, oldest first; none where it does not list it. */
	releasesOf(distribution: string): readonly KnownRelease[];
}

/** What a module needs of the whole environment to answer. */
export type ModuleWorld = Pick<Environment, "findModule" | "isStdlib"> & {
	/** Is a name, dotted, on record as one that the releases at hand have no more? */
	readonly isRemoved?: (dotted: string) => boolean;
};

/** PEP 503 normalised name of a distribution. */
export function normalizeName(name: string): string {
	return name.toLowerCase().replace(/[-_.]+/g, "-");
}
