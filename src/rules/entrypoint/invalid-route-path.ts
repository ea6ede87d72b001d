import type { FixProposal } from "../../audit/fix.ts";
import { defineRule } from "../../audit/rule.ts";
import { type PathFault, pathFaults } from "../../project/fastapi/routes/path-faults.ts";
import { isSimilarName } from "../../project/imports/nearest-module.ts";
import { replaceText } from "../../python/rewrite/source.ts";

const example = (path: string) => ({
	"requirements.txt": "fastapi\nuvicorn\n",
	"main.py": `from fastapi import FastAPI

app = FastAPI()


@app.get("${path}")
def read_item(item_id: int) -> dict[str, int]:
    return {"item_id": item_id}
`,
});

export default defineRule<PathFault>({
	name: "invalid-route-path",
	category: "ENTRYPOINT",
	summary: "The path of a route cannot be compiled, or no request matches it",
	story:
		"Starlette compiles the path of a route into a pattern when the route is registered. A parameter that stands in it twice or an unknown convertor stops the import of the module; a path without a slash in front is accepted and never matches.",
	references: ["https://starlette.dev/routing/#path-parameters", "https://fastapi.tiangolo.com/tutorial/path-params/"],
	example: { before: example("/items/{item_id:integer}"), after: example("/items/{item_id:int}") },

	*detect(project) {
		for (const fault of pathFaults(project)) {
			const { module } = fault.operation.call;
			yield {
				subject: `${module.name}:${fault.type}:${fault.full}`,
				path: module.path,
				range: { start: fault.node.start, end: fault.node.end },
				evidence: fault,
			};
		}
	},

	describe(match) {
		const { type, full, path, part, error, operation } = match.evidence;
		const isFatal = error !== null;
		const words = {
			"duplicate-parameter": {
				problem: `The parameter ${part} stands twice in the path ${full}`,
				cause: "Each parameter of a path becomes one argument of the function.",
			},
			"unknown-convertor": {
				problem: `The path ${full} names the convertor ${part}, which is not there`,
				cause: "Starlette knows str, path, int, float and uuid.",
			},
			"no-slash": {
				problem: `The path "${path}" does not begin with a slash`,
				cause: `The route has the path ${full}, which is hardly meant: clients that ask for the path with its slash get 404.`,
			},
			"plain-route-without-slash": {
				problem: `The path "${path}" does not begin with a slash`,
				cause: "Starlette checks that paths of plain routes begin with a slash.",
			},
			"other-name": {
				problem: `The path ${full} names its parameter ${part}, and the function takes ${match.evidence.meant}`,
				cause: `What stands in the path goes unread, and ${match.evidence.meant} is asked for in the query: a request without it is answered with 422.`,
			},
			"no-parameter": {
				problem: `${part} in the path ${full} is no parameter`,
				cause:
					"The name of a path parameter consists of letters, digits and underscores, without blanks: anything else is taken literally, and no request matches it.",
			},
		}[type];
		return {
			severity: isFatal ? "CRITICAL" : "HIGH",
			stage: isFatal ? operation.call.stage : "request",
			problem: words.problem,
			rootCause: words.cause,
			...(error === null ? {} : { expectedError: error }),
			order: operation.call.order,
			manualSteps: mendOf(match.evidence) === undefined ? ["Write the path as it is meant."] : [],
		};
	},

	fix(match) {
		return mendOf(match.evidence);
	},
});

/** Names of other frameworks and of Python for what Starlette calls otherwise. */
const meantConvertors: Readonly<Record<string, string>> = {
	integer: "int",
	number: "int",
	string: "str",
	slug: "str",
	decimal: "float",
	UUID: "uuid",
	any: "path",
};

function mendOf({ type, node, part, meant, operation }: PathFault): FixProposal | undefined {
	const { module } = operation.call;
	if (node.type !== "Constant" || node.content === null) return undefined;
	const { start, end } = node.content;
	const text = module.text.slice(start, end);
	const write = (
		mended: string,
		title: string,
		explanation: string,
		applicability: FixProposal["applicability"],
	): FixProposal => ({
		title,
		explanation,
		applicability,
		edits: [replaceText(module, start, end, mended)],
	});
	switch (type) {
		case "unknown-convertor": {
			const meant = meantConvertors[part] ?? ["str", "path", "int", "float", "uuid"].find((name) => isSimilarName(name, part));
			if (meant !== undefined && text.includes(`:${part}}`))
				return write(
					text.replace(`:${part}}`, `:${meant}}`),
					`Write the convertor ${meant}`,
					`Starlette's name for it is ${meant}.`,
					"safe",
				);
			if (!text.includes(`:${part}}`)) return undefined;
			return write(
				text.replace(`:${part}}`, "}"),
				"Leave the convertor out",
				"The parameter's own type says how it is read.",
				"review",
			);
		}
		case "other-name": {
			const braces = new RegExp(`\\{${part}(?=[:}])`);
			if (meant === undefined || !braces.test(text)) return undefined;
			const words = `The function takes ${meant}, and nothing takes ${part}.`;
			return write(text.replace(braces, `{${meant}`), `Call the parameter ${meant}`, words, "review");
		}
		case "no-slash":
		case "plain-route-without-slash":
			return write(`/${text}`, "Begin the path with a slash", "The route then has the path that clients ask for.", "safe");
		case "no-parameter": {
			const name = part.replace(/[{}\s]/g, "");
			if (/^[A-Za-z_]\w*$/.test(name))
				return write(text.replace(part, `{${name}}`), `Write {${name}}`, "Without the blanks it is a parameter.", "safe");
			const meant = name.replaceAll("-", "_");
			const { endpoint } = operation;
			if (endpoint.kind !== "function" || !endpoint.node.parameters.some((each) => each.name.name === meant)) return undefined;
			const words = `The function takes ${meant}, and no name in Python has a dash.`;
			return write(text.replace(part, `{${meant}}`), `Write {${meant}}`, words, "safe");
		}
		case "duplicate-parameter": {
			const spare = spareParameter(operation, text);
			const last = text.lastIndexOf(`{${part}}`);
			if (last < 0) return undefined;
			if (spare !== null)
				return write(
					`${text.slice(0, last)}{${spare}}${text.slice(last + part.length + 2)}`,
					`Name the second one ${spare}`,
					`${spare} is the parameter of the function that the path lacks.`,
					"review",
				);
			if (text.indexOf(`{${part}}`) === last) return undefined;
			const mended = text.slice(0, last).replace(/\/$/, "") + text.slice(last + part.length + 2);
			return write(mended, `Keep one {${part}}`, "The function takes it once.", "review");
		}
	}
}

/** A parameter of the function, plain and without a default, that the path does not name. */
function spareParameter({ endpoint }: PathFault["operation"], path: string): string | null {
	if (endpoint.kind !== "function") return null;
	const spare = endpoint.node.parameters.filter(
		({ name, default: fallback, annotation }) =>
			fallback === null &&
			annotation?.type === "Name" &&
			/^(int|str|UUID|float)$/.test(annotation.id) &&
			!path.includes(`{${name.name}}`),
	);
	const [only] = spare;
	return only !== undefined && spare.length === 1 ? only.name.name : null;
}
