import { defineRule } from "../../audit/rule.ts";
import type { ParameterFault } from "../../project/fastapi/signature/parameter-faults.ts";
import { type Refused, signatureFaultsOf } from "../../project/fastapi/signature/signature-faults.ts";
import { wordsOf } from "./signature/parameter-words.ts";
import { typeRemedies } from "./signature/type-remedies.ts";

type Evidence = Refused<ParameterFault>;

const example = (parameter: string) => ({
	"requirements.txt": "fastapi\nuvicorn\npydantic\n",
	"store.py": `class Store:
    def count(self) -> int:
        return 0


def get_store() -> Store:
    return Store()
`,
	"main.py": `from fastapi import Depends, FastAPI

from store import Store, get_store

app = FastAPI()


@app.get("/items")
def items(store: Store = Depends(get_store)) -> int:
    return store.count()


@app.get("/count")
def count(${parameter}) -> int:
    return store.count()
`,
});

export default defineRule<Evidence>({
	name: "invalid-parameter-type",
	category: "ENTRYPOINT",
	summary: "A parameter of a route has a type that cannot be read from a request, and no dependency",
	story:
		"A session, a service or a class of the project's own stands in a route's signature without Depends. FastAPI takes it for something to read from the request, finds that pydantic has no schema for it, and the import of the module fails.",
	references: [
		"https://fastapi.tiangolo.com/tutorial/dependencies/",
		"https://docs.pydantic.dev/latest/api/config/#pydantic.config.ConfigDict.arbitrary_types_allowed",
	],
	example: { before: example("store: Store"), after: example("store: Store = Depends(get_store)") },

	*detect(project) {
		for (const refused of signatureFaultsOf(project).parameters) {
			const { parameter, signature, type } = refused.fault;
			if (type !== "no-schema") continue;
			const { node, module } = signature.function;
			const owner = node.type === "FunctionDef" ? node.name.name : "lambda";
			yield {
				subject: `${module.name}:${owner}:${parameter.name.name}`,
				path: module.path,
				range: { start: parameter.start, end: parameter.end },
				evidence: refused,
			};
		}
	},

	describe({ evidence: { fault, operation } }, project) {
		const { problem, cause, step } = wordsOf(fault);
		return {
			severity: "CRITICAL",
			stage: operation.call.stage,
			problem,
			rootCause: cause,
			...(fault.error === null ? {} : { expectedError: fault.error }),
			order: operation.call.order,
			manualSteps: typeRemedies(fault, project).length === 0 ? [step] : [],
		};
	},

	fix({ evidence }, project) {
		return typeRemedies(evidence.fault, project)[0];
	},

	alternatives({ evidence }, project) {
		return typeRemedies(evidence.fault, project).slice(1);
	},
});
