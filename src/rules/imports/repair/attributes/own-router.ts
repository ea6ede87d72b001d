import type { FixProposal } from "../../../../audit/fix.ts";
import { applicationClass, isObjectOf, routerClass } from "../../../../project/imports/library-objects.ts";
import type { Module, Project } from "../../../../project/project.ts";
import type * as ast from "../../../../python/ast.ts";
import { replaceText } from "../../../../python/rewrite/source.ts";
import { boundNames } from "../../../../python/scopes.ts";
import { contains, walk } from "../../../../python/walk.ts";

/** The name of the one router that a module makes itself at its top level; null where there is none, or several. */
export function ownRouter(project: Project, module: Module): string | null {
	const names = project.trace.runs.get(module.name)?.namespace.names;
	const made = boundNames(module.tree.body.filter((each) => each.type === "Assign" || each.type === "AnnAssign"));
	const routers = [...(names ?? [])].filter(
		([name, { value, maybe }]) => made.has(name) && !maybe && isObjectOf(value, routerClass),
	);
	const [only, ...others] = routers;
	return only !== undefined && others.length === 0 ? only[0] : null;
}

/** `application = FastAPI()` in a module that goes on with `app`: called so again, it is found by all, the start command among them. */
export function callApplicationAgain(project: Project, module: Module, name: string): FixProposal | null {
	const names = project.trace.runs.get(module.name)?.namespace.names;
	if (names === undefined || !/^(app|api|application)$/.test(name)) return null;
	const made = module.tree.body.flatMap((each) => {
		const [target] = each.type === "Assign" ? each.targets : each.type === "AnnAssign" ? [each.target] : [];
		return target?.type === "Name" && isObjectOf(names.get(target.id)?.value, applicationClass) ? [target] : [];
	});
	const [only, ...others] = made;
	if (only === undefined || others.length > 0 || only.id === name) return null;
	const isRead = [...project.modules.values()].some(
		({ text }) => (text.match(new RegExp(`\\b${only.id}\\b`, "g"))?.length ?? 0) > (text === module.text ? 1 : 0),
	);
	if (isRead) return null;
	return {
		title: `Call ${only.id} ${name} again`,
		explanation: `Nothing asks for ${only.id}, and the rest of the file for ${name}.`,
		applicability: "safe",
		edits: [replaceText(module, only.start, only.end, name)],
	};
}

/** Does a name at this place stand for a router, in the decorator of a route: `@router.get("/")`? */
export function registersRoute({ tree }: Module, offset: number): boolean {
	let found = false;
	walk(tree, (node) => {
		if (node.type === "FunctionDef")
			found ||= node.decorators.some(
				(each) => each.type === "Call" && contains(each.callee, offset) && isRouteMethod(each.callee),
			);
		return !found;
	});
	return found;
}

function isRouteMethod(callee: ast.Expression): boolean {
	return (
		callee.type === "Attribute" &&
		callee.value.type === "Name" &&
		/^(get|post|put|patch|delete|head|options|api_route|websocket)$/.test(callee.attribute.name)
	);
}
