import type * as ast from "../../python/ast.ts";
import type { TextRange } from "../../text/range.ts";
import type { Module } from "../project.ts";
import type { SettingsField } from "../settings/settings-class.ts";
import type { Binding, ClassValue, FunctionValue, Namespace, Origin, Value } from "./values.ts";

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
	/** True inside any `try`, whatever its handlers catch. */
	readonly tried?: boolean;
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
	/** Where the traceback ends, if not at the range: at the statement of a handler that raises this error instead of what it caught. */
	readonly from?: RaisedFrom;
	readonly stage: RunStage;
	/** Position in start-up: a person meets lower ones first. */
	readonly order: number;
	readonly reached: boolean;
	/** Modules being imported, outermost first, this one last. */
	readonly chain: readonly string[];
	/** True in the middleware that every request goes through: the server comes up, and answers nothing. */
	readonly everyRequest?: true;
}

/** Where in the program something is raised. */
export interface RaisedFrom {
	readonly module: Module;
	/** Offset of the statement. */
	readonly start: number;
}

export type FailureDetail =
	| ModuleNotFound
	| RelativeBeyondTop
	| NameNotInModule
	| AttributeMissing
	| NameNotDefined
	| MissingVariable
	| RefusedVariable
	| EventLoopMisuse
	| UncalledFunction
	| FieldOfClass
	| { readonly type: "syntax"; readonly message: string }
	/** Something else that raises for certain (`raise` at module level, a call that cannot bind its arguments). */
	| RaisesException;

/** An environment variable that nothing sets, where start-up cannot do without it. */
export interface MissingVariable {
	readonly type: "missing-variable";
	readonly key: string;
	/** What comes of it, as a clause: `os.environ[...] has no default`. */
	readonly consequence: string;
	/** The `.env` file that the reader looks into, whether it is there or not; missing where it looks into none of its own. */
	readonly file?: string | null;
}

/** A variable is set to a text that the type asked for does not take: `config("DEBUG", cast=bool)` and `DEBUG=maybe`. */
export interface RefusedVariable {
	readonly type: "refused-variable";
	readonly key: string;
	/** What the text would have to be, in words. */
	readonly wanted: string;
	/** Where the text stands; null where that is not known. */
	readonly origin: Origin | null;
	/** A text in its place: the same meant otherwise, or the default; null where there is neither. */
	readonly better: string | null;
}

/** asyncio is asked for something that the state of its event loop at that place does not allow. */
export interface EventLoopMisuse {
	readonly type: "event-loop";
	/** `asyncio.run`. */
	readonly call: string;
	readonly loop: "running" | "none";
}

/** An attribute of a function is read, where one of what it returns is meant: `get_settings.database_url`. */
export interface UncalledFunction {
	readonly type: "uncalled-function";
	readonly function: FunctionValue;
	/** True for a method of an object, which is handed the object by itself. */
	readonly isMethod: boolean;
	readonly name: string;
}

/** A field of a pydantic class is read from the class itself, where only its objects have it. */
export interface FieldOfClass {
	readonly type: "field-of-class";
	readonly owner: ClassValue;
	readonly name: string;
}

export interface RaisesException {
	readonly type: "raises";
	readonly exception: string;
	/** `statement`: the code says `raise` or `sys.exit()`; `call`: a call does not fit its signature; `operation`: anything else. */
	readonly by: "statement" | "call" | "operation";
	/** For a keyword argument that nothing takes: its name and the names that would be. */
	readonly keyword?: { readonly name: string; readonly parameters: readonly string[] };
	/** For what a package refuses only since a release: which one, and of what (PEP 503 name). */
	readonly since?: { readonly distribution: string; readonly release: string };
	/** For an attribute that is not set: those that are. */
	readonly known?: readonly string[];
	/** For a key that is not there: those that are, and where the one asked for is written. */
	readonly key?: {
		readonly wanted: string;
		readonly keys: readonly string[];
		readonly origin: Origin | null;
		/** The enumeration of the project in which a member of that value was looked for. */
		readonly enumeration?: { readonly owner: ast.ClassDef; readonly path: string };
		/** True where it stands in a list that can do without it. */
		readonly mayGo?: true;
		/** True where code puts the keys in, one after the other. */
		readonly isRegistry?: boolean;
		/** Where a key that is there is written. */
		readonly originOf?: (key: string) => Origin | null;
	};
	/** For a keyword argument that is given twice, once by `**`: its name. */
	readonly repeated?: string;
	/** For a file that cannot be read: which, relative to the root, and where in its text. */
	readonly document?: { readonly path: string; readonly offset: number };
	/** For an attribute that its owner does not let be set: which, and what refuses it. */
	readonly assignment?: {
		readonly name: string;
		readonly owner: ast.ClassDef;
		/** `model`: the configuration of a pydantic model, `frozen`: a dataclass. */
		readonly by: "frozen" | "model" | "property" | "slots" | "enum";
	};
	/** Where alembic cannot run its migrations: what is wrong. */
	readonly migrations?: MigrationFault;
	/** Where sync and async are mixed up: how. */
	readonly misuse?: AsyncMisuse;
}

/** Alembic is run by start-up and does not find its migrations or their order, or is told something that it cannot read. `ini` is its INI file where that is there, relative to the root. */
export type MigrationFault =
	/** A percent sign in a value of its configuration. */
	| { readonly type: "percent" }
	| { readonly type: "no-location"; readonly ini: string | null }
	| { readonly type: "no-folder"; readonly ini: string | null; readonly location: string }
	/** The migration at `path` comes after one that is not there; `meant` may be: null for none, undefined where it cannot be told. */
	| {
			readonly type: "no-revision";
			readonly path: string;
			readonly range: TextRange;
			readonly wanted: string;
			readonly meant: string | null | undefined;
	  }
	/** Several migrations are the last; one branch may be put behind the other. */
	| {
			readonly type: "two-heads";
			readonly heads: readonly string[];
			readonly rebased: { readonly path: string; readonly range: TextRange; readonly onto: string } | null;
	  };

/** How a value of the async world is used as one of the sync world, or the other way round; the failure's range is the expression. */
export type AsyncMisuse =
	/** The result of a coroutine function is used without `await`; `call` made it, in the file at `path`. */
	| { readonly type: "not-awaited"; readonly call: TextRange; readonly path: string }
	| { readonly type: "needless-await" }
	/** A coroutine function itself is awaited, where what it gives is meant: `await migrate`. */
	| { readonly type: "uncalled-await" }
	/** The function under contextlib's decorator is entered, where calling it is meant. */
	| { readonly type: "uncalled-with" }
	| { readonly type: "missing-async-with" }
	| { readonly type: "needless-async-with" }
	| { readonly type: "needless-async-for" }
	/** A generator without contextlib's decorator is entered with `with`; `isAsync` tells its kind. */
	| { readonly type: "generator-with"; readonly isAsync: boolean }
	/** A generator is asked for what the first thing that it yields has; `call` made it, in the file at `path`. */
	| { readonly type: "generator-member"; readonly isAsync: boolean; readonly call: TextRange; readonly path: string };

/** No module of that name. */
export interface ModuleNotFound {
	readonly type: "module-not-found";
	/** The absolute dotted name asked for. */
	readonly requested: string;
	/** The part of it that cannot be found: `src.core` of `src.core.config`. */
	readonly missing: string;
	/** Dots in front of it as written; 0 for an absolute import. */
	readonly level: number;
	/** Names that the from-import asks of it. */
	readonly names: readonly string[];
	/** True where `missing` lies below a plain module, which can hold none. */
	readonly parentIsModule: boolean;
	/** True where its first part is a package of the project. */
	readonly own: boolean;
	/** The own module that it most likely stands for; the simulation went on with that one. */
	readonly meant: string | null;
	/** The folder above, where the server starts inside the package that the import names; the simulation went on as if Python looked there. */
	readonly above?: string;
}

export interface RelativeBeyondTop {
	readonly type: "relative-beyond-top";
	readonly requested: string;
	readonly level: number;
	readonly names: readonly string[];
	readonly meant: string | null;
}

/** `from source import name`, and the module has no such name. */
export interface NameNotInModule {
	readonly type: "name-not-in-module";
	readonly source: string;
	readonly name: string;
	readonly external: boolean;
	/** Where the name is only not bound yet: the modules of the cycle, the first repeated at the end. */
	readonly cycle: readonly string[] | null;
}

export interface AttributeMissing {
	readonly type: "attribute-missing";
	/** A module by its dotted name, a class by its name. */
	readonly owner: string;
	readonly name: string;
	readonly cycle: readonly string[] | null;
	/** `star-import`: a name of `__all__` that the module does not have. */
	readonly via: "module" | "instance" | "star-import";
}

export interface NameNotDefined {
	readonly type: "name-not-defined";
	readonly name: string;
	readonly place: "statement" | "decorator" | "default" | "annotation" | "base" | "class-body" | "called-code";
}

/** A class statement that start-up executed. */
export interface ClassDefinition {
	readonly value: ClassValue;
	readonly stage: RunStage;
	readonly order: number;
	readonly reached: boolean;
	/** True on a path that may not run, or inside a `try` whose handlers may swallow what defining the class raises. */
	readonly guarded: boolean;
}

/** A `def` that start-up executed; its body may never have been. */
export interface FunctionDefinition {
	readonly value: FunctionValue;
	readonly stage: RunStage;
	readonly order: number;
	readonly reached: boolean;
}

/** A settings object (pydantic's BaseSettings) that start-up makes, with where its fields get their values from. */
export interface SettingsObject {
	readonly call: Call;
	readonly settingsClass: ClassValue;
	readonly fields: readonly SettingReading[];
	/** The validator of the whole object that refuses it, or null. */
	readonly refusedBy: string | null;
	/** The `.env` files it looks for, relative to the root, whether they are there or not; null where one is not known or lies outside. */
	readonly envFiles: readonly string[] | null;
	/** What these files say, by key. */
	readonly fileValues: ReadonlyMap<string, Value>;
}

export interface SettingReading {
	readonly field: SettingsField;
	/** What the environment, a file or an argument gives it, before conversion; null: nothing does; unknown: something that we cannot see may. */
	readonly given: Value | null;
	readonly isArgument: boolean;
	/** What pydantic checks against the type: what is given, once validators that run before have seen it; null where that is not known. */
	readonly checked: Value | null;
	/** The values that an Enum of the project allows, where that is the field's type and they are known; null for other fields. */
	readonly choices: readonly string[] | null;
	/** The field's type where it is a pydantic model of the project, or a settings class; null for other fields. */
	readonly model: ClassValue | null;
	/** The fields of that model, where variables of their own may set them; empty where none can, or that cannot be seen. */
	readonly parts: readonly SettingPart[];
	/** The validator of the class that refuses the value, or null. */
	readonly refusedBy: string | null;
}

/** A field of a nested model, which a variable such as `DB__HOST` sets. */
export interface SettingPart {
	/** Named by its way from the settings: `db.host`. */
	readonly field: SettingsField;
	/** What a source has for it; null where none has. */
	readonly given: Value | null;
	readonly parts: readonly SettingPart[];
}

/** One execution of a module of the project. */
export interface ModuleRun {
	readonly module: Module;
	/** Position among all modules, in the order in which their execution begins. */
	readonly order: number;
	readonly stage: RunStage;
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
	/** The circles of imports that closed on the way, each from the module that was asked for while it was running. */
	readonly circles: readonly (readonly string[])[];
	readonly runs: ReadonlyMap<string, ModuleRun>;
	readonly failures: readonly Failure[];
	readonly calls: readonly Call[];
	/** Classes whose `class` statement was executed, in order. */
	readonly classes: readonly ClassDefinition[];
	/** Functions decorated or defined at run time of start-up, in order. */
	readonly functions: readonly FunctionDefinition[];
	readonly settings: readonly SettingsObject[];
	/** Coroutines that start-up makes and nobody awaits. */
	readonly forgotten: readonly ForgottenCoroutine[];
	/** External top-level modules that start-up imports for certain, with the first place, outside any guard. */
	readonly externalImports: readonly ExternalImport[];
	/** What the lifespans of the applications handed out at their yield, by their definitions. */
	readonly yielded: ReadonlyMap<ast.FunctionDef, Value>;
	/** What the server calls for each request: what the target names once it is imported, or what the factory there gives. */
	readonly served: ServedObject;
}

/** A call of an `async def` that is a statement of its own. */
export interface ForgottenCoroutine {
	readonly function: FunctionValue;
	readonly node: ast.Call;
	readonly module: Module;
	readonly order: number;
	readonly reached: boolean;
}

/** What stands under the target when everything is imported. */
export interface ServedObject {
	/** Unknown where the target names nothing that we can see. */
	readonly value: Value;
	/** The function that the server called to get it; null where the target names the object itself. */
	readonly factory: FunctionValue | null;
	/** What bound the name in its module, where that is certain. */
	readonly binding: Binding | null;
	/** The part of a path such as `container.app` that its owner certainly does not have. */
	readonly lacks: { readonly owner: Value; readonly name: string } | null;
	/** What Python says where the target is told to be a factory and cannot be called as one. */
	readonly factoryError: string | null;
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
