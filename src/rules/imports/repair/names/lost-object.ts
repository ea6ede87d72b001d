import type { FixProposal } from "../../../../audit/fix.ts";
import type { Module, Project } from "../../../../project/project.ts";
import type * as ast from "../../../../python/ast.ts";
import { referencesTo } from "../../../../python/references.ts";
import { insertAfter } from "../../../../python/rewrite/statements.ts";
import { boundNames } from "../../../../python/scopes.ts";
import { walk } from "../../../../python/walk.ts";
import { ownModules } from "../../../repair/modules/module-spelling.ts";
import type { FailureOf } from "../../../repair/trial/import-failures.ts";

/**
 * `from registry import registry` of a module that has a class Registry, and lost the line that made an object of it: the line comes back
 * where everything that is read of the name is a member of such objects. Null for everything else.
 */
export function makeObjectAgain(
	project: Project,
	{ detail, module }: FailureOf<"name-not-in-module">,
	local: string,
): FixProposal | null {
	const source = ownModules(project).get(detail.source);
	const owner = source && classCalled(source, detail.name);
	if (source === undefined || owner === undefined || /^[A-Z]/.test(detail.name)) return null;
	const read = membersRead(module, local);
	const members = membersOfObjects(owner);
	const inherits = owner.bases.length > 0;
	if (read === null || read.size === 0 || [...read].some((name) => !members.has(name) && !inherits)) return null;
	const line = `${detail.name} = ${owner.name.name}()`;
	return {
		title: `Make ${detail.name} again`,
		explanation: `${detail.source} has the class ${owner.name.name} and no object of it; what is read of ${detail.name} are members of such an object.`,
		applicability: "review",
		edits: [insertAfter(source, owner, `\n\n${line}`)],
	};
}

/** `settings` and `Settings`, `task_queue` and `TaskQueue`. */
function classCalled(source: Module, name: string): ast.ClassDef | undefined {
	const plain = name.replaceAll("_", "").toLowerCase();
	return source.tree.body.find(
		(each): each is ast.ClassDef => each.type === "ClassDef" && each.name.name.toLowerCase() === plain,
	);
}

/** What a module reads of a name; null where it uses it in another way. */
function membersRead(module: Module, name: string): ReadonlySet<string> | null {
	const uses = new Set<ast.Node>(referencesTo(module.tree, name));
	const members = new Set<string>();
	walk(module.tree, (node) => {
		if (node.type === "Attribute" && uses.delete(node.value)) members.add(node.attribute.name);
	});
	return uses.size === 0 ? members : null;
}

/** Methods that want an object, fields, and what methods set on `self`. */
function membersOfObjects(owner: ast.ClassDef): ReadonlySet<string> {
	const members = new Set<string>();
	for (const each of owner.body) {
		if (each.type === "FunctionDef" && each.parameters[0]?.name.name === "self") members.add(each.name.name);
		if (each.type === "AnnAssign" || each.type === "Assign") for (const name of boundNames([each])) members.add(name);
		if (each.type === "AnnAssign" && each.target.type === "Name") members.add(each.target.id);
	}
	walk(owner, (each) => {
		if (each.type === "Attribute" && each.value.type === "Name" && each.value.id === "self") members.add(each.attribute.name);
	});
	return members;
}
