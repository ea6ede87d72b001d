import { defineRule } from "../../audit/rule.ts";
import type { ResponseFault } from "../../project/fastapi/response-faults.ts";
import { type Refused, signatureFaultsOf } from "../../project/fastapi/signature-faults.ts";
import { findKeyword, removeArguments } from "../../python/rewrite/arguments.ts";

type Evidence = Refused<ResponseFault>;

const example = (options: string) => ({
	"requirements.txt": "fastapi\nuvicorn\n",
	"main.py": `from fastapi import FastAPI

app = FastAPI()


@app.get("/health"${options})
def health():
    return {"status": "ok"}
`,
});

export default defineRule<Evidence>({
	name: "invalid-response-class",
	category: "ENTRYPOINT",
	summary: "response_class names something that is no response class",
	story:
		"response_class says with which class of responses FastAPI answers. A model or a type of Python is accepted when the route is registered; /docs and the route itself then answer with 500.",
	references: ["https://fastapi.tiangolo.com/advanced/custom-response/"],
	example: { before: example(", response_class=dict"), after: example("") },

	*detect(project) {
		for (const refused of signatureFaultsOf(project).responses) {
			const { type, node, operation } = refused.fault;
			if (type !== "no-response-class") continue;
			const { module } = operation.call;
			yield {
				subject: `${module.name}:${nameOf(operation)}`,
				path: module.path,
				range: { start: node.start, end: node.end },
				evidence: refused,
			};
		}
	},

	describe({ evidence: { fault, operation } }) {
		return {
			severity: "HIGH",
			stage: "request",
			problem: `The response_class of ${nameOf(operation)} is no response class`,
			rootCause: "FastAPI calls it to make the answer and asks it for its media type, which only response classes have.",
			...(fault.error === null ? {} : { expectedError: fault.error }),
			order: operation.call.order,
		};
	},

	fix({ path, evidence: { operation } }) {
		const { call } = operation;
		const keyword = findKeyword(call.node, "response_class");
		if (keyword === null || call.module.path !== path) return undefined;
		return {
			title: "Answer with the usual JSON response",
			explanation: "Without response_class FastAPI answers with JSON; a model belongs into response_model.",
			applicability: "review",
			edits: removeArguments(call.module, call.node, [keyword]),
		};
	},
});

function nameOf({ endpoint }: Evidence["operation"]): string {
	return endpoint.kind === "function" && endpoint.node.type === "FunctionDef" ? endpoint.node.name.name : "a route";
}
