import type { FixProposal } from "../../../audit/fix.ts";
import type { Call } from "../../../project/imports/trace.ts";
import type { FunctionValue } from "../../../project/imports/values.ts";
import { scopeOfModule } from "../../../project/models/name-scope.ts";
import { valueOfName } from "../../../project/models/type-form.ts";
import type { Module, Project } from "../../../project/project.ts";
import type * as ast from "../../../python/ast.ts";
import { indentAt, lineBreakOf, replaceText } from "../../../python/rewrite/source.ts";
import { dottedName, isGenerator, walk } from "../../../python/walk.ts";

/**
 * `app = app.include_router(users)` keeps what the method gives, which is None: the call stands by itself then, and the name goes on standing for
 * the application. `router = APIRouter().include_router(users)` becomes two lines. Undefined where no such assignment to the name is found.
 */
export function keepTheOwner(project: Project, name: string): FixProposal | undefined {
	for (const call of project.trace.calls) {
		const { callee, result, module, node } = call;
		if (callee.kind !== "bound-method" || callee.function !== null || !call.reached) continue;
		if (result.kind !== "constant" || result.value !== null || !module.text.includes(name)) continue;
		const statement = assignmentOf(call, name);
		if (statement === null || node.callee.type !== "Attribute") continue;
		const owner = node.callee.value;
		const method = node.callee.attribute.name;
		const words = {
			title: `Let ${name} stand for the object, not for what ${method} gives`,
			explanation: `${method} changes the object that it is called on and returns None.`,
			applicability: "safe" as const,
		};
		if (dottedName(owner) === name) return { ...words, edits: [replaceText(module, statement.start, node.start, "")] };
		if (owner.type !== "Call") continue;
		const { text } = module;
		const eol = `${lineBreakOf(text)}${indentAt(text, statement.start)}`;
		return { ...words, edits: [replaceText(module, owner.end, owner.end, `${eol}${name}`)] };
	}
	return undefined;
}

/**
 * `app = add_routers(app)` of a function that gives nothing back: the call stands by itself then. `module` is where None was met, by that
 * name.
 */
export function keepTheArgument(project: Project, module: Module, name: string): FixProposal | undefined {
	const scope = scopeOfModule(project, module);
	const found: { readonly statement: ast.Assign; readonly call: ast.Call }[] = [];
	walk(module.tree, (each) => {
		const target = each.type === "Assign" && each.targets.length === 1 ? each.targets[0] : undefined;
		if (each.type !== "Assign" || target?.type !== "Name" || target.id !== name || each.value.type !== "Call") return;
		const callee = scope === null ? null : valueOfName(each.value.callee, scope);
		const isHandedOver = each.value.args.some((given) => given.type === "Name" && given.id === name);
		if (isHandedOver && callee?.kind === "function" && givesNothingBack(callee))
			found.push({ statement: each, call: each.value });
	});
	const [only, ...others] = found;
	if (only === undefined || others.length > 0) return undefined;
	return {
		title: `Let ${name} stand for the object, not for what the function gives`,
		explanation: `${dottedName(only.call.callee) ?? "The function"} works on ${name} and returns None.`,
		applicability: "safe",
		edits: [replaceText(module, only.statement.start, only.call.start, "")],
	};
}

/** Is it a plain function without any `return` of a value? */
function givesNothingBack({ node, decorators }: FunctionValue): boolean {
	if (node.type === "Lambda" || node.isAsync || decorators.length > 0 || isGenerator(node)) return false;
	let gives = false;
	walk(node.body, (each) => {
		if (each.type === "Return" && each.value !== null) gives = true;
		return each.type !== "FunctionDef" && each.type !== "Lambda";
	});
	return !gives;
}

/** The statement that does nothing but bind the name to what the call gives. */
function assignmentOf({ module, node }: Call, name: string): ast.Assign | null {
	let found: ast.Assign | null = null;
	walk(module.tree, (each) => {
		if (each.type === "Assign" && each.value === node) {
			const [target, ...others] = each.targets;
			if (target?.type === "Name" && target.id === name && others.length === 0) found = each;
		}
		return found === null;
	});
	return found;
}
