import type { FixProposal } from "../../../audit/fix.ts";
import { scopeOfModule } from "../../../project/models/name-scope.ts";
import { valueOfName } from "../../../project/models/type-form.ts";
import type { Module, Project } from "../../../project/project.ts";
import type * as ast from "../../../python/ast.ts";
import { addArgument } from "../../../python/rewrite/arguments.ts";
import { enclosingFunction } from "../../../python/rewrite/enclosing.ts";
import { boundNames } from "../../../python/scopes.ts";

/** A required parameter that the calling place has a value for, by its name or by its type: `register_routes()` where `app` is bound. */
export function passArgument(project: Project, module: Module, call: ast.Call, error: string): FixProposal | undefined {
	const name = /missing 1 required (?:positional|keyword-only) argument: '(\w+)'$/.exec(error)?.[1];
	if (name === undefined || call.args.some((each) => each.type === "Starred")) return undefined;
	const owner = enclosingFunction(module.tree, call.start);
	const isNamed = isBoundBefore(project, module, owner, call, name);
	const value = isNamed ? name : valueOfType(project, module, owner, call, name);
	if (value === null) return undefined;
	const isKeyword = call.keywords.length > 0 || error.includes("keyword-only");
	return {
		title: `Pass ${value}`,
		explanation: isNamed
			? `The function asks for ${name}, and the calling code has a value of that name.`
			: `The function asks for ${name}, and ${value} is the only value of that type in the calling code.`,
		applicability: "review",
		edits: [addArgument(module, call, isKeyword ? `${name}=${value}` : value)],
	};
}

function isBoundBefore(project: Project, module: Module, owner: ast.FunctionDef | null, call: ast.Call, name: string): boolean {
	if (owner !== null) {
		// By an assignment, `with … as name` or `for name in …` in front of the call, in whatever block around it.
		const before = module.text.slice(owner.start, call.start);
		const isWritten = new RegExp(`\\bas ${name}\\b|\\bfor ${name}\\b|(?<![.\\w])${name}\\s*(?::[^=\\n]+)?=(?!=)`).test(before);
		const isAssigned = isWritten && boundNames(owner.body).has(name);
		return isAssigned || owner.parameters.some((each) => each.name.name === name);
	}
	const binding = project.trace.runs.get(module.name)?.namespace.names.get(name);
	return binding?.node != null && !binding.maybe && binding.node.end <= call.start;
}

/** The only value around the call that is made by the class, or declared with the type, that the parameter is annotated with. */
function valueOfType(
	project: Project,
	module: Module,
	owner: ast.FunctionDef | null,
	call: ast.Call,
	name: string,
): string | null {
	const scope = scopeOfModule(project, module);
	const callee = scope === null ? null : valueOfName(call.callee, scope);
	const definition = callee?.kind === "class" ? callee.namespace.names.get("__init__")?.value : callee;
	if (definition?.kind !== "function") return null;
	const annotation = definition.node.parameters.find((each) => each.name.name === name)?.annotation;
	const type = annotation == null ? "" : lastName(definition.module.text.slice(annotation.start, annotation.end));
	if (!/^[A-Z]/.test(type)) return null;
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

/** `fastapi.FastAPI` and `"FastAPI"` are FastAPI here. */
function lastName(written: string): string {
	return /(?<!\w)(\w+)["']?$/.exec(written)?.[1] ?? "";
}
