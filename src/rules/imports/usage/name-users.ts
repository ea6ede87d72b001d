import type { Module, Project } from "../../../project/project.ts";
import { namesUsed } from "../../../python/rewrite/names.ts";
import { importsOf } from "../../../python/rewrite/remove-imports.ts";
import { walk } from "../../../python/walk.ts";
import { absoluteModule } from "../repair/symbol-homes.ts";

/** Does the file read, quote or delete the name anywhere? What imports bind is no use. */
export function isNameUsed(module: Module, name: string): boolean {
	const { firstUse, quoted } = namesUsed(module.tree);
	return firstUse.has(name) || quoted.has(name);
}

/** May another module of the project take this name from the module: by from-import, star import or attribute? */
export function isImportedElsewhere(project: Project, module: Module, name: string): boolean {
	const last = module.name.split(".").at(-1) ?? module.name;
	for (const other of project.modules.values()) {
		if (other.path === module.path || !other.text.includes(last)) continue;
		if (importsName(other, module, name) || readsAttribute(other, last, name)) return true;
	}
	return false;
}

function importsName(other: Module, module: Module, name: string): boolean {
	return importsOf(other.tree).some((statement) => {
		if (statement.type !== "ImportFrom") return false;
		if (!statement.star && !statement.names.some((alias) => alias.name.name === name)) return false;
		const asked = absoluteModule(other.name, other.isPackage, statement);
		// A module may be known by another name under another root: `app.core` and `backend.app.core`.
		return asked !== null && (asked === module.name || asked.endsWith(`.${module.name}`) || module.name.endsWith(`.${asked}`));
	});
}

/** `database.engine` where `database` was imported as a module; asked of any expression that ends so. */
function readsAttribute(other: Module, last: string, name: string): boolean {
	if (!other.text.includes(name)) return false;
	let found = false;
	const owners = new Set([last]);
	for (const statement of importsOf(other.tree)) {
		for (const alias of statement.names) {
			if (alias.asName && (alias.name.name === last || alias.name.name.endsWith(`.${last}`))) owners.add(alias.asName.name);
		}
	}
	walk(other.tree, (node) => {
		if (node.type === "Attribute" && node.attribute.name === name) {
			const owner = node.value.type === "Name" ? node.value.id : node.value.type === "Attribute" ? node.value.attribute.name : "";
			if (owners.has(owner)) found = true;
		}
		if (node.type === "Constant" && typeof node.value === "string" && node.value.endsWith(`${last}.${name}`)) found = true;
		return !found;
	});
	return found;
}
