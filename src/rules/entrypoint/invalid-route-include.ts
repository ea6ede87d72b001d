import type { FixProposal } from "../../audit/fix.ts";
import { defineRule } from "../../audit/rule.ts";
import { type IncludeFault, includeFaults } from "../../project/fastapi/routes/include-faults.ts";
import { isObjectOf, routerClass } from "../../project/imports/library-objects.ts";
import type { Project } from "../../project/project.ts";
import { replaceText } from "../../python/rewrite/source.ts";
import { keepTheOwner } from "../repair/calls/assigned-nothing.ts";
import { includeEach, loopOverValues } from "./signature/include-collection.ts";
import { callTheFactory, makesRouter } from "./signature/include-factory.ts";
import { includeAnother, includeItsRouter, includeTheNamed, returnTheRouter, takeAway } from "./signature/include-remedies.ts";

const example = (argument: string) => ({
	"requirements.txt": "fastapi\nuvicorn\n",
	"main.py": `from fastapi import APIRouter, FastAPI


def make_router():
    router = APIRouter()
    router.add_api_route("/items", lambda: [])
    return router


app = FastAPI()
app.include_router(${argument})
`,
});

export default defineRule<IncludeFault>({
	name: "invalid-route-include",
	category: "ENTRYPOINT",
	summary: "include_router is given something that is no router",
	story:
		"include_router reads the routes of a router. A whole application, a function, a list or None has none that it could read: the import of the module fails.",
	references: [
		"https://fastapi.tiangolo.com/tutorial/bigger-applications/#include-the-apirouters-for-users-and-items",
		"https://fastapi.tiangolo.com/advanced/sub-applications/",
	],
	example: { before: example("make_router"), after: example("make_router()") },

	*detect(project) {
		const seen = new Set<object>();
		for (const fault of includeFaults(project)) {
			const { module } = fault.include.call;
			// A loop comes to the same line again and again.
			if (seen.has(fault.node)) continue;
			seen.add(fault.node);
			yield {
				subject: `${module.name}:${module.text.slice(fault.node.start, fault.node.end)}`,
				path: module.path,
				range: { start: fault.node.start, end: fault.node.end },
				evidence: fault,
			};
		}
	},

	describe({ evidence }, project) {
		const { type, include, node, error } = evidence;
		const { call } = include;
		const shown = call.module.text.slice(node.start, node.end);
		const what = {
			application: `${shown} is an application, not a router`,
			function: `${shown} is a function, not a router`,
			class: `${shown} is a class, not a router`,
			nothing: `${shown} is None, not a router`,
			routes: `${shown} is the list of the routes, not the router`,
			collection: "What is included is a collection, not a router",
			object: `${shown} is an object of a class of its own, not a router`,
			text: "What is included is a text, not a router",
			itself: `${shown} is included into itself`,
			circle: `${shown} includes the router already that it is included in here`,
		}[type];
		const step =
			type === "application"
				? "Mount the application with app.mount(path, application), or make a router of it."
				: type === "itself" || type === "circle"
					? "Include the router that was meant, or take the line away."
					: evidence.value.kind === "function" && makesRouter(evidence.value.node)
						? `Call ${shown} with what it asks for, and include the router that it gives.`
						: "Pass the router itself.";
		return {
			severity: "CRITICAL",
			stage: call.stage,
			problem: what,
			rootCause:
				type === "itself" || type === "circle"
					? "An included router is looked into when a request comes; one that holds itself would never come to an end, so FastAPI refuses it."
					: "include_router reads the routes and the settings of an APIRouter, which this does not have.",
			...(error === null ? {} : { expectedError: error }),
			order: call.order,
			manualSteps: mendOf(evidence, project) === undefined ? [step] : [],
		};
	},

	fix({ evidence }, project) {
		return mendOf(evidence, project);
	},
});

function mendOf(fault: IncludeFault, project: Project): FixProposal | undefined {
	const { type, node, include, value } = fault;
	const { module } = include.call;
	if (type === "function" && value.kind === "function" && makesRouter(value.node)) return callTheFactory(fault, project);
	if (type === "text") return includeTheNamed(fault, project) ?? loopOverValues(fault, project);
	if (type === "routes" && node.type === "Attribute") {
		return {
			title: `Include ${module.text.slice(node.value.start, node.value.end)} itself`,
			explanation: "include_router takes the router, which brings its routes along.",
			applicability: "safe",
			edits: [replaceText(module, node.value.end, node.end, "")],
		};
	}
	if (type === "itself" || type === "circle") return includeAnother(fault, project) ?? takeAway(fault);
	if (type === "object") return includeItsAttribute(fault, project);
	if (type === "function") return includeItsRouter(fault, project);
	if (type === "nothing")
		return (node.type === "Name" ? keepTheOwner(project, node.id) : undefined) ?? returnTheRouter(fault, project);
	if (type === "collection" && node.type === "Sequence" && node.items.length === 1 && node.items[0] !== undefined) {
		const [item] = node.items;
		return {
			title: "Include the router itself",
			explanation: "The list holds one router; include_router takes one at a time.",
			applicability: "safe",
			edits: [replaceText(module, node.start, node.end, module.text.slice(item.start, item.end))],
		};
	}
	if (type === "collection") return includeEach(fault);
	return type === "application" ? applicationMend(fault) : undefined;
}

/** `include_router(UserController())` where the object keeps one router. */
function includeItsAttribute({ node, value, include }: IncludeFault, project: Project): FixProposal | undefined {
	if (value.kind !== "instance") return undefined;
	// The variable of a loop stands for others as well.
	const bound = node.type === "Name" ? project.trace.runs.get(include.call.module.name)?.namespace.names.get(node.id) : null;
	if (bound !== null && bound?.value !== value) return undefined;
	const routers = [...value.attributes].filter(([, each]) => isObjectOf(each, routerClass)).map(([name]) => name);
	const [only, ...others] = routers;
	if (only === undefined || others.length > 0) return undefined;
	return {
		title: `Include its ${only}`,
		explanation: `The object keeps its routes in ${only}, which is the router.`,
		applicability: "safe",
		edits: [replaceText(include.call.module, node.end, node.end, `.${only}`)],
	};
}

/** An application without settings of its own was meant as a router; any other can be mounted as it is. */
function applicationMend({ application, include, node }: IncludeFault): FixProposal | undefined {
	if (application === null) return undefined;
	const made = application.call;
	const { callee, args, keywords } = made.node;
	if (callee.type === "Name" && args.length === 0 && keywords.length === 0) {
		return {
			title: "Make a router of it",
			explanation: "A router has the same decorators; its routes become part of the application that includes it.",
			applicability: "safe",
			edits: [replaceText(made.module, callee.start, callee.end, "APIRouter")],
			needs: [{ path: made.module.path, module: "fastapi", name: "APIRouter" }],
		};
	}
	const { call, prefix } = include;
	const others = call.node.keywords.filter(({ name }) => name?.name !== "prefix" && name?.name !== "router");
	if (prefix === null || prefix === "" || others.length > 0 || call.node.callee.type !== "Attribute") return undefined;
	const { module } = call;
	const owner = module.text.slice(call.node.callee.value.start, call.node.callee.value.end);
	const written = call.node.keywords.find(({ name }) => name?.name === "prefix")?.value;
	const path = written === undefined ? `"${prefix}"` : module.text.slice(written.start, written.end);
	return {
		title: `Mount the application at ${prefix}`,
		explanation: "A mounted application answers below its path with its own settings and documentation.",
		applicability: "safe",
		edits: [
			replaceText(module, call.node.start, call.node.end, `${owner}.mount(${path}, ${module.text.slice(node.start, node.end)})`),
		],
	};
}
