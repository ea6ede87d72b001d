import { defineRule } from "../../audit/rule.ts";
import { isSimilarName } from "../../project/imports/nearest-module.ts";
import { type BindingProblem, externalBindingProblem } from "../../project/imports/simulator/external-signature.ts";
import type { Call } from "../../project/imports/trace.ts";
import { type ClassValue, unknown, type Value } from "../../project/imports/values.ts";
import type { Project } from "../../project/project.ts";
import type * as ast from "../../python/ast.ts";
import type { TextRange } from "../../text/range.ts";

interface Evidence {
	readonly middleware: string;
	readonly message: string;
	/** The keyword that the class does not take, its place, and the one that was likely meant. */
	readonly keyword: { readonly name: string; readonly range: TextRange; readonly meant: string | null } | null;
	readonly order: number;
}

const example = (keyword: string) => ({
	"requirements.txt": "fastapi\nuvicorn\n",
	"main.py": `from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware

app = FastAPI()
app.add_middleware(CORSMiddleware, ${keyword}=["https://example.com"])
`,
});

export default defineRule<Evidence>({
	name: "invalid-middleware",
	category: "ENTRYPOINT",
	summary: "A middleware cannot be built from the arguments it is added with",
	story:
		"add_middleware only notes the class and its arguments. Starlette builds the middleware when the first request comes: uvicorn says that start-up is complete, and then every request is answered with 500.",
	references: ["https://starlette.dev/middleware/#using-middleware", "https://fastapi.tiangolo.com/tutorial/cors/"],
	example: { before: example("allow_origin"), after: example("allow_origins") },

	*detect(project) {
		for (const call of project.trace.calls) {
			if (!isAddMiddleware(call)) continue;
			const [middleware, ...rest] = call.args;
			if (middleware === undefined) continue;
			const args = { args: [unknown, ...rest], keywords: call.keywords, open: call.open };
			const problem = problemOf(project, middleware, args);
			if (problem === null) continue;
			const node = call.node.keywords.find((keyword) => keyword.name?.name === problem.keyword?.name)?.name;
			const meant =
				problem.keyword?.parameters.filter((parameter) => isSimilarName(parameter, problem.keyword?.name ?? "")) ?? [];
			const keyword =
				problem.keyword === undefined || node === undefined || node === null
					? null
					: {
							name: problem.keyword.name,
							range: { start: node.start, end: node.end },
							meant: meant.length === 1 ? (meant[0] ?? null) : null,
						};
			const name = nameOf(middleware);
			yield {
				subject: `${call.module.name}:${name}:${keyword?.name ?? ""}`,
				path: call.module.path,
				range: { start: call.node.start, end: call.node.end },
				evidence: { middleware: name, message: problem.message, keyword, order: call.order },
			};
		}
	},

	describe({ evidence }) {
		const { middleware, message, keyword, order } = evidence;
		return {
			severity: "CRITICAL",
			stage: "request",
			problem:
				keyword === null ? `${middleware} cannot be built as a middleware` : `${middleware} takes no argument ${keyword.name}`,
			rootCause:
				"Starlette calls it with the application and these arguments when the first request comes, and the call fails: every request is then answered with 500.",
			expectedError: `TypeError: ${message}`,
			order,
			manualSteps: keyword?.meant == null ? [`Give ${middleware} the arguments that its __init__ takes.`] : [],
		};
	},

	fix({ path, evidence }) {
		const { keyword, middleware } = evidence;
		if (keyword === null || keyword.meant === null) return undefined;
		return {
			title: `Spell the argument ${keyword.meant}`,
			explanation: `${keyword.name} is no parameter of ${middleware}; ${keyword.meant} is the only one of a like spelling.`,
			applicability: "safe",
			edits: [{ path, range: keyword.range, newText: keyword.meant }],
		};
	},
});

function isAddMiddleware({ callee, reached }: Call): boolean {
	if (!reached || callee.kind !== "bound-method" || callee.name !== "add_middleware" || callee.receiver.kind !== "instance")
		return false;
	const { of } = callee.receiver;
	return of.kind === "external" && /^(fastapi|starlette)\.applications\.(FastAPI|Starlette)$/.test(of.canonical);
}

function nameOf(value: Value): string {
	if (value.kind === "external") return value.name.slice(value.name.lastIndexOf(".") + 1);
	if (value.kind === "class") return value.node.name.name;
	return value.kind === "function" && value.node.type === "FunctionDef" ? value.node.name.name : "what is added";
}

interface Arguments {
	readonly args: readonly Value[];
	readonly keywords: ReadonlyMap<string, Value>;
	readonly open: boolean;
}

function problemOf(project: Project, middleware: Value, args: Arguments): BindingProblem | null {
	if (middleware.kind === "external")
		return middleware.entry?.kind === "class" ? externalBindingProblem(project, middleware, args) : null;
	if (middleware.kind !== "class" || middleware.decorators.length > 0 || middleware.keywords.size > 0) return null;
	const init = ownInit(middleware);
	if (init === null) return null;
	const [, ...parameters] = init.parameters;
	return keywordProblem(middleware.node.name.name, parameters, args, project.environment.python.minor);
}

/** The `__init__` that the class itself defines, plainly; inherited ones are their own class's matter. */
function ownInit(owner: ClassValue): ast.FunctionDef | null {
	const binding = owner.namespace.names.get("__init__");
	const value = binding?.maybe === false ? binding.value : undefined;
	if (value?.kind !== "function" || value.node.type !== "FunctionDef" || value.decorators.length > 0) return null;
	return owner.namespace.names.has("__new__") ? null : value.node;
}

function keywordProblem(
	name: string,
	parameters: readonly ast.Parameter[],
	args: Arguments,
	minor: number,
): BindingProblem | null {
	const shown = minor >= 10 ? `${name}.__init__()` : "__init__()";
	const named = parameters.filter(({ kind }) => kind === "positional" || kind === "keyword-only");
	if (!parameters.some(({ kind }) => kind === "var-keyword")) {
		for (const keyword of args.keywords.keys()) {
			if (named.some((parameter) => parameter.name.name === keyword)) continue;
			const free = named.map((parameter) => parameter.name.name).filter((each) => !args.keywords.has(each));
			return {
				message: `${shown} got an unexpected keyword argument '${keyword}'`,
				keyword: { name: keyword, parameters: free },
			};
		}
	}
	if (args.open || parameters.some(({ kind }) => kind === "var-positional")) return null;
	const given = named.filter(({ kind }) => kind === "positional").slice(0, args.args.length);
	const lacking = named.filter(
		(parameter) => parameter.default === null && !given.includes(parameter) && !args.keywords.has(parameter.name.name),
	);
	const [first] = lacking;
	if (first === undefined || lacking.length > 1) return null;
	const kind = first.kind === "positional" ? "positional" : "keyword-only";
	return { message: `${shown} missing 1 required ${kind} argument: '${first.name.name}'` };
}
