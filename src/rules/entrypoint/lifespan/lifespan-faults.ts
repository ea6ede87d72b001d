import { versionSatisfies } from "../../../environment/pep440.ts";
import { positionalCallError } from "../../../project/fastapi/positional-call.ts";
import { uncallableType } from "../../../project/fastapi/served-application.ts";
import type { FunctionValue, Value } from "../../../project/imports/values.ts";
import type { Module, Project } from "../../../project/project.ts";
import type * as ast from "../../../python/ast.ts";
import { replaceText } from "../../../python/rewrite/source.ts";
import { boundNames } from "../../../python/scopes.ts";
import { isGenerator, walk } from "../../../python/walk.ts";
import type { TextRange } from "../../../text/range.ts";
import { asyncEdit, decoratorEdit, parameterEdits, yieldEdit, yieldsFrom } from "./lifespan-edits.ts";
import type { LifespanFault } from "./lifespan-fault.ts";
import { yieldedFault } from "./yielded-value.ts";

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

/** A lifespan that is no function: `[lifespan]`, `"lifespan"`, the module that has it, an object without `__call__`. */
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
				: lifespanOf(module, written, passed);
	return {
		shape: "value",
		error: `TypeError: '${type}' object is not callable`,
		stage: "startup",
		edits: bare === null ? null : [replaceText(module, written.start, written.end, bare)],
		needs: null,
	};
}

/** `lifespan.lifespan`: the only context manager that a module of the project defines. */
function lifespanOf({ text }: Module, written: ast.Expression, passed: Value): string | null {
	if (passed.kind !== "module" || passed.namespace.dynamic) return null;
	const [only, ...others] = [...passed.namespace.names].filter(
		([, { value, maybe }]) =>
			!maybe && value.kind === "function" && value.module === passed.module && decoration(value) === "async",
	);
	return only === undefined || others.length > 0 ? null : `${text.slice(written.start, written.end)}.${only[0]}`;
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
