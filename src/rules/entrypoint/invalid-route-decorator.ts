import { defineRule } from "../../audit/rule.ts";
import { routeModelOf } from "../../project/fastapi/routes/routes.ts";
import type { Module } from "../../project/project.ts";
import type * as ast from "../../python/ast.ts";
import { writePath } from "./signature/likely-path.ts";

interface Evidence {
	/** The decorator as it is written: `app.get`. */
	readonly decorator: string;
	readonly endpoint: string;
	readonly module: Module;
	readonly node: ast.Expression;
	readonly order: number;
}

const example = (decorator: string) => ({
	"requirements.txt": "fastapi\nuvicorn\n",
	"main.py": `from fastapi import FastAPI\n\napp = FastAPI()\n\n\n@${decorator}\ndef root() -> str:\n    return "hello"\n`,
});

export default defineRule<Evidence>({
	name: "invalid-route-decorator",
	category: "ENTRYPOINT",
	summary: "A decorator of the application is not called",
	story:
		"@app.get without parentheses hands the function over as the path. Nothing is registered and nothing fails: the server comes up, and requests for the route are answered with 404.",
	references: ["https://fastapi.tiangolo.com/tutorial/first-steps/#step-3-create-a-path-operation"],
	example: { before: example("app.get"), after: example('app.get("/")') },

	*detect(project) {
		const routers = new Set(routeModelOf(project).routers.map(({ value }) => value));
		for (const { value, order, reached } of project.trace.functions) {
			if (!reached || value.node.type === "Lambda") continue;
			for (const [index, decorator] of value.decorators.entries()) {
				const node = value.node.decorators[index];
				if (decorator.kind !== "bound-method" || decorator.receiver.kind !== "instance" || node === undefined) continue;
				if (!routers.has(decorator.receiver) || !takesArguments.test(decorator.name)) continue;
				const written = value.module.text.slice(node.start, node.end);
				const endpoint = value.node.name.name;
				yield {
					subject: `${value.module.name}:${endpoint}`,
					path: value.module.path,
					range: { start: node.start, end: node.end },
					evidence: { decorator: written, endpoint, module: value.module, node, order },
				};
			}
		}
	},

	describe({ evidence: { decorator, endpoint, module, node, order } }) {
		return {
			severity: "HIGH",
			stage: "request",
			problem: `@${decorator} is not called, so ${endpoint} is not registered`,
			rootCause: `${decorator} takes the path (or the event) first and gives the decorator; without parentheses it takes ${endpoint} for the path.`,
			order,
			manualSteps: writePath(module, node) === undefined ? [`Call it with what ${endpoint} is for: @${decorator}("/…").`] : [],
		};
	},

	fix({ evidence: { module, node } }) {
		return writePath(module, node);
	},
});

/** Methods of applications and routers that make a decorator of their first argument. */
const takesArguments =
	/^(get|put|post|delete|options|head|patch|trace|api_route|websocket|route|websocket_route|exception_handler|middleware|on_event)$/;
