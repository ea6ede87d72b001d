import type { FixProposal } from "../../audit/fix.ts";
import { defineRule } from "../../audit/rule.ts";
import type { ResponseFault } from "../../project/fastapi/response-faults.ts";
import { type Refused, signatureFaultsOf } from "../../project/fastapi/signature-faults.ts";
import { scopeOfFunction, scopeOfModule } from "../../project/models/name-scope.ts";
import { readTypeForm } from "../../project/models/type-form.ts";
import type { Project } from "../../project/project.ts";
import type * as ast from "../../python/ast.ts";
import { asPydanticModel } from "./signature/as-pydantic-model.ts";
import { withoutEntry, withoutModel } from "./signature/response-edits.ts";
import { typeSpelling } from "./signature/type-spelling.ts";

type Evidence = Refused<ResponseFault>;

const example = (decorator: string) => ({
	"requirements.txt": "fastapi\nuvicorn\n",
	"main.py": `from fastapi import FastAPI

app = FastAPI()


class Weather:
    def __init__(self, city: str) -> None:
        self.city = city


@app.get(${decorator})
def forecast(city: str) -> Weather:
    return Weather(city)
`,
});

export default defineRule<Evidence>({
	name: "invalid-response-model",
	category: "ENTRYPOINT",
	summary: "The response model of a route is a type that pydantic has no schema for",
	story:
		"The return annotation or the response_model of a route names a class of the database, a response beside a model, or something that is no type. FastAPI builds a response model from it when the route is registered, pydantic refuses, and the import of the module fails.",
	references: ["https://fastapi.tiangolo.com/tutorial/response-model/#invalid-return-type-annotations"],
	example: { before: example('"/forecast"'), after: example('"/forecast", response_model=None') },

	*detect(project) {
		for (const refused of signatureFaultsOf(project).responses) {
			const { type, node, operation, source } = refused.fault;
			if (type !== "no-schema" || isFalsy(node)) continue;
			const { module } = operation.call;
			yield {
				subject: `${module.name}:${routeName(operation)}:${source}`,
				path: module.path,
				range: { start: node.start, end: node.end },
				evidence: refused,
			};
		}
	},

	describe({ evidence: { fault, operation } }, project) {
		const where = {
			returns: "The return annotation",
			response_model: "response_model",
			responses: "A model in responses",
		}[fault.source ?? "returns"];
		return {
			severity: "CRITICAL",
			stage: operation.call.stage,
			problem: `${where} of ${routeName(operation)} is no type that pydantic knows: ${fault.named}`,
			rootCause:
				fault.source === "returns"
					? "Without response_model FastAPI makes the response model of the return annotation, and there is no schema for this one."
					: "FastAPI makes the response model of it, and there is no schema for it.",
			...(fault.error === null ? {} : { expectedError: fault.error }),
			order: operation.call.order,
			manualSteps: mendsOf(fault, project).length === 0 ? ["Name a pydantic model that describes what the route answers."] : [],
		};
	},

	fix({ evidence }, project) {
		return mendsOf(evidence.fault, project)[0];
	},

	alternatives({ evidence }, project) {
		return mendsOf(evidence.fault, project).slice(1);
	},
});

/** FastAPI asks `if model:`, so `{}` and `""` are no model at all. */
function isFalsy(node: ast.Expression): boolean {
	if (node.type === "Dict") return node.entries.length === 0;
	if (node.type === "Sequence") return node.items.length === 0;
	return node.type === "Constant" && (node.value === "" || node.value === 0 || node.value === false);
}

function routeName({ endpoint }: Evidence["operation"]): string {
	return endpoint.kind === "function" && endpoint.node.type === "FunctionDef" ? endpoint.node.name.name : "a route";
}

function mendsOf(fault: ResponseFault, project: Project): readonly FixProposal[] {
	const { operation, node, source } = fault;
	const { module } = operation.call;
	const { endpoint } = operation;
	const scope = endpoint.kind === "function" && endpoint.module === module ? scopeOfFunction(project, endpoint) : null;
	const spelled = scope === null ? null : typeSpelling(node, scope, module.path, project);
	if (spelled !== null) {
		return [
			{
				title: `Write ${spelled.code}`,
				explanation: `${spelled.why} FastAPI needs a type here.`,
				applicability: "safe",
				edits: [{ path: module.path, range: { start: node.start, end: node.end }, newText: spelled.code }],
				needs: spelled.needs,
			},
		];
	}
	if (source === "responses") return additionalMends(fault, project);
	if (source === "response_model" && node.type === "Call") {
		const code = module.text.slice(node.callee.start, node.callee.end);
		return [
			{
				title: `Write ${code} without calling it`,
				explanation: "FastAPI takes the class; it makes no use of an object of it.",
				applicability: "safe",
				edits: [{ path: module.path, range: { start: node.callee.end, end: node.end }, newText: "" }],
			},
		];
	}
	const edit = withoutModel(fault);
	if (edit === null) return [];
	return [
		{
			title: "Make no response model of it",
			explanation:
				source === "returns"
					? "With response_model=None the annotation stays for readers and type checkers, and FastAPI turns what the function returns into JSON as it is."
					: "With response_model=None FastAPI turns what the function returns into JSON as it is; nothing is left out of it.",
			applicability: source === "returns" ? "safe" : "review",
			edits: [edit],
		},
	];
}

/** A class of plain fields was meant as a model; any other class is left out of the documentation. */
function additionalMends({ node, operation }: ResponseFault, project: Project): readonly FixProposal[] {
	const { module } = operation.call;
	const scope = scopeOfModule(project, module);
	const form = scope === null ? null : readTypeForm(node, scope);
	const model = form?.kind === "class" ? asPydanticModel(form.value, project) : undefined;
	const edit = withoutEntry(module, node);
	const shown = module.text.slice(node.start, node.end);
	const removal: FixProposal | undefined = edit && {
		title: `Take ${shown} out of responses`,
		explanation: "The documentation then names the status without a model; what the route answers stays as it is.",
		applicability: "review",
		edits: [edit],
	};
	return [model, removal].filter((each) => each !== undefined);
}
