import type * as ast from "../ast.ts";

/** Names as a file uses them, for the question whether an import is still needed. */
export interface NameUse {
	/** Names read, written or deleted by an expression, with the offset of their first use. */
	readonly firstUse: ReadonlyMap<string, number>;
	/** Words inside string literals: a quoted annotation, `__all__` or a lookup by name may mean them. */
	readonly quoted: ReadonlySet<string>;
}

/** Collects every use of a name in a file; what an import statement binds is no use. Never says "unused" where it could be used. */
export function namesUsed(tree: ast.Module): NameUse {
	const firstUse = new Map<string, number>();
	const quoted = new Set<string>();
	const pending: unknown[] = [...tree.body];
	while (pending.length > 0) {
		const value = pending.pop();
		if (Array.isArray(value)) {
			pending.push(...value);
			continue;
		}
		if (typeof value === "string") {
			for (const word of value.match(/[\p{L}_][\p{L}\p{N}_]*/gu) ?? []) quoted.add(word);
			continue;
		}
		if (typeof value !== "object" || value === null) continue;
		const node = value as Partial<ast.Expression | ast.Statement>;
		if (node.type === "Import" || node.type === "ImportFrom") continue;
		if (node.type === "Name" && node.id !== undefined) noteUse(firstUse, node.id, node.start ?? 0);
		if (node.type === "Constant" && node.literal !== "string") continue;
		pending.push(...operandsOf(value));
	}
	return { firstUse, quoted };
}

/** What a node is made of; the words that name its kind are no content. */
function operandsOf(node: object): unknown[] {
	const parts: unknown[] = [];
	for (const [field, part] of Object.entries(node)) {
		if (field === "type" || field === "literal" || field === "kind" || field === "operator" || field === "operators") continue;
		parts.push(part);
	}
	return parts;
}

function noteUse(firstUse: Map<string, number>, name: string, offset: number): void {
	const known = firstUse.get(name);
	if (known === undefined || offset < known) firstUse.set(name, offset);
}

/** The name that an import binds in its namespace: `import a.b` binds `a`. */
export function boundName(statement: ast.Import | ast.ImportFrom, alias: ast.Alias): string {
	if (alias.asName) return alias.asName.name;
	return statement.type === "Import" ? (alias.name.name.split(".")[0] ?? "") : alias.name.name;
}
