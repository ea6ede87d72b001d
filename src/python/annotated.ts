import type * as ast from "./ast.ts";

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
