import { defineRule } from "../../audit/rule.ts";
import type { RunStage } from "../../project/imports/trace.ts";
import type { FunctionValue, Value } from "../../project/imports/values.ts";
import type * as ast from "../../python/ast.ts";
import { replaceText } from "../../python/rewrite/source.ts";

interface Evidence {
	readonly value: FunctionValue;
	readonly node: ast.FunctionDef;
	readonly order: number;
	readonly stage: RunStage;
}

const example = (parameter: string, name: string) => ({
	"requirements.txt": "fastapi\nuvicorn\nslowapi\n",
	"main.py": `from fastapi import FastAPI${name}
from slowapi import Limiter
from slowapi.util import get_remote_address

app = FastAPI()
limiter = Limiter(key_func=get_remote_address)
app.state.limiter = limiter


@app.get("/ping")
@limiter.limit("5/minute")
async def ping(${parameter}) -> str:
    return "pong"
`,
});

export default defineRule<Evidence>({
	name: "rate-limit-without-request",
	category: "ENTRYPOINT",
	summary: "slowapi is to limit a route that does not take the request",
	story:
		"slowapi finds out who asks from the request, and takes it from the parameter request of the function that it decorates. It looks for that parameter when the module is imported, and refuses a function without it.",
	references: ["https://slowapi.readthedocs.io/en/latest/#limitations-and-known-issues"],
	example: { before: example("", ""), after: example("request: Request", ", Request") },

	*detect(project) {
		for (const { value, order, stage, reached } of project.trace.functions) {
			const { node, module, decorators } = value;
			// Another decorator below it may give the function other parameters.
			if (node.type === "Lambda" || !reached || !limits(decorators.at(-1))) continue;
			if (node.parameters.some(({ name }) => name.name === "request" || name.name === "websocket")) continue;
			yield {
				subject: `${module.name}:${node.name.name}`,
				path: module.path,
				range: { start: node.name.start, end: node.name.end },
				evidence: { value, node, order, stage },
			};
		}
	},

	describe({ evidence: { node, order, stage } }) {
		return {
			severity: "CRITICAL",
			stage,
			problem: `${node.name.name} is limited by slowapi and does not take the request`,
			rootCause: "slowapi looks for a parameter called request or websocket when it decorates the function.",
			expectedError: `Exception: No "request" or "websocket" argument on function "<function ${node.name.name} at 0x…>"`,
			order,
		};
	},

	fix({ evidence: { value, node } }) {
		const { text, path } = value.module;
		const [first] = node.parameters;
		const at = first?.start ?? text.indexOf("(", node.name.end) + 1;
		return {
			title: "Take the request",
			explanation: "FastAPI hands the request over to a parameter of the type Request; slowapi finds it by the name.",
			applicability: "safe",
			edits: [replaceText(value.module, at, at, first === undefined ? "request: Request" : "request: Request, ")],
			needs: [{ path, module: "fastapi", name: "Request" }],
		};
	},
});

/** `limiter.limit("5/minute")`, which hands the call on under the function's own name. */
function limits(decorator: Value | undefined): boolean {
	return (
		decorator?.kind === "instance" &&
		decorator.call?.guarded === false &&
		decorator.of.kind === "external" &&
		/^slowapi\.(\w+\.)?Limiter\.(limit|shared_limit)$/.test(decorator.of.canonical)
	);
}
