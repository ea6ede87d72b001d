import { defineRule } from "../../audit/rule.ts";
import type { DependencyFault } from "../../project/fastapi/signature/dependency-faults.ts";
import { type Refused, signatureFaultsOf } from "../../project/fastapi/signature/signature-faults.ts";
import { dependencyRemedy } from "./signature/dependency-remedies.ts";

type Evidence = Refused<DependencyFault>;

const example = (argument: string) => ({
	"requirements.txt": "fastapi\nuvicorn\n",
	"main.py": `from fastapi import Depends, FastAPI

app = FastAPI()


def get_numbers():
    yield [1, 2, 3]


@app.get("/numbers")
def numbers(values: list[int] = Depends(${argument})) -> list[int]:
    return values
`,
});

export default defineRule<Evidence>({
	name: "invalid-dependency",
	category: "ENTRYPOINT",
	summary: "Depends is handed something that cannot be called",
	story:
		"FastAPI calls a dependency for each request, so Depends is handed the function itself. Where it is handed what the function gave, or any other object that cannot be called, the route cannot be registered and the import of the module fails.",
	references: ["https://fastapi.tiangolo.com/tutorial/dependencies/#declare-the-dependency-in-the-dependant"],
	example: { before: example("get_numbers()"), after: example("get_numbers") },

	*detect(project) {
		for (const refused of signatureFaultsOf(project).dependencies) {
			const { fault } = refused;
			const shown = fault.module.text.slice(fault.node.start, fault.node.end);
			yield {
				subject: `${fault.module.name}:${shown}`,
				path: fault.module.path,
				range: { start: fault.node.start, end: fault.node.end },
				evidence: refused,
			};
		}
	},

	describe({ evidence: { fault, operation, isLate } }, project) {
		const shown = fault.module.text.slice(fault.argument.start, fault.argument.end);
		const name = fault.function?.node.type === "FunctionDef" ? fault.function.node.name.name : null;
		return {
			severity: "CRITICAL",
			stage: isLate === true ? "request" : operation.call.stage,
			problem: problemOf(fault, shown, name),
			rootCause:
				fault.type === "wrapped-twice"
					? "FastAPI calls a dependency for each request, and what Depends itself gave cannot be called."
					: fault.type === "not-listed"
						? "FastAPI makes a list of what it is given, and a single dependency is none."
						: name === null
							? "A dependency is a function, a class, or an object with __call__; FastAPI calls it for each request."
							: `${name}() runs once, here, and gives an object that FastAPI cannot call for each request.`,
			...(fault.error === null ? {} : { expectedError: fault.error }),
			order: operation.call.order,
			manualSteps:
				dependencyRemedy(fault, project) === undefined
					? ["Hand Depends a function that gives the value when FastAPI calls it."]
					: [],
		};
	},

	fix({ evidence: { fault } }, project) {
		return dependencyRemedy(fault, project);
	},
});

function problemOf(fault: DependencyFault, shown: string, name: string | null): string {
	if (fault.type === "not-listed") return `${shown} stands where a list of dependencies is meant`;
	if (fault.type === "wrapped-twice") return `Depends is handed ${shown}, which is made by Depends already`;
	if (fault.type === "not-wrapped") return `${shown} stands in a list of dependencies without Depends`;
	if (fault.argument === fault.node) return `${shown} stands in a list, where no annotation says what to call`;
	return name === null
		? `Depends is handed ${shown}, which cannot be called`
		: `Depends is handed what ${name}() gives, not ${name} itself`;
}
