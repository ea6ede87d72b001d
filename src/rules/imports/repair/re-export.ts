import type { FixProposal } from "../../../audit/fix.ts";
import type { Module, Project } from "../../../project/project.ts";
import { boundNames } from "../../../python/scopes.ts";
import { dottedName } from "../../../python/walk.ts";
import { attributeAt } from "./attribute-at.ts";
import { attributesRead } from "./attributes-read.ts";
import type { FailureOf } from "./import-failures.ts";
import { ownModules } from "./module-spelling.ts";
import { definesName } from "./symbol-homes.ts";
import { mends } from "./trial.ts";

/**
 * `models.User` after `models.py` became a package: its `__init__.py` imports what its modules define and the project reads of it,
 * so that every reader finds it where it was. Null where no module of the package has the name.
 */
export function reExport(project: Project, failure: FailureOf<"attribute-missing">): FixProposal | null {
	const { owner, name, via } = failure.detail;
	const own = ownModules(project);
	const init = own.get(owner);
	const node = attributeAt(failure);
	const written = node && dottedName(node.value);
	if (via !== "module" || init?.isPackage !== true || !written) return null;
	const bound = boundNames(init.tree.body);
	const read = new Set([...own.values()].flatMap((module) => attributesRead(module, written)));
	const names = [...new Set([name, ...[...read].sort()])].flatMap((each) => {
		const home = bound.has(each) || own.has(`${owner}.${each}`) ? null : homeBelow(own, owner, each);
		return home === null ? [] : [{ name: each, home }];
	});
	if (names[0]?.name !== name) return null;
	const proposal: FixProposal = {
		title: `Import ${names.map((each) => each.name).join(", ")} in ${init.path}`,
		explanation: `${owner} is a package; what its modules define is in it only where its __init__.py imports it.`,
		applicability: "review",
		edits: [],
		needs: names.map((each) => ({ path: init.path, module: each.home, name: each.name })),
	};
	return mends(project, proposal, failure) ? proposal : null;
}

/** The module below a package that defines a name, or else one that imports it. */
function homeBelow(own: ReadonlyMap<string, Module>, owner: string, name: string): string | null {
	const below = [...own].filter(([dotted]) => dotted.startsWith(`${owner}.`)).sort(([a], [b]) => (a < b ? -1 : 1));
	const defining = below.filter(([, { tree }]) => definesName(tree, name));
	if (defining.length > 1) return null;
	const found = defining[0] ?? below.find(([, { tree }]) => boundNames(tree.body).has(name));
	return found?.[0] ?? null;
}
