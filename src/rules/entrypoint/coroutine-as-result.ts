import { defineRule } from "../../audit/rule.ts";
import { type UnawaitedCoroutine, unawaitedCoroutines } from "../../project/fastapi/unawaited-coroutines.ts";
import { replaceText } from "../../python/rewrite/source.ts";

const example = (call: string) => ({
	"requirements.txt": "fastapi\nuvicorn\n",
	"main.py": `from fastapi import FastAPI, HTTPException

app = FastAPI()


async def find_item(item_id: int) -> dict | None:
    return {"id": item_id} if item_id == 1 else None


@app.get("/items/{item_id}")
async def read_item(item_id: int):
    item = ${call}
    if item is None:
        raise HTTPException(404)
    return item
`,
});

export default defineRule<UnawaitedCoroutine>({
	name: "coroutine-as-result",
	category: "ENTRYPOINT",
	summary: "A coroutine function of the project is called without await, and its coroutine taken for the result",
	story:
		"One await was forgotten. The coroutine counts as true and as not None, so that a check lets it through, and reading from it or returning it makes the request fail.",
	references: ["https://docs.python.org/3/library/asyncio-task.html#coroutines"],
	example: { before: example("find_item(item_id)"), after: example("await find_item(item_id)") },

	*detect(project) {
		for (const found of unawaitedCoroutines(project)) {
			const { module, owner, call, name } = found;
			yield {
				subject: `${module.name}:${owner.name.name}.${name}`,
				path: module.path,
				range: { start: call.start, end: call.end },
				evidence: found,
			};
		}
	},

	describe({ evidence: { owner, name, error } }) {
		return {
			severity: "HIGH",
			stage: "request",
			problem: `${name} is called without await in ${owner.name.name}`,
			rootCause: `Without await the call gives a coroutine, in which nothing has run yet${error === null ? ", and which is neither None nor empty" : ""}.`,
			...(error === null ? {} : { expectedError: error }),
		};
	},

	fix({ evidence: { module, call, name, isChained } }) {
		const start = replaceText(module, call.start, call.start, isChained ? "(await " : "await ");
		return {
			title: `Await ${name}`,
			explanation: "The coroutine then runs, and gives what the function returns.",
			applicability: "safe",
			edits: isChained ? [start, replaceText(module, call.end, call.end, ")")] : [start],
		};
	},
});
