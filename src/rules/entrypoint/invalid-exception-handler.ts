import { defineRule } from "../../audit/rule.ts";
import { type ExceptionHandlerFault, exceptionHandlerFaults } from "../../project/fastapi/exception-handlers.ts";
import type { TextRange } from "../../text/range.ts";
import { exceptionHandlerRemedy } from "./repair/exception-handler-remedies.ts";

interface Evidence {
	readonly fault: ExceptionHandlerFault;
	/** What it is registered for, as it is written. */
	readonly key: string;
}

const example = (key: string) => ({
	"requirements.txt": "fastapi\nuvicorn\n",
	"main.py": `from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse


class OutOfStock(Exception):
    pass


app = FastAPI()


@app.exception_handler(${key})
async def handle_out_of_stock(request: Request, error: OutOfStock):
    return JSONResponse({"detail": "out of stock"}, status_code=409)
`,
});

export default defineRule<Evidence>({
	name: "invalid-exception-handler",
	category: "ENTRYPOINT",
	summary: "An exception handler is registered for what is no exception, or cannot be called",
	story:
		"Nothing looks at the handlers while the application is imported. For the first request Starlette asks whether each key is a class of exceptions; where one is a text, a tuple or an object, that fails, and every request is answered with 500.",
	references: ["https://fastapi.tiangolo.com/tutorial/handling-errors/#install-custom-exception-handlers"],
	example: { before: example('"OutOfStock"'), after: example("OutOfStock") },

	*detect(project) {
		for (const fault of exceptionHandlerFaults(project)) {
			const { module, keyNode, call } = fault.handler;
			const key = keyNode === null ? "a key" : module.text.slice(keyNode.start, keyNode.end);
			yield { subject: `${module.name}:${key}`, ...placeOf(fault, keyNode ?? call.node), evidence: { fault, key } };
		}
	},

	describe({ evidence: { fault, key } }, project) {
		const { type, handler, error } = fault;
		const isFatal = type !== "handler" && handler.isServed;
		return {
			severity: isFatal ? "CRITICAL" : "HIGH",
			stage: type === "unhashable" ? "import" : "request",
			...wordsOf(fault, key),
			expectedError: error,
			order: handler.call.order,
			manualSteps:
				exceptionHandlerRemedy(project, fault) === undefined
					? [
							type === "handler"
								? "Write the handler as a function of the request and the exception that returns a response."
								: "Register the handler for a class of exceptions, or for a status code as a number.",
						]
					: [],
		};
	},

	fix({ evidence: { fault } }, project) {
		return exceptionHandlerRemedy(project, fault);
	},
});

function placeOf({ owner, handler }: ExceptionHandlerFault, range: TextRange): { path: string; range: TextRange } {
	if (owner === null || owner.node.type === "Lambda")
		return { path: handler.module.path, range: { start: range.start, end: range.end } };
	const { start, end } = owner.node.name;
	return { path: owner.module.path, range: { start, end } };
}

function wordsOf({ type, owner }: ExceptionHandlerFault, key: string): { problem: string; rootCause: string } {
	const name = owner === null || owner.node.type === "Lambda" ? "The handler" : owner.node.name.name;
	switch (type) {
		case "handler":
			return {
				problem: `${name} cannot be called as the exception handler for ${key}`,
				rootCause:
					"Starlette calls it with the request and the exception. Where it cannot, the request that raised the exception is answered with 500.",
			};
		case "class":
			return {
				problem: `An exception handler is registered for ${name}, which is no exception`,
				rootCause:
					"Starlette takes classes that derive from Exception. It checks that for the first request, and then every request is answered with 500.",
			};
		case "unhashable":
			return {
				problem: `An exception handler is registered for the list ${key}`,
				rootCause: "A handler is kept under its key, and a list cannot be one: each exception has to be registered by itself.",
			};
		case "key":
			return {
				problem: `An exception handler is registered for ${key}, which is no class`,
				rootCause:
					"Starlette takes a class of exceptions or the number of a status. It checks that for the first request, and then every request is answered with 500.",
			};
	}
}
