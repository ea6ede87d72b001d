import type { FixProposal } from "../../audit/fix.ts";
import { defineRule } from "../../audit/rule.ts";
import { type OpenapiFault, openapiFault } from "../../project/fastapi/openapi-function.ts";
import { replaceText } from "../../python/rewrite/source.ts";
import { holdsName } from "../../python/walk.ts";

const example = (value: string) => ({
	"requirements.txt": "fastapi\nuvicorn\n",
	"main.py": `from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

app = FastAPI()


def custom_openapi():
    if app.openapi_schema is None:
        app.openapi_schema = get_openapi(title="Shop", version="1", routes=app.routes)
    return app.openapi_schema


app.openapi = ${value}
`,
});

export default defineRule<OpenapiFault>({
	name: "invalid-openapi-function",
	category: "ENTRYPOINT",
	summary: "app.openapi is nothing that FastAPI can call for the schema",
	story:
		"FastAPI calls app.openapi without arguments when /openapi.json is asked for. A schema that was made already, or a function that asks for arguments, lets that page answer with 500, and /docs stays empty.",
	references: ["https://fastapi.tiangolo.com/how-to/extending-openapi/#override-the-method"],
	example: { before: example("custom_openapi()"), after: example("custom_openapi") },

	*detect(project) {
		const fault = openapiFault(project);
		if (fault === null) return;
		const { start, end } = fault.statement.value;
		yield { subject: fault.module.name, path: fault.module.path, range: { start, end }, evidence: fault };
	},

	describe({ evidence }, project) {
		const { kind, made, owner, error } = evidence;
		const name = made.node.type === "Lambda" ? "the function" : made.node.name.name;
		return {
			severity: "HIGH",
			stage: "request",
			problem:
				kind === "called"
					? `${owner}.openapi keeps the schema that ${name} makes, not the function`
					: `${name} asks for arguments that FastAPI does not give`,
			rootCause: "FastAPI calls it without arguments for each request of the schema; /openapi.json and /docs answer with 500.",
			expectedError: error,
			order: project.trace.calls.at(-1)?.order ?? 0,
			manualSteps: mendOf(evidence) === undefined ? ["Assign a function that takes no arguments."] : [],
		};
	},

	fix({ evidence }) {
		return mendOf(evidence);
	},
});

function mendOf({ kind, module, statement, owner, made }: OpenapiFault): FixProposal | undefined {
	const { node } = made;
	const { value } = statement;
	if (node.type === "Lambda") return undefined;
	const name = node.name.name;
	if (kind === "called" && value.type === "Call") {
		return {
			title: `Keep ${name} itself`,
			explanation: "FastAPI calls it when the schema is asked for, after all routes are there.",
			applicability: "safe",
			edits: [replaceText(module, value.callee.end, value.end, "")],
		};
	}
	const [first, ...others] = node.parameters.filter((each) => each.default === null);
	if (first === undefined || others.length > 0) return undefined;
	const type = first.annotation === null ? "" : made.module.text.slice(first.annotation.start, first.annotation.end);
	if (/^(?:app|application|api|server)$/.test(first.name.name) || /\bFastAPI$/.test(type)) {
		return {
			title: `Hand ${owner} over to ${name}`,
			explanation: "FastAPI gives it no arguments; the lambda gives it the application.",
			applicability: "safe",
			edits: [replaceText(module, value.start, value.end, `lambda: ${name}(${owner})`)],
		};
	}
	if (node.parameters.length > 1 || holdsName(node.body, first.name.name)) return undefined;
	return {
		title: `Let ${name} take no arguments`,
		explanation: `${first.name.name} is read nowhere in it, and FastAPI gives none.`,
		applicability: "safe",
		edits: [replaceText(made.module, first.start, first.end, "")],
	};
}
