import { defineRule } from "../../audit/rule.ts";
import { type Operation, routeModelOf } from "../../project/fastapi/routes/routes.ts";
import type { Value } from "../../project/imports/values.ts";
import { findKeyword } from "../../python/rewrite/arguments.ts";
import { replaceText } from "../../python/rewrite/source.ts";

interface Evidence {
	readonly operation: Operation;
	readonly text: string;
	readonly node: { readonly start: number; readonly end: number };
}

const example = (methods: string) => ({
	"requirements.txt": "fastapi\nuvicorn\n",
	"main.py": `from fastapi import FastAPI

app = FastAPI()


@app.api_route("/items", methods=${methods})
def items() -> list[str]:
    return []
`,
});

export default defineRule<Evidence>({
	name: "methods-as-text",
	category: "ENTRYPOINT",
	summary: "The methods of a route are a text where a list is meant",
	story:
		'methods="GET" is gone through letter by letter, so the route answers to the methods G, E and T. Nothing fails at start-up; every request to the path is answered with 405.',
	references: ["https://fastapi.tiangolo.com/reference/apirouter/#fastapi.APIRouter.add_api_route"],
	example: { before: example('"GET"'), after: example('["GET"]') },

	*detect(project) {
		for (const operation of routeModelOf(project).operations) {
			const { call } = operation;
			const node = findKeyword(call.node, "methods")?.value;
			const text = textOf(call.keywords.get("methods"));
			if (text === null || node === undefined || !call.reached) continue;
			yield {
				subject: `${call.module.name}:${operation.path ?? ""}:${text}`,
				path: call.module.path,
				range: { start: node.start, end: node.end },
				evidence: { operation, text, node },
			};
		}
	},

	describe({ evidence: { operation, text } }) {
		return {
			severity: "HIGH",
			stage: "request",
			problem: `The methods of ${operation.path ?? "a route"} are the text "${text}", not a list`,
			rootCause: `FastAPI takes each letter of it for a method, so that no request matches and each is answered with 405.`,
			order: operation.call.order,
		};
	},

	fix({ path, evidence: { operation, node } }) {
		const { module } = operation.call;
		if (module.path !== path) return undefined;
		return {
			title: "Write the methods as a list",
			explanation: "FastAPI takes each item for a method; the one item is then the method that is meant.",
			applicability: "safe",
			edits: [replaceText(module, node.start, node.end, `[${module.text.slice(node.start, node.end)}]`)],
		};
	},
});

/** The text of a value of several letters; a single letter is never a method. */
function textOf(value: Value | undefined): string | null {
	return value?.kind === "constant" && typeof value.value === "string" && value.value.length > 1 ? value.value : null;
}
