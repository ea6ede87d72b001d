import { defineRule } from "../../audit/rule.ts";
import { type UntaggedRoute, untaggedRoutes } from "../../project/fastapi/routes/untagged-routes.ts";
import { replaceText } from "../../python/rewrite/source.ts";
import { routeName } from "./signature/refused-responses.ts";

const example = (tags: string) => ({
	"requirements.txt": "fastapi\nuvicorn\n",
	"main.py": `from fastapi import FastAPI
from fastapi.routing import APIRoute


def operation_id(route: APIRoute) -> str:
    return f"{${tags}[0]}-{route.name}"


app = FastAPI(generate_unique_id_function=operation_id)


@app.get("/health")
def health() -> bool:
    return True
`,
});

export default defineRule<UntaggedRoute>({
	name: "untagged-route",
	category: "ENTRYPOINT",
	summary: "Operation ids are made of the first tag of each route, and a route has none",
	story:
		"A function for generate_unique_id_function takes route.tags[0]. The first route without tags, often a health check, makes it fail: at import, or for newer FastAPI with the first request to anything.",
	references: ["https://fastapi.tiangolo.com/advanced/generate-clients/#custom-generate-unique-id-function"],
	example: { before: example("route.tags"), after: example("(route.tags or ['default'])") },

	*detect(project) {
		for (const untagged of untaggedRoutes(project)) {
			const { module, place } = untagged;
			yield {
				subject: `${module.name}:tags`,
				path: module.path,
				range: { start: place.start, end: place.end },
				evidence: untagged,
			};
		}
	},

	describe({ evidence: { operation, stage, order } }) {
		return {
			severity: "CRITICAL",
			stage,
			problem: `${routeName(operation)} has no tags, and its operation id is made of the first of them`,
			rootCause:
				stage === "request"
					? "FastAPI makes the ids of included routes with the first request, whatever that asks for, and fails each time."
					: "FastAPI makes the id when the route is registered or its router is included.",
			expectedError: "IndexError: list index out of range",
			order,
		};
	},

	fix({ evidence: { module, node } }) {
		const tags = module.text.slice(node.start, node.end);
		return {
			title: "Take a tag of its own where a route has none",
			explanation: "Ids of routes with tags stay as they are. A tag for the route itself would do as well.",
			applicability: "safe",
			edits: [replaceText(module, node.start, node.end, `(${tags} or [${quoteFor(module.text, node.start)}])`)],
		};
	},
});

/** Inside an f-string the other quotes, which Python before 3.12 asks for. */
function quoteFor(text: string, offset: number): string {
	const line = text.slice(text.lastIndexOf("\n", offset) + 1, offset);
	return /f'[^']*$/.test(line) ? '"default"' : "'default'";
}
