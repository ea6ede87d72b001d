import { defineRule } from "../../audit/rule.ts";
import { type Refused, signatureFaultsOf } from "../../project/fastapi/signature/signature-faults.ts";
import type { UnusableDependency } from "../../project/fastapi/signature/unusable-dependency.ts";
import { unusableDependencyRemedy } from "./signature/unusable-dependency-remedies.ts";

type Evidence = Refused<UnusableDependency>;

const example = (decorator: string, imports: string) => ({
	"requirements.txt": "fastapi\nuvicorn\n",
	"main.py": `${imports}from fastapi import Depends, FastAPI

app = FastAPI()


${decorator}def get_rows():
    yield ["first"]


@app.get("/rows")
def rows(found: list = Depends(get_rows)) -> int:
    return len(found)
`,
});

export default defineRule<Evidence>({
	name: "unusable-dependency",
	category: "ENTRYPOINT",
	summary: "A dependency fails, or gives the wrong thing, each time it is called",
	story:
		"Depends holds something that FastAPI accepts when the route is registered: a context manager, an abstract class, a security scheme's class, a method without its object, a function that forgets an await. The server comes up, and each request that needs it fails.",
	references: [
		"https://fastapi.tiangolo.com/tutorial/dependencies/dependencies-with-yield/",
		"https://fastapi.tiangolo.com/tutorial/security/first-steps/",
	],
	example: {
		before: example("@contextmanager\n", "from contextlib import contextmanager\n\n"),
		after: example("", ""),
	},

	*detect(project) {
		for (const refused of signatureFaultsOf(project).unusable) {
			const { module, node, named, type } = refused.fault;
			yield {
				subject: `${module.name}:${type}:${named}`,
				path: module.path,
				range: { start: node.start, end: node.end },
				evidence: refused,
			};
		}
	},

	describe({ evidence: { fault, operation } }, project) {
		const { problem, cause, step } = wordsOf(fault);
		return {
			severity: "HIGH",
			stage: "request",
			problem,
			rootCause: cause,
			...(fault.error === null ? {} : { expectedError: fault.error }),
			order: operation.call.order,
			manualSteps: unusableDependencyRemedy(fault, project) === undefined ? [step] : [],
		};
	},

	fix({ evidence: { fault } }, project) {
		return unusableDependencyRemedy(fault, project);
	},
});

function wordsOf({ type, named }: UnusableDependency): {
	readonly problem: string;
	readonly cause: string;
	readonly step: string;
} {
	switch (type) {
		case "context-manager":
			return {
				problem: `The dependency ${named} is a context manager, which FastAPI does not enter`,
				cause:
					"FastAPI itself runs a generator up to its yield and closes it after the answer. With contextlib's decorator the parameter gets the context manager, not what it yields.",
				step: "Hand Depends the generator function without the decorator.",
			};
		case "abstract":
			return {
				problem: `The dependency ${named} is an abstract class, of which no object can be made`,
				cause: "FastAPI calls the class for each request, and Python refuses to make an object of it.",
				step: `Hand Depends a class that implements ${named}, or a function that gives one.`,
			};
		case "scheme-class":
			return {
				problem: `Depends is handed the class ${named}, where an object of it is meant`,
				cause: `FastAPI then makes an object of ${named} for each request and never asks it for the credentials: nothing is checked.`,
				step: `Make one object of ${named} and hand that to Depends.`,
			};
		case "unbound-method":
			return {
				problem: `Depends is handed the method ${named} without an object`,
				cause: "FastAPI takes self for a parameter of the query, so each request is answered with 422.",
				step: "Hand Depends the method of an object.",
			};
		case "not-awaited":
			return {
				problem: `The dependency ${named} gives a coroutine that nothing awaits`,
				cause: "A plain function that calls a coroutine function gives back the coroutine, not its result.",
				step: `Make ${named} an async function that awaits the call.`,
			};
	}
}
