import { defineRule } from "../../audit/rule.ts";
import { fastApiFeatures } from "../../project/fastapi/features.ts";
import type { Call } from "../../project/imports/trace.ts";
import type { Binding, Value } from "../../project/imports/values.ts";
import { scopeOfModule } from "../../project/models/name-scope.ts";
import { valueOfName } from "../../project/models/type-form.ts";
import type { Module, Project } from "../../project/project.ts";
import type * as ast from "../../python/ast.ts";
import { walk } from "../../python/walk.ts";

interface Evidence {
	/** The module that is included, by its dotted name. */
	readonly module: string;
	/** Names in it that are routers. */
	readonly routers: readonly string[];
	readonly stage: "import" | "startup";
	readonly order: number;
	readonly guarded: boolean;
	/** Behind what the router's name is to be written: what is included, or in a loop over routers too the module in the list; null where that is not found. */
	readonly end: number | null;
}

const example = (argument: string) => ({
	"requirements.txt": "fastapi\nuvicorn\n",
	"app/__init__.py": "",
	"app/items.py": `from fastapi import APIRouter\n\nrouter = APIRouter()\n\n\n@router.get("/items")\ndef list_items() -> list[str]:\n    return []\n`,
	"app/main.py": `from fastapi import FastAPI\n\nfrom app import items\n\napp = FastAPI()\napp.include_router(${argument})\n`,
});

/** Is the value a router that FastAPI can include? */
function isRouter(value: Value): boolean {
	return (
		value.kind === "instance" &&
		value.of.kind === "external" &&
		/^fastapi\.routing\.APIRouter$|^fastapi\.APIRouter$/.test(value.of.canonical)
	);
}

export default defineRule<Evidence>({
	name: "module-as-router",
	category: "ENTRYPOINT",
	summary: "A module is included where its router is meant",
	story:
		"include_router is handed the module that holds a router instead of the router: the import of the application stops with an AttributeError.",
	references: ["https://fastapi.tiangolo.com/tutorial/bigger-applications/#include-the-apirouters-for-users-and-items"],
	example: { before: example("items"), after: example("items.router") },

	*detect(project) {
		for (const call of project.trace.calls) {
			const { callee } = call;
			if (callee.kind !== "bound-method" || callee.name !== "include_router" || callee.receiver.kind !== "instance") continue;
			const { of } = callee.receiver;
			if (of.kind !== "external" || !/^fastapi\./.test(of.canonical)) continue;
			const argument = call.args[0] ?? call.keywords.get("router");
			const node = call.node.args[0] ?? call.node.keywords.find((keyword) => keyword.name?.name === "router")?.value;
			if (argument?.kind !== "module" || argument.module === null || node === undefined || node.type === "Starred") continue;
			const { names, dynamic } = argument.namespace;
			// A module may well bind the attributes that FastAPI reads; then it passes for a router.
			if (dynamic || names.has("routes") || names.has("__getattr__")) continue;
			yield {
				subject: `${call.module.name}:${argument.name}`,
				path: call.module.path,
				range: { start: node.start, end: node.end },
				evidence: {
					module: argument.name,
					routers: routersOf(names),
					stage: call.stage,
					order: call.order,
					guarded: call.guarded,
					end: isMixed(project, call) ? endInList(project, call.module, argument, node) : node.end,
				},
			};
		}
	},

	describe({ evidence }, { environment }) {
		const { keepsRouters } = fastApiFeatures(environment);
		const { module, routers, stage, order, guarded } = evidence;
		const has =
			routers.length === 0 ? "it binds no router" : `its router is ${routers.map((name) => `${module}.${name}`).join(" or ")}`;
		return {
			severity: guarded ? "HIGH" : "CRITICAL",
			stage,
			problem: `include_router is given the module ${module}, not a router`,
			rootCause: `${module} is a module, and ${has}.`,
			...(keepsRouters !== null && {
				expectedError: `AttributeError: module '${module}' has no attribute '${keepsRouters ? "_contains_router" : "routes"}'`,
			}),
			order,
			manualSteps:
				routers.length === 1
					? []
					: [`Pass the router that ${module} should offer; it has ${routers.length === 0 ? "none" : "several"}.`],
		};
	},

	fix({ path, evidence }) {
		const [only, ...others] = evidence.routers;
		const { end } = evidence;
		if (only === undefined || others.length > 0 || end === null) return undefined;
		return {
			title: `Include ${evidence.module}.${only}`,
			explanation: `${only} is the router that the module binds.`,
			applicability: "safe",
			edits: [{ path, range: { start: end, end }, newText: `.${only}` }],
		};
	},
});

/** The routers that a module makes; where it makes none, those that it imports. */
function routersOf(names: ReadonlyMap<string, Binding>): readonly string[] {
	const bound = [...names].filter(([, { value }]) => isRouter(value));
	const made = bound.filter(([, { node }]) => node !== null && "type" in node && node.type === "Assign");
	return (made.length > 0 ? made : bound).map(([name]) => name);
}

/** Does a loop hand the same call a module in one turn and a router in another? */
function isMixed({ trace }: Project, { node }: Call): boolean {
	const given = trace.calls.filter((each) => each.node === node).map(({ args, keywords }) => args[0] ?? keywords.get("router"));
	return given.some((each) => each?.kind === "module") && given.some((each) => each?.kind !== "module");
}

/** Where the only item of a list or tuple of the file ends that stands for the module. */
function endInList(project: Project, module: Module, wanted: Value, given: ast.Expression): number | null {
	const scope = scopeOfModule(project, module);
	const found: ast.Expression[] = [];
	// The variable of the loop stands for the module as well, after the last turn.
	const isVariable = (item: ast.Expression) => item.type === "Name" && given.type === "Name" && item.id === given.id;
	walk(module.tree, (node) => {
		if (node.type === "Sequence" && scope !== null)
			found.push(...node.items.filter((item) => !isVariable(item) && valueOfName(item, scope) === wanted));
	});
	const [only, ...others] = found;
	return only !== undefined && others.length === 0 ? only.end : null;
}
