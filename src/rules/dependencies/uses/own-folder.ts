import type * as ast from "../../../python/ast.ts";
import { contains, walk } from "../../../python/walk.ts";
import type { ThirdPartyUse } from "./third-party-uses.ts";

/**
 * Has a folder of the project without `__init__.py` all that an import asks of a name? Python takes it where no package of that name
 * is installed. `has` answers for dotted names of own modules.
 */
export function isInOwnFolder({ name, module, range }: ThirdPartyUse, has: (dotted: string) => boolean): boolean {
	let found = false;
	walk(module.tree, (node) => {
		if (node.type === "ImportFrom" || node.type === "Import") {
			if (contains(node, range.start)) found = asksFor(node, name).every(has);
			return false;
		}
		return !found;
	});
	return found;
}

/** The modules that must be there for an import to succeed, as far as the folder of a name is concerned. */
function asksFor(node: ast.ImportFrom | ast.Import, name: string): readonly string[] {
	const isBelow = (dotted: string) => dotted === name || dotted.startsWith(`${name}.`);
	if (node.type === "Import") return node.names.map((each) => each.name.name).filter(isBelow);
	if (node.module !== name) return [node.module];
	return node.star ? [name] : node.names.map((each) => `${name}.${each.name.name}`);
}
