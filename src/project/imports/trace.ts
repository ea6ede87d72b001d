import type * as ast from "../../python/ast.ts";
import type { TextRange } from "../../text/range.ts";
import type { Module } from "../project.ts";
import type { Namespace, Value } from "./values.ts";

/** When something runs: while modules are imported, in the lifespan or a startup event, or (never simulated) on a request. */
export type RunStage = "import" | "startup";

/** One call that start-up makes, with what is known of its arguments. */
export interface Call {
	readonly callee: Value;
	readonly args: readonly Value[];
	/** Keyword arguments by name, in order. */
	readonly keywords: ReadonlyMap<string, Value>;
	/** True where `*args` or `**kwargs` bring arguments we cannot see. */
	readonly open: boolean;
	readonly node: ast.Call;
	readonly module: Module;
	readonly stage: RunStage;
	/** Position in start-up; comparable with `Failure.order`. */
	readonly order: number;
	/** False for code that the target never reaches. */
	readonly reached: boolean;
	/** True inside a `try` whose handlers may swallow what the call raises. */
	readonly guarded: boolean;
	/** Filled in when the call has been evaluated. */
	result: Value;
}

/** What the simulator saw fail. After recording one it goes on as if it were mended. */
export interface Failure {
	readonly detail: FailureDetail;
	readonly module: Module;
	readonly range: TextRange;
	/** The statement that fails; for a SyntaxError null. */
	readonly statement: ast.Statement | null;
	/** The line Python prints: `ImportError: cannot import name …`. */
	readonly error: string;
	readonly stage: RunStage;
	/** Position in start-up: a person meets lower ones first. */
	readonly order: number;
	readonly reached: boolean;
	/** Modules being imported, outermost first, this one last. */
	readonly chain: readonly string[];
}

export type FailureDetail =
	/** No module of that name: `missing` is the dotted part that cannot be found, `requested` the whole specifier as written. */
	| {
			readonly type: "module-not-found";
			readonly requested: string;
			readonly missing: string;
			readonly level: number;
			readonly names: readonly string[];
			readonly parentIsModule: boolean;
	  }
	| { readonly type: "relative-beyond-top"; readonly requested: string; readonly level: number }
	/** `from module import name`, and the module has no such name. `cycle` lists the modules where it is only not bound yet. */
	| {
			readonly type: "name-not-in-module";
			readonly source: string;
			readonly name: string;
			readonly external: boolean;
			readonly cycle: readonly string[] | null;
	  }
	| {
			readonly type: "attribute-missing";
			readonly owner: string;
			readonly name: string;
			readonly cycle: readonly string[] | null;
	  }
	| {
			readonly type: "name-not-defined";
			readonly name: string;
			readonly place: "statement" | "decorator" | "default" | "annotation" | "base" | "class-body" | "called-code";
	  }
	| { readonly type: "syntax"; readonly message: string }
	| { readonly type: "external-import"; readonly module: string; readonly missing: string }
	/** Something else that raises for certain (`raise` at module level, a call that cannot bind its arguments). */
	| { readonly type: "raises"; readonly exception: string };

/** A name bound by an import statement, for rules about unused or doubtful imports. */
export interface ModuleRun {
	readonly module: Module;
	/** Position among all modules, in the order in which their execution begins. */
	readonly order: number;
	readonly reached: boolean;
	/** Modules being imported when this one was, outermost first, this one last. */
	readonly chain: readonly string[];
	/** The namespace after its last statement. */
	readonly namespace: Namespace;
}

/** An import of one module by another, at module level or not. */
export interface ImportEdge {
	readonly importer: string;
	readonly imported: string;
	readonly path: string;
	readonly range: TextRange;
	/** `import`: executed while the importer is imported; `deferred`: in a function body; `typing`: under TYPE_CHECKING. */
	readonly when: "import" | "deferred" | "typing";
}

/** What importing and starting the target does, in order. */
export interface ImportTrace {
	readonly runs: ReadonlyMap<string, ModuleRun>;
	readonly failures: readonly Failure[];
	readonly calls: readonly Call[];
	readonly edges: readonly ImportEdge[];
	/** External top-level modules that start-up imports for certain, with the first place, outside any guard. */
	readonly externalImports: readonly ExternalImport[];
}

export interface ExternalImport {
	/** Dotted as written: `jose.jwt`. */
	readonly module: string;
	readonly importer: Module;
	readonly range: TextRange;
	readonly stage: RunStage;
	readonly reached: boolean;
	readonly guarded: boolean;
	/** True in a function that start-up does not call. */
	readonly deferred: boolean;
	readonly order: number;
}
