import type * as ast from "./ast.ts";
import { dottedName } from "./walk.ts";

/** What stands in the brackets of `Annotated[type, …]`, by that name; nothing for any other annotation. */
export function annotatedItems(annotation: ast.Expression | null): readonly ast.Expression[] {
	if (annotation?.type !== "Subscript" || annotation.index.type !== "Sequence") return [];
	const { value } = annotation;
	const name = value.type === "Name" ? value.id : value.type === "Attribute" ? value.attribute.name : "";
	return name === "Annotated" ? annotation.index.items : [];
}

/** The type in `Annotated[type, …]`; null for any other annotation. */
export function annotatedType(annotation: ast.Expression | null): ast.Expression | null {
	return annotatedItems(annotation)[0] ?? null;
}

/** The outermost type of an annotation by the last part of its name, quoted or not: `ClassVar` of `typing.ClassVar[int]`; null where it is no plain name. */
export function outermostType(annotation: ast.Expression): string | null {
	if (annotation.type === "Constant" && typeof annotation.value === "string")
		return /^\s*(?:\w+\.)*(\w+)/.exec(annotation.value)?.[1] ?? null;
	const plain = annotation.type === "Subscript" ? annotation.value : annotation;
	return dottedName(plain)?.split(".").at(-1) ?? null;
}

/** Is the annotation `ClassVar` or `ClassVar[...]`: what belongs to the class alone, and is no field? */
export function isClassVariable(annotation: ast.Expression): boolean {
	return outermostType(annotation) === "ClassVar";
}
