import type { FixProposal } from "../../../audit/fix.ts";
import { ExpressionValues } from "../../../project/fastapi/expression-value.ts";
import { uncallableType } from "../../../project/fastapi/served-application.ts";
import type { AnnotatedDependency, DependencyFault } from "../../../project/fastapi/signature/dependency-faults.ts";
import type { FunctionValue, Value } from "../../../project/imports/values.ts";
import { lookUpName, scopeOfModule } from "../../../project/models/name-scope.ts";
import type { Project } from "../../../project/project.ts";
import type * as ast from "../../../python/ast.ts";
import { findKeyword } from "../../../python/rewrite/arguments.ts";
import { replaceText } from "../../../python/rewrite/source.ts";
import { isGenerator, walk } from "../../../python/walk.ts";
import { withoutAsync } from "../../repair/calls/make-plain.ts";
import { findLaterDefinition, moveAhead, topStatementAt } from "../../repair/names/forward-reference.ts";

/** What to hand `Depends` where it is handed something that cannot be called. */
export function dependencyRemedy(fault: DependencyFault, project: Project): FixProposal | undefined {
	switch (fault.type) {
		case "not-wrapped":
			return fault.alias === undefined ? wrap(fault) : takeFromAlias(fault, fault.alias, project);
		case "not-listed":
			return putInList(fault);
		case "called":
			return uncall(fault);
		case "wrapped-twice":
			return unwrap(fault);
		case "not-callable":
			if (fault.argument === fault.node) return takeOut(fault);
			if (fault.argument.type === "Constant" && typeof fault.argument.value === "string")
				return nameFunction(fault, fault.argument.value, project);
			return isListed(fault) ? callMethod(fault, project) : handOver(fault);
	}
}

/** `Depends()` in a list names nothing that could be called, so that nothing is lost with it. */
function takeOut({ module, node }: DependencyFault): FixProposal | undefined {
	let list: readonly ast.Expression[] = [];
	walk(module.tree, (each) => {
		if (each.type === "Sequence" && each.items.includes(node)) list = each.items;
		return list.length === 0;
	});
	const at = list.indexOf(node);
	if (at < 0) return undefined;
	const [before, after] = [list[at - 1], list[at + 1]];
	const [start, end] = before ? [before.end, node.end] : [node.start, after?.start ?? node.end];
	return {
		title: "Take the empty Depends out of the list",
		explanation:
			"It names no function, and a list has no annotation that FastAPI could call instead. If one was meant, name it here.",
		applicability: "review",
		edits: [replaceText(module, start, end, "")],
	};
}

/** Does the dependency stand in `dependencies=[…]`, not in a signature? */
function isListed({ module, node }: DependencyFault): boolean {
	let listed = false;
	walk(module.tree, (each) => {
		const list = each.type === "Call" ? findKeyword(each, "dependencies")?.value : undefined;
		if (list !== undefined && list.start <= node.start && node.end <= list.end) listed = true;
		return !listed;
	});
	return listed;
}

/** `Depends(CurrentUser)`, where `CurrentUser = Depends(get_current_user)` is the dependency already. */
function unwrap({ module, node, argument }: DependencyFault): FixProposal {
	const shown = module.text.slice(argument.start, argument.end);
	return {
		title: `Use ${shown} as it is`,
		explanation: `${shown} is made by Depends already.`,
		applicability: "safe",
		edits: [replaceText(module, node.start, node.end, shown)],
	};
}

function putInList({ module, argument }: DependencyFault): FixProposal {
	const shown = module.text.slice(argument.start, argument.end);
	return {
		title: `Put ${shown} in a list`,
		explanation: "FastAPI goes through the dependencies one by one.",
		applicability: "safe",
		edits: [replaceText(module, argument.start, argument.end, `[${shown}]`)],
	};
}

function wrap({ module, argument }: DependencyFault): FixProposal {
	const shown = module.text.slice(argument.start, argument.end);
	return {
		title: `Wrap ${shown} in Depends`,
		explanation: "The list holds dependencies, and Depends makes one of a function.",
		applicability: "safe",
		edits: [replaceText(module, argument.start, argument.end, `Depends(${shown})`)],
		needs: [{ path: module.path, module: "fastapi", name: "Depends" }],
	};
}

/** `dependencies=[CurrentUser]`: the `Depends(…)` of the alias is what the list holds. */
function takeFromAlias(
	{ module, argument }: DependencyFault,
	{ node, module: home }: AnnotatedDependency,
	project: Project,
): FixProposal | undefined {
	const [callable, ...others] = node.args;
	if (callable?.type !== "Name" || others.length > 0 || node.keywords.length > 0) return undefined;
	const scope = scopeOfModule(project, module);
	const isHere = scope !== null && lookUpName(scope, callable.id) !== "unbound";
	const own = isHere ? [] : [{ path: module.path, module: home.name, name: callable.id }];
	return {
		title: `List Depends(${callable.id})`,
		explanation: "An annotated type says where a parameter comes from; a list holds the dependencies themselves.",
		applicability: "safe",
		edits: [replaceText(module, argument.start, argument.end, `Depends(${callable.id})`)],
		needs: [{ path: module.path, module: "fastapi", name: "Depends" }, ...own],
	};
}

/** A call without arguments can become what it calls; one with arguments needs a function around it, which hides async and yield. */
function uncall(fault: DependencyFault): FixProposal | undefined {
	const { argument, module, function: made } = fault;
	if (argument.type !== "Call") return undefined;
	if (argument.args.length > 0 || argument.keywords.length > 0) {
		const isPlain = made?.node.type === "FunctionDef" && !made.node.isAsync && !isGenerator(made.node);
		return isPlain ? handOver(fault) : makePlain(made);
	}
	const callee = module.text.slice(argument.callee.start, argument.callee.end);
	return {
		title: `Hand over ${callee} itself`,
		explanation: "FastAPI then calls it for each request, and closes what it opened afterwards.",
		applicability: "safe",
		edits: [replaceText(module, argument.callee.end, argument.end, "")],
	};
}

/** `async def require(role)` that awaits nothing and gives the dependency: called at import, it has to be a plain function. */
function makePlain(made: FunctionValue | null): FixProposal | undefined {
	if (made === null || made.node.type !== "FunctionDef" || !made.node.isAsync) return undefined;
	const { node, module } = made;
	const last = node.body.at(-1);
	const gives = last?.type === "Return" && last.value?.type === "Name" ? last.value.id : null;
	const isMaker = node.body.some((each) => each.type === "FunctionDef" && each.name.name === gives);
	const edit = isMaker ? withoutAsync(module, node) : null;
	if (edit === null) return undefined;
	return {
		title: `Make ${node.name.name} a plain function`,
		explanation: `It is called while the module is imported, awaits nothing, and gives the dependency ${gives}.`,
		applicability: "safe",
		edits: [edit],
	};
}

/** `Depends(catalog)` → `Depends(lambda: catalog)`. */
function handOver({ argument, module }: DependencyFault): FixProposal {
	const shown = module.text.slice(argument.start, argument.end);
	return {
		title: `Hand over a function that gives ${shown}`,
		explanation: `FastAPI calls it for each request, and the parameter gets ${shown}.`,
		applicability: "review",
		edits: [replaceText(module, argument.start, argument.start, "lambda: ")],
	};
}

/** `Depends("verify_token")` → `Depends(verify_token)`, where one function of that name is at hand, later in the file or elsewhere. */
function nameFunction({ argument, module }: DependencyFault, name: string, project: Project): FixProposal | undefined {
	if (!/^[A-Za-z_]\w*$/.test(name)) return undefined;
	const scope = scopeOfModule(project, module);
	if (scope === null) return undefined;
	const proposal = {
		title: `Hand over ${name} itself`,
		explanation: "A text cannot be called; what has that name can.",
		applicability: "review",
	} as const;
	const rename = replaceText(module, argument.start, argument.end, name);
	const found = lookUpName(scope, name);
	if (found === "unbound") {
		const [only, ...others] = functionsNamed(name, project);
		if (only === undefined || others.length > 0) return undefined;
		return { ...proposal, edits: [rename], needs: [{ path: module.path, module: only.module.name, name }] };
	}
	const isObject = found.value.kind === "instance" && uncallableType(found.value) === null;
	if (found.value.kind !== "function" && found.value.kind !== "class" && !isObject) return undefined;
	const user = topStatementAt(module.tree, argument.start);
	const later = findLaterDefinition(module.tree, name, argument.end);
	if (later === null || user === null) return { ...proposal, edits: [rename] };
	const moved = moveAhead(module, later, user);
	return moved === null ? undefined : { ...proposal, edits: [rename, ...moved] };
}

function functionsNamed(name: string, project: Project): readonly FunctionValue[] {
	return project.trace.functions
		.map(({ value }) => value)
		.filter(
			({ node, module, decorators }) =>
				node.type === "FunctionDef" &&
				node.name.name === name &&
				decorators.length === 0 &&
				module.tree.body.some((statement) => statement === node),
		);
}

/** In a list nobody takes what a dependency gives, so an object stands there for what it does: its only public method. */
function callMethod({ argument, module }: DependencyFault, project: Project): FixProposal | undefined {
	const scope = scopeOfModule(project, module);
	if (scope === null) return undefined;
	const [only, ...others] = publicMethods(new ExpressionValues(project).valueOf(argument, scope));
	if (only === undefined || others.length > 0) return undefined;
	const shown = module.text.slice(argument.start, argument.end);
	return {
		title: `Hand over ${shown}.${only.name.name}`,
		explanation: `It is the only public method of ${shown}, which cannot be called itself.`,
		applicability: "review",
		edits: [replaceText(module, argument.end, argument.end, `.${only.name.name}`)],
	};
}

function publicMethods(value: Value): readonly ast.FunctionDef[] {
	if (value.kind !== "instance" || value.of.kind !== "class") return [];
	return value.of.node.body.filter(
		(each): each is ast.FunctionDef =>
			each.type === "FunctionDef" && !each.name.name.startsWith("_") && each.decorators.length === 0,
	);
}
