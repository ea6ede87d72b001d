import { defineRule } from "../../audit/rule.ts";
import type { ForgottenCoroutine } from "../../project/imports/trace.ts";
import { firstQuery, neverCreated } from "../../project/models/never-created.ts";
import type { Project } from "../../project/project.ts";
import type * as ast from "../../python/ast.ts";
import { replaceText } from "../../python/rewrite/source.ts";
import { walk } from "../../python/walk.ts";

interface Evidence {
	readonly call: ForgottenCoroutine;
	/** The async function that the call stands in; null where it stands in no such function. */
	readonly owner: string | null;
}

const example = (call: string) => ({
	"requirements.txt": "fastapi\nuvicorn\n",
	"main.py": `from contextlib import asynccontextmanager

from fastapi import FastAPI

settings: dict[str, str] = {}


async def load_settings() -> None:
    settings["greeting"] = "hello"


@asynccontextmanager
async def lifespan(app: FastAPI):
    ${call}
    yield


app = FastAPI(lifespan=lifespan)
`,
});

export default defineRule<Evidence>({
	name: "unawaited-startup-call",
	category: "ENTRYPOINT",
	summary: "Start-up calls a coroutine function and does not await it",
	story:
		"The lifespan says init_db(), and the server comes up as if all were well. Nothing of init_db ever ran: Python only warns that the coroutine was never awaited, and the first request finds no tables.",
	references: ["https://docs.python.org/3/library/asyncio-dev.html#detect-never-awaited-coroutines"],
	example: { before: example("load_settings()"), after: example("await load_settings()") },

	*detect(project) {
		const seen = new Set<ast.Call>();
		for (const call of project.trace.forgotten) {
			const { node, module, reached } = call;
			if (!reached || seen.has(node)) continue;
			seen.add(node);
			const owner = functionAround(module.tree, node);
			yield {
				subject: `${module.name}:${owner?.name.name ?? ""}.${nameOf(call)}`,
				path: module.path,
				range: { start: node.start, end: node.end },
				evidence: { call, owner: owner?.isAsync === true ? owner.name.name : null },
			};
		}
	},

	describe({ evidence: { call, owner } }, project) {
		const name = nameOf(call);
		const query = queryWithoutTables(project, call);
		return {
			severity: query === null ? "HIGH" : "CRITICAL",
			stage: query === null ? "request" : query.call.stage,
			problem: `${name} is not awaited${owner === null ? "" : ` in ${owner}`}`,
			rootCause: `${name} is a coroutine function: the call alone makes a coroutine that never runs, and Python only warns of it.${query === null ? "" : ` It would make the tables that start-up asks for, which a new database does not have.`}`,
			expectedError: query === null ? `RuntimeWarning: coroutine '${name}' was never awaited` : query.error,
			order: query?.call.order ?? call.order,
			manualSteps: [`Await ${name} in an async function that runs at start-up, such as the lifespan.`],
		};
	},

	fix({ evidence: { call, owner } }) {
		if (owner === null) return undefined;
		return {
			title: `Await ${nameOf(call)}`,
			explanation: "A coroutine runs only when it is awaited.",
			applicability: "safe",
			edits: [replaceText(call.module, call.node.start, call.node.start, "await ")],
		};
	},
});

/** What start-up asks of a new database whose tables this call would have made; null where it asks nothing. */
function queryWithoutTables(project: Project, call: ForgottenCoroutine): ReturnType<typeof firstQuery> {
	const unmade = neverCreated(project);
	return unmade?.unawaited?.node === call.node ? firstQuery(project, unmade) : null;
}

function nameOf({ function: { node } }: ForgottenCoroutine): string {
	return node.type === "FunctionDef" ? node.name.name : "lambda";
}

/** The innermost function that a call stands in; null where it stands in none. */
function functionAround(tree: ast.Module, call: ast.Call): ast.FunctionDef | null {
	let owner: ast.FunctionDef | null = null;
	walk(tree, (node) => {
		if (node.start > call.start || node.end < call.end) return false;
		if (node.type === "FunctionDef") owner = node;
		return true;
	});
	return owner;
}
