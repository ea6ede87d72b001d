import { annotatedType } from "../../../python/annotated.ts";
import type * as ast from "../../../python/ast.ts";
import { isPlainEnum } from "../../imports/simulator/classes/enumerations.ts";
import type { NameScope } from "../../models/name-scope.ts";
import { valueOfName } from "../../models/type-form.ts";

/** A member of an enumeration where the type of a parameter belongs: `order: Order.asc`, `order: Annotated[Order.asc, Query()]`. */
export interface MemberAnnotation {
	/** The class and its member, as they are written. */
	readonly node: ast.Attribute;
	/** For people. */
	readonly named: string;
}

/** The member that an annotation names; null where it names none. A member that is a text as well stands for a name, and is left alone. */
export function memberAnnotation(written: ast.Expression | null, scope: NameScope): MemberAnnotation | null {
	const node = written?.type === "Subscript" ? annotatedType(written) : written;
	if (node?.type !== "Attribute") return null;
	const owner = valueOfName(node.value, scope);
	if (owner?.kind !== "class" || !isPlainEnum(owner)) return null;
	const member = owner.namespace.names.get(node.attribute.name);
	if (member?.value.kind !== "constant" || member.maybe) return null;
	return { node, named: `a member of ${owner.node.name.name}` };
}
