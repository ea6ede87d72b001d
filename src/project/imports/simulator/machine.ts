import type { Environment } from "../../../environment/environment.ts";
import type * as ast from "../../../python/ast.ts";
import type { TextRange } from "../../../text/range.ts";
import type { Module } from "../../project.ts";
import type { Resolver } from "../resolver.ts";
import type {
	Call,
	ClassDefinition,
	ExternalImport,
	Failure,
	FailureDetail,
	ForgottenCoroutine,
	FunctionDefinition,
	ModuleRun,
	RaisedFrom,
	RunStage,
	SettingsObject,
} from "../trace.ts";
import type { Binding, ClassValue, ModuleValue, Namespace, Value } from "../values.ts";
import { isBuiltinException, isException } from "./builtins.ts";
import type { HiddenModules } from "./hidden-modules.ts";
import type { Surfacing } from "./surfacing.ts";

/** A module in `sys.modules`, running or done. */
export interface ModuleRecord {
	readonly name: string;
	/** Null for a namespace package. */
	readonly module: Module | null;
	readonly value: ModuleValue;
	/** Folder in which submodules are found, relative to the root; null for a plain module. */
	readonly folders: readonly string[] | null;
	status: "running" | "done";
	/** False where only a path we are not sure of imported it; a certain import runs it again. */
	certain: boolean;
}

/** Where code runs: a module's top level, a class body or a function body. */
export interface Frame {
	readonly module: Module;
	readonly kind: "module" | "class" | "function";
	readonly scope: Namespace;
	/** What functions defined here see as their enclosing scope (class scopes are skipped). */
	readonly enclosing: Namespace;
	readonly globals: Namespace;
	/** Where `:=` binds: the scope around a comprehension, the frame's own elsewhere. */
	readonly walrusScope: Namespace;
	readonly globalNames: Set<string>;
	/** Names that the function running here binds, and where; absent elsewhere. */
	readonly locals?: { readonly names: ReadonlySet<string>; readonly scope: Namespace };
	readonly futures: ReadonlySet<string>;
	/** What a `yield` does here; null where nobody takes what is yielded. */
	readonly atYield: AtYield | null;
}

/** A `try` or `with suppress(...)` that is being executed. */
export interface Handler {
	/** Names of caught exception classes; null: something we cannot tell. */
	readonly catches: readonly (string | null)[];
	/** For each of them: how its handler lets out again what it caught; null where it does not, or may not. */
	readonly surfaces: readonly (Surfacing | null)[];
}

/** Stands among what a handler catches for a class that cannot be evaluated: looking it up raises something else. */
export const unreadable = "(unreadable)";

/** How a block ended. `maybe`: on some paths it left, on others it goes on. */
export type Completion = "normal" | "return" | "break" | "continue" | "maybe-left";

/** Unwinds to the `try` whose handler catches it. */
export class PythonException extends Error {
	constructor(
		/** What was raised. */
		readonly report: FailureReport,
		readonly handler: Handler,
	) {
		super(report.exception);
	}
}

/** Unwinds out of the lifespan, or another context manager, at its yield. */
export class ReachedYield extends Error {
	constructor(
		/** What is yielded. */
		readonly value: Value,
	) {
		super();
	}
}

/** Is this how the simulation of some code ends early? Very deeply nested code exhausts our own stack: as unknowable as a spent budget. */
export function endsSimulation(error: unknown): boolean {
	return [PythonException, ReachedYield, BudgetSpent, RangeError].some((kind) => error instanceof kind);
}

/** Takes what is yielded. */
export type AtYield = (machine: Machine, value: Value) => void;

/** The simulation ends at the `yield`: the lifespan, or another context manager, is followed up to there. */
export function stopAtYield({ uncertain }: Machine, value: Value): void {
	if (uncertain === 0) throw new ReachedYield(value);
}

/** Unwinds everything: the program is larger than we care to follow. */
export class BudgetSpent extends Error {}

/** The state of one simulated process. Everything that runs is handed it; `order` gives each event its place in start-up. */
export interface Machine {
	readonly environment: Environment;
	readonly resolver: Resolver;
	/** Absolute path of the repository root, for `__file__`. */
	readonly root: string;
	/** Absolute path of the server's working directory. */
	readonly workingDirectory: string;
	/** Own folders on `sys.path` before the standard library (front) and behind site-packages (back), relative to the root. */
	readonly path: { readonly front: string[]; readonly back: string[]; dynamic: boolean };
	readonly moduleAt: (path: string, name: string, isPackage: boolean) => Module | null;
	/** Names of all that lies in a folder of the repository; null where nobody looked. */
	readonly listing: (folder: string) => ReadonlySet<string> | null;
	/** `os.environ` as known; `dotenv` says whether load_dotenv may have added what we cannot see. */
	readonly environ: Map<string, Value>;
	environDynamic: boolean;
	readonly byteOrderMark: (path: string) => "utf-8" | "utf-16-le" | "utf-16-be" | null;
	readonly dotenvValues: (path: string) => ReadonlyMap<string, Value> | null;
	/** The text of a file of the project; null where there is none, or it is no text. */
	readonly fileText: (path: string) => string | null;
	/** Attributes that the program sets on modules and classes of libraries, by dotted name. */
	readonly patched: Map<string, Value>;
	readonly sysModules: Map<string, ModuleRecord>;
	readonly runs: Map<string, ModuleRun>;
	readonly failures: Failure[];
	readonly calls: Call[];
	readonly classes: ClassDefinition[];
	readonly functions: FunctionDefinition[];
	readonly settings: SettingsObject[];
	readonly forgotten: ForgottenCoroutine[];
	readonly yielded: Map<ast.FunctionDef, Value>;
	readonly externalImports: ExternalImport[];
	readonly handlers: Handler[];
	/** What the handlers that are running have caught, innermost last, with the name that each gave it. */
	readonly caught: { readonly report: FailureReport; readonly name: string | null }[];
	readonly importStack: string[];
	/** The statement that imports what runs; null where it is the server. */
	importing: RaisedFrom | null;
	/** Null until something of a library is imported. */
	hidden: HiddenModules | null;
	/** Circles of imports that certainly closed, by their names. */
	readonly circles: Map<string, readonly string[]>;
	/** Depth of branches that may not be taken; inside them nothing is reported. */
	uncertain: number;
	/** Counts events that may raise for reasons we cannot see; the second only those of imports. */
	doubts: number;
	importDoubts: number;
	/** Counts code of the project that ran, or may have, without being followed: it may have filled any registry. */
	unfollowed: number;
	stage: RunStage;
	reached: boolean;
	order: number;
	steps: number;
	callDepth: number;
	/** What kind of code is being evaluated, for the words about an undefined name. */
	place: NamePlace;
	readonly activeCalls: Set<ast.Node>;

	evaluate(frame: Frame, expression: ast.Expression): Value;
	execute(frame: Frame, body: readonly ast.Statement[]): Completion;
	call(frame: Frame, callee: Value, args: CallArguments, node: ast.Call): Value;
	attribute(frame: Frame, owner: Value, name: string, node: ast.Node): Value;
	importModule(frame: Frame, request: ImportRequest): ImportedModule;
	/** What a module's own `__getattr__` gives for a name (PEP 562); `absent` where it has none, or it certainly raises AttributeError. */
	moduleGetattr(frame: Frame, owner: ModuleValue, name: string): Value | "absent";
	/** Imports `record.name` as a submodule of an own package; null where there is none. */
	importSubmodule(record: ModuleRecord, name: string): ModuleRecord | null;
	/** Is the name an own module's but for its root, or nearly one's, and no package's that installing the project brings? Cheap. */
	mayBeOwn(name: string): boolean;
	/** The folder above the server's, where that is the package of this name, which its modules import from; else null. */
	folderAbove(top: string): string | null;
	/** The own module that an unresolvable name most likely stands for, or null. */
	guess(name: string, names: readonly string[]): string | null;
	/** Attributes of a new settings object, or null where the class is none. */
	instantiateSettings(frame: Frame, cls: ClassValue, args: CallArguments, call: Call): ReadonlyMap<string, Value> | null;
	/** Does any statement of the module bind this name? */
	willBind(module: Module, name: string): boolean;
}

export type NamePlace = "statement" | "decorator" | "default" | "annotation" | "base" | "class-body" | "called-code";

export interface CallArguments {
	readonly args: readonly Value[];
	readonly keywords: ReadonlyMap<string, Value>;
	readonly open: boolean;
	/** A keyword that is given twice, once by `**` of a known dict. */
	readonly repeated?: string;
}

export interface ImportRequest {
	/** Absolute dotted name. */
	readonly name: string;
	/** As written, with its dots. */
	readonly written: string;
	readonly level: number;
	/** Names asked of it by a from-import. */
	readonly names: readonly string[];
	readonly statement: ast.Statement | null;
	readonly range: TextRange;
}

export type ImportedModule =
	| { readonly type: "own"; readonly record: ModuleRecord }
	| { readonly type: "external"; readonly name: string }
	| { readonly type: "unknown" };

/** Steps after which we stop following: a generous multiple of what real backends need. */
export const stepBudget = 3_000_000;

export function newNamespace(parent: Namespace | null): Namespace {
	return { names: new Map(), dynamic: false, parent };
}

/** Binds a name; on an uncertain path the old and the new value are both possible. */
export function bind(machine: Machine, scope: Namespace, name: string, value: Value, node: ast.Node | null): void {
	const earlier = scope.names.get(name);
	if (machine.uncertain === 0) scope.names.set(name, { value, node, maybe: false });
	else if (earlier === undefined) scope.names.set(name, { value, node, maybe: true });
	else if (earlier.value !== value)
		scope.names.set(name, { value: { kind: "unknown" }, node: earlier.node, maybe: earlier.maybe });
}

export function lookUp(scope: Namespace | null, name: string): Binding | null {
	for (let current = scope; current !== null; current = current.parent) {
		const found = current.names.get(name);
		if (found !== undefined) return found;
	}
	return null;
}

/** Could a name that we do not see be bound here or further out? */
export function isDynamic(scope: Namespace | null): boolean {
	for (let current = scope; current !== null; current = current.parent) if (current.dynamic) return true;
	return false;
}

/** Runs code on a path that may not be taken. */
export function maybe<T>(machine: Machine, run: () => T): T {
	machine.uncertain++;
	try {
		return run();
	} finally {
		machine.uncertain--;
	}
}

/** Evaluates code of a certain kind; inside called functions it stays `called-code`. */
export function at<T>(machine: Machine, place: NamePlace, run: () => T): T {
	const outer = machine.place;
	if (outer !== "called-code") machine.place = place;
	try {
		return run();
	} finally {
		machine.place = outer;
	}
}

export interface FailureReport {
	readonly detail: FailureDetail;
	readonly module: Module;
	readonly range: TextRange;
	readonly statement: ast.Statement | null;
	readonly exception: string;
	readonly message: string;
	/** The whole line where Python prints another one than `exception: message`. */
	readonly line?: string;
	/** Where the traceback ends, if not at the range. */
	readonly from?: RaisedFrom;
}

/**
 * Something fails for certain. On an uncertain path, or where a handler may catch it, nothing is said; where a handler catches it
 * for certain the stack unwinds to it; else the failure is recorded and the simulation goes on as if it were mended.
 */
export function fail(machine: Machine, report: FailureReport): void {
	machine.doubts++;
	if (isException(report.exception, "ImportError")) machine.importDoubts++;
	if (machine.uncertain > 0) return;
	const outcome = surface(machine, report);
	if (outcome === "maybe") return;
	if (outcome instanceof PythonException) throw outcome;
	// What the mended code would have done nobody knows.
	machine.unfollowed++;
	machine.failures.push({
		detail: report.detail,
		module: report.module,
		range: report.range,
		statement: report.statement,
		error: outcome.line,
		...(outcome.from !== null && { from: outcome.from }),
		stage: machine.stage,
		order: machine.order++,
		reached: machine.reached,
		chain: [...machine.importStack],
	});
}

/** An expression fails for certain: what `fail` does, where no statement of its own tells more. */
export function failAt(
	machine: Machine,
	frame: Frame,
	node: ast.Node,
	report: Pick<FailureReport, "detail" | "exception" | "message" | "line">,
): void {
	fail(machine, { ...report, module: frame.module, range: { start: node.start, end: node.end }, statement: null });
}

/** Where something raised ends: in a handler, perhaps in one, or printed in a line, after the handlers that let it out again. */
function surface(
	machine: Machine,
	report: FailureReport,
): PythonException | "maybe" | { readonly line: string; readonly from: RaisedFrom | null } {
	const { line: own, ...changed } = report;
	let { exception, message } = report;
	let line = own ?? null;
	let from = report.from ?? null;
	// A class of the program's own, raised by name, derives from what it likes.
	const isOwn = report.detail.type === "raises" && report.detail.by === "statement" && !isBuiltinException(exception);
	let isKnown = !isOwn;
	for (const handler of machine.handlers.toReversed()) {
		const surfacing = caughtBy(handler, exception, isKnown);
		if (surfacing === "maybe") return "maybe";
		if (surfacing === "swallowed")
			return new PythonException(exception === report.exception ? report : { ...changed, exception, message }, handler);
		if (surfacing === null || surfacing.exception === null) continue;
		({ exception, isKnown, from } = surfacing);
		message = surfacing.message(message) ?? "";
		line = null;
	}
	return { line: line ?? (message === "" ? exception : `${exception}: ${message}`), from };
}

/** What a `try` does to an exception: null where it does not catch it. */
function caughtBy(handler: Handler, exception: string, isKnown: boolean): Surfacing | "swallowed" | "maybe" | null {
	let mayPass = false;
	for (const [index, caught] of handler.catches.entries()) {
		if (caught === unreadable) return "swallowed";
		const surfacing = handler.surfaces[index] ?? null;
		// What derives from a class of the program's own is not known by its name.
		const isOwn = caught?.startsWith("own:") === true && !isBuiltinException(exception);
		if (isOwn && caught !== `own:${exception}`) return "maybe";
		if (caught !== null && !isOwn && !isException(exception, caught)) {
			// A class of the program's own may be any kind of exception.
			if (!isKnown && surfacing === null && caught !== "BaseException") return "maybe";
			continue;
		}
		const isSame = surfacing !== null && surfacing.exception === null;
		if (caught === null && !isSame) return "maybe";
		if (caught === null) mayPass = true;
		else if (surfacing === null) return mayPass ? "maybe" : "swallowed";
		else return surfacing;
	}
	return null;
}

/** May an exception of this class be swallowed, or not be raised at all? */
export function isGuarded(machine: Machine, exception: string): boolean {
	if (machine.uncertain > 0) return true;
	return machine.handlers.some(({ catches, surfaces }) =>
		catches.some((caught, index) => (surfaces[index] ?? null) === null && (caught === null || isException(exception, caught))),
	);
}
