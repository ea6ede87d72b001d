import { annotatedType } from "../../../python/annotated.ts";
import type * as ast from "../../../python/ast.ts";
import type { NameScope } from "../../models/name-scope.ts";
import { readTypeForm, type TypeForm, valueOfName } from "../../models/type-form.ts";
import { shownType } from "./shown-type.ts";

/**
 * `repository: Repository | None = Depends()`: FastAPI is to call the annotation, and no such union can be called. `Optional[Repository]` can
 * before Python 3.14, which makes one thing of the two.
 */
export interface UnionDependency {
	/** The union, and the one type in it beside None. */
	readonly union: ast.Expression;
	readonly type: ast.Expression;
	readonly error: string | null;
}

/** The union that an empty `Depends()` would call; null where it can be called, or where we cannot tell. */
export function unionDependency(written: ast.Expression | null, scope: NameScope): UnionDependency | null {
	const union = written?.type === "Subscript" ? (annotatedType(written) ?? written) : written;
	const type = union === null ? null : typeBesideNone(union, scope);
	if (union === null || type === null || !isPlainClass(readTypeForm(type, scope))) return null;
	const name = shownType(type, scope)?.match(/^<class '(.+)'>$/)?.[1];
	const shown = union.type === "BinOp" && union.right === type ? `None | ${name}` : `${name} | None`;
	return { union, type, error: name === undefined ? null : `TypeError: ${shown} is not a callable object` };
}

/** The one type of `X | None`; from Python 3.14 on also of `Optional[X]` and `Union[X, None]`. */
function typeBesideNone(union: ast.Expression, scope: NameScope): ast.Expression | null {
	if (union.type === "BinOp") return union.operator === "|" ? otherThanNone([union.left, union.right], scope) : null;
	if (union.type !== "Subscript" || scope.environment.python.minor < 14) return null;
	const owner = valueOfName(union.value, scope);
	const name = owner?.kind === "external" ? owner.canonical : null;
	if (name === "typing.Optional") return union.index;
	return name === "typing.Union" && union.index.type === "Sequence" ? otherThanNone(union.index.items, scope) : null;
}

function otherThanNone(members: readonly ast.Expression[], scope: NameScope): ast.Expression | null {
	const [type, ...others] = members.filter((member) => readTypeForm(member, scope).kind !== "none");
	return type !== undefined && others.length === 0 && members.length === 2 ? type : null;
}

/** A class without subscripts: a generic alias of `typing` would make a union that can be called. */
function isPlainClass(form: TypeForm): boolean {
	if (form.kind === "class") return form.args.length === 0;
	return form.kind === "external" && form.value.subscript === undefined && form.value.entry?.kind === "class";
}
