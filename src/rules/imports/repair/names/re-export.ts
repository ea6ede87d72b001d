import type { FixProposal } from "../../../../audit/fix.ts";
import type { Module, Project } from "../../../../project/project.ts";
import { boundNames } from "../../../../python/scopes.ts";
import { dottedName } from "../../../../python/walk.ts";
import { attributeAt } from "../../../repair/attributes/attribute-at.ts";
import { attributesRead } from "../../../repair/attributes/attributes-read.ts";
import { ownModules } from "../../../repair/modules/module-spelling.ts";
import { definesName } from "../../../repair/names/symbol-homes.ts";
import type { FailureOf } from "../../../repair/trial/import-failures.ts";
import { mends } from "../../../repair/trial/trial.ts";

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
	const folder = init === undefined ? folderOf(own, owner) : null;
	if (via !== "module" || !(init === undefined ? folder !== null : init.isPackage) || !written) return null;
	const bound = boundNames(init?.tree.body ?? []);
	const read = new Set([...own.values()].flatMap((module) => attributesRead(module, written)));
	const names = [...new Set([name, ...[...read].sort()])].flatMap((each) => {
		const home = bound.has(each) || own.has(`${owner}.${each}`) ? null : homeBelow(own, owner, each);
		return home === null ? [] : [{ name: each, home }];
	});
	if (names[0]?.name !== name) return null;
	const path = init?.path ?? `${folder}/__init__.py`;
	const homes = [...new Set(names.map((each) => each.home))];
	const lines = homes.map((home) => {
		const items = names.filter((each) => each.home === home).map((each) => each.name);
		return `from ${home} import ${items.join(", ")}\n`;
	});
	const proposal: FixProposal = {
		title: `Import ${names.map((each) => each.name).join(", ")} in ${path}`,
		explanation: `${owner} is a package; what its modules define is in it only where its __init__.py imports it.`,
		applicability: "review",
		edits: init === undefined ? [{ path, range: { start: 0, end: 0 }, newText: lines.join("") }] : [],
		needs: init === undefined ? [] : names.map((each) => ({ path, module: each.home, name: each.name })),
	};
	return mends(project, proposal, failure) ? proposal : null;
}

/** The one folder of a package without `__init__.py`, by the modules that lie in it. */
function folderOf(own: ReadonlyMap<string, Module>, owner: string): string | null {
	const folders = new Set<string>();
	for (const [dotted, { path, isPackage }] of own) {
		const rest = dotted.startsWith(`${owner}.`) ? dotted.slice(owner.length + 1) : "";
		if (rest !== "" && !rest.includes(".") && !isPackage) folders.add(path.slice(0, path.lastIndexOf("/")));
	}
	const [only, ...others] = folders;
	return only !== undefined && only !== "" && others.length === 0 ? only : null;
}

/** The module below a package that defines a name, or else one that imports it. */
function homeBelow(own: ReadonlyMap<string, Module>, owner: string, name: string): string | null {
	const below = [...own].filter(([dotted]) => dotted.startsWith(`${owner}.`)).sort(([a], [b]) => (a < b ? -1 : 1));
	const defining = below.filter(([, { tree }]) => definesName(tree, name));
	if (defining.length > 1) return null;
	const found = defining[0] ?? below.find(([, { tree }]) => boundNames(tree.body).has(name));
	return found?.[0] ?? null;
}
