import { defineRule } from "../../audit/rule.ts";
import type { ResponseFault } from "../../project/fastapi/response-faults.ts";
import { type Refused, signatureFaultsOf } from "../../project/fastapi/signature-faults.ts";
import { withoutModel } from "./signature/response-edits.ts";

type Evidence = Refused<ResponseFault>;

const example = (model: string) => ({
	"requirements.txt": "fastapi\nuvicorn\n",
	"main.py": `from fastapi import FastAPI

app = FastAPI()


@app.delete("/items/{item_id}", status_code=204, response_model=${model})
def delete_item(item_id: int):
    return None
`,
});

export default defineRule<Evidence>({
	name: "invalid-response-status",
	category: "ENTRYPOINT",
	summary: "A route has a response model and a status that forbids a body",
	story:
		"Answers with the status 204, 205, 304 or 1xx have no body, so a route with such a status has no response model. FastAPI checks that when the route is registered: the import of the module fails.",
	references: ["https://www.rfc-editor.org/rfc/rfc9110#section-15.3.5", "https://fastapi.tiangolo.com/tutorial/response-model/"],
	example: { before: example("dict"), after: example("None") },

	*detect(project) {
		for (const refused of signatureFaultsOf(project).responses) {
			const { type, node, operation } = refused.fault;
			if (type !== "body-forbidden") continue;
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
		const what = fault.source === "returns" ? "a return annotation" : "a response model";
		return {
			severity: "CRITICAL",
			stage: operation.call.stage,
			problem: `${nameOf(operation)} answers with ${fault.named}, which has no body, and has ${what}`,
			rootCause: `HTTP gives an answer with the status ${fault.named} no body, so there is nothing that a model could describe.`,
			...(fault.error === null ? {} : { expectedError: fault.error }),
			order: operation.call.order,
			manualSteps: withoutModel(fault) === null ? [`Drop the model, or answer with another status than ${fault.named}.`] : [],
		};
	},

	fix({ evidence: { fault } }) {
		const edit = withoutModel(fault);
		if (edit === null) return undefined;
		return {
			title: "Make no response model",
			explanation: `An answer with ${fault.named} carries no body: the model was for nothing.`,
			applicability: "safe",
			edits: [edit],
		};
	},
});

function nameOf({ endpoint }: Evidence["operation"]): string {
	return endpoint.kind === "function" && endpoint.node.type === "FunctionDef" ? endpoint.node.name.name : "A route";
}
