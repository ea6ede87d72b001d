import { defineRule } from "../../audit/rule.ts";
import { type Include, routeModelOf } from "../../project/fastapi/routes/routes.ts";
import { findKeyword, removeArguments } from "../../python/rewrite/arguments.ts";

const example = (options: string) => ({
	"requirements.txt": "fastapi\nuvicorn\n",
	"main.py": `from fastapi import APIRouter, FastAPI

router = APIRouter(prefix="/items")


@router.get("/all")
def list_items() -> list[str]:
    return []


app = FastAPI()
app.include_router(router${options})
`,
});

export default defineRule<Include>({
	name: "route-prefix-twice",
	category: "ENTRYPOINT",
	summary: "A router has a prefix and is included with the same one again",
	story:
		"The prefix of a router and the prefix with which it is included are put one behind the other. Given twice, /items becomes /items/items: the server comes up, and requests to /items are answered with 404.",
	references: [
		"https://fastapi.tiangolo.com/tutorial/bigger-applications/#include-an-apirouter-with-a-custom-prefix-tags-responses-and-dependencies",
	],
	example: { before: example(', prefix="/items"'), after: example("") },

	*detect(project) {
		for (const include of routeModelOf(project).includes) {
			const { child, prefix, call } = include;
			if (prefix === null || prefix === "" || child?.prefix !== prefix || !call.reached || call.guarded) continue;
			yield {
				subject: `${call.module.name}:${prefix}`,
				path: call.module.path,
				range: { start: call.node.start, end: call.node.end },
				evidence: include,
			};
		}
	},

	describe({ evidence: { prefix, call } }) {
		return {
			severity: "HIGH",
			stage: "request",
			problem: `The prefix ${prefix} is given twice`,
			rootCause: `The router has it already: its routes are served below ${prefix}${prefix}.`,
			order: call.order,
		};
	},

	fix({ evidence: { call, prefix } }) {
		const keyword = findKeyword(call.node, "prefix");
		if (keyword === null) return undefined;
		return {
			title: "Include the router without a prefix",
			explanation: `Its own prefix ${prefix} then stands alone.`,
			applicability: "review",
			edits: removeArguments(call.module, call.node, [keyword]),
		};
	},
});
