import type { FixProposal } from "../../../../audit/fix.ts";
import type { Module, Project } from "../../../../project/project.ts";
import type * as ast from "../../../../python/ast.ts";
import { replaceText } from "../../../../python/rewrite/source.ts";
import { boundNames } from "../../../../python/scopes.ts";
import { ownModules } from "../../../repair/modules/module-spelling.ts";
import { absoluteModule } from "../../../repair/names/symbol-homes.ts";

/** Puts a name into the `__all__` of a module that has it, and from which everything is imported: `__all__` leaves it out. */
export function addToAll(project: Project, module: Module, name: string): FixProposal | null {
	for (const statement of module.tree.body) {
		if (statement.type !== "ImportFrom" || !statement.star) continue;
		const source = ownModules(project).get(absoluteModule(module.name, module.isPackage, statement) ?? "");
		if (source === undefined || !boundNames(source.tree.body).has(name)) continue;
		const list = listOfAll(source.tree);
		const last = list?.items.at(-1);
		if (last?.type !== "Constant") continue;
		return {
			title: `Name ${name} in the __all__ of ${source.name}`,
			explanation: `from ${source.name} import * takes only what its __all__ names; ${name} is there and not named.`,
			applicability: "safe",
			edits: [replaceText(source, last.end, last.end, `${separatorOf(source, list)}"${name}"`)],
		};
	}
	return null;
}

/** The list or tuple of texts that the only assignment to `__all__` gives. */
function listOfAll(tree: ast.Module): ast.Sequence | null {
	const assigned = tree.body.filter(
		(each) => each.type === "Assign" && each.targets.some((target) => target.type === "Name" && target.id === "__all__"),
	);
	const [only] = assigned;
	return assigned.length === 1 && only?.type === "Assign" && only.value.type === "Sequence" ? only.value : null;
}

/** What stands between two entries of the list, line breaks and indentation too. */
function separatorOf(source: Module, list: ast.Sequence | null): string {
	const [before, last] = list?.items.slice(-2) ?? [];
	const between = before === undefined || last === undefined ? "" : source.text.slice(before.end, last.start);
	return /^,\s+$/.test(between) ? between : ", ";
}
