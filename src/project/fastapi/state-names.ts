import type * as ast from "../../python/ast.ts";
import { walk } from "../../python/walk.ts";
import type { Project } from "../project.ts";

/** Names that any file of the project sets on something called `state`; null where it sets some that cannot be read. */
export function stateNames(project: Project): ReadonlySet<string> | null {
	const names = new Set<string>();
	let isOpen = false;
	for (const { text, tree } of project.modules.values()) {
		if (!text.includes("state")) continue;
		if (/setattr\(|\bstate\._state\b|\bState\(|vars\(|__dict__|\.state\s*=/.test(text)) isOpen = true;
		walk(tree, (each) => {
			const targets =
				each.type === "Assign" ? each.targets : each.type === "AnnAssign" || each.type === "AugAssign" ? [each.target] : [];
			for (const target of targets) collect(target, names);
			if (each.type === "With") for (const { target } of each.items) if (target !== null) collect(target, names);
		});
	}
	return isOpen ? null : names;
}

/** Whatever the object is called: the state may have been given another name. */
function collect(target: ast.Expression, names: Set<string>): void {
	walk(target, (each) => {
		if (each.type === "Attribute") names.add(each.attribute.name);
	});
}
