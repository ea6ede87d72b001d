import type { FixProposal } from "../../../audit/fix.ts";
import { type IncludeFault, lonelyRouters } from "../../../project/fastapi/routes/include-faults.ts";
import { routerByText } from "../../../project/fastapi/routes/router-by-text.ts";
import { type Router, routeModelOf } from "../../../project/fastapi/routes/routes.ts";
import type { FunctionValue } from "../../../project/imports/values.ts";
import { lookUpName, scopeOfModule } from "../../../project/models/name-scope.ts";
import { valueOfName } from "../../../project/models/type-form.ts";
import type { Module, Project } from "../../../project/project.ts";
import type * as ast from "../../../python/ast.ts";
import { findKeyword } from "../../../python/rewrite/arguments.ts";
import { enclosingStatement, fillsStatement } from "../../../python/rewrite/enclosing.ts";
import { replaceText } from "../../../python/rewrite/source.ts";
import { insertAfter, removeStatements } from "../../../python/rewrite/statements.ts";
import { walk } from "../../../python/walk.ts";

/** `include_router(list_items)` of a function that is a route of a router: the router is included instead. */
export function includeItsRouter({ node, value, include }: IncludeFault, project: Project): FixProposal | undefined {
	if (value.kind !== "function") return undefined;
	const routers = new Set(
		routeModelOf(project)
			.operations.filter(({ endpoint }) => endpoint === value)
			.map(({ router }) => router),
	);
	const [only, ...others] = routers;
	if (only === undefined || others.length > 0 || only.isApplication || only === include.parent) return undefined;
	const named = nameOf(only, project);
	if (named === null) return undefined;
	const { module } = include.call;
	const scope = scopeOfModule(project, module);
	const here = scope === null ? "unbound" : lookUpName(scope, named);
	const isHere = here !== "unbound" && here.value === only.value;
	if (!isHere && (here !== "unbound" || only.call.module === module)) return undefined;
	return {
		title: `Include ${named}, the router of ${module.text.slice(node.start, node.end)}`,
		explanation: "The function is one of its routes; the router brings all of them.",
		applicability: "review",
		edits: [replaceText(module, node.start, node.end, named)],
		needs: isHere ? [] : [{ path: module.path, module: only.call.module.name, name: named }],
	};
}

/** `router.include_router(router)` where the module has one other router at hand that nothing includes: that one was meant. */
export function includeAnother({ node, include }: IncludeFault, project: Project): FixProposal | undefined {
	const { module } = include.call;
	const meant = routerLeftFor(module, project);
	if (meant === null) return undefined;
	return {
		title: `Include ${meant} instead`,
		explanation: `Nothing includes ${meant}, which is at hand in this file.`,
		applicability: "review",
		edits: [replaceText(module, node.start, node.end, meant)],
	};
}

/** The only router at hand in a module that includes routers which nothing includes, as it is written there; null where there are several. */
function routerLeftFor(module: Module, project: Project): string | null {
	const places = lonelyRouters(project).flatMap(({ forgottenIn }) =>
		forgottenIn !== null && forgottenIn.call.module === module ? [forgottenIn.code] : [],
	);
	const [meant, ...others] = places;
	return meant !== undefined && others.length === 0 ? meant : null;
}

/** `include_router("items.router")`: the router that the text names. */
export function includeTheNamed({ node, value, include }: IncludeFault, project: Project): FixProposal | undefined {
	if (node.type !== "Constant" || value.kind !== "constant" || typeof value.value !== "string") return undefined;
	const { module } = include.call;
	const named = routerByText(project, module, value.value);
	if (named === null) return undefined;
	return {
		title: `Include ${named.code} itself`,
		explanation: "The text names the router; include_router takes the object.",
		applicability: "safe",
		edits: [replaceText(module, node.start, node.end, named.code)],
		needs: named.from === null ? [] : [{ path: module.path, module: named.from, name: named.code }],
	};
}

/** The line adds nothing: what it includes is there already. */
export function takeAway({ include }: IncludeFault): FixProposal | undefined {
	const { module, node } = include.call;
	const statement = enclosingStatement(module.tree, node.start);
	if (statement === null || !fillsStatement(statement, node)) return undefined;
	return {
		title: "Take the line away",
		explanation: "A router has its own routes already; including it into itself adds none.",
		applicability: "review",
		edits: removeStatements(module, [statement]),
	};
}

/** The name of a router in the module that makes it. */
function nameOf({ value, call }: Router, project: Project): string | null {
	const names = project.trace.runs.get(call.module.name)?.namespace.names ?? [];
	for (const [name, binding] of names) if (binding.value === value && !binding.maybe) return name;
	return null;
}

/** `include_router(setup())` of a function that makes a router and returns nothing: it returns the one that no other takes in. */
export function returnTheRouter({ node, include }: IncludeFault, project: Project): FixProposal | undefined {
	const made = functionBehind(node, include.call.module, project);
	if (made === null || made.node.type !== "FunctionDef" || made.node.isAsync) return undefined;
	const { body } = made.node;
	const routers = body.flatMap((statement) => {
		const target = statement.type === "Assign" && statement.targets.length === 1 ? statement.targets[0] : undefined;
		const value = statement.type === "Assign" ? statement.value : null;
		const isRouter = value?.type === "Call" && value.callee.type === "Name" && value.callee.id === "APIRouter";
		return isRouter && target?.type === "Name" && !isIncludedIn(body, target.id) ? [target.id] : [];
	});
	const [only, ...others] = routers;
	const last = body.at(-1);
	if (only === undefined || others.length > 0 || last === undefined || hasExit(body)) return undefined;
	return {
		title: `Return ${only} from ${made.node.name.name}`,
		explanation: `${made.node.name.name} makes the router and keeps it to itself, so that what it gives is None.`,
		applicability: "review",
		edits: [insertAfter(made.module, last, `return ${only}`)],
	};
}

/** Does the code include the router of that name into another one? */
function isIncludedIn(body: readonly ast.Statement[], name: string): boolean {
	let found = false;
	walk(body, (each) => {
		if (each.type !== "Call" || each.callee.type !== "Attribute" || each.callee.attribute.name !== "include_router") return;
		const [given = findKeyword(each, "router")?.value] = each.args;
		if (given?.type === "Name" && given.id === name) found = true;
	});
	return found;
}

/** The function of the project that is called where the router belongs, at once or in the line that names it. */
function functionBehind(node: ast.Expression, module: FunctionValue["module"], project: Project): FunctionValue | null {
	const scope = scopeOfModule(project, module);
	if (scope === null) return null;
	const written = node.type === "Name" ? assignedTo(node.id, module.tree) : node;
	if (written?.type !== "Call") return null;
	const callee = valueOfName(written.callee, scope);
	return callee?.kind === "function" && callee.decorators.length === 0 ? callee : null;
}

function assignedTo(name: string, tree: ast.Module): ast.Expression | null {
	const found = tree.body.filter(
		(each): each is ast.Assign =>
			each.type === "Assign" && each.targets.some((target) => target.type === "Name" && target.id === name),
	);
	const [only, ...others] = found;
	return only !== undefined && others.length === 0 ? only.value : null;
}

function hasExit(body: readonly ast.Statement[]): boolean {
	let exits = false;
	for (const statement of body)
		walk(statement, (each) => {
			if (each.type === "Return" || each.type === "Raise") exits = true;
			return each.type !== "FunctionDef" && each.type !== "Lambda" && each.type !== "ClassDef";
		});
	return exits;
}
