import { defineRule } from "../../audit/rule.ts";
import type { Operation } from "../../project/fastapi/routes/routes.ts";
import type { ResponseFault } from "../../project/fastapi/signature/response-faults.ts";
import type { Refused } from "../../project/fastapi/signature/signature-faults.ts";
import { refusedResponses, routeName } from "./signature/refused-responses.ts";
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
	summary: "A route has a response model beside a status that forbids a body, or a status that is no number",
	story:
		"Answers with the status 204, 205, 304 or 1xx have no body, so a route with such a status has no response model. FastAPI checks that when the route is registered: the import of the module fails.",
	references: ["https://www.rfc-editor.org/rfc/rfc9110#section-15.3.5", "https://fastapi.tiangolo.com/tutorial/response-model/"],
	example: { before: example("dict"), after: example("None") },

	detect(project) {
		return refusedResponses(project, ({ type }) => type === "body-forbidden" || type === "no-number");
	},

	describe({ evidence: { fault, operation } }) {
		if (fault.type === "no-number")
			return {
				severity: isCheckedAtOnce(operation) ? "CRITICAL" : "HIGH",
				stage: isCheckedAtOnce(operation) ? operation.call.stage : "request",
				problem: `The status_code of ${routeName(operation)} is the text "${fault.named}"`,
				rootCause: isCheckedAtOnce(operation)
					? "FastAPI makes a number of it when the route is registered, to see whether its response model may have a body, and this text is none."
					: "FastAPI makes a number of it for each answer and for the documentation, and this text is none.",
				...(fault.error === null ? {} : { expectedError: fault.error }),
				order: operation.call.order,
				manualSteps: numberIn(fault) === null ? ["Write the status as a number, such as 201."] : [],
			};
		const what = fault.source === "returns" ? "a return annotation" : "a response model";
		return {
			severity: "CRITICAL",
			stage: operation.call.stage,
			problem: `${routeName(operation)} answers with ${fault.named}, which has no body, and has ${what}`,
			rootCause: `HTTP gives an answer with the status ${fault.named} no body, so there is nothing that a model could describe.`,
			...(fault.error === null ? {} : { expectedError: fault.error }),
			order: operation.call.order,
			manualSteps: withoutModel(fault) === null ? [`Drop the model, or answer with another status than ${fault.named}.`] : [],
		};
	},

	fix({ evidence: { fault } }) {
		if (fault.type === "no-number") {
			const number = numberIn(fault);
			const { start, end } = fault.node;
			return number === null
				? undefined
				: {
						title: `Answer with ${number}`,
						explanation: "The status is a number; its name follows from it.",
						applicability: "safe",
						edits: [{ path: fault.operation.call.module.path, range: { start, end }, newText: number }],
					};
		}
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

/** Where a route has a response model, its status is looked at when it is registered. */
function isCheckedAtOnce({ call }: Operation): boolean {
	const model = call.keywords.get("response_model");
	return model !== undefined && model.kind !== "unknown" && !(model.kind === "constant" && model.value === null);
}

/** The number that a text such as `201 Created` begins with, or that its words stand for. */
function numberIn({ named }: ResponseFault): string | null {
	const written = /^\s*([1-5]\d\d)\b/.exec(named)?.[1];
	return written ?? numbers[named.toLowerCase().replace(/^http_|[^a-z]/g, "")] ?? null;
}

/** https://www.rfc-editor.org/rfc/rfc9110#section-15, as far as a route gives such a status for its usual answer. */
const numbers: Readonly<Record<string, string>> = { ok: "200", created: "201", accepted: "202", nocontent: "204" };
