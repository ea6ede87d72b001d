import type { Module } from "../../../project/project.ts";
import { boundNames } from "../../../python/scopes.ts";
import { dottedName, walk } from "../../../python/walk.ts";

/** The attributes that a file reads of a name, or of a dotted path. */
export function attributesRead(module: Module, owner: string): readonly string[] {
	const attributes = new Set<string>();
	walk(module.tree, (node) => {
		if (node.type === "Attribute" && dottedName(node.value) === owner) attributes.add(node.attribute.name);
	});
	return [...attributes];
}

/** Has a module all that a file reads of the name, so that the name may stand for the module itself? */
export function hasAttributesRead(importer: Module, name: string, module: Module): boolean {
	const bound = boundNames(module.tree.body);
	return module.isPackage || attributesRead(importer, name).every((attribute) => bound.has(attribute));
}
