import { defineRule, type Match } from "../../audit/rule.ts";
import { givenLifespan, lifespanFunction } from "../../project/fastapi/lifespan.ts";
import type { Call } from "../../project/imports/trace.ts";
import type { FunctionValue, Value } from "../../project/imports/values.ts";
import type { Module, Project } from "../../project/project.ts";
import type * as ast from "../../python/ast.ts";
import { classFault } from "./lifespan/lifespan-class.ts";
import type { LifespanFault } from "./lifespan/lifespan-fault.ts";
import { calledFault, factoryFault, functionFault, isInFunction, valueFault } from "./lifespan/lifespan-faults.ts";
import { lifespanReasons, lifespanTitles, lifespanWords } from "./lifespan/lifespan-words.ts";

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
			...lifespanWords[shape](name),
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
			title: lifespanTitles[shape](name),
			explanation: lifespanReasons[shape],
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
		const uncalled = given === undefined ? null : uncalledPart(project, call, given);
		if (uncalled !== null) yield uncalled;
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

/** `stack.enter_async_context(resources)` where the function makes the context manager when it is called. */
function uncalledPart(project: Project, call: Call, given: Value): Match<Evidence> | null {
	const method = given.kind === "bound-method" ? given.function : null;
	const part = given.kind === "function" ? given : method;
	const [node] = call.node.args;
	if (part === null || part.node.type === "Lambda" || node === undefined || !/contextmanager/.test(decoratorsOf(part)))
		return null;
	const required = part.node.parameters.slice(method === null ? 0 : 1).filter((each) => each.default === null);
	const { name } = part.node;
	const type = method === null ? "function" : "method";
	const { module } = call;
	return {
		subject: `${module.name}:${name.name}()`,
		path: module.path,
		range: { start: node.start, end: node.end },
		evidence: {
			shape: "uncalled",
			name: name.name,
			error:
				project.environment.python.minor >= 11
					? `TypeError: 'builtins.${type}' object does not support the asynchronous context manager protocol`
					: null,
			stage: "startup",
			edits: required.length > 0 ? null : [{ path: module.path, range: { start: node.end, end: node.end }, newText: "()" }],
			needs: null,
			order: call.order,
		},
	};
}

function decoratorsOf({ decorators }: FunctionValue): string {
	return decorators.map((each) => (each.kind === "external" ? each.canonical : "")).join();
}

/** The function whose coroutine or asynchronous generator a value is. */
function calledPart(value: Value): FunctionValue | null {
	if (value.kind === "coroutine") return value.function;
	const code = value.kind === "instance" ? value.attributes.get("ag_code") : undefined;
	return code?.kind === "function" ? code : null;
}

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
