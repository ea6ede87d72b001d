import { versionSatisfies } from "../../../environment/pep440.ts";
import { isApplication } from "../../../project/fastapi/application.ts";
import { isMethodOfApplication } from "../../../project/fastapi/middleware.ts";
import { positionalCallError } from "../../../project/fastapi/positional-call.ts";
import { uncallableType } from "../../../project/fastapi/served-application.ts";
import type { FunctionValue, Value } from "../../../project/imports/values.ts";
import type { Module, Project } from "../../../project/project.ts";
import type * as ast from "../../../python/ast.ts";
import { replaceText } from "../../../python/rewrite/source.ts";
import { boundNames } from "../../../python/scopes.ts";
import { isGenerator, walk } from "../../../python/walk.ts";
import type { TextEdit, TextRange } from "../../../text/range.ts";
import { asyncEdit, decoratorEdit, parameterEdits, yieldEdit, yieldsFrom } from "./lifespan-edits.ts";

/** How a lifespan is broken. */
export type LifespanShape =
	/** It is no function at all. */
	| "value"
	/** It hands out what is no mapping. */
	| "yielded"
	/** What is passed is the result of calling it. */
	| "called"
	/** It is decorated with `@contextmanager`. */
	| "sync-decorator"
	/** It is a plain generator where only a context manager will do. */
	| "undecorated"
	/** It cannot take the application alone. */
	| "parameters"
	| "no-yield"
	| "not-async"
	/** It is a class whose objects cannot be entered and left by `async with`. */
	| "class"
	/** It is a function that makes the lifespan, and was not called. */
	| "factory";

/** What is wrong with a lifespan, and how it is mended. */
export interface LifespanFault {
	readonly shape: LifespanShape;
	/** The line that Python prints, or null where it is not known. */
	readonly error: string | null;
	readonly stage: "import" | "startup";
	/** The changes that mend it, or null where none is certain. */
	readonly edits: readonly TextEdit[] | null;
	/** Path of the file that must import asynccontextmanager for the edits, or null. */
	readonly needs: string | null;
}

/** `async`, `sync`: the only decorator is contextlib's; `none`: there is none; null: something we do not know. */
function decoration({ decorators }: FunctionValue): "async" | "sync" | "none" | null {
	const [only, ...others] = decorators;
	if (only === undefined) return "none";
	if (only.kind !== "external" || others.length > 0) return null;
	if (only.canonical === "contextlib.asynccontextmanager") return "async";
	return only.canonical === "contextlib.contextmanager" ? "sync" : null;
}

/** What is wrong with the function itself; null where nothing certainly is. `bound` counts the arguments that it gets. */
export function functionFault(
	project: Project,
	lifespan: FunctionValue,
	node: ast.FunctionDef,
	{ bound, isConverted }: { readonly bound: number; readonly isConverted: boolean },
): LifespanFault | null {
	const decorated = decoration(lifespan);
	if (decorated === null) return null;
	const startup = { stage: "startup", needs: null } as const;
	const { path, text } = lifespan.module;
	const binding = positionalCallError(node, bound);
	const yields = isGenerator(node);
	if (binding !== null) {
		const isModuleLevel = bound === 1 && !isInFunction(lifespan.module, node);
		// Inside a factory Python shows the qualified name.
		const error = isModuleLevel ? `TypeError: ${binding}` : null;
		return {
			...startup,
			shape: "parameters",
			error,
			edits: parameterEdits(path, text, node, bound > 1),
		};
	}
	if (decorated === "sync") {
		const [decorator] = node.decorators;
		const error = protocolError(project, "_GeneratorContextManager");
		if (decorator === undefined || !yields || yieldsFrom(node))
			return { ...startup, shape: "sync-decorator", error, edits: null };
		const renamed = { path, range: { start: decorator.start, end: decorator.end }, newText: "asynccontextmanager" };
		const edits = node.isAsync ? [renamed] : [renamed, asyncEdit(path, text, node)];
		return { ...startup, shape: "sync-decorator", error, edits, needs: path };
	}
	if (yields) {
		const handed = yieldedFault(project, lifespan, node);
		if (handed !== null) return handed;
		if (decorated === "none" && !isConverted && !yieldsFrom(node)) {
			const error = protocolError(project, node.isAsync ? "async_generator" : "generator");
			const added = decoratorEdit(path, text, node);
			const edits = node.isAsync ? [added] : [added, asyncEdit(path, text, node)];
			return { ...startup, shape: "undecorated", error, edits, needs: path };
		}
		if (decorated === "none" || node.isAsync) return null;
		const edits = yieldsFrom(node) ? null : [asyncEdit(path, text, node)];
		return { ...startup, shape: "not-async", error: iteratorError(project, "generator"), edits };
	}
	// A plain function may return a context manager of its own making.
	if (!node.isAsync) return null;
	const error = decorated === "async" ? iteratorError(project, "coroutine") : protocolError(project, "coroutine");
	const added = yieldEdit(path, text, node);
	if (decorated === "async" || added === null)
		return { ...startup, shape: "no-yield", error, edits: added === null ? null : [added] };
	return { ...startup, shape: "no-yield", error, edits: [decoratorEdit(path, text, node), added], needs: path };
}

/** `lifespan=make_lifespan`, where the function makes the lifespan; null where it may be one itself. */
export function factoryFault(
	project: Project,
	module: Module,
	lifespan: FunctionValue,
	node: ast.FunctionDef,
	written: ast.Expression,
): LifespanFault | null {
	const version = project.environment.distributions.get("fastapi")?.version;
	if (lifespan.decorators.length > 0 || node.isAsync || isGenerator(node) || positionalCallError(node, 1) !== null) return null;
	if (version === undefined || versionSatisfies(version, ">=0.93") !== true) return null;
	const last = node.body.at(-1);
	const name = last?.type === "Return" && last.value?.type === "Name" ? last.value.id : null;
	const made = node.body.find((each) => each.type === "FunctionDef" && each.name.name === name);
	if (made?.type !== "FunctionDef" || boundTwice(node, made.name.name)) return null;
	const names = project.trace.runs.get(module.name)?.namespace.names;
	const required = node.parameters.filter((each) => each.default === null && !each.kind.startsWith("var-"));
	const canCall = required.every((each) => each.kind === "positional" && names?.has(each.name.name) === true);
	const args = required.map((each) => each.name.name).join(", ");
	return {
		shape: "factory",
		error: protocolError(project, "function"),
		stage: "startup",
		edits: canCall ? [replaceText(module, written.end, written.end, `(${args})`)] : null,
		needs: null,
	};
}

function boundTwice(node: ast.FunctionDef, name: string): boolean {
	const binding = node.body.filter((each) => boundNames([each]).has(name));
	return binding.length !== 1;
}

/** A lifespan that is no function: `[lifespan]`, `"lifespan"`, an object without `__call__`. */
export function valueFault(module: Module, written: ast.Expression, passed: Value): LifespanFault | null {
	if (passed.kind === "constant" && passed.value === null) return null;
	const type = passed.kind === "coroutine" || passed.kind === "function" ? null : uncallableType(passed);
	if (type === null) return null;
	const [only, ...others] = written.type === "Sequence" ? written.items : [];
	const bare =
		only !== undefined && others.length === 0
			? module.text.slice(only.start, only.end)
			: passed.kind === "constant" && typeof passed.value === "string" && boundNames(module.tree.body).has(passed.value)
				? passed.value
				: null;
	return {
		shape: "value",
		error: `TypeError: '${type}' object is not callable`,
		stage: "startup",
		edits: bare === null ? null : [replaceText(module, written.start, written.end, bare)],
		needs: null,
	};
}

/** `yield app`: what is handed out becomes the state of the requests, and must be a mapping (starlette/routing.py). */
function yieldedFault(project: Project, { module }: FunctionValue, node: ast.FunctionDef): LifespanFault | null {
	const turn = node.body.find((each) => each.type === "ExpressionStatement" && each.value.type === "Yield");
	const yielded =
		turn?.type === "ExpressionStatement" && turn.value.type === "Yield" && !turn.value.from ? turn.value.value : null;
	if (yielded === null) return null;
	const plain = noMappingError(project, module, node, yielded);
	if (plain === null) return null;
	// Where a router is included, FastAPI joins what both lifespans hand out.
	const isJoined = project.trace.calls.some((call) => call.reached && isMethodOfApplication(call, "include_router"));
	const version = project.environment.distributions.get("fastapi")?.version ?? "";
	const type = /'(\w+)' object/.exec(plain)?.[1] ?? "str";
	const error =
		isJoined && versionSatisfies(version, ">=0.115") === true ? `TypeError: '${type}' object is not a mapping` : plain;
	return {
		shape: "yielded",
		error,
		stage: "startup",
		edits: [replaceText(module, turn?.start ?? 0, yielded.end, "yield")],
		needs: null,
	};
}

function noMappingError(project: Project, module: Module, node: ast.FunctionDef, yielded: ast.Expression): string | null {
	if (yielded.type === "Constant") {
		const { value } = yielded;
		if (typeof value === "boolean") return "TypeError: 'bool' object is not iterable";
		if (typeof value === "number") return "TypeError: 'int' object is not iterable";
		const isText = typeof value === "string" && value !== "" && yielded.literal !== "bytes";
		return isText ? "ValueError: dictionary update sequence element #0 has length 1; 2 is required" : null;
	}
	if (yielded.type !== "Name") return null;
	const [application] = node.parameters;
	if (application?.name.name === yielded.id) return "TypeError: 'FastAPI' object is not iterable";
	const isLocal = boundNames(node.body).has(yielded.id);
	const bound = isLocal ? undefined : project.trace.runs.get(module.name)?.namespace.names.get(yielded.id);
	return isApplication(bound?.value) ? "TypeError: 'FastAPI' object is not iterable" : null;
}

/** What is wrong with `lifespan=lifespan(…)`; null where the function may give something that can be called. */
export function calledFault(
	project: Project,
	lifespan: FunctionValue,
	node: ast.FunctionDef,
	call: ast.Call,
	module: Module,
): LifespanFault | null {
	const decorated = decoration(lifespan);
	if (!node.isAsync || !isGenerator(node) || decorated === null || decorated === "sync") return null;
	if (call.keywords.length > 0 || call.args.some((argument) => argument.type === "Starred")) return null;
	const binding = positionalCallError(node, call.args.length);
	const startupError =
		decorated === "async" ? protocolError(project, "function") : "TypeError: 'async_generator' object is not callable";
	const removed = { path: module.path, range: { start: call.callee.end, end: call.end }, newText: "" };
	return {
		shape: "called",
		error: binding === null ? startupError : `TypeError: ${binding}`,
		stage: binding === null ? "startup" : "import",
		edits: positionalCallError(node, 1) === null ? [removed] : null,
		needs: null,
	};
}

/** Python 3.11 says in words what older versions show as a missing attribute. */
function protocolError(project: Project, type: string): string {
	return project.environment.python.minor >= 11
		? `TypeError: '${type}' object does not support the asynchronous context manager protocol`
		: "AttributeError: __aenter__";
}

function iteratorError(project: Project, type: string): string {
	return project.environment.python.minor >= 10
		? `TypeError: '${type}' object is not an async iterator`
		: `AttributeError: '${type}' object has no attribute '__anext__'`;
}

/** Does the place lie in the body of another function? */
export function isInFunction(module: Module, place: TextRange): boolean {
	let found = false;
	walk(module.tree, (node) => {
		if (node.type === "FunctionDef" && node !== place && node.start <= place.start && place.end <= node.end) found = true;
		return !found;
	});
	return found;
}
