import { defineRule } from "../../audit/rule.ts";
import { routeModelOf } from "../../project/fastapi/routes/routes.ts";
import type { FunctionValue } from "../../project/imports/values.ts";
import type * as ast from "../../python/ast.ts";
import { insertBefore } from "../../python/rewrite/statements.ts";

interface Evidence {
	readonly endpoint: string;
	/** The decorator, and the function inside it that takes the endpoint's place. */
	readonly decorator: FunctionValue;
	readonly wrapped: string;
	readonly wrapper: ast.FunctionDef;
	/** The parameters that every request would have to give. */
	readonly asked: readonly string[];
	readonly order: number;
}

const example = (wraps: string, head: string) => ({
	"requirements.txt": "fastapi\nuvicorn\n",
	"main.py": `${head}from fastapi import FastAPI


def timed(function):
${wraps}    async def wrapper(*args, **kwargs):
        return await function(*args, **kwargs)

    return wrapper


app = FastAPI()


@app.get("/items/{item_id}")
@timed
async def read_item(item_id: int):
    return {"id": item_id}
`,
});

export default defineRule<Evidence>({
	name: "endpoint-signature-lost",
	category: "ENTRYPOINT",
	summary: "A decorator hides the parameters of a route from FastAPI",
	story:
		"A decorator without functools.wraps hands FastAPI a function of *args and **kwargs. FastAPI takes these for two required query parameters: the server comes up, and every request for the route is answered with 422.",
	references: ["https://docs.python.org/3/library/functools.html#functools.wraps"],
	example: { before: example("", ""), after: example("    @wraps(function)\n", "from functools import wraps\n\n") },

	*detect(project) {
		const seen = new Set<ast.FunctionDef>();
		for (const { endpoint, call, isAnalysed } of routeModelOf(project).operations) {
			if (!isAnalysed || call.guarded || !call.reached) continue;
			if (endpoint.kind !== "function" || endpoint.node.type === "Lambda") continue;
			const index = endpoint.decorators.indexOf(call.result);
			const outermost = index < 0 ? undefined : endpoint.decorators[index + 1];
			if (outermost?.kind !== "function" || outermost.node.type === "Lambda") continue;
			const found = opaqueWrapper(outermost.node);
			if (found === null || seen.has(found.wrapper)) continue;
			seen.add(found.wrapper);
			const { start, end } = found.wrapper.name;
			yield {
				subject: `${outermost.module.name}:${outermost.node.name.name}`,
				path: outermost.module.path,
				range: { start, end },
				evidence: { endpoint: endpoint.node.name.name, decorator: outermost, ...found, order: call.order },
			};
		}
	},

	describe({ evidence: { endpoint, wrapper, asked, order } }) {
		return {
			severity: "HIGH",
			stage: "request",
			problem: `${wrapper.name.name} stands for ${endpoint} and hides its parameters from FastAPI`,
			rootCause: `FastAPI reads the parameters of what the decorator returns, and takes ${asked.join(" and ")} for required query parameters: every request is answered with 422.`,
			order,
		};
	},

	fix({ evidence: { decorator, wrapped, wrapper } }) {
		return {
			title: `Let ${wrapper.name.name} keep the signature of ${wrapped}`,
			explanation: "functools.wraps notes the wrapped function, and FastAPI reads the parameters from there.",
			applicability: "safe",
			edits: [insertBefore(decorator.module, wrapper, `@wraps(${wrapped})`)],
			needs: [{ path: decorator.module.path, module: "functools", name: "wraps" }],
		};
	},
});

/** `def decorator(function): def wrapper(*args, **kwargs): …; return wrapper`, and nothing that would give the wrapper a signature. */
function opaqueWrapper(node: ast.FunctionDef): Pick<Evidence, "wrapped" | "wrapper" | "asked"> | null {
	const [parameter, ...others] = node.parameters;
	const [wrapper, last, ...rest] = node.body.filter(
		(each) => each.type !== "ExpressionStatement" || each.value.type !== "Constant",
	);
	if (parameter === undefined || others.length > 0 || rest.length > 0 || wrapper?.type !== "FunctionDef") return null;
	if (last?.type !== "Return" || last.value?.type !== "Name" || last.value.id !== wrapper.name.name) return null;
	if (wrapper.decorators.length > 0) return null;
	const asked = wrapper.parameters.filter(({ kind }) => kind.startsWith("var-")).map(({ name }) => name.name);
	return asked.length === 0 ? null : { wrapped: parameter.name.name, wrapper, asked };
}
