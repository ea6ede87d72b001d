import { defineRule } from "../../audit/rule.ts";
import { isApplication, servedApplication } from "../../project/fastapi/application.ts";
import { isMethodOfApplication } from "../../project/fastapi/middleware.ts";
import { positionalCallError } from "../../project/fastapi/positional-call.ts";
import { uncallableType } from "../../project/fastapi/served-application.ts";
import type { Call } from "../../project/imports/trace.ts";
import type { FunctionValue, Value } from "../../project/imports/values.ts";
import { versionSatisfies } from "../../project/manifests/version.ts";
import type { Module, Project } from "../../project/project.ts";
import type * as ast from "../../python/ast.ts";
import { replaceText } from "../../python/rewrite/source.ts";
import { boundNames } from "../../python/scopes.ts";
import { isGenerator, walk } from "../../python/walk.ts";
import type { TextEdit, TextRange } from "../../text/range.ts";

/** `value`: no function at all; `yielded`: it hands out what is no mapping; `called`: what is passed is the result of calling it; `sync-decorator`: @contextmanager; `parameters`: it cannot take the application alone. */
type Shape = "value" | "yielded" | "called" | "sync-decorator" | "parameters" | "no-yield" | "not-async";

interface Evidence {
	readonly shape: Shape;
	readonly name: string;
	readonly error: string | null;
	readonly stage: "import" | "startup";
	readonly order: number;
	/** Path and edits of the change that mends it, or null where none is certain. */
	readonly edits: readonly TextEdit[] | null;
	/** Path of the file that must import asynccontextmanager for the edits, or null. */
	readonly needs: string | null;
}

interface Fault {
	readonly shape: Shape;
	readonly error: string | null;
	readonly stage: "import" | "startup";
	readonly edits: readonly TextEdit[] | null;
	readonly needs: string | null;
}

const example = (parameter: string) => ({
	"requirements.txt": "fastapi\nuvicorn\n",
	"main.py": `from contextlib import asynccontextmanager\n\nfrom fastapi import FastAPI\n\n\n@asynccontextmanager\nasync def lifespan(${parameter}):\n    print("starting")\n    yield\n\n\napp = FastAPI(lifespan=lifespan)\n`,
});

export default defineRule<Evidence>({
	name: "broken-lifespan",
	category: "ENTRYPOINT",
	summary: "The lifespan is no function that gives an asynchronous context manager",
	story:
		"Starlette calls the lifespan with the application and enters what it gives with `async with`. A lifespan without a yield, without the parameter, with @contextmanager, or one that is called already fails there, and uvicorn exits before it serves anything.",
	references: [
		"https://fastapi.tiangolo.com/advanced/events/#lifespan",
		"https://docs.python.org/3/library/contextlib.html#contextlib.asynccontextmanager",
	],
	example: { before: example(""), after: example("app") },

	*detect(project) {
		const call = servedApplication(project);
		const keyword = call?.node.keywords.find((each) => each.name?.name === "lifespan");
		if (call === null || keyword === undefined) return;
		const passed = call.keywords.get("lifespan");
		const wrong = passed === undefined ? null : valueFault(call, keyword.value, passed);
		if (wrong !== null) {
			const { start, end } = keyword.value;
			const name = call.module.text.slice(start, end);
			yield {
				subject: `${call.module.name}:lifespan`,
				path: call.module.path,
				range: { start, end },
				evidence: { ...wrong, name, order: call.order + 1 },
			};
			return;
		}
		const called = passed?.kind === "function" ? null : calledFunction(project, call, keyword.value);
		const lifespan = passed?.kind === "function" ? passed : called?.lifespan;
		if (lifespan === undefined || lifespan.node.type === "Lambda") return;
		const { node, module } = lifespan;
		const fault =
			called === null ? faultOf(project, lifespan, node) : calledFault(project, lifespan, node, called.call, call.module);
		if (fault === null) return;
		const range = fault.shape === "called" ? keyword.value : node.name;
		const order = Math.max(...project.trace.calls.filter((each) => each.stage === "import").map((each) => each.order));
		yield {
			subject: `${module.name}:${node.name.name}`,
			path: fault.shape === "called" ? call.module.path : module.path,
			range: { start: range.start, end: range.end },
			evidence: { ...fault, name: node.name.name, order: fault.stage === "import" ? call.order : order },
		};
	},

	describe({ evidence }) {
		const { shape, name, error, stage, order, edits } = evidence;
		return {
			severity: "CRITICAL",
			stage,
			...words[shape](name),
			...(error === null ? {} : { expectedError: error }),
			order,
			manualSteps:
				edits === null
					? [`Write ${name} as an async def with one parameter, the application, and one yield, under @asynccontextmanager.`]
					: [],
		};
	},

	fix({ evidence }) {
		const { shape, name, edits, needs } = evidence;
		if (edits === null) return undefined;
		return {
			title: titles[shape](name),
			explanation: explanations[shape],
			applicability: shape === "no-yield" ? "review" : "safe",
			edits,
			needs: needs === null ? [] : [{ path: needs, module: "contextlib", name: "asynccontextmanager" }],
		};
	},
});

const words: Record<Shape, (name: string) => { problem: string; rootCause: string }> = {
	value: (name) => ({
		problem: `${name} is no function that the server can call as the lifespan`,
		rootCause: "Starlette calls the lifespan with the application; the function itself must be given, not its name or a list.",
	}),
	yielded: (name) => ({
		problem: `${name} yields something that is no mapping`,
		rootCause:
			"What a lifespan yields becomes request.state, and Starlette reads it as a mapping; a bare yield hands out nothing.",
	}),
	called: (name) => ({
		problem: `The application is given the result of ${name}(…), not ${name} itself`,
		rootCause: "Starlette calls the lifespan itself when the server starts, and hands it the application.",
	}),
	"sync-decorator": (name) => ({
		problem: `${name} is decorated with contextmanager`,
		rootCause: "Starlette enters the lifespan with `async with`, and what contextmanager gives can only be entered with `with`.",
	}),
	parameters: (name) => ({
		problem: `${name} cannot be called with the application alone`,
		rootCause: "Starlette calls the lifespan with exactly one argument, the application.",
	}),
	"no-yield": (name) => ({
		problem: `${name} never yields`,
		rootCause: "A lifespan is a generator: what stands before its yield runs at the start, what follows at the end.",
	}),
	"not-async": (name) => ({
		problem: `${name} is a plain def under asynccontextmanager`,
		rootCause: "asynccontextmanager wraps asynchronous generators; a def that is not async gives an ordinary one.",
	}),
};

const titles: Record<Shape, (name: string) => string> = {
	value: () => "Pass the function itself",
	yielded: (name) => `Yield nothing in ${name}`,
	called: (name) => `Pass ${name} without calling it`,
	"sync-decorator": (name) => `Decorate ${name} with asynccontextmanager`,
	parameters: (name) => `Give ${name} the parameter app`,
	"no-yield": (name) => `Yield at the end of ${name}`,
	"not-async": (name) => `Make ${name} an async def`,
};

const explanations: Record<Shape, string> = {
	value: "The server calls it when it starts.",
	yielded: "Nothing takes what is yielded here; the application itself is request.app.",
	called: "The server calls it when it starts.",
	"sync-decorator": "The server enters it with `async with`, which asynccontextmanager provides for.",
	parameters: "Starlette passes the application as the first argument.",
	"no-yield": "All of the body then runs before the server answers. Move lines that clean up below the yield.",
	"not-async": "The body may stay as it is; an async def with a yield is what asynccontextmanager wraps.",
};

/** `lifespan(…)` at module level, where the name can only stand for one function of this module. */
function calledFunction(
	project: Project,
	application: Call,
	value: ast.Expression,
): { readonly lifespan: FunctionValue; readonly call: ast.Call } | null {
	if (value.type !== "Call" || value.callee.type !== "Name") return null;
	const binding = project.trace.runs.get(application.module.name)?.namespace.names.get(value.callee.id);
	if (binding?.value.kind !== "function" || binding.maybe || isInFunction(application.module, value)) return null;
	return { lifespan: binding.value, call: value };
}

function isInFunction(module: Module, place: TextRange): boolean {
	let found = false;
	walk(module.tree, (node) => {
		if (node.type === "FunctionDef" && node !== place && node.start <= place.start && place.end <= node.end) found = true;
		return !found;
	});
	return found;
}

/** `async`, `sync`: the only decorator is contextlib's; `none`: there is none; null: something we do not know. */
function decoration({ decorators }: FunctionValue): "async" | "sync" | "none" | null {
	const [only, ...others] = decorators;
	if (only === undefined) return "none";
	if (only.kind !== "external" || others.length > 0) return null;
	if (only.canonical === "contextlib.asynccontextmanager") return "async";
	return only.canonical === "contextlib.contextmanager" ? "sync" : null;
}

function faultOf(project: Project, lifespan: FunctionValue, node: ast.FunctionDef): Fault | null {
	const decorated = decoration(lifespan);
	if (decorated === null) return null;
	const startup = { stage: "startup", needs: null } as const;
	const { path, text } = lifespan.module;
	const binding = positionalCallError(node, 1);
	const yields = isGenerator(node);
	if (binding !== null) {
		const isModuleLevel = !isInFunction(lifespan.module, node);
		// Inside a factory Python shows the qualified name.
		const error = isModuleLevel ? `TypeError: ${binding}` : null;
		return {
			...startup,
			shape: "parameters",
			error,
			edits: parameterEdits(path, text, node),
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
	const line = lineStart(text, node.name.start);
	const indent = /^[ \t]*/.exec(text.slice(line))?.[0] ?? "";
	const decorator = { path, range: { start: line, end: line }, newText: `${indent}@asynccontextmanager\n` };
	return { ...startup, shape: "no-yield", error, edits: [decorator, added], needs: path };
}

/** A lifespan that is no function: `[lifespan]`, `"lifespan"`, an object without `__call__`. */
function valueFault(call: Call, written: ast.Expression, passed: Value): Fault | null {
	if (passed.kind === "constant" && passed.value === null) return null;
	const type = passed.kind === "coroutine" || passed.kind === "function" ? null : uncallableType(passed);
	if (type === null) return null;
	const [only, ...others] = written.type === "Sequence" ? written.items : [];
	const { module } = call;
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
function yieldedFault(project: Project, { module }: FunctionValue, node: ast.FunctionDef): Fault | null {
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
function calledFault(
	project: Project,
	lifespan: FunctionValue,
	node: ast.FunctionDef,
	call: ast.Call,
	module: Module,
): Fault | null {
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

function yieldsFrom(node: ast.FunctionDef): boolean {
	let found = false;
	walk(node, (each) => {
		if (each.type === "Yield" && each.from) found = true;
		return !found;
	});
	return found;
}

function parameterEdits(path: string, text: string, node: ast.FunctionDef): readonly TextEdit[] | null {
	if (node.parameters.length > 0 || node.typeParameters.length > 0) return null;
	const open = text.indexOf("(", node.name.end) + 1;
	return [{ path, range: { start: open, end: open }, newText: "app" }];
}

function asyncEdit(path: string, text: string, node: ast.FunctionDef): TextEdit {
	const start = text.lastIndexOf("def", node.name.start);
	return { path, range: { start, end: start }, newText: "async " };
}

/** A yield after the last line of a body that stands on lines of its own and never returns. */
function yieldEdit(path: string, text: string, node: ast.FunctionDef): TextEdit | null {
	const last = node.body.at(-1);
	if (last === undefined || lineStart(text, last.start) <= node.name.start) return null;
	let returns = false;
	walk(node, (each) => {
		if (each.type === "Return" || each.type === "Raise") returns = true;
		return !returns;
	});
	if (returns) return null;
	const indent = /^[ \t]*/.exec(text.slice(lineStart(text, node.body[0]?.start ?? last.start)))?.[0] ?? "";
	const newline = text.indexOf("\n", last.end);
	const end = newline < 0 ? text.length : newline;
	return { path, range: { start: end, end }, newText: `\n${indent}yield` };
}

function lineStart(text: string, offset: number): number {
	return text.lastIndexOf("\n", offset - 1) + 1;
}
