import { defineRule } from "../../audit/rule.ts";
import type { ResponseFault } from "../../project/fastapi/signature/response-faults.ts";
import type { Refused } from "../../project/fastapi/signature/signature-faults.ts";
import { findKeyword, removeArguments } from "../../python/rewrite/arguments.ts";
import { refusedResponses, routeName } from "./signature/refused-responses.ts";

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

	detect(project) {
		return refusedResponses(project, ({ type }) => type === "no-response-class");
	},

	describe({ evidence: { fault, operation } }) {
		const isOwn = fault.call === operation.call;
		return {
			severity: "HIGH",
			stage: "request",
			problem: isOwn
				? `The response_class of ${routeName(operation)} is no response class`
				: "The default_response_class is no response class",
			rootCause: "FastAPI calls it to make the answer and asks it for its media type, which only response classes have.",
			...(fault.error === null ? {} : { expectedError: fault.error }),
			order: fault.call.order,
		};
	},

	fix({ evidence: { fault, operation } }) {
		const { call } = fault;
		const keyword = findKeyword(call.node, call === operation.call ? "response_class" : "default_response_class");
		if (keyword === null) return undefined;
		return {
			title: "Answer with the usual JSON response",
			explanation: `Without ${keyword.name?.name} FastAPI answers with JSON; a model belongs into response_model.`,
			applicability: "review",
			edits: removeArguments(call.module, call.node, [keyword]),
		};
	},
});
