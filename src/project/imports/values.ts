import type { ExternalEntry } from "../../environment/environment.ts";
import type * as ast from "../../python/ast.ts";
import type { TextRange } from "../../text/range.ts";
import type { Module } from "../project.ts";
import type { Call } from "./trace.ts";

/** Where a constant is written down, so that a fix can go where the value lives. */
export type Origin =
	| { readonly type: "source"; readonly path: string; readonly range: TextRange }
	/** `range` covers the value in the .env file, without its quotes. */
	| { readonly type: "env-file"; readonly path: string; readonly key: string; readonly range: TextRange }
	| { readonly type: "environment"; readonly key: string }
	/** A field of settings that is None because neither the variable nor the `.env` file of its class sets it; null where it reads no file. */
	| { readonly type: "setting"; readonly key: string; readonly file: string | null };

/** What an expression is known to evaluate to. Whatever is not certain is `unknown`, and nothing is ever reported about it. */
export type Value =
	| UnknownValue
	| ConstantValue
	| SequenceValue
	| DictValue
	| ModuleValue
	| ExternalValue
	| FunctionValue
	| ClassValue
	| InstanceValue
	| BoundMethodValue
	| CoroutineValue;

export interface UnknownValue {
	readonly kind: "unknown";
}

export interface ConstantValue {
	readonly kind: "constant";
	/** `undefined` stands for `...`; bytes are not kept (unknown). */
	readonly value: string | number | bigint | boolean | null | undefined;
	readonly origin: Origin | null;
	/** True where a settings class makes something else of it: a path, a duration, a secret. */
	readonly isConverted?: true;
}

export interface SequenceValue {
	readonly kind: "sequence";
	/** `view`: what `dict.items()`, `range()` and their like give; only its items are known. */
	readonly type: "list" | "tuple" | "set" | "view";
	readonly items: Value[];
	/** False where more items may be in it. */
	complete: boolean;
	/** The names of its items, where it is a named tuple. */
	readonly fields?: readonly string[];
	/** A class that has no public attributes but those of every sequence, as Python prints it: `_PathParents`. */
	readonly plainClass?: string;
}

export interface DictValue {
	readonly kind: "dict";
	readonly entries: Map<string | number | boolean | null, Value>;
	/** False where more keys may be in it. */
	complete: boolean;
}

/** A module of the project; `namespace` is live while it is being executed. */
export interface ModuleValue {
	readonly kind: "module";
	readonly module: Module | null;
	/** Dotted name; `module` is null for a namespace package. */
	readonly name: string;
	readonly namespace: Namespace;
}

/** A symbol or module outside the project, by the path it was reached: `sqlmodel.create_engine`. */
export interface ExternalValue {
	readonly kind: "external";
	readonly name: string;
	/** Where it is defined: `sqlalchemy.engine.create.create_engine`; equals `name` where unknown. */
	readonly canonical: string;
	readonly isModule: boolean;
	readonly entry: ExternalEntry | null;
	/** For `Annotated[…]` and its like: the expression, and where its names are looked up. */
	readonly subscript?: Subscripted;
}

/** A subscripted type as it was written. */
export interface Subscripted {
	readonly node: ast.Subscript;
	readonly module: Module;
	readonly scope: Namespace;
}

export interface FunctionValue {
	readonly kind: "function";
	readonly node: ast.FunctionDef | ast.Lambda;
	readonly module: Module;
	/** Values of the decorators, outermost first. Where one is unknown, so is what the name is bound to, and this is kept for rules. */
	readonly decorators: readonly Value[];
	readonly scope: Namespace;
	/** What the defaults of its parameters came to when it was defined, as far as that is known; those written as literals are left out. */
	readonly defaults?: ReadonlyMap<ast.Parameter, Value>;
}

export interface ClassValue {
	readonly kind: "class";
	readonly node: ast.ClassDef;
	readonly module: Module;
	readonly bases: readonly Value[];
	readonly keywords: ReadonlyMap<string, Value>;
	readonly namespace: Namespace;
	readonly decorators: readonly Value[];
}

/** The result of calling a class, its own or an external one, or an external factory (`create_async_engine(...)`). */
export interface InstanceValue {
	readonly kind: "instance";
	/** The class or callable that made it. */
	readonly of: ClassValue | ExternalValue;
	readonly attributes: Map<string, Value>;
	readonly call: Call | null;
}

export interface BoundMethodValue {
	readonly kind: "bound-method";
	readonly receiver: Value;
	readonly name: string;
	readonly function: FunctionValue | null;
}

/** What calling an `async def` of the project gives; awaiting it runs the body. */
export interface CoroutineValue {
	readonly kind: "coroutine";
	readonly function: FunctionValue;
	readonly run: () => Value;
	/** The call that made it, in the file at `path`. */
	readonly call: TextRange;
	readonly path: string;
}

/** Names bound so far. `dynamic` is set when a name we cannot see may be bound (star import of something unknown, `globals()`). */
export interface Namespace {
	readonly names: Map<string, Binding>;
	dynamic: boolean;
	readonly parent: Namespace | null;
}

export interface Binding {
	readonly value: Value;
	/** The statement or parameter that bound it, for words such as "bound only at line 40". */
	readonly node: ast.Node | null;
	/** True where the binding happens on some paths only (in an `if` we cannot decide). */
	readonly maybe: boolean;
}

export const unknown: UnknownValue = { kind: "unknown" };
