import { defineRule, type Match } from "../../audit/rule.ts";
import { givenLifespan, lifespanFunction } from "../../project/fastapi/lifespan.ts";
import type { FunctionValue, Value } from "../../project/imports/values.ts";
import type { Module, Project } from "../../project/project.ts";
import type * as ast from "../../python/ast.ts";
import { classFault } from "./lifespan/lifespan-class.ts";
import {
	calledFault,
	factoryFault,
	functionFault,
	isInFunction,
	type LifespanFault,
	type LifespanShape,
	valueFault,
} from "./lifespan/lifespan-faults.ts";

interface Evidence extends LifespanFault {
	readonly name: string;
	readonly order: number;
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
		yield* brokenParts(project);
		const given = givenLifespan(project);
		if (given === null) return;
		const { application, value, module, written, isConverted } = given;
		const wrong = written === null ? null : valueFault(module, written, value);
		if (wrong !== null && written !== null) {
			const { start, end } = written;
			const name = module.text.slice(start, end);
			yield {
				subject: `${module.name}:lifespan`,
				path: module.path,
				range: { start, end },
				evidence: { ...wrong, name, order: application.order + 1 },
			};
			return;
		}
		const unfit = value.kind === "class" ? classFault(project, value) : null;
		if (value.kind === "class" && unfit !== null) {
			const { name } = value.node;
			yield {
				subject: `${value.module.name}:${name.name}`,
				path: value.module.path,
				range: { start: name.start, end: name.end },
				evidence: { ...unfit, name: name.name, order: application.order + 1 },
			};
			return;
		}
		const passed = lifespanFunction(value);
		const called = passed === null && written !== null ? calledFunction(project, module, written) : null;
		const lifespan = passed ?? called?.lifespan;
		if (lifespan === undefined || lifespan.node.type === "Lambda") return;
		const { node } = lifespan;
		const bound = value.kind === "bound-method" ? 2 : 1;
		const fault =
			called === null
				? functionFault(project, lifespan, node, { bound, isConverted })
				: calledFault(project, lifespan, node, called.call, module);
		const made =
			fault === null && passed !== null && written !== null ? factoryFault(project, module, lifespan, node, written) : null;
		if (made !== null && written !== null) {
			const { start, end } = written;
			const subject = `${module.name}:${node.name.name}`;
			yield {
				subject,
				path: module.path,
				range: { start, end },
				evidence: { ...made, name: node.name.name, order: application.order + 1 },
			};
		}
		if (fault === null) return;
		const isCall = fault.shape === "called" && written !== null;
		const range = isCall ? written : node.name;
		const order = Math.max(...project.trace.calls.filter((each) => each.stage === "import").map((each) => each.order));
		yield {
			subject: `${lifespan.module.name}:${node.name.name}`,
			path: isCall ? module.path : lifespan.module.path,
			range: { start: range.start, end: range.end },
			evidence: { ...fault, name: node.name.name, order: fault.stage === "import" ? application.order : order },
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
					? [
							shape === "class"
								? `Give ${name} the methods async def __aenter__(self) and async def __aexit__(self, *exc_info).`
								: `Write ${name} as an async def with one parameter, the application, and one yield, under @asynccontextmanager.`,
						]
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

/** What a lifespan enters with `stack.enter_async_context(part(app))`, and what is no context manager. */
function* brokenParts(project: Project): Generator<Match<Evidence>> {
	const seen = new Set<FunctionValue>();
	for (const call of project.trace.calls) {
		const { callee } = call.node;
		if (call.stage !== "startup" || !call.reached || call.tried || callee.type !== "Attribute") continue;
		if (callee.attribute.name !== "enter_async_context") continue;
		const [given] = call.args;
		const part = given === undefined ? null : calledPart(given);
		if (part === null || part.node.type === "Lambda" || seen.has(part)) continue;
		seen.add(part);
		const { node } = part;
		const fault = functionFault(project, part, node, { bound: node.parameters.length, isConverted: false });
		if (fault === null) continue;
		const type = given?.kind === "coroutine" ? "coroutine" : "async_generator";
		const error = `TypeError: 'builtins.${type}' object does not support the asynchronous context manager protocol`;
		yield {
			subject: `${part.module.name}:${node.name.name}`,
			path: part.module.path,
			range: { start: node.name.start, end: node.name.end },
			evidence: {
				...fault,
				error: project.environment.python.minor >= 11 ? error : null,
				name: node.name.name,
				order: call.order,
			},
		};
	}
}

/** The function whose coroutine or asynchronous generator a value is. */
function calledPart(value: Value): FunctionValue | null {
	if (value.kind === "coroutine") return value.function;
	const code = value.kind === "instance" ? value.attributes.get("ag_code") : undefined;
	return code?.kind === "function" ? code : null;
}

const words: Record<LifespanShape, (name: string) => { problem: string; rootCause: string }> = {
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
	undecorated: (name) => ({
		problem: `${name} is no context manager`,
		rootCause:
			"Only FastAPI(lifespan=…) wraps a bare generator function; what is assigned to router.lifespan_context is entered as it is.",
	}),
	parameters: (name) => ({
		problem: `${name} cannot be called with the application alone`,
		rootCause: "Starlette calls the lifespan with exactly one argument, the application.",
	}),
	factory: (name) => ({
		problem: `${name} makes the lifespan and is handed over uncalled`,
		rootCause:
			"Starlette calls what it is given with the application and enters the result, which is then the lifespan function itself.",
	}),
	"no-yield": (name) => ({
		problem: `${name} never yields`,
		rootCause: "A lifespan is a generator: what stands before its yield runs at the start, what follows at the end.",
	}),
	class: (name) => ({
		problem: `Objects of ${name} cannot be entered with async with`,
		rootCause:
			"Starlette calls the class with the application and enters the object with `async with`, which needs coroutine methods __aenter__ and __aexit__.",
	}),
	"not-async": (name) => ({
		problem: `${name} is a plain def under asynccontextmanager`,
		rootCause: "asynccontextmanager wraps asynchronous generators; a def that is not async gives an ordinary one.",
	}),
};

const titles: Record<LifespanShape, (name: string) => string> = {
	value: () => "Pass the function itself",
	yielded: (name) => `Yield nothing in ${name}`,
	called: (name) => `Pass ${name} without calling it`,
	"sync-decorator": (name) => `Decorate ${name} with asynccontextmanager`,
	undecorated: (name) => `Decorate ${name} with asynccontextmanager`,
	parameters: (name) => `Give ${name} the parameter app`,
	factory: (name) => `Call ${name}`,
	"no-yield": (name) => `Yield at the end of ${name}`,
	class: (name) => `Give ${name} what async with asks for`,
	"not-async": (name) => `Make ${name} an async def`,
};

const explanations: Record<LifespanShape, string> = {
	value: "The server calls it when it starts.",
	yielded: "Nothing takes what is yielded here; the application itself is request.app.",
	called: "The server calls it when it starts.",
	"sync-decorator": "The server enters it with `async with`, which asynccontextmanager provides for.",
	undecorated: "The server enters it with `async with`, which asynccontextmanager provides for.",
	parameters: "Starlette passes the application as the first argument.",
	class: "Starlette awaits both methods: one when the server starts, the other when it stops.",
	factory: "What it returns is the lifespan that the server calls.",
	"no-yield": "All of the body then runs before the server answers. Move lines that clean up below the yield.",
	"not-async": "The body may stay as it is; an async def with a yield is what asynccontextmanager wraps.",
};

/** `lifespan(…)` at module level, where the name can only stand for one function of this module. */
function calledFunction(
	project: Project,
	module: Module,
	value: ast.Expression,
): { readonly lifespan: FunctionValue; readonly call: ast.Call } | null {
	if (value.type !== "Call" || value.callee.type !== "Name") return null;
	const binding = project.trace.runs.get(module.name)?.namespace.names.get(value.callee.id);
	if (binding?.value.kind !== "function" || binding.maybe || isInFunction(module, value)) return null;
	return { lifespan: binding.value, call: value };
}
