import type { FixProposal } from "../../../audit/fix.ts";
import type { Failure } from "../../../project/imports/trace.ts";
import type { Module, Project } from "../../../project/project.ts";
import type * as ast from "../../../python/ast.ts";
import { nodeAt } from "../../../python/node-at.ts";
import { parseModule } from "../../../python/parse.ts";
import { replaceText } from "../../../python/rewrite/source.ts";
import { walk } from "../../../python/walk.ts";
import type { TextRange } from "../../../text/range.ts";

/** The generic forms of typing for the built-in classes that take no `[...]` before Python 3.9 (PEP 585). */
const genericForms: Readonly<Record<string, string>> = {
	list: "List",
	dict: "Dict",
	set: "Set",
	tuple: "Tuple",
	frozenset: "FrozenSet",
	type: "Type",
};

/** A type as an older Python understands it. */
interface OlderForm {
	readonly place: TextRange;
	readonly text: string;
	/** Names of typing in it. */
	readonly used: ReadonlySet<string>;
}

/** What Python says of a type that it cannot evaluate yet. */
const saysOfType =
	/^TypeError: (?:'type' object is not subscriptable$|Unable to evaluate type annotation)|unsupported operand type\(s\) for \|: '(?!str'|NoneType')[\w.]+' and '(?!str')|MappedAnnotationError: Could not resolve all types within/;

/** Is it a type of the file that is to be written in an older form? All of a file are mended at once, and the first speaks for them. */
export function isNewerType(project: Project, { module, range, error }: Failure): boolean {
	return saysOfType.test(error) && olderForm(module, range, project.environment.python.minor) !== null;
}

/**
 * `int | None` before Python 3.10 and `list[int]` before 3.9, written as these versions understand it: the whole type, and with it
 * all others of the file at which start-up would stop next.
 */
export function inOlderForm(project: Project, module: Module, range: TextRange): FixProposal | undefined {
	const { minor } = project.environment.python;
	const tuple = minor < 10 ? asTupleOfClasses(module, wholeType(module, range)) : undefined;
	if (tuple !== undefined) return tuple;
	const own = olderForm(module, range, minor);
	if (own === null) return undefined;
	const forms = new Map([[own.place.start, own]]);
	for (const failure of project.trace.failures) {
		if (failure.module !== module || failure.detail.type !== "raises" || !saysOfType.test(failure.error)) continue;
		const other = olderForm(module, failure.range, minor);
		if (other !== null) forms.set(other.place.start, other);
	}
	const ordered = [...forms.values()].toSorted((one, other) => one.place.start - other.place.start);
	const names = new Set(ordered.flatMap(({ used }) => [...used]));
	return {
		title: ordered.length === 1 ? `Write ${own.text}` : `Write ${own.text}, and the other types of the file like it`,
		explanation: `Python 3.${minor} does not know the newer form, which says the same.`,
		applicability: "safe",
		edits: ordered.map(({ place, text }) => replaceText(module, place.start, place.end, text)),
		needs: [...names].map((name) => ({ path: module.path, module: "typing", name })),
	};
}

function olderForm(module: Module, range: TextRange, minor: number): OlderForm | null {
	const quoted = nodeAt(module.tree, range, "Constant")?.content ?? null;
	const source = quoted === null ? module.text : module.text.slice(quoted.start, quoted.end);
	const whole = minor >= 10 ? null : quoted === null ? wholeType(module, range) : onlyExpression(source);
	if (whole === null || (quoted === null && asTupleOfClasses(module, whole) !== undefined)) return null;
	const used = new Set<string>();
	const text = rewrite(whole);
	return used.size === 0 ? null : { place: quoted ?? whole, text, used };

	function rewrite(node: ast.Expression): string {
		if (node.type === "BinOp" && node.operator === "|") return union(operandsOf(node));
		if (node.type === "Sequence") {
			const inner = node.items.map(rewrite).join(", ");
			const opening = source[node.start];
			return opening === "(" ? `(${inner})` : opening === "[" ? `[${inner}]` : inner;
		}
		if (node.type !== "Subscript") return source.slice(node.start, node.end);
		const form = node.value.type === "Name" && minor < 9 ? genericForms[node.value.id] : undefined;
		if (form !== undefined) used.add(form);
		return `${form ?? source.slice(node.value.start, node.value.end)}[${rewrite(node.index)}]`;
	}

	function union(operands: readonly ast.Expression[]): string {
		const others = operands.filter((each) => !(each.type === "Constant" && each.value === null));
		const isOptional = others.length === 1 && operands.length === 2;
		const form = isOptional ? "Optional" : "Union";
		used.add(form);
		return `${form}[${(isOptional ? others : operands).map(rewrite).join(", ")}]`;
	}
}

/** What is written in the quotes of an annotation. */
function onlyExpression(text: string): ast.Expression | null {
	const [only, ...others] = parseModule(text).body;
	return only?.type === "ExpressionStatement" && others.length === 0 ? only.value : null;
}

/** `isinstance(value, int | str)`: the form of typing is none that isinstance takes, but a tuple of classes says the same. */
function asTupleOfClasses(module: Module, whole: ast.Expression | null): FixProposal | undefined {
	if (whole === null) return undefined;
	let isAsked = false;
	walk(module.tree, (node) => {
		if (node.type === "Call" && node.callee.type === "Name" && /^is(instance|subclass)$/.test(node.callee.id))
			isAsked ||= node.args[1] === whole;
		return !isAsked && node.start <= whole.start && whole.end <= node.end;
	});
	const operands = operandsOf(whole);
	if (!isAsked || operands.length < 2 || operands.some(({ type }) => type === "Constant")) return undefined;
	const text = `(${operands.map(({ start, end }) => module.text.slice(start, end)).join(", ")})`;
	return {
		title: `Write ${text}`,
		explanation: "Unions of classes came with Python 3.10; isinstance and issubclass take a tuple of them in every version.",
		applicability: "safe",
		edits: [replaceText(module, whole.start, whole.end, text)],
	};
}

function operandsOf(node: ast.Expression): readonly ast.Expression[] {
	return node.type === "BinOp" && node.operator === "|" ? [...operandsOf(node.left), ...operandsOf(node.right)] : [node];
}

/** The largest expression around a place that is made of `|` and `[...]` alone. */
function wholeType(module: Module, range: TextRange): ast.Expression | null {
	let found: ast.Expression | null = null;
	walk(module.tree, (node) => {
		if (node.start > range.start || node.end < range.end) return false;
		const isPart = node.type === "Subscript" || (node.type === "BinOp" && node.operator === "|");
		if (isPart) found ??= node;
		else if (node.type !== "Sequence") found = null;
		return true;
	});
	return found;
}
