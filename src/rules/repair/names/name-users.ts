import type { Module, Project } from "../../../project/project.ts";
import type * as ast from "../../../python/ast.ts";
import { spend } from "../../../python/effort.ts";
import { namesUsed } from "../../../python/rewrite/names.ts";
import { importsOf } from "../../../python/rewrite/remove-imports.ts";
import { walk } from "../../../python/walk.ts";
import { absoluteModule } from "./symbol-homes.ts";

/** Does the file read, quote or delete the name anywhere? What imports bind is no use. */
export function isNameUsed(module: Module, name: string): boolean {
	const { firstUse, quoted } = namesUsed(module.tree);
	return firstUse.has(name) || quoted.has(name);
}

/** May another module of the project take this name from the module: by from-import, star import or attribute? */
export function isImportedElsewhere(project: Project, module: Module, name: string): boolean {
	const last = module.name.split(".").at(-1) ?? module.name;
	for (const other of project.modules.values()) {
		if (other.path === module.path) continue;
		const uses = usesOf(other.tree);
		if (importsName(uses, other, module, name) || readsAttribute(uses, last, name)) return true;
	}
	return false;
}

/** What a file takes from others, put together once: each of its imports may be asked about by every other file. */
interface Uses {
	/** From-imports by each name that they take; star imports by `*`. */
	readonly fromImports: ReadonlyMap<string, readonly ast.ImportFrom[]>;
	/** What a module is called here, by the last part of its name. */
	readonly aliases: ReadonlyMap<string, ReadonlySet<string>>;
	/** By the name of an attribute: what it is read of (the last part, `database` for `core.database.engine`). */
	readonly reads: ReadonlyMap<string, ReadonlySet<string>>;
	/** By their last part: what stands before it in texts such as `"app.core.engine"`. */
	readonly texts: ReadonlyMap<string, readonly string[]>;
}

const known = new WeakMap<ast.Module, Uses>();

function usesOf(tree: ast.Module): Uses {
	const found = known.get(tree) ?? readUses(tree);
	known.set(tree, found);
	return found;
}

function readUses(tree: ast.Module): Uses {
	const fromImports = new Map<string, ast.ImportFrom[]>();
	const aliases = new Map<string, Set<string>>();
	const reads = new Map<string, Set<string>>();
	const texts = new Map<string, string[]>();
	for (const statement of importsOf(tree)) {
		if (statement.type === "ImportFrom") {
			const taken = statement.star ? ["*"] : statement.names.map((alias) => alias.name.name);
			for (const name of taken) listIn(fromImports, name).push(statement);
		}
		for (const { name, asName } of statement.names) {
			if (asName !== null) setIn(aliases, name.name.slice(name.name.lastIndexOf(".") + 1)).add(asName.name);
		}
	}
	walk(tree, (node) => {
		if (node.type === "Attribute") {
			const owner = node.value.type === "Name" ? node.value.id : node.value.type === "Attribute" ? node.value.attribute.name : "";
			if (owner !== "") setIn(reads, node.attribute.name).add(owner);
		}
		if (node.type === "Constant" && typeof node.value === "string") {
			const dot = node.value.lastIndexOf(".");
			if (dot > 0) listIn(texts, node.value.slice(dot + 1)).push(node.value.slice(0, dot));
		}
	});
	return { fromImports, aliases, reads, texts };
}

function importsName(uses: Uses, other: Module, module: Module, name: string): boolean {
	const statements = [...(uses.fromImports.get(name) ?? []), ...(uses.fromImports.get("*") ?? [])];
	spend(statements.length);
	return statements.some((statement) => {
		const asked = absoluteModule(other.name, other.isPackage, statement);
		// A module may be known by another name under another root: `app.core` and `backend.app.core`.
		return asked !== null && (asked === module.name || asked.endsWith(`.${module.name}`) || module.name.endsWith(`.${asked}`));
	});
}

/** `database.engine` where `database` was imported as a module; asked of any expression that ends so, and of texts that name it. */
function readsAttribute(uses: Uses, last: string, name: string): boolean {
	const owners = uses.reads.get(name);
	if (owners?.has(last)) return true;
	if (owners && [...(uses.aliases.get(last) ?? [])].some((alias) => owners.has(alias))) return true;
	return uses.texts.get(name)?.some((before) => before.endsWith(last)) ?? false;
}

function listIn<Item>(map: Map<string, Item[]>, key: string): Item[] {
	const list = map.get(key) ?? [];
	map.set(key, list);
	return list;
}

function setIn(map: Map<string, Set<string>>, key: string): Set<string> {
	const set = map.get(key) ?? new Set();
	map.set(key, set);
	return set;
}
