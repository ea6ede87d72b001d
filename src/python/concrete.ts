import Parser from "tree-sitter";
import Python from "tree-sitter-python";
import { typeParameterDefaults } from "./type-parameter-defaults.ts";

/** A named node of tree-sitter's concrete tree, copied out of native memory: the copy is several times cheaper to walk. */
export interface ConcreteNode {
	readonly type: string;
	/** The role in its parent (`left`, `body`), or null. */
	readonly field: string | null;
	readonly start: number;
	readonly end: number;
	readonly children: readonly ConcreteNode[];
}

export interface ConcreteTree {
	readonly root: ConcreteNode;
	/** Places tree-sitter could not fit into the grammar: errors cover unexpected text, missing ones are empty. */
	readonly faults: readonly ConcreteFault[];
	/** Offset of the first node that lies so deep that it is left out, or null. */
	readonly cutAt: number | null;
}

export interface ConcreteFault {
	readonly start: number;
	readonly end: number;
	/** The token that should stand here, or null where text is unexpected. */
	readonly missing: string | null;
}

let parser: Parser | null = null;
const typeNames: (string | undefined)[] = [];
/** Types without children that matter to us: their insides are never copied. */
const leaves = new Set([
	"identifier",
	"integer",
	"float",
	"string_start",
	"string_end",
	"string_content",
	"comment",
	"dotted_name",
]);

/** Parses Python text; any text gives a tree. */
export function parseConcrete(text: string): ConcreteTree {
	if (parser === null) {
		parser = new Parser();
		// Without node type information the binding makes no class per node type, which takes longer than parsing a small backend;
		// we read nodes through a cursor only. The grammar package's own type names its language loosely.
		const grammar = Python as unknown as { readonly name: string; readonly language: unknown };
		parser.setLanguage({ name: grammar.name, language: grammar.language, nodeTypeInfo: [] } as unknown as Parser.Language);
	}
	const joined = withoutDefaults(text.includes("\\") ? text.replace(longContinuation, (run) => " ".repeat(run.length)) : text);
	// The binding refuses texts longer than its buffer, which is counted in UTF-16 bytes.
	const tree = parser.parse(joined, undefined, { bufferSize: Math.max(32 * 1024, text.length * 2 + 2) });
	const cursor = tree.walk();
	const cuts: number[] = [];
	const root = copy(cursor, cuts);
	return { root, faults: tree.rootNode.hasError ? listFaults(tree.rootNode) : [], cutAt: cuts[0] ?? null };
}

/** Many line continuations with nothing between them, which the grammar's scanner takes quadratic time for; they mean what blanks mean. */
const longContinuation = /(?:\\\r?\n[ \t]{0,200}){50,10000}/g;

function withoutDefaults(text: string): string {
	let result = text;
	for (const { start, end } of typeParameterDefaults(text))
		result = `${result.slice(0, start)}${" ".repeat(end - start)}${result.slice(end)}`;
	return result;
}

/** Copies the node under the cursor. Iterative over siblings, recursive over depth; what lies deeper than `maxDepth` goes to `cuts`. */
function copy(cursor: Parser.TreeCursor, cuts: number[], depth = 0): ConcreteNode {
	const id = cursor.nodeTypeId;
	let type = typeNames[id];
	if (type === undefined) {
		type = cursor.nodeType;
		// ERROR has an id outside the table's range; a plain array would become sparse and slow.
		if (id < 4096) typeNames[id] = type;
	}
	const isLeaf = leaves.has(type);
	// A cut node must not be taken for one whose parts are missing.
	const isCut = !isLeaf && depth === maxDepth;
	if (isCut) type = "too_deep";
	const children: ConcreteNode[] = [];
	const start = cursor.startIndex;
	const end = cursor.endIndex;
	const field = depth === 0 ? null : (cursor.currentFieldName ?? null);
	if (isCut) cuts.push(start);
	if (!isLeaf && !isCut && cursor.gotoFirstChild()) {
		do {
			if (cursor.nodeIsNamed) children.push(copy(cursor, cuts, depth + 1));
		} while (cursor.gotoNextSibling());
		cursor.gotoParent();
	}
	return { type, field, start, end, children };
}

/**
 * CPython itself gives up at about 200 nested parentheses or 100 indents; each costs one or two concrete nodes. What recurses over
 * the syntax tree later needs several frames of the stack a level.
 */
const maxDepth = 600;

function listFaults(root: Parser.SyntaxNode): ConcreteFault[] {
	const faults: ConcreteFault[] = [];
	const pending: Parser.SyntaxNode[] = [root];
	while (pending.length > 0 && faults.length < 50) {
		const node = pending.pop();
		if (node === undefined) break;
		if (node.isMissing) faults.push({ start: node.startIndex, end: node.startIndex, missing: node.type });
		else if (node.isError) faults.push({ start: node.startIndex, end: node.endIndex, missing: null });
		// What stands in a long stretch of errors says no more than the stretch, and to list it takes seconds.
		if (!node.hasError || (node.isError && node.childCount > 1000)) continue;
		for (const child of [...node.children].reverse()) pending.push(child);
	}
	return faults.sort((a, b) => a.start - b.start);
}
