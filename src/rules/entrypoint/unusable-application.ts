import { defineRule } from "../../audit/rule.ts";
import { isApplication } from "../../project/fastapi/application.ts";
import { servingError, uncallableType } from "../../project/fastapi/served-application.ts";
import type { ServedObject } from "../../project/imports/trace.ts";
import type { Module, Project, Target } from "../../project/project.ts";
import type { TextRange } from "../../text/range.ts";
import { findApplicationRemedy } from "./repair/application-remedies.ts";

interface Evidence {
	readonly target: string;
	readonly error: string;
	/** What stands there in words: `a module`, `None`, `an object of the class Storage`. */
	readonly is: string;
	/** Name of the factory that gave it, or null. */
	readonly factory: string | null;
	/** Is it called as a factory before any request, so that the server does not start? */
	readonly isFactoryCall: boolean;
}

const example = (end: string) => ({
	"requirements.txt": "fastapi\nuvicorn\n",
	"main.py": `from fastapi import FastAPI\n\n\ndef create_app() -> FastAPI:\n    app = FastAPI()\n    app.title = "Shop"\n${end}\n\napp = create_app()\n`,
});

export default defineRule<Evidence>({
	name: "unusable-application",
	category: "ENTRYPOINT",
	summary: "What the start command names is no application",
	story:
		"uvicorn finds the name and says that start-up is complete; but what is bound there cannot be called as an application, and every request is answered with 500: a factory that forgets its return, an import that takes over the name app, the wrong name.",
	references: [
		"https://asgi.readthedocs.io/en/latest/specs/main.html#applications",
		"https://www.uvicorn.org/#application-factories",
	],
	example: { before: example(""), after: example("    return app\n") },

	*detect(project) {
		const { served } = project.trace;
		const { target } = project;
		if (target === null) return;
		const { factoryError } = served;
		const error = factoryError === null ? servingError(served.value) : `Error loading ASGI app factory: ${factoryError}`;
		const place = placeOf(project, served, target);
		if (error === null || place === null) return;
		const name = `${target.module}:${target.attribute}`;
		const { factory } = served;
		yield {
			subject: name,
			path: place.module.path,
			range: place.range,
			evidence: {
				target: name,
				error,
				is: whatItIs(served),
				factory: factory?.node.type === "FunctionDef" ? factory.node.name.name : null,
				isFactoryCall: factoryError !== null,
			},
		};
	},

	describe({ path, range, evidence }, project) {
		const { target, error, is, factory, isFactoryCall } = evidence;
		const remedy = findApplicationRemedy(project, { path, range });
		return {
			severity: "CRITICAL",
			stage: isFactoryCall ? "import" : "request",
			problem: isFactoryCall
				? `${target} is ${is}, which --factory cannot call without arguments`
				: factory === null
					? `${target} is ${is}, which no server can call`
					: `${factory}() gives the server ${is}, not an application`,
			rootCause: isFactoryCall
				? "With --factory the server calls what it found, without arguments, to be given the application. The call fails, and the server ends."
				: "uvicorn starts all the same. It calls what it found when the first request comes, the call fails, and every request is answered with 500.",
			expectedError: error,
			order: Number.MAX_SAFE_INTEGER,
			manualSteps:
				remedy === undefined
					? ["Name the attribute that holds the FastAPI object, or a function without parameters that returns it."]
					: [],
		};
	},

	fix({ path, range }, project) {
		return findApplicationRemedy(project, { path, range });
	},
});

/** Where the name is bound, or the factory defined. */
function placeOf(
	project: Project,
	{ factory, binding }: ServedObject,
	target: Target,
): { readonly module: Module; readonly range: TextRange } | null {
	if (factory?.node.type === "FunctionDef") {
		const { start, end } = factory.node.name;
		return { module: factory.module, range: { start, end } };
	}
	const module = project.trace.runs.get(target.module)?.module;
	if (module === undefined || binding?.node == null) return null;
	const { start, end } = binding.node;
	// A class or function is pointed at by its first line.
	const line = module.text.indexOf("\n", start);
	return { module, range: { start, end: line < 0 ? end : Math.min(end, line) } };
}

function whatItIs({ value, factoryError }: ServedObject): string {
	if (isApplication(value)) return "the application itself";
	if (value.kind === "function" && factoryError !== null) return "a function that needs arguments";
	if (value.kind === "function") return "a function that does not take what a server passes";
	const type = uncallableType(value);
	if (type === "NoneType") return "None";
	if (value.kind === "coroutine") return "a coroutine that nothing awaits";
	if (value.kind === "instance") return `an object of the class ${type}`;
	return type === "int" ? "an int" : `a ${type}`;
}
