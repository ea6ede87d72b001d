import type { FixProposal } from "../../audit/fix.ts";
import { defineRule } from "../../audit/rule.ts";
import { versionSatisfies } from "../../environment/pep440.ts";
import { servedApplication } from "../../project/fastapi/application.ts";
import { isMethodOfApplication } from "../../project/fastapi/middleware/middleware.ts";
import type { Call } from "../../project/imports/trace.ts";
import type { Value } from "../../project/imports/values.ts";
import type { Module, Project } from "../../project/project.ts";
import type * as ast from "../../python/ast.ts";
import { blocksOf } from "../../python/rewrite/blocks.ts";
import { insertAfter, removeStatements } from "../../python/rewrite/statements.ts";
import { boundNames } from "../../python/scopes.ts";
import { dottedName, walk } from "../../python/walk.ts";

interface Evidence {
	readonly order: number;
}

const example = (inside: string, outside: string) => ({
	"requirements.txt": "fastapi\nuvicorn\n",
	"main.py": `from contextlib import asynccontextmanager

from fastapi import FastAPI
from fastapi.middleware.gzip import GZipMiddleware


@asynccontextmanager
async def lifespan(app: FastAPI):
    print("starting")
${inside}    yield


app = FastAPI(lifespan=lifespan)
${outside}`,
});

export default defineRule<Evidence>({
	name: "late-middleware",
	category: "ENTRYPOINT",
	summary: "A middleware is added while the application is starting",
	story:
		"Starlette builds the stack of middleware before it runs the lifespan or a start-up handler. add_middleware refuses from then on, and the server exits.",
	references: ["https://starlette.dev/middleware/#using-middleware", "https://starlette.dev/release-notes/"],
	example: {
		before: example("    app.add_middleware(GZipMiddleware)\n", ""),
		after: example("", "app.add_middleware(GZipMiddleware)\n"),
	},

	*detect(project) {
		const version = project.environment.distributions.get("starlette")?.version;
		// Until 0.24 the stack was built anew each time.
		if (version === undefined || versionSatisfies(version, ">=0.24") !== true) return;
		const running = servedApplication(project);
		for (const call of project.trace.calls) {
			if (call.stage !== "startup" || !call.reached || call.guarded || running === null) continue;
			const isOwn =
				isMethodOfApplication(call, "add_middleware") &&
				call.callee.kind === "bound-method" &&
				call.callee.receiver === running.result;
			if (!isOwn && !instruments(call, running.result)) continue;
			yield {
				subject: `${call.module.name}:add_middleware`,
				path: call.module.path,
				range: { start: call.node.start, end: call.node.end },
				evidence: { order: call.order },
			};
		}
	},

	describe({ path, range, evidence }, project) {
		return {
			severity: "CRITICAL",
			stage: "startup",
			problem: "A middleware is added when the application has started already",
			rootCause: "The stack of middleware is built before the lifespan runs, because the lifespan goes through it, too.",
			expectedError: "RuntimeError: Cannot add middleware after an application has started",
			order: evidence.order,
			manualSteps: moved(project, path, range.start) === undefined ? ["Add it right after the application is made."] : [],
		};
	},

	fix({ path, range }, project) {
		return moved(project, path, range.start);
	},
});

/** `Instrumentator().instrument(app)` adds a middleware to the application that it is handed. */
function instruments({ callee, args, keywords }: Call, application: Value): boolean {
	const isInstrumentator =
		callee.kind === "bound-method" &&
		callee.name === "instrument" &&
		callee.receiver.kind === "instance" &&
		callee.receiver.of.kind === "external" &&
		/^prometheus_fastapi_instrumentator\.(.*\.)?\w*Instrumentator$/.test(callee.receiver.of.canonical);
	return isInstrumentator && (args[0] ?? keywords.get("app")) === application;
}

/** Moves the statement behind the one that makes the application, where everything it reads is known there. */
function moved(project: Project, path: string, offset: number): FixProposal | undefined {
	const made = servedApplication(project);
	const found = project.trace.calls.filter((each) => each.module.path === path && each.node.start === offset);
	const instrumented = made === null ? undefined : found.find((each) => instruments(each, made.result));
	const call = instrumented ?? found[0];
	if (call === undefined || made === null || made.module !== call.module) return undefined;
	const { module } = call;
	const [statement, owner] = enclosing(module, call);
	const home = module.tree.body.find(
		(each): each is ast.Assign => each.type === "Assign" && each.value.start === made.node.start && each.targets.length === 1,
	);
	const target = home?.targets[0];
	const receiver = call.node.callee.type === "Attribute" ? call.node.callee.value : null;
	if (statement === null || owner === null || home === undefined || target?.type !== "Name" || receiver === null)
		return undefined;
	if (instrumented !== undefined) return movedInstrument(module, { statement, owner, home, target: target.id }, call);
	if (dottedName(receiver)?.includes(".") !== false || readsLocal(call.node, owner)) return undefined;
	const text = module.text.slice(receiver.end, call.node.end).replace(/\n[ \t]+/g, (line) => line.replace(/ {4}$|\t$/, ""));
	return {
		title: "Add the middleware where the application is made",
		explanation: "At import time the stack is not built yet; the order among several middlewares stays as it is written.",
		applicability: "safe",
		edits: [...removeStatements(module, [statement]), insertAfter(module, home, `${target.id}${text}`)],
	};
}

/** The same for an instrumentator, which has the application for an argument. */
function movedInstrument(
	module: Module,
	place: { statement: ast.Statement; owner: ast.FunctionDef; home: ast.Statement; target: string },
	call: Call,
): FixProposal | undefined {
	const { statement, owner, home, target } = place;
	const given = call.node.args[0] ?? call.node.keywords.find(({ name }) => name?.name === "app")?.value;
	const text = module.text.slice(statement.start, statement.end);
	if (given?.type !== "Name" || text.includes("\n")) return undefined;
	const locals = boundNames(owner.body);
	let isKnown = true;
	walk(statement, (each) => {
		if (each.type !== "Name" || each.id === given.id) return;
		const bound = module.tree.body.find((one) => boundNames([one]).has(each.id));
		if (locals.has(each.id) || (bound !== undefined && bound.start > home.start)) isKnown = false;
	});
	if (!isKnown) return undefined;
	return {
		title: "Instrument the application where it is made",
		explanation: "At import time the stack of middleware is not built yet.",
		applicability: "safe",
		edits: [
			...removeStatements(module, [statement]),
			insertAfter(module, home, text.replace(new RegExp(`\\b${given.id}\\b`, "g"), target)),
		],
	};
}

/** The statement that is the call, and the function around it. */
function enclosing(module: Module, call: Call): readonly [ast.Statement | null, ast.FunctionDef | null] {
	for (const { owner, statements } of blocksOf(module.tree)) {
		const found = statements.find((each) => each.type === "ExpressionStatement" && each.value.start === call.node.start);
		if (found !== undefined) return [found, owner?.type === "FunctionDef" ? owner : null];
	}
	return [null, null];
}

/** Do the arguments read anything that only the function knows? */
function readsLocal(node: ast.Call, owner: ast.FunctionDef): boolean {
	const local = boundNames(owner.body);
	for (const parameter of owner.parameters) local.add(parameter.name.name);
	let found = false;
	walk([...node.args, ...node.keywords], (each) => {
		if (each.type === "Name" && local.has(each.id)) found = true;
		return !found;
	});
	return found;
}
