import type * as ast from "../../python/ast.ts";
import { enclosingFunction } from "../../python/rewrite/enclosing.ts";
import { walk } from "../../python/walk.ts";
import type { Value } from "../imports/values.ts";
import type { Module, Project } from "../project.ts";

/**
 * The expression that makes a value which is handed over: the argument itself, or where that is a name, what is assigned to it in the module
 * that makes it. Null where no plain assignment does.
 */
export function writtenValue(
	project: Project,
	module: Module,
	written: ast.Expression | null,
	value: Value,
): { readonly node: ast.Expression; readonly module: Module } | null {
	if (written === null) return null;
	if (written.type !== "Name" && written.type !== "Attribute") return { node: written, module };
	const name = written.type === "Name" ? written.id : written.attribute.name;
	const own = written.type === "Name" ? (assignedInside(module, written) ?? assigned(project, module, name, value)) : null;
	if (own !== null) return own;
	for (const each of project.modules.values()) {
		const found = each === module ? null : assigned(project, each, name, value);
		if (found !== null) return found;
	}
	return null;
}

/** What the only line that binds the name in the function around it assigns to it: a factory's own list. */
function assignedInside(module: Module, written: ast.Name): ReturnType<typeof writtenValue> {
	const made: ast.Expression[] = [];
	let others = 0;
	for (const statement of enclosingFunction(module.tree, written.start)?.body ?? [])
		walk(statement, (each) => {
			const targets = each.type === "Assign" ? each.targets : each.type === "AnnAssign" ? [each.target] : [];
			if (!targets.some((target) => target.type === "Name" && target.id === written.id)) return;
			if ((each.type === "Assign" || each.type === "AnnAssign") && each === statement && each.value !== null)
				made.push(each.value);
			else others++;
		});
	const [only, ...further] = made;
	return only === undefined || further.length > 0 || others > 0 ? null : { node: only, module };
}

function assigned(project: Project, module: Module, name: string, value: Value): ReturnType<typeof writtenValue> {
	const binding = project.trace.runs.get(module.name)?.namespace.names.get(name);
	if (binding === undefined || binding.maybe || binding.value !== value) return null;
	const statement = module.tree.body.find((each) => each === binding.node);
	const made = statement?.type === "Assign" || statement?.type === "AnnAssign" ? statement.value : null;
	return made === null ? null : { node: made, module };
}
