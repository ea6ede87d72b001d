import type { FixProposal } from "../../audit/fix.ts";
import { defineRule } from "../../audit/rule.ts";
import type { ParameterFault } from "../../project/fastapi/signature/parameter-faults.ts";
import { type Refused, signatureFaultsOf } from "../../project/fastapi/signature/signature-faults.ts";
import type { Project } from "../../project/project.ts";
import { parameterRemedy } from "./signature/parameter-remedies.ts";
import { wordsOf } from "./signature/parameter-words.ts";
import { takeOutOfPath } from "./signature/path-part.ts";

type Evidence = Refused<ParameterFault>;

const example = (annotation: string) => ({
	"requirements.txt": "fastapi\nuvicorn\n",
	"main.py": `from typing import Annotated

from fastapi import FastAPI, Path, Query

app = FastAPI()


@app.get("/cities/{city}")
def forecast(city: Annotated[str, Path()], unit: ${annotation}) -> dict[str, str]:
    return {"city": city, "unit": unit}
`,
});

export default defineRule<Evidence>({
	name: "invalid-parameter",
	category: "ENTRYPOINT",
	summary: "FastAPI refuses how a parameter of a route is declared",
	story:
		"A route's function declares a parameter in a way that contradicts itself or its path. FastAPI looks at the signature when the route is registered, so the import of the module fails and the server does not come up.",
	references: [
		"https://fastapi.tiangolo.com/tutorial/query-params-str-validations/#advantages-of-annotated",
		"https://fastapi.tiangolo.com/tutorial/path-params-numeric-validations/",
	],
	example: {
		before: example('Annotated[str, Query(default="metric")]'),
		after: example('Annotated[str, Query()] = "metric"'),
	},

	*detect(project) {
		for (const refused of signatureFaultsOf(project).parameters) {
			const { parameter, signature, type } = refused.fault;
			if (type === "no-schema") continue;
			const { node, module } = signature.function;
			const owner = node.type === "FunctionDef" ? node.name.name : "lambda";
			yield {
				subject: `${module.name}:${owner}:${parameter.name.name}:${type}`,
				path: module.path,
				range: { start: parameter.start, end: parameter.end },
				evidence: refused,
			};
		}
	},

	describe({ evidence: { fault, operation } }, project) {
		const { problem, cause, step } = wordsOf(fault);
		return {
			severity: isHarmlessAtStart(fault) ? "HIGH" : "CRITICAL",
			stage: isHarmlessAtStart(fault) ? "request" : operation.call.stage,
			problem,
			rootCause: cause,
			...(fault.error === null ? {} : { expectedError: fault.error }),
			order: operation.call.order,
			manualSteps: mendsOf({ fault, operation }, project).length === 0 ? [step] : [],
		};
	},

	fix({ evidence }, project) {
		return mendsOf(evidence, project)[0];
	},
});

/** What only the documentation stumbles over: from pydantic 2.10 on a name that only type checkers know is asked for when the schema is. */
function isHarmlessAtStart({ type, error }: ParameterFault): boolean {
	return type === "no-json-schema" || (type === "unresolved" && error === null);
}

function mendsOf({ fault, operation }: Evidence, project: Project): readonly FixProposal[] {
	if (fault.type === "path-not-scalar") return takeOutOfPath(fault, operation);
	const found = parameterRemedy(fault, project);
	return found === undefined ? [] : [found];
}
