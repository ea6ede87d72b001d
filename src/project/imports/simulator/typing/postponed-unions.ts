import { isClassVariable } from "../../../../python/annotated.ts";
import type * as ast from "../../../../python/ast.ts";
import { parseModule } from "../../../../python/parse.ts";
import { walk } from "../../../../python/walk.ts";
import type { ClassValue } from "../../values.ts";
import { type Frame, type Machine, maybe } from "../machine.ts";
import { failOperation } from "../refused-operations.ts";
import { refusedUnion } from "./type-unions.ts";

/**
 * `name: str | None` of a model, postponed by `from __future__ import annotations` or written in quotes: Python does not evaluate it, but
 * pydantic and SQLAlchemy do when the class is made, and before Python 3.10 `|` is nothing that types have (PEP 604).
 */
export function failOnPostponedUnions(machine: Machine, frame: Frame, { node, bases }: ClassValue): void {
	const { python, distributions } = machine.environment;
	if (python.major !== 3 || python.minor >= 10) return;
	const isPydantic = !distributions.has("eval-type-backport") && bases.some(isModel);
	if (!isPydantic && !bases.some(isMappedBase)) return;
	for (const field of node.body) {
		if (field.type !== "AnnAssign" || field.target.type !== "Name" || field.target.id.startsWith("_")) continue;
		const postponed = isPydantic ? postponedBy(frame, field.annotation) : postponedColumn(machine, frame, field.annotation);
		if (postponed === null) continue;
		const { written, annotation, place } = postponed;
		// What belongs to the class alone is no field, and pydantic need not know its type.
		const union = isClassVariable(annotation) ? null : refusedIn(machine, frame, annotation);
		if (union === null) continue;
		const at = place ?? union.node;
		if (!isPydantic) {
			const message = `Could not resolve all types within mapped annotation: "${written}".  Ensure all types are written correctly and are imported within the module in use.`;
			failOperation(machine, frame, at, "sqlalchemy.orm.exc.MappedAnnotationError", message);
			continue;
		}
		const isModern = machine.environment.findModule("pydantic._internal").found === "present";
		const message = isModern
			? `Unable to evaluate type annotation '${written}'. If you are making use of the new typing syntax (unions using \`|\` since Python 3.10 or builtins subscripting since Python 3.9), you should either replace the use of new syntax with the existing \`typing\` constructs or install the \`eval_type_backport\` package.`
			: `unsupported operand type(s) for |: ${union.operands}`;
		failOperation(machine, frame, at, "TypeError", message);
	}
}

/** What a library evaluates in Python's stead: as it prints it, as expression, and the text that holds it where it stands in quotes. */
interface Postponed {
	readonly written: string;
	readonly annotation: ast.Expression;
	readonly place: ast.Constant | null;
}

/** `Mapped[str | None]` of a postponed annotation, `Mapped["str | None"]` of any. */
function postponedColumn(machine: Machine, frame: Frame, annotation: ast.Expression): Postponed | null {
	const whole = postponedBy(frame, annotation);
	const column = whole?.annotation ?? annotation;
	if (column.type !== "Subscript") return null;
	const [of] = maybe(machine, () => [machine.evaluate(frame, column.value)]);
	if (of?.kind !== "external" || of.canonical !== "sqlalchemy.orm.base.Mapped") return null;
	const inner = whole === null ? quotedIn(frame, column.index) : null;
	return inner === null ? whole : { ...inner, written: `sqlalchemy.orm.base.Mapped[ForwardRef('${inner.written}')]` };
}

/** An annotation that Python itself does not evaluate; null for all others. */
function postponedBy(frame: Frame, annotation: ast.Expression): Postponed | null {
	const quoted = quotedIn(frame, annotation);
	if (quoted !== null || !frame.module.tree.futures.has("annotations")) return quoted;
	return { written: frame.module.text.slice(annotation.start, annotation.end), annotation, place: null };
}

/** The expression in the quotes of a text. */
function quotedIn({ module }: Frame, text: ast.Expression): Postponed | null {
	if (text.type !== "Constant" || text.content === null) return null;
	const written = module.text.slice(text.content.start, text.content.end);
	const [only, ...others] = parseModule(written).body;
	return only?.type === "ExpressionStatement" && others.length === 0 ? { written, annotation: only.value, place: text } : null;
}

/** Is it a declarative base of the project, or a class below one? What derives from it is mapped, its annotations read at once. */
function isMappedBase(base: ClassValue["bases"][number]): boolean {
	if (base.kind === "instance")
		return base.of.kind === "external" && /^sqlalchemy\.(.*\.)?declarative_base$/.test(base.of.canonical);
	if (base.kind !== "class") return false;
	return base.bases.some(
		(each) => isMappedBase(each) || (each.kind === "external" && each.canonical === "sqlalchemy.orm.decl_api.DeclarativeBase"),
	);
}

function isModel(base: ClassValue["bases"][number]): boolean {
	if (base.kind === "class") return base.bases.some(isModel);
	return base.kind === "external" && /^pydantic(_settings)?\.main\.Base(Model|Settings)$/.test(base.canonical);
}

/** The outermost `|` of an annotation that this Python refuses. */
function refusedIn(
	machine: Machine,
	frame: Frame,
	annotation: ast.Expression,
): { readonly node: ast.BinOp; readonly operands: string } | null {
	let found: { node: ast.BinOp; operands: string } | null = null;
	walk(annotation, (each) => {
		if (found !== null || each.type !== "BinOp" || each.operator !== "|") return found === null;
		let inner: ast.BinOp = each;
		while (inner.left.type === "BinOp" && inner.left.operator === "|") inner = inner.left;
		const [left, right] = maybe(machine, () => [machine.evaluate(frame, inner.left), machine.evaluate(frame, inner.right)]);
		const operands =
			left !== undefined && right !== undefined
				? refusedUnion(machine, { value: left, node: inner.left }, { value: right, node: inner.right })
				: null;
		if (operands !== null) found = { node: each, operands };
		return false;
	});
	return found;
}
