import type { ModuleTable, NameTable, TableName } from "./module-table.ts";

/**
 * A table as one line of text: JSON with the number of names in their place, then a name and what it is bound to as JSON, in turn, tabs
 * between all of them. So a name that nobody asks for costs no more than finding its end: few are asked for, and most of a
 * table is names.
 */
export function writeTable(table: ModuleTable): string {
	const names = [...table.names.keys()];
	const head = JSON.stringify({ ...table, names: names.length });
	return [head, ...names.flatMap((name) => [name, JSON.stringify(table.names.get(name))])].join("\t");
}

/** Reads what {@link writeTable} wrote; null for anything else. */
export function readTable(text: string): ModuleTable | null {
	const [head = "", ...fields] = text.split("\t");
	try {
		const rest: Omit<ModuleTable, "names"> & { readonly names: unknown } = JSON.parse(head);
		const isWhole = Array.isArray(rest.stars) && Array.isArray(rest.imports) && rest.names === fields.length / 2;
		return isWhole ? { ...rest, names: new WrittenNames(fields) } : null;
	} catch {
		return null;
	}
}

/** Names whose bindings are parsed when somebody asks. One that cannot be parsed may be anything. */
class WrittenNames implements NameTable {
	private readonly texts = new Map<string, string>();
	private readonly parsed = new Map<string, TableName>();

	constructor(fields: readonly string[]) {
		for (let index = 0; index < fields.length; index += 2) this.texts.set(fields[index] ?? "", fields[index + 1] ?? "");
	}

	has(name: string): boolean {
		return this.texts.has(name);
	}

	keys(): MapIterator<string> {
		return this.texts.keys();
	}

	get(name: string): TableName | undefined {
		const text = this.texts.get(name);
		if (text === undefined) return undefined;
		let found = this.parsed.get(name);
		if (found === undefined) {
			found = parseName(text);
			this.parsed.set(name, found);
		}
		return found;
	}
}

function parseName(text: string): TableName {
	try {
		return JSON.parse(text);
	} catch {
		return { slot: { kind: "maybe", slot: { kind: "unknown" } }, stars: 0 };
	}
}
