import type { FixProposal } from "../../audit/fix.ts";
import { defineRule } from "../../audit/rule.ts";
import { isApplication, servedApplication } from "../../project/fastapi/application.ts";
import { positionalCallError } from "../../project/fastapi/positional-call.ts";
import { uncallableType } from "../../project/fastapi/served-application.ts";
import { listStartupHandlers, type StartupHandler } from "../../project/fastapi/startup-handlers.ts";
import type { Call } from "../../project/imports/trace.ts";
import type { BoundMethodValue, FunctionValue } from "../../project/imports/values.ts";
import type { Project } from "../../project/project.ts";
import type * as ast from "../../python/ast.ts";
import { findKeyword } from "../../python/rewrite/arguments.ts";
import { replaceText } from "../../python/rewrite/source.ts";
import { holdsName } from "../../python/walk.ts";
import type { TextRange } from "../../text/range.ts";
import { registerEach } from "./lifespan/register-each.ts";

/**
 * `parameters`: it wants arguments; `result`: it was called already; `listed`: a list stands for the function; `no-list`: a function stands
 * for the list; `event`: no such event.
 */
type Shape = "parameters" | "result" | "listed" | "no-list" | "event";

interface Evidence {
	readonly shape: Shape;
	readonly name: string;
	readonly error: string;
	readonly stage: "import" | "startup";
	readonly order: number;
	readonly fix: FixProposal | null;
}

const example = (item: string) => ({
	"requirements.txt": "fastapi\nuvicorn\n",
	"main.py": `from fastapi import FastAPI\n\n\ndef load_rates() -> None:\n    print("loading")\n\n\napp = FastAPI(on_startup=[${item}])\n`,
});

export default defineRule<Evidence>({
	name: "broken-startup-handler",
	category: "ENTRYPOINT",
	summary: "A start-up handler cannot be called as the server calls it",
	story:
		"Starlette calls each handler of on_startup and @app.on_event without arguments. One that wants an argument, or that was called already where it was registered, raises a TypeError, and the server exits before it serves anything.",
	references: ["https://fastapi.tiangolo.com/advanced/events/#alternative-events-deprecated"],
	example: { before: example("load_rates()"), after: example("load_rates") },

	*detect(project) {
		for (const match of events(project)) yield match;
		const application = servedApplication(project);
		if (application === null) return;
		for (const event of ["startup", "shutdown"] as const) {
			const match = withoutList(application, event);
			if (match !== null) yield match;
		}
		if (application.keywords.has("lifespan")) return;
		for (const handler of listStartupHandlers(project, application)) {
			const match = handler.event === "startup" ? faultOf(project, handler) : null;
			if (match !== null) yield match;
		}
	},

	describe({ evidence }) {
		const { shape, name, error, stage, order, fix } = evidence;
		return {
			severity: "CRITICAL",
			stage,
			...words[shape](name),
			expectedError: error,
			order,
			manualSteps: fix === null ? ["Register a function that takes no arguments."] : [],
		};
	},

	fix({ evidence }) {
		return evidence.fix ?? undefined;
	},
});

const words: Record<Shape, (name: string) => { problem: string; rootCause: string }> = {
	parameters: (name) => ({
		problem: `The start-up handler ${name} wants an argument`,
		rootCause: "Starlette calls start-up handlers without any; only a lifespan is handed the application.",
	}),
	result: (name) => ({
		problem: `The result of ${name}() is registered to run at start-up, not ${name} itself`,
		rootCause: "The call runs while the module is imported, and what it gives cannot be called.",
	}),
	"no-list": (name) => ({
		problem: `${name} is registered without a list around it`,
		rootCause: "on_startup and on_shutdown take a list of functions.",
	}),
	listed: (name) => ({
		problem: `A ${name} is registered where one start-up handler belongs`,
		rootCause: "add_event_handler takes one function, which the server calls when it starts.",
	}),
	event: (name) => ({
		problem: `There is no event ${name}`,
		rootCause: "An application has the events startup and shutdown.",
	}),
};

type Found = { subject: string; path: string; range: TextRange; evidence: Evidence };

function faultOf(project: Project, handler: StartupHandler): Found | null {
	const { value, module, node, order } = handler;
	if (value.kind === "function") return value.node.type === "Lambda" ? null : wantsArguments(project, value, value.node);
	if (value.kind === "bound-method") return methodWantsArguments(project, value);
	const type = uncallableType(value);
	if (type === null) return null;
	if (handler.via === "add_event_handler" && node.type === "Sequence") return listed(handler, type);
	if (node.type !== "Call") return null;
	const name = module.text.slice(node.callee.start, node.callee.end);
	const argumentsText = module.text.slice(node.argumentsRange.start, node.argumentsRange.end);
	const bare = node.args.length === 0 && node.keywords.length === 0;
	return {
		subject: `${module.name}:${name}`,
		path: module.path,
		range: { start: node.start, end: node.end },
		evidence: {
			shape: "result",
			name,
			error: `TypeError: '${type}' object is not callable`,
			stage: "startup",
			order: order + 1,
			fix: {
				title: `Register ${name} without calling it`,
				explanation: "The server calls it when it starts.",
				applicability: "safe",
				edits: [
					bare
						? replaceText(module, node.argumentsRange.start, node.argumentsRange.end, "")
						: replaceText(module, node.start, node.end, `lambda: ${name}${argumentsText}`),
				],
			},
		},
	};
}

/** `add_event_handler("startup", [connect, warm_up])`: it takes one function. */
function listed({ event, module, call, node, order }: StartupHandler, type: string): Found {
	return {
		subject: `${module.name}:${event}:${type}`,
		path: module.path,
		range: { start: node.start, end: node.end },
		evidence: {
			shape: "listed",
			name: type,
			error: `TypeError: '${type}' object is not callable`,
			stage: "startup",
			order: order + 1,
			fix: registerEach(module, call) ?? null,
		},
	};
}

/** A method of an own object that takes more than the object. */
function methodWantsArguments(project: Project, { function: method, receiver }: BoundMethodValue): Found | null {
	if (method === null || method.node.type === "Lambda" || method.decorators.length > 0) return null;
	if (receiver.kind !== "instance" || receiver.of.kind !== "class") return null;
	const { node } = method;
	const found = wantsArguments(project, method, node, 1, `${receiver.of.node.name.name}.${node.name.name}`);
	return found && { ...found, evidence: { ...found.evidence, fix: null } };
}

function wantsArguments(
	project: Project,
	value: FunctionValue,
	node: ast.FunctionDef,
	bound = 0,
	shown = node.name.name,
): Found | null {
	const message = positionalCallError(node, bound, shown);
	if (message === null) return null;
	const { start, end } = node.name;
	return {
		subject: `${value.module.name}:${node.name.name}`,
		path: value.module.path,
		range: { start, end },
		evidence: {
			shape: "parameters",
			name: node.name.name,
			error: `TypeError: ${message}`,
			stage: "startup",
			order: Math.max(...project.trace.calls.filter((call) => call.stage === "import").map((call) => call.order)),
			fix: withoutParameters(project, value, node),
		},
	};
}

/** The parameters go where the body never reads them, or reads what the module binds under the same name to the application. */
function withoutParameters(project: Project, { module }: FunctionValue, node: ast.FunctionDef): FixProposal | null {
	const names = project.trace.runs.get(module.name)?.namespace.names;
	const isSpare = (name: string): boolean => !holdsName(node.body, name) || isApplication(names?.get(name)?.value);
	const [first] = node.parameters;
	const last = node.parameters.at(-1);
	if (first === undefined || last === undefined || !node.parameters.every((each) => isSpare(each.name.name))) return null;
	return {
		title: `Take the parameter of ${node.name.name} away`,
		explanation: "A start-up handler is called without arguments, and this one needs none.",
		applicability: "safe",
		edits: [replaceText(module, module.text.indexOf("(", node.name.end) + 1, last.end, "")],
	};
}

/** `on_startup=load` where a list is meant. */
function withoutList(application: Call, event: StartupHandler["event"]): Found | null {
	const value = application.keywords.get(`on_${event}`);
	const written = findKeyword(application.node, `on_${event}`)?.value;
	if (value?.kind !== "function" || written === undefined || value.node.type === "Lambda") return null;
	const { module, order } = application;
	const name = value.node.name.name;
	return {
		subject: `${module.name}:on_${event}`,
		path: module.path,
		range: { start: written.start, end: written.end },
		evidence: {
			shape: "no-list",
			name,
			error: "TypeError: 'function' object is not iterable",
			stage: "import",
			order,
			fix: {
				title: `Write [${name}]`,
				explanation: `on_${event} takes a list of functions, of one, too.`,
				applicability: "safe",
				edits: [replaceText(module, written.start, written.start, "["), replaceText(module, written.end, written.end, "]")],
			},
		},
	};
}

/** `@app.on_event("start")`. */
function* events(project: Project): Generator<Found> {
	for (const call of project.trace.calls) {
		const { callee, reached, guarded, module, order } = call;
		if (!reached || guarded || callee.kind !== "bound-method" || callee.name !== "on_event" || !isApplication(callee.receiver))
			continue;
		const [given] = call.args;
		const [written] = call.node.args;
		if (given?.kind !== "constant" || typeof given.value !== "string" || written?.type !== "Constant") continue;
		if (given.value === "startup" || given.value === "shutdown") continue;
		const plain = given.value.toLowerCase().replace(/^(on|app|application)[^a-z]+|[^a-z]/g, "");
		const meant = /^(start|init|begin|boot)/.test(plain)
			? "startup"
			: /^(stop|shut|close|end|exit)/.test(plain)
				? "shutdown"
				: null;
		yield {
			subject: `${module.name}:${given.value}`,
			path: module.path,
			range: { start: written.start, end: written.end },
			evidence: {
				shape: "event",
				name: given.value,
				error: "AssertionError",
				stage: "import",
				order,
				fix:
					meant === null
						? null
						: {
								title: `Write "${meant}"`,
								explanation: `An application knows the events startup and shutdown; ${given.value} stands for ${meant}.`,
								applicability: "safe",
								edits: [replaceText(module, written.start, written.end, `"${meant}"`)],
							},
			},
		};
	}
}
