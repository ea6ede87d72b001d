import type { FixProposal } from "../../../audit/fix.ts";
import type { FunctionValue } from "../../../project/imports/values.ts";
import { scopeOfModule } from "../../../project/models/name-scope.ts";
import { valueOfName } from "../../../project/models/type-form.ts";
import type { Module, Project } from "../../../project/project.ts";
import type * as ast from "../../../python/ast.ts";
import { addArgument } from "../../../python/rewrite/arguments.ts";
import { enclosingFunction } from "../../../python/rewrite/enclosing.ts";
import { replaceText } from "../../../python/rewrite/source.ts";
import { addTargets, blocksOf, boundNames } from "../../../python/scopes.ts";
import { contains } from "../../../python/walk.ts";
import { isNameUsed } from "../../repair/names/name-users.ts";

/** A required parameter that the calling place has a value for, by its name or by its type: `register_routes()` where `app` is bound. */
export function passArgument(project: Project, module: Module, call: ast.Call, error: string): FixProposal | undefined {
	const name = /missing 1 required (?:positional|keyword-only) argument: '(\w+)'$/.exec(error)?.[1];
	if (name === undefined || call.args.some((each) => each.type === "Starred")) return undefined;
	const owner = enclosingFunction(module.tree, call.start);
	const shifted = passShifted(project, module, owner, call, name);
	if (shifted !== null) return shifted;
	const isNamed = isBoundBefore(project, module, owner, call, name);
	const typed = isNamed ? null : valueOfType(project, module, owner, call, name);
	const value = isNamed ? name : (typed ?? idleConstant(module, name));
	if (value === null) return undefined;
	const isKeyword = call.keywords.length > 0 || error.includes("keyword-only");
	return {
		title: `Pass ${value}`,
		explanation: isNamed
			? `The function asks for ${name}, and the calling code has a value of that name.`
			: typed !== null
				? `The function asks for ${name}, and ${value} is the only value of that type in the calling code.`
				: `The function asks for ${name}, and ${value} is there for it: nothing else in the file uses it.`,
		applicability: "review",
		edits: [addArgument(module, call, isKeyword ? `${name}=${value}` : value)],
	};
}

/** The arguments with which the calling code can call a function that it only names; null where one that it asks for is not in sight. */
export function argumentsFor(
	project: Project,
	module: Module,
	{ module: home, node }: FunctionValue,
	at: ast.Node,
): string | null {
	const owner = enclosingFunction(module.tree, at.start);
	const given: string[] = [];
	for (const { name, kind, default: usual, annotation } of node.parameters) {
		if (usual !== null || kind.startsWith("var-")) continue;
		const type = annotation === null ? "" : lastName(home.text.slice(annotation.start, annotation.end));
		const isNamed = isBoundBefore(project, module, owner, at, name.name);
		const value = isNamed ? name.name : /^[A-Z]/.test(type) ? valueOfClass(module, owner, at, type) : null;
		if (value === null) return null;
		given.push(kind === "keyword-only" ? `${name.name}=${value}` : value);
	}
	return given.join(", ");
}

/**
 * `init(settings)` of `def init(app, settings)`: the value stands in another's place, and what belongs there is what the call lacks.
 * Undefined where no value for that place is in sight, null where none is shifted.
 */
function passShifted(
	project: Project,
	module: Module,
	owner: ast.FunctionDef | null,
	call: ast.Call,
	name: string,
): FixProposal | undefined | null {
	const place = call.args.findIndex((each) => each.type === "Name" && each.id === name);
	const at = call.args[place];
	if (at === undefined) return null;
	const wanted = parametersOf(project, module, call)[place]?.name.name;
	if (wanted === undefined) return undefined;
	const isNamed = isBoundBefore(project, module, owner, call, wanted);
	const value = isNamed ? wanted : valueOfType(project, module, owner, call, wanted);
	if (value === null || value === name) return undefined;
	return {
		title: `Pass ${value} in front of ${name}`,
		explanation: `The function takes ${wanted} there and ${name} behind it.`,
		applicability: "review",
		edits: [replaceText(module, at.start, at.start, `${value}, `)],
	};
}

/** `SUMMARY_LENGTH` for a `length`: the only constant of the file that is called so and that nothing in it uses. */
function idleConstant(module: Module, name: string): string | null {
	const found = [...boundNames(module.tree.body)].filter(
		(each) =>
			each === each.toUpperCase() && each.toLowerCase().split("_").includes(name.toLowerCase()) && !isNameUsed(module, each),
	);
	return found.length === 1 ? (found[0] ?? null) : null;
}

function isBoundBefore(project: Project, module: Module, owner: ast.FunctionDef | null, call: ast.Node, name: string): boolean {
	if (owner !== null)
		return owner.parameters.some((each) => each.name.name === name) || namesBefore(owner.body, call.start).has(name);
	const binding = project.trace.runs.get(module.name)?.namespace.names.get(name);
	return binding?.node != null && !binding.maybe && binding.node.end <= call.start;
}

/** What statements in front of a place bind, in whatever block around it; `with … as name` and `for name in …` around the place too. */
function namesBefore(body: readonly ast.Statement[], offset: number): ReadonlySet<string> {
	const before = boundNames(body.filter((each) => each.end <= offset));
	const around = body.find((each) => contains(each, offset));
	if (around === undefined) return before;
	if (around.type === "For" && around.iterable.end <= offset) addTargets(around.target, before);
	if (around.type === "With")
		for (const { target } of around.items) if (target !== null && target.end <= offset) addTargets(target, before);
	for (const block of blocksOf(around)) for (const name of namesBefore(block, offset)) before.add(name);
	return before;
}

/** The only value around the call that is made by the class, or declared with the type, that the parameter is annotated with. */
function valueOfType(
	project: Project,
	module: Module,
	owner: ast.FunctionDef | null,
	call: ast.Call,
	name: string,
): string | null {
	const definition = definitionOf(project, module, call);
	if (definition === null) return null;
	const annotation = definition.node.parameters.find((each) => each.name.name === name)?.annotation;
	const type = annotation == null ? "" : lastName(definition.module.text.slice(annotation.start, annotation.end));
	return /^[A-Z]/.test(type) ? valueOfClass(module, owner, call, type) : null;
}

/** The only value in front of a place that is made by the class of that name, or declared with it. */
function valueOfClass(module: Module, owner: ast.FunctionDef | null, call: ast.Node, type: string): string | null {
	const found = new Set<string>();
	for (const each of owner?.parameters ?? [])
		if (each.annotation !== null && lastName(module.text.slice(each.annotation.start, each.annotation.end)) === type)
			found.add(each.name.name);
	for (const body of owner === null ? [module.tree.body] : [owner.body, module.tree.body]) {
		for (const each of body) {
			if (each.type !== "Assign" || each.end > call.start || each.value.type !== "Call" || each.targets.length !== 1) continue;
			const [target] = each.targets;
			const { start, end } = each.value.callee;
			if (target?.type === "Name" && lastName(module.text.slice(start, end)) === type) found.add(target.id);
		}
		if (found.size > 0) break;
	}
	const [only, ...others] = found;
	return only !== undefined && others.length === 0 ? only : null;
}

/** The function of the project that the call runs, `__init__` where it makes an object. */
function definitionOf(project: Project, module: Module, call: ast.Call): FunctionValue | null {
	const scope = scopeOfModule(project, module);
	const callee = scope === null ? null : valueOfName(call.callee, scope);
	const definition = callee?.kind === "class" ? callee.namespace.names.get("__init__")?.value : callee;
	return definition?.kind === "function" ? definition : null;
}

/** The parameters that a call fills, in their order. */
function parametersOf(project: Project, module: Module, call: ast.Call): readonly ast.Parameter[] {
	const definition = definitionOf(project, module, call);
	if (definition === null || definition.node.type === "Lambda") return [];
	return definition.node.parameters.slice(definition.node.name.name === "__init__" ? 1 : 0);
}

/** `fastapi.FastAPI` and `"FastAPI"` are FastAPI here. */
function lastName(written: string): string {
	return /(?<!\w)(\w+)["']?$/.exec(written)?.[1] ?? "";
}
