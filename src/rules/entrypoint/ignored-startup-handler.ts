import type { FixProposal } from "../../audit/fix.ts";
import { defineRule } from "../../audit/rule.ts";
import { servedApplication } from "../../project/fastapi/application.ts";
import { doesWork, listStartupHandlers, type StartupHandler } from "../../project/fastapi/startup-handlers.ts";
import type { FunctionValue } from "../../project/imports/values.ts";
import type * as ast from "../../python/ast.ts";
import { statementsOf } from "../../python/rewrite/blocks.ts";
import { lineStartAt, nextLineAt, replaceText } from "../../python/rewrite/source.ts";
import { insertAfter, insertBefore } from "../../python/rewrite/statements.ts";

interface Evidence {
	readonly name: string;
	readonly event: StartupHandler["event"];
	readonly via: StartupHandler["via"];
	readonly isNeeded: boolean;
	readonly order: number;
	readonly fix: FixProposal | null;
}

const example = (lifespan: string, decorator: string) => ({
	"requirements.txt": "fastapi\nuvicorn\n",
	"main.py": `from contextlib import asynccontextmanager

from fastapi import FastAPI

rates: dict[str, float] = {}


@asynccontextmanager
async def lifespan(app: FastAPI):
${lifespan}    yield


app = FastAPI(lifespan=lifespan)


${decorator}def load_rates() -> None:
    rates["EUR"] = 1.0
`,
});

export default defineRule<Evidence>({
	name: "ignored-startup-handler",
	category: "ENTRYPOINT",
	summary: "A start-up handler stands beside a lifespan, and never runs",
	story:
		"An application that has a lifespan does not look at on_startup, on_shutdown and @app.on_event. Nothing is said about it: the server comes up, and the tables, caches and connections that the handler makes are not there.",
	references: ["https://fastapi.tiangolo.com/advanced/events/#alternative-events-deprecated"],
	example: { before: example("", '@app.on_event("startup")\n'), after: example("    load_rates()\n", "") },

	*detect(project) {
		const application = servedApplication(project);
		const lifespan = application?.keywords.get("lifespan");
		if (application === null || lifespan === undefined || (lifespan.kind === "constant" && lifespan.value === null)) return;
		for (const handler of listStartupHandlers(project, application)) {
			const { value, event, via, order } = handler;
			if (value.kind !== "function" || value.node.type === "Lambda") continue;
			const { node, module } = value;
			yield {
				subject: `${module.name}:${node.name.name}`,
				path: module.path,
				range: { start: node.name.start, end: node.name.end },
				evidence: {
					name: node.name.name,
					event,
					via,
					isNeeded: event === "startup" && doesWork(node),
					order,
					fix: lifespan.kind === "function" ? moveIntoLifespan(lifespan, handler, value, node) : null,
				},
			};
		}
	},

	describe({ evidence }) {
		const { name, event, isNeeded, order, fix } = evidence;
		return {
			severity: isNeeded ? "HIGH" : "MEDIUM",
			stage: isNeeded ? "request" : "none",
			problem: `The ${event} handler ${name} never runs`,
			rootCause: "The application has a lifespan, and with one it ignores all other handlers.",
			order,
			manualSteps: fix === null ? [`Call ${name} in the lifespan, ${event === "startup" ? "before" : "after"} its yield.`] : [],
		};
	},

	fix({ evidence }) {
		return evidence.fix ?? undefined;
	},
});

/** Calls the handler in the lifespan and takes its decorator away. */
function moveIntoLifespan(
	lifespan: FunctionValue,
	{ event, via, node: registration }: StartupHandler,
	{ module }: FunctionValue,
	node: ast.FunctionDef,
): FixProposal | null {
	if (via !== "on_event" || lifespan.module !== module || lifespan.node.type !== "FunctionDef" || node.parameters.length > 0)
		return null;
	if (!module.tree.body.includes(node) || !lifespan.node.isAsync) return null;
	const within = lifespan.node;
	const turn = [...statementsOf(module.tree)].find(
		(each) =>
			each.type === "ExpressionStatement" && each.value.type === "Yield" && within.start <= each.start && each.end <= within.end,
	);
	const start = lineStartAt(module.text, registration.start);
	const next = nextLineAt(module.text, registration.end);
	if (turn === undefined || module.text.slice(start, registration.start).trim() !== "@") return null;
	const code = `${node.isAsync ? "await " : ""}${node.name.name}()`;
	const called = event === "startup" ? insertBefore(module, turn, code) : insertAfter(module, turn, code);
	return {
		title: `Call ${node.name.name} in ${within.name.name}`,
		explanation: `What stands ${event === "startup" ? "before its yield runs when the server starts" : "after its yield runs when the server stops"}.`,
		applicability: "safe",
		edits: [called, replaceText(module, start, next, "")],
	};
}
