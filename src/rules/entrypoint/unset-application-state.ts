import { defineRule } from "../../audit/rule.ts";
import { signatureFaultsOf } from "../../project/fastapi/signature/signature-faults.ts";
import { stateNames } from "../../project/fastapi/state-names.ts";
import { mentions } from "../../project/mentions.ts";
import type { Module } from "../../project/project.ts";
import type * as ast from "../../python/ast.ts";
import { walk } from "../../python/walk.ts";

interface Evidence {
	readonly module: Module;
	readonly node: ast.Attribute;
	readonly owner: string;
}

const example = (line: string) => ({
	"requirements.txt": "fastapi\nuvicorn\n",
	"main.py": `from fastapi import FastAPI, Request

app = FastAPI()
${line}

@app.get("/name")
def name(request: Request) -> str:
    return request.app.state.title
`,
});

export default defineRule<Evidence>({
	name: "unset-application-state",
	category: "ENTRYPOINT",
	summary: "A route reads something from app.state that nothing in the project sets",
	story:
		"app.state holds whatever start-up puts there. A route or a dependency reads a name that no line of the project sets: the server comes up, and requests for the route are answered with 500.",
	references: ["https://starlette.dev/applications/#storing-state-on-the-app-instance"],
	example: { before: example(""), after: example('app.state.title = "Shop"\n') },

	*detect(project) {
		let set: ReadonlySet<string> | null | undefined;
		for (const { node: owner, module } of signatureFaultsOf(project).callables) {
			if (!mentions(module, ".state.") || owner.type === "Lambda") continue;
			if (set === undefined) set = stateNames(project);
			if (set === null) return;
			for (const node of readsIn(owner)) {
				if (set.has(node.attribute.name)) continue;
				yield {
					subject: `${module.name}:${owner.name.name}:${node.attribute.name}`,
					path: module.path,
					range: { start: node.start, end: node.end },
					evidence: { module, node, owner: owner.name.name },
				};
			}
		}
	},

	describe({ evidence: { node, owner } }) {
		const { name } = node.attribute;
		return {
			severity: "HIGH",
			stage: "request",
			problem: `${owner} reads app.state.${name}, which nothing sets`,
			rootCause: `No line of the project sets ${name} on the state of an application, so that the attribute is not there when a request comes.`,
			expectedError: `AttributeError: 'State' object has no attribute '${name}'`,
			manualSteps: [`Set app.state.${name} where the application is made, or in the lifespan before its yield.`],
		};
	},
});

/** `request.app.state.name` and `app.state.name` in a function, each name once, where nothing asks beforehand whether it is there. */
function readsIn(owner: ast.FunctionDef): readonly ast.Attribute[] {
	const found = new Map<string, ast.Attribute>();
	let isGuarded = false;
	walk(owner.body, (each) => {
		if (each.type === "Try" || (each.type === "Name" && /^(hasattr|getattr)$/.test(each.id))) isGuarded = true;
		if (each.type === "Attribute" && isApplicationState(each.value) && !found.has(each.attribute.name))
			found.set(each.attribute.name, each);
	});
	return isGuarded ? [] : [...found.values()].filter(({ attribute }) => !attribute.name.startsWith("_"));
}

function isApplicationState(node: ast.Expression): boolean {
	if (node.type !== "Attribute" || node.attribute.name !== "state") return false;
	const { value } = node;
	return value.type === "Name" ? value.id === "app" : value.type === "Attribute" && value.attribute.name === "app";
}
