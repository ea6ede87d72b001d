import { annotatedType } from "../../../python/annotated.ts";
import type * as ast from "../../../python/ast.ts";
import type { NameScope } from "../../models/name-scope.ts";
import { readTypeForm, type TypeForm } from "../../models/type-form.ts";
import { shownType } from "./shown-type.ts";

/** `repository: Repository | None = Depends()`: FastAPI is to call the annotation, and before Python 3.14 no such union can be called. */
export interface UnionDependency {
	/** The union, and the one type in it beside None. */
	readonly union: ast.BinOp;
	readonly type: ast.Expression;
	readonly error: string | null;
}

/** The union that an empty `Depends()` would call; null where it can be called, or where we cannot tell. */
export function unionDependency(written: ast.Expression | null, scope: NameScope): UnionDependency | null {
	const union = written?.type === "Subscript" ? annotatedType(written) : written;
	if (union?.type !== "BinOp" || union.operator !== "|" || scope.environment.python.minor >= 14) return null;
	const [left, right] = [readTypeForm(union.left, scope), readTypeForm(union.right, scope)];
	const type =
		right.kind === "none" && isPlainClass(left) ? union.left : left.kind === "none" && isPlainClass(right) ? union.right : null;
	if (type === null) return null;
	const shown = shownType(union, scope);
	return { union, type, error: shown && `TypeError: ${shown} is not a callable object` };
}

/** A class without subscripts: a generic alias of `typing` would make a union that can be called. */
function isPlainClass(form: TypeForm): boolean {
	if (form.kind === "class") return form.args.length === 0;
	return form.kind === "external" && form.value.subscript === undefined && form.value.entry?.kind === "class";
}
