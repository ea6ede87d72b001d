import type * as ast from "../ast.ts";

/** Names as a file uses them, for the question whether an import is still needed. */
export interface NameUse {
	/** Names read, written or deleted by an expression, with the offset of their first use. */
	readonly firstUse: ReadonlyMap<string, number>;
	/** Words of string literals that may be read as code: a quoted annotation, an entry of `__all__`, a lookup by name. */
	readonly quoted: ReadonlySet<string>;
}

const usesByTree = new WeakMap<ast.Module, NameUse>();

/** Every use of a name in a file; what an import statement binds is no use. In doubt a name counts as used. */
export function namesUsed(tree: ast.Module): NameUse {
	let uses = usesByTree.get(tree);
	if (uses === undefined) {
		uses = collectUses(tree);
		usesByTree.set(tree, uses);
	}
	return uses;
}

function collectUses(tree: ast.Module): NameUse {
	const firstUse = new Map<string, number>();
	const quoted = new Set<string>();
	const pending: unknown[] = [...tree.body];
	while (pending.length > 0) {
		const value = pending.pop();
		if (typeof value !== "object" || value === null) continue;
		const node = value as Partial<ast.Expression | ast.Statement>;
		if (node.type === "Import" || node.type === "ImportFrom" || isTextAlone(node)) continue;
		if (node.type === "Name" && node.id !== undefined) noteUse(firstUse, node.id, node.start ?? 0);
		else if (node.type === "Constant") for (const word of wordsOfCode(node.value)) quoted.add(word);
		else pending.push(...Object.values(value));
	}
	return { firstUse, quoted };
}

/** The name that an import binds in its namespace: `import a.b` binds `a`. */
export function boundName(statement: ast.Import | ast.ImportFrom, alias: ast.Alias): string {
	if (alias.asName) return alias.asName.name;
	return statement.type === "Import" ? (alias.name.name.split(".")[0] ?? "") : alias.name.name;
}

/** A docstring, or a string that stands for a comment. */
function isTextAlone(node: Partial<ast.Expression | ast.Statement>): boolean {
	return node.type === "ExpressionStatement" && node.value?.type === "Constant";
}

/** `Optional[User]`, `User | None` and `User` are code; prose is not. */
const codeLike = /^\s*[\p{L}_][\p{L}\p{N}_.]*\s*($|[[|,(])/u;

function wordsOfCode(value: unknown): readonly string[] {
	if (typeof value !== "string" || value.length > 500 || !codeLike.test(value)) return [];
	return value.match(/[\p{L}_][\p{L}\p{N}_]*/gu) ?? [];
}

function noteUse(firstUse: Map<string, number>, name: string, offset: number): void {
	const known = firstUse.get(name);
	if (known === undefined || offset < known) firstUse.set(name, offset);
}
