import type { Module, Project } from "../../../project/project.ts";
import type * as ast from "../../../python/ast.ts";
import { referencesTo } from "../../../python/references.ts";
import { type Argument, removeArguments } from "../../../python/rewrite/arguments.ts";
import { type ImportStatement, removeImportedNames } from "../../../python/rewrite/remove-imports.ts";
import { lineStartAt, nextLineAt, replaceText } from "../../../python/rewrite/source.ts";
import { removeStatements } from "../../../python/rewrite/statements.ts";
import { walk } from "../../../python/walk.ts";
import type { TextEdit } from "../../../text/range.ts";

type Located = { readonly start: number; readonly end: number };

/** Takes uses of a name out of one file, each with no more around it than has to go. */
export class Excision {
	private readonly statements = new Set<ast.Statement>();
	private readonly arguments = new Map<ast.Call, Set<Argument>>();
	private readonly items = new Map<ast.Sequence, Set<ast.Expression>>();
	private readonly decorators = new Set<ast.Expression>();
	/** Annotations and names of imports. */
	private readonly others: TextEdit[] = [];
	private readonly done = new Set<ast.Name>();
	/** Names of the module that go as well, since they were made of what goes. */
	readonly names = new Set<string>();
	/** The first lines of what goes. */
	readonly removed: string[] = [];

	constructor(
		private readonly project: Project,
		private readonly source: Module,
	) {}

	get isEmpty(): boolean {
		return this.edits().length === 0;
	}

	/** Takes one use out; false where that cannot be done by itself. */
	takeUse(use: ast.Name): boolean {
		if (this.done.has(use)) return true;
		this.done.add(use);
		const path = findPath(this.source.tree, use);
		if (path === null) return false;
		for (let i = path.length - 1; i > 0; i--) {
			const child = path[i] as Partial<ast.TypedNode> & Located;
			const parent = path[i - 1] as Partial<ast.TypedNode> & Located;
			const above = path[i - 2] as Partial<ast.TypedNode> | undefined;
			if (isKeyword(parent) && above?.type === "Call")
				return this.takeArgument(above as ast.Call, parent as unknown as ast.Keyword);
			if (parent.type === "Call" && child.type === "Starred") return this.takeArgument(parent as ast.Call, child as ast.Starred);
			if (parent.type === "Sequence" && !isTarget(above, parent))
				return this.takeItem(parent as ast.Sequence, child as ast.Expression);
			if (parent.type === "FunctionDef" || parent.type === "ClassDef") {
				const node = parent as ast.FunctionDef | ast.ClassDef;
				if (node.decorators.includes(child as ast.Expression)) return this.takeDecorator(child as ast.Expression);
			}
			if (isParameter(parent) && parent.annotation === child && above?.type === "FunctionDef")
				return this.takeAnnotation(above as ast.FunctionDef, parent.name.end, child.end);
			if (isStatement(child)) return this.takeStatement(child as ast.Statement, path);
		}
		return false;
	}

	/** Takes an import, or some of its names, out. */
	takeImport(statement: ImportStatement, aliases: readonly ast.Alias[]): void {
		if (statement.names.every((alias) => aliases.includes(alias))) this.statements.add(statement);
		else this.others.push(...removeImportedNames(this.source, aliases));
	}

	/** Takes a name out of the module's `__all__`. */
	takeFromAll(name: string): void {
		for (const statement of this.source.tree.body) {
			if (statement.type !== "Assign" && statement.type !== "AugAssign") continue;
			const targets = statement.type === "Assign" ? statement.targets : [statement.target];
			if (!targets.some((target) => target.type === "Name" && target.id === "__all__")) continue;
			if (statement.value.type !== "Sequence") continue;
			const entry = statement.value.items.find((item) => item.type === "Constant" && item.value === name);
			if (entry) this.takeItem(statement.value, entry);
		}
	}

	edits(): readonly TextEdit[] {
		const { source } = this;
		const isGone = (node: Located) =>
			[...this.statements].some((statement) => startOf(statement) <= node.start && node.end <= statement.end);
		const edits: TextEdit[] = [...removeStatements(source, [...this.statements])];
		for (const [call, doomed] of this.arguments) if (!isGone(call)) edits.push(...removeArguments(source, call, [...doomed]));
		for (const [sequence, doomed] of this.items) if (!isGone(sequence)) edits.push(...removeItems(source, sequence, doomed));
		for (const decorator of this.decorators)
			if (!isGone(decorator))
				edits.push(replaceText(source, lineStartAt(source.text, decorator.start), nextLineAt(source.text, decorator.end), ""));
		for (const edit of this.others) if (!isGone(edit.range)) edits.push(edit);
		return edits;
	}

	private takeArgument(call: ast.Call, argument: Argument): boolean {
		this.note(argument);
		this.arguments.set(call, (this.arguments.get(call) ?? new Set<Argument>()).add(argument));
		return true;
	}

	private takeItem(sequence: ast.Sequence, item: ast.Expression): boolean {
		this.note(item);
		this.items.set(sequence, (this.items.get(sequence) ?? new Set<ast.Expression>()).add(item));
		return true;
	}

	private takeDecorator(decorator: ast.Expression): boolean {
		this.removed.push(`@${this.firstLine(decorator)}`);
		this.decorators.add(decorator);
		return true;
	}

	/** A framework reads the annotations of what is decorated; elsewhere they are for people and tools. */
	private takeAnnotation(owner: ast.FunctionDef, start: number, end: number): boolean {
		if (owner.decorators.length > 0) return false;
		this.others.push(replaceText(this.source, start, end, ""));
		return true;
	}

	private takeStatement(statement: ast.Statement, path: readonly object[]): boolean {
		if (this.statements.has(statement)) return true;
		const owner = path.findLast(
			(node) => (node as Partial<ast.TypedNode>).type === "FunctionDef" || (node as Partial<ast.TypedNode>).type === "ClassDef",
		) as ast.FunctionDef | ast.ClassDef | undefined;
		if (statement.type === "ExpressionStatement") return this.doom(statement);
		const targets = statement.type === "Assign" ? statement.targets : statement.type === "AnnAssign" ? [statement.target] : [];
		const bound = targets.flatMap((target) => (target.type === "Name" ? [target.id] : []));
		if (targets.length === 0 || bound.length !== targets.length) return false;
		this.doom(statement);
		return bound.every((name) => this.takeBound(name, owner));
	}

	/** What was assigned goes too, wherever it is read. */
	private takeBound(name: string, owner: ast.FunctionDef | ast.ClassDef | undefined): boolean {
		if (owner?.type === "ClassDef") return !this.isReadAnywhere(name);
		const uses = owner === undefined ? referencesTo(this.source.tree, name) : namesIn(owner, name);
		if (owner === undefined) {
			this.names.add(name);
			this.takeFromAll(name);
		}
		return uses.every((use) => this.isGone(use) || this.takeUse(use));
	}

	private isReadAnywhere(attribute: string): boolean {
		const word = new RegExp(`(?<![\\p{L}\\p{N}_])${attribute}(?![\\p{L}\\p{N}_])`, "gu");
		let count = 0;
		for (const module of this.project.modulesByPath.values()) count += module.text.match(word)?.length ?? 0;
		return count > 1;
	}

	private isGone(node: Located): boolean {
		return [...this.statements].some((statement) => startOf(statement) <= node.start && node.end <= statement.end);
	}

	private doom(statement: ast.Statement): boolean {
		this.note(statement);
		this.statements.add(statement);
		return true;
	}

	private note(node: Located): void {
		this.removed.push(this.firstLine(node));
	}

	private firstLine(node: Located): string {
		const text = this.source.text.slice(node.start, node.end);
		const [first = ""] = text.split(/\r\n|\r|\n/);
		return first === text ? first : `${first} …`;
	}
}

function namesIn(owner: ast.FunctionDef, name: string): readonly ast.Name[] {
	const found: ast.Name[] = [];
	walk(owner.body, (node) => {
		if (node.type === "Name" && node.id === name) found.push(node);
	});
	return found;
}

function startOf(statement: ast.Statement): number {
	if (statement.type !== "FunctionDef" && statement.type !== "ClassDef") return statement.start;
	return Math.min(statement.start, ...statement.decorators.map((decorator) => decorator.start - 1));
}

/** The nodes from a tree down to one of its names, that name last. */
function findPath(node: object, use: ast.Name): object[] | null {
	if (node === use) return [node];
	for (const value of Object.values(node)) {
		for (const child of Array.isArray(value) ? value : [value]) {
			if (typeof child !== "object" || child === null || child instanceof Set) continue;
			const below = findPath(child, use);
			if (below !== null) return [node, ...below];
		}
	}
	return null;
}

function isKeyword(node: object): boolean {
	return !("type" in node) && "value" in node && "name" in node && "start" in node;
}

function isParameter(node: object): node is ast.Parameter {
	return "annotation" in node && "kind" in node;
}

function isTarget(above: object | undefined, node: object): boolean {
	if (above === undefined) return false;
	const owner = above as { targets?: readonly object[]; target?: object; index?: object };
	// `Union[A, B]` is a subscript with a tuple: an item less is another type.
	return owner.targets?.includes(node) === true || owner.target === node || owner.index === node;
}

const statementTypes = new Set<string>(
	"FunctionDef ClassDef Return Delete Assign AugAssign AnnAssign TypeAlias For While If With Match Raise Try Assert ExpressionStatement".split(
		" ",
	),
);

function isStatement(node: { readonly type?: string }): boolean {
	return node.type !== undefined && statementTypes.has(node.type);
}

function removeItems(source: Module, sequence: ast.Sequence, doomed: ReadonlySet<ast.Expression>): readonly TextEdit[] {
	const { items } = sequence;
	return items.flatMap((item, i) => {
		if (!doomed.has(item)) return [];
		const next = items[i + 1];
		if (next) return [replaceText(source, item.start, next.start, "")];
		const comma = /^\s*,/.exec(source.text.slice(item.end, sequence.end))?.[0].length ?? 0;
		const kept = items.findLast((each) => !doomed.has(each));
		// A tuple of one needs its comma.
		const leavesOne = sequence.kind === "tuple" && items.filter((each) => !doomed.has(each)).length === 1;
		if (kept && items.at(-2) === kept && !leavesOne) return [replaceText(source, kept.end, item.end, "")];
		return [replaceText(source, item.start, item.end + (kept ? 0 : comma), "")];
	});
}
