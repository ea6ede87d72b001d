import type { FixProposal } from "../../audit/fix.ts";
import { defineRule } from "../../audit/rule.ts";
import { servedApplication } from "../../project/fastapi/application.ts";
import { givenLifespan, lifespanFunction } from "../../project/fastapi/lifespan.ts";
import { listStartupHandlers } from "../../project/fastapi/startup-handlers.ts";
import type { FunctionValue, Value } from "../../project/imports/values.ts";
import type { Module, Project } from "../../project/project.ts";
import type * as ast from "../../python/ast.ts";
import { replaceText } from "../../python/rewrite/source.ts";
import { dottedName, walk } from "../../python/walk.ts";
import type { TextRange } from "../../text/range.ts";

interface Evidence {
	/** Name of the function that never ends, or null where the loop stands in the handler itself. */
	readonly name: string | null;
	readonly handler: string;
	readonly order: number;
	readonly fix: FixProposal | null;
}

const example = (start: string) => ({
	"requirements.txt": "fastapi\nuvicorn\n",
	"main.py": `import asyncio
from contextlib import asynccontextmanager

from fastapi import FastAPI


async def poll() -> None:
    while True:
        await asyncio.sleep(60)


@asynccontextmanager
async def lifespan(app: FastAPI):
    ${start}
    yield


app = FastAPI(lifespan=lifespan)
`,
});

export default defineRule<Evidence>({
	name: "endless-startup",
	category: "ENTRYPOINT",
	summary: "Start-up waits for something that never ends",
	story:
		"The lifespan or a start-up handler awaits a loop without an end. uvicorn says that it waits for application startup, and says nothing more: no port is ever opened.",
	references: ["https://docs.python.org/3/library/asyncio-task.html#asyncio.create_task"],
	example: { before: example("await poll()"), after: example("poll_task = asyncio.create_task(poll())") },

	*detect(project) {
		const application = servedApplication(project);
		if (application === null) return;
		const lifespan = givenLifespan(project)?.value;
		const handlers = listStartupHandlers(project, application).filter(({ event }) => event === "startup");
		const running: readonly Value[] = lifespan === undefined ? handlers.map(({ value }) => value) : [lifespan];
		for (const value of running) {
			const handler = lifespanFunction(value);
			if (handler === null || handler.node.type !== "FunctionDef") continue;
			const wait = firstEndlessWait(project, handler, handler.node);
			if (wait === null) continue;
			const { module } = handler;
			yield {
				subject: `${module.name}:${wait.name ?? handler.node.name.name}`,
				path: module.path,
				range: wait.range,
				evidence: {
					name: wait.name,
					handler: handler.node.name.name,
					order: Math.max(...project.trace.calls.map((call) => call.order)),
					fix: wait.name === null ? null : inBackground(module, wait.range, wait.name),
				},
			};
		}
	},

	describe({ evidence }) {
		const { name, handler, order, fix } = evidence;
		return {
			severity: "CRITICAL",
			stage: "startup",
			problem: name === null ? `${handler} never comes to an end` : `${handler} waits for ${name}, which never ends`,
			rootCause: "The server answers requests only when its start-up is done, and a loop without an end is never done.",
			order,
			manualSteps: fix === null ? ["Run the loop in a task of its own: asyncio.create_task(...)."] : [],
		};
	},

	fix({ evidence }) {
		return evidence.fix ?? undefined;
	},
});

interface Wait {
	readonly name: string | null;
	/** The `await` expression, or the loop. */
	readonly range: TextRange;
}

/** The first statement that start-up certainly comes to, before any yield, and never leaves. */
function firstEndlessWait(project: Project, handler: FunctionValue, node: ast.FunctionDef): Wait | null {
	for (const statement of reachedStatements(node.body)) {
		if (hasYield(statement)) return null;
		if (statement.type === "Return" || statement.type === "Raise") return null;
		if (statement.type === "While" && isEndless(statement)) return { name: null, range: headOf(statement) };
		const awaited = statement.type === "ExpressionStatement" && statement.value.type === "Await" ? statement.value : null;
		if (awaited === null || awaited.value.type !== "Call") continue;
		const called = calledFunction(project, handler.module, awaited.value.callee);
		if (called?.node.type === "FunctionDef" && called.node.isAsync && neverEnds(called.node))
			return { name: called.node.name.name, range: { start: awaited.start, end: awaited.end } };
	}
	return null;
}

function headOf(loop: ast.While): TextRange {
	return { start: loop.start, end: loop.test.end };
}

/** Statements one after the other, into `with` and `try` blocks, which are always entered. */
function* reachedStatements(body: readonly ast.Statement[]): Generator<ast.Statement> {
	for (const statement of body) {
		if (statement.type === "With") yield* reachedStatements(statement.body);
		else if (statement.type === "Try" && statement.handlers.length === 0) yield* reachedStatements(statement.body);
		else yield statement;
	}
}

function hasYield(statement: ast.Statement): boolean {
	let found = false;
	walk(statement, (each) => {
		if (each.type === "Yield") found = true;
		return !found && each.type !== "FunctionDef" && each.type !== "Lambda";
	});
	return found;
}

/** Does calling the function never come back? Its body comes to an endless loop for certain. */
function neverEnds(node: ast.FunctionDef): boolean {
	for (const statement of reachedStatements(node.body)) {
		if (statement.type === "While" && isEndless(statement)) return true;
		if (leaves(statement)) return false;
	}
	return false;
}

function leaves(statement: ast.Statement): boolean {
	let found = false;
	walk(statement, (each) => {
		if (each.type === "Return" || each.type === "Raise" || each.type === "Yield") found = true;
		return !found && each.type !== "FunctionDef" && each.type !== "Lambda";
	});
	return found;
}

/** `while True:` without a break, return or raise; what is called in it may still raise, which ends start-up with an error of its own. */
function isEndless(loop: ast.While): boolean {
	if (loop.test.type !== "Constant" || (loop.test.value !== true && loop.test.value !== 1)) return false;
	let ends = false;
	walk(loop.body, (each) => {
		if (each.type === "FunctionDef" || each.type === "Lambda") return false;
		if (each.type === "Break" || each.type === "Return" || each.type === "Raise" || each.type === "Yield") ends = true;
		if (each.type === "Call" && /(^|\.)(exit|_exit|quit)$/.test(dottedName(each.callee) ?? "")) ends = true;
		return !ends;
	});
	return !ends;
}

/** The own function that a name of the module stands for, imported or not. */
function calledFunction(project: Project, module: Module, callee: ast.Expression): FunctionValue | null {
	const [first, ...rest] = dottedName(callee)?.split(".") ?? [];
	let found = first === undefined ? undefined : project.trace.runs.get(module.name)?.namespace.names.get(first);
	for (const part of rest) found = found?.value.kind === "module" ? found.value.namespace.names.get(part) : undefined;
	return found?.value.kind === "function" && !found.maybe && found.value.decorators.length === 0 ? found.value : null;
}

/** A task runs beside the server; a name keeps it from being collected as garbage. */
function inBackground(module: Module, range: TextRange, name: string): FixProposal {
	const call = module.text.slice(range.start, range.end).replace(/^await\s+/, "");
	return {
		title: `Run ${name} in a task of its own`,
		explanation: "The task runs beside the server, and start-up goes on. It ends with the server.",
		applicability: "review",
		edits: [replaceText(module, range.start, range.end, `${name}_task = asyncio.create_task(${call})`)],
		needs: [{ path: module.path, module: "", name: "asyncio" }],
	};
}
