import type { FixProposal } from "../../audit/fix.ts";
import { defineRule } from "../../audit/rule.ts";
import { type RouteClassFault, routeClassFaults } from "../../project/fastapi/routes/route-class-faults.ts";
import { scopeOfModule } from "../../project/models/name-scope.ts";
import { valueOfName } from "../../project/models/type-form.ts";
import type { Project } from "../../project/project.ts";
import type * as ast from "../../python/ast.ts";
import { findKeyword, removeArguments } from "../../python/rewrite/arguments.ts";
import { replaceText } from "../../python/rewrite/source.ts";
import { dottedName, walk } from "../../python/walk.ts";

const example = (bases: string) => ({
	"requirements.txt": "fastapi\nuvicorn\n",
	"main.py": `from fastapi import APIRouter, FastAPI
from fastapi.routing import APIRoute


class TimedRoute${bases}:
    pass


router = APIRouter(route_class=TimedRoute)


@router.get("/items")
def list_items():
    return []


app = FastAPI()
app.include_router(router)
`,
});

export default defineRule<RouteClassFault>({
	name: "invalid-route-class",
	category: "ENTRYPOINT",
	summary: "route_class names something that makes no routes",
	story:
		"A router makes each of its routes with its route_class. A class that does not derive from APIRoute, or that takes other arguments, is refused when the first route is registered: the import of the module fails.",
	references: ["https://fastapi.tiangolo.com/how-to/custom-request-and-route/"],
	example: { before: example(""), after: example("(APIRoute)") },

	*detect(project) {
		for (const fault of routeClassFaults(project)) {
			const { module } = fault.router.call;
			const { start, end } = fault.node;
			yield {
				subject: `${module.name}:${module.text.slice(start, end)}`,
				path: module.path,
				range: { start, end },
				evidence: fault,
			};
		}
	},

	describe({ evidence: { type, router, node, registration, error } }) {
		const shown = router.call.module.text.slice(node.start, node.end);
		return {
			severity: "CRITICAL",
			stage: registration.stage,
			problem: {
				"no-class": `route_class is ${shown}, which is no class of routes`,
				"no-route": `route_class is ${shown}, which does not derive from APIRoute`,
				"other-signature": `${shown}, the route_class, does not take what FastAPI makes a route with`,
			}[type],
			rootCause:
				"FastAPI makes each route with route_class(path, endpoint=…, response_model=…, …) and more options in newer releases; only APIRoute and classes that pass these on to it take them.",
			expectedError: error,
			order: registration.order,
		};
	},

	fix({ evidence }, project) {
		return mendsOf(evidence, project)[0];
	},

	alternatives({ evidence }, project) {
		return mendsOf(evidence, project).slice(1);
	},
});

function mendsOf(fault: RouteClassFault, project: Project): readonly FixProposal[] {
	const mends = [named(fault, project), uncalled(fault, project), derived(fault), passedOn(fault), usualRoutes(fault)];
	return mends.filter((mend) => mend !== undefined);
}

/** `route_class="TimedRoute"`: the class of that name. */
function named({ node, router }: RouteClassFault, project: Project): FixProposal | undefined {
	const { module } = router.call;
	const scope = scopeOfModule(project, module);
	if (scope === null || node.type !== "Constant" || typeof node.value !== "string" || !/^\w+$/.test(node.value)) return undefined;
	const meant: ast.Name = { type: "Name", id: node.value, start: node.start, end: node.end };
	if (valueOfName(meant, scope)?.kind !== "class") return undefined;
	return {
		title: `Name the class ${node.value} itself`,
		explanation: "route_class takes the class, not its name.",
		applicability: "safe",
		edits: [replaceText(module, node.start, node.end, node.value)],
	};
}

/** `route_class=TimedRoute()`: the class itself. */
function uncalled({ node, router }: RouteClassFault, project: Project): FixProposal | undefined {
	const { module } = router.call;
	const scope = scopeOfModule(project, module);
	if (scope === null || node.type !== "Call" || valueOfName(node.callee, scope)?.kind !== "class") return undefined;
	return {
		title: "Hand over the class itself",
		explanation: "FastAPI makes an object of it for each route.",
		applicability: "safe",
		edits: [replaceText(module, node.callee.end, node.end, "")],
	};
}

/** A class without bases that was meant as a class of routes. */
function derived({ type, value }: RouteClassFault): FixProposal | undefined {
	if (type !== "no-route" || value.kind !== "class" || value.node.bases.length > 0 || value.namespace.names.has("__init__"))
		return undefined;
	const { module, node } = value;
	const head = node.name.end;
	const colon = module.text.indexOf(":", head);
	return {
		title: `Derive ${node.name.name} from APIRoute`,
		explanation:
			"It then takes what FastAPI makes a route with, and does with its requests what APIRoute does unless it says otherwise.",
		applicability: "review",
		edits: [replaceText(module, head, colon, "(APIRoute)")],
		needs: [{ path: module.path, module: "fastapi.routing", name: "APIRoute" }],
	};
}

/** An own `__init__` that leaves out options: it takes the rest and passes it on. */
function passedOn({ type, value }: RouteClassFault): FixProposal | undefined {
	const method = value.kind === "class" ? value.namespace.names.get("__init__")?.value : undefined;
	if (type !== "other-signature" || value.kind !== "class" || method?.kind !== "function" || method.node.type === "Lambda")
		return undefined;
	const { node, module } = method;
	const last = node.parameters.at(-1);
	const calls: ast.Call[] = [];
	walk(node.body, (each) => {
		if (each.type !== "Call" || each.callee.type !== "Attribute" || each.callee.attribute.name !== "__init__") return;
		if (each.callee.value.type === "Call" && dottedName(each.callee.value.callee) === "super") calls.push(each);
	});
	const [call] = calls;
	if (last === undefined || call === undefined || calls.length > 1) return undefined;
	const inner = call.end - 1;
	const comma = /[(,]\s*$/.test(module.text.slice(call.start, inner)) ? "" : ", ";
	return {
		title: `Let ${value.node.name.name} pass every other option on`,
		explanation: "FastAPI hands over all options of a route by name, and each release may have more of them.",
		applicability: "review",
		edits: [replaceText(module, last.end, last.end, ", **kwargs"), replaceText(module, inner, inner, `${comma}**kwargs`)],
	};
}

/** Routes as they are without any such option. */
function usualRoutes({ router }: RouteClassFault): FixProposal | undefined {
	const { module, node } = router.call;
	const keyword = findKeyword(node, "route_class");
	if (keyword === null) return undefined;
	return {
		title: "Leave route_class out",
		explanation: "The router then makes its routes with APIRoute itself.",
		applicability: "review",
		edits: removeArguments(module, node, [keyword]),
	};
}
