import type { FixProposal } from "../../audit/fix.ts";
import { defineRule, type Match } from "../../audit/rule.ts";
import type { EventLoopMisuse, Failure } from "../../project/imports/trace.ts";
import type { Module, Project } from "../../project/project.ts";
import type * as ast from "../../python/ast.ts";
import { nodeAt } from "../../python/node-at.ts";
import { referencesTo } from "../../python/references.ts";
import { enclosingFunction, enclosingStatement, fillsStatement } from "../../python/rewrite/enclosing.ts";
import { replaceText } from "../../python/rewrite/source.ts";
import { removeStatements } from "../../python/rewrite/statements.ts";
import { walk } from "../../python/walk.ts";
import type { TextEdit } from "../../text/range.ts";
import { makeAsync } from "../repair/calls/make-async.ts";
import { isImportedElsewhere } from "../repair/names/name-users.ts";
import { moveToLifespan } from "../repair/startup/move-to-lifespan.ts";
import { migrateInThread } from "./repair/migrate-in-thread.ts";

interface Evidence {
	readonly detail: EventLoopMisuse;
	readonly failure: Failure;
}

const example = (line: string) => ({
	"requirements.txt": "fastapi\nuvicorn\n",
	"main.py": `import asyncio
from contextlib import asynccontextmanager

from fastapi import FastAPI

async def warm_up() -> None:
    await asyncio.sleep(0)

@asynccontextmanager
async def lifespan(app: FastAPI):
    ${line}
    yield

app = FastAPI(lifespan=lifespan)
`,
});

export default defineRule<Evidence>({
	name: "event-loop-misuse",
	category: "ENTRYPOINT",
	summary: "asyncio is asked to run what its event loop cannot run at that moment",
	story:
		"asyncio.run() stands in code that the server already runs in its event loop, or create_task() at module level, where there is no loop yet. Python raises RuntimeError, and the server does not come up.",
	references: [
		"https://docs.python.org/3/library/asyncio-runner.html#asyncio.run",
		"https://docs.python.org/3/library/asyncio-eventloop.html#asyncio.get_running_loop",
		"https://github.com/Kludex/uvicorn/pull/2919",
	],
	example: { before: example("asyncio.run(warm_up())"), after: example("await warm_up()") },

	*detect(project) {
		const seen = new Set<string>();
		for (const failure of project.trace.failures) {
			const { detail, module, range } = failure;
			if (detail.type !== "event-loop") continue;
			const place = `${module.path}:${range.start}`;
			if (seen.has(place)) continue;
			seen.add(place);
			yield { subject: `${module.name}:${detail.call}`, path: module.path, range, evidence: { detail, failure } };
		}
	},

	describe({ evidence }) {
		const { detail, failure } = evidence;
		const isRunning = detail.loop === "running";
		return {
			severity: "CRITICAL",
			stage: failure.stage,
			problem: isRunning
				? `${detail.call} is called inside the running event loop`
				: `${detail.call} is called before there is an event loop`,
			rootCause: isRunning
				? failure.stage === "startup"
					? "The server runs its start-up code in its own event loop, and a thread can run only one: what is a coroutine has to be awaited there."
					: "The server imports the application inside its event loop, and a thread can run only one."
				: "Modules are imported before the server starts its event loop: what needs the loop has to wait for the lifespan.",
			expectedError: failure.error,
			order: failure.order,
			manualSteps: isRunning
				? ["Await the coroutine in an async function instead, best in the lifespan."]
				: ["Do this in the lifespan of the application, before its yield."],
		};
	},

	fix(match, project) {
		const module = project.modulesByPath.get(match.path);
		const call = module && nodeAt(module.tree, match.range, "Call");
		if (module === undefined || call === undefined) return undefined;
		return match.evidence.detail.loop === "running"
			? (migrateInThread(project, module) ?? awaitInstead(project, module, call))
			: waitForLoop(project, module, call, match);
	},
});

/** `asyncio.run(x())` and `loop.run_until_complete(x())` as `await x()`. */
function awaitInstead(project: Project, module: Module, call: ast.Call): FixProposal | undefined {
	const [coroutine] = call.args;
	const isAnyio = call.callee.type === "Attribute" && module.text.slice(call.callee.start, call.callee.end) === "anyio.run";
	if (coroutine === undefined || isAnyio || (coroutine.type !== "Call" && coroutine.type !== "Name")) return undefined;
	const text = module.text.slice(coroutine.start, coroutine.end);
	const owner = enclosingFunction(module.tree, call.start);
	const statement = enclosingStatement(module.tree, call.start);
	const written = fillsStatement(statement, call) ? `await ${text}` : `(await ${text})`;
	if (owner === null) {
		if (statement?.type !== "ExpressionStatement" || statement.value !== call) return undefined;
		const move = moveToLifespan(project, module, statement, written);
		return move === null ? undefined : { ...lifespanWords, applicability: "review", ...move };
	}
	const edit = replaceText(module, call.start, call.end, written);
	const unused = loopAssignments(module, owner, call);
	if (owner.isAsync)
		return { title: `Await ${shortName(text)} instead`, ...awaitWords, applicability: "safe", edits: [edit, ...unused] };
	const async = makeAsync(project, module, owner);
	if (async === null) return undefined;
	return {
		title: `Make ${owner.name.name} async, and await ${shortName(text)} in it`,
		...awaitWords,
		applicability: "review",
		edits: [edit, ...unused, ...async],
	};
}

const awaitWords = {
	explanation: "The server's event loop is running there already: awaiting the coroutine runs it in that loop.",
};

const lifespanWords = {
	title: "Run it in the lifespan",
	explanation: "The lifespan runs in the server's event loop, before the first request.",
};

function shortName(text: string): string {
	return text.replace(/\(.*/s, "");
}

/** `loop = asyncio.get_event_loop()` of the same function, where nothing else uses it. */
function loopAssignments(module: Module, owner: ast.FunctionDef, call: ast.Call): readonly TextEdit[] {
	const receiver = call.callee.type === "Attribute" ? call.callee.value : null;
	if (receiver?.type !== "Name") return [];
	const { id } = receiver;
	const made = owner.body.find(
		(each) =>
			each.type === "Assign" && each.targets.length === 1 && each.targets[0]?.type === "Name" && each.targets[0].id === id,
	);
	let uses = 0;
	walk(owner, (node) => {
		if (node.type === "Name" && node.id === id) uses++;
	});
	return made?.type === "Assign" && made.value.type === "Call" && uses === 2 ? removeStatements(module, [made]) : [];
}

/** What needs the loop at module level: moved to the lifespan, or asked for where it is used. */
function waitForLoop(project: Project, module: Module, call: ast.Call, { evidence }: Match<Evidence>): FixProposal | undefined {
	const statement = enclosingStatement(module.tree, call.start);
	if (statement === null || enclosingFunction(module.tree, call.start) !== null) return undefined;
	const name =
		statement.type === "Assign" && statement.targets.length === 1 && statement.targets[0]?.type === "Name"
			? statement.targets[0].id
			: null;
	if (
		statement.type === "Assign" &&
		name !== null &&
		statement.value === call &&
		/get_(running|event)_loop$/.test(evidence.detail.call)
	)
		return askLater(project, module, statement, call, name);
	const isAlone = statement.type === "ExpressionStatement" && statement.value === call;
	const isKept = name !== null && statement.type === "Assign" && statement.value === call && !isUsed(project, module, name);
	if (!isAlone && !isKept) return undefined;
	// The loop holds tasks weakly: one that nothing refers to may be collected while it runs.
	const code = module.text.slice(statement.start, statement.end);
	const move = moveToLifespan(
		project,
		module,
		statement,
		isAlone && /create_task|ensure_future/.test(code) ? `task = ${code}` : code,
	);
	return move === null ? undefined : { ...lifespanWords, applicability: "review", ...move };
}

function isUsed(project: Project, module: Module, name: string): boolean {
	return referencesTo(module.tree, name).length > 1 || isImportedElsewhere(project, module, name);
}

/** `loop = asyncio.get_running_loop()` of a module: each function asks for itself. */
function askLater(
	project: Project,
	module: Module,
	statement: ast.Assign,
	call: ast.Call,
	name: string,
): FixProposal | undefined {
	if (isImportedElsewhere(project, module, name)) return undefined;
	const reads = referencesTo(module.tree, name).filter((each) => each.start < statement.start || statement.end <= each.start);
	if (reads.some((each) => enclosingFunction(module.tree, each.start) === null)) return undefined;
	const code = module.text.slice(call.start, call.end);
	return {
		title: reads.length === 0 ? "Take out the loop that nothing uses" : "Ask for the loop where it is used",
		explanation: "A loop belongs to running code: inside a coroutine it is the one that the server runs.",
		applicability: reads.length === 0 ? "safe" : "review",
		edits: [...removeStatements(module, [statement]), ...reads.map((each) => replaceText(module, each.start, each.end, code))],
	};
}
