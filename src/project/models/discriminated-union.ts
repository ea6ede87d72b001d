import type * as ast from "../../python/ast.ts";
import type { ClassValue } from "../imports/values.ts";
import type { Project } from "../project.ts";
import { argumentsOf, type ClassAttribute, makerOf } from "./class-body.ts";
import { type NameScope, scopeOfClass } from "./name-scope.ts";
import { allFields } from "./pydantic-model.ts";
import { isPydanticModel, isVersionOne } from "./pydantic-schema.ts";
import { readTypeForm, type TypeForm } from "./type-form.ts";

/** A union that `Field(discriminator="kind")` tells apart, as an annotation holds it. */
export interface DiscriminatedUnion {
	readonly discriminator: string;
	/** The text of the keyword, where it is written as one. */
	readonly written: { readonly node: ast.Expression; readonly scope: NameScope } | null;
	readonly members: readonly TypeForm[];
}

/** Why pydantic refuses the union when the class that holds it is defined. */
export interface DiscriminatorFault {
	readonly type: "missing" | "not-literal" | "repeated";
	/** The variant that is at fault. */
	readonly member: ClassValue;
	/** The field of that variant; null where it has none. */
	readonly field: ClassAttribute | null;
	readonly error: string;
}

/** The unions of a field that are told apart by a name; those inside lists and dicts included. */
export function discriminatedUnions(field: ClassAttribute, scope: NameScope): readonly DiscriminatedUnion[] {
	if (field.annotation === null) return [];
	const form = readTypeForm(field.annotation, scope);
	const found = [...withinForm(form, 0)];
	const made = makerOf(field.value) === "Field" ? argumentsOf(field.value) : null;
	const given = made?.keywords.get("discriminator");
	if (given?.kind === "constant" && typeof given.value === "string" && form.kind === "union") {
		const written = made?.node.keywords.find(({ name }) => name?.name === "discriminator")?.value ?? null;
		found.push({ discriminator: given.value, written: written && { node: written, scope }, members: form.members });
	}
	return found;
}

function* withinForm(form: TypeForm, depth: number): Generator<DiscriminatedUnion> {
	if (depth > 8) return;
	if (form.kind === "union") for (const member of form.members) yield* withinForm(member, depth + 1);
	if (form.kind === "class" || form.kind === "external") for (const each of form.args ?? []) yield* withinForm(each, depth + 1);
	if (form.kind !== "annotated") return;
	yield* withinForm(form.type, depth + 1);
	if (form.type.kind !== "union") return;
	for (const { node, value, scope } of form.metadata) {
		const isField =
			value.kind === "external" && /^(pydantic\.fields\.Field|fastapi\.param_functions\.Body)$/.test(value.canonical);
		if (!isField || node.type !== "Call") continue;
		const written = node.keywords.find(({ name }) => name?.name === "discriminator")?.value;
		if (written?.type === "Constant" && typeof written.value === "string")
			yield { discriminator: written.value, written: { node: written, scope }, members: form.type.members };
	}
}

/** The first variant that has not the field, or not as a Literal of its own; null where there is none, or where one is not known. */
export function discriminatorFault(project: Project, { discriminator, members }: DiscriminatedUnion): DiscriminatorFault | null {
	const isOne = isVersionOne(project.environment);
	const seen = new Set<unknown>();
	for (const member of members.filter(({ kind }) => kind !== "none")) {
		if (member.kind !== "class" || member.args.length > 0 || !isWhollyKnown(member.value)) return null;
		const model = member.value;
		const name = model.node.name.name;
		const field = allFields(model).get(discriminator) ?? null;
		const scope = field === null ? null : scopeOfClass(project, field.owner);
		if (field === null) {
			const error = isOne
				? `pydantic.errors.ConfigError: Model '${name}' needs a discriminator field for key '${discriminator}'`
				: `pydantic.errors.PydanticUserError: Model '${name}' needs a discriminator field for key '${discriminator}'`;
			return { type: "missing", member: model, field: null, error };
		}
		if (field.annotation === null || scope === null) return null;
		const form = readTypeForm(field.annotation, scope);
		const made = makerOf(field.value) === "Field" ? argumentsOf(field.value) : null;
		if (makerOf(field.value) === "Field" && (made === null || /alias/.test([...made.keywords.keys()].join()))) return null;
		if (form.kind !== "literal") {
			const isPlain = form.kind === "class" || (form.kind === "external" && /^(str|int|bool)$/.test(form.name));
			const error = isOne
				? `pydantic.errors.ConfigError: Field '${discriminator}' of model '${name}' needs to be a \`Literal\``
				: `pydantic.errors.PydanticUserError: Model '${name}' needs field '${discriminator}' to be of type \`Literal\``;
			return isPlain ? { type: "not-literal", member: model, field, error } : null;
		}
		for (const item of form.items) {
			if (item.type !== "Constant" || typeof item.value !== "string") continue;
			if (seen.has(item.value) && !isOne)
				return {
					type: "repeated",
					member: model,
					field,
					error: `TypeError: Value '${item.value}' for discriminator '${discriminator}' mapped to multiple choices`,
				};
			seen.add(item.value);
		}
	}
	return null;
}

/** Are all fields of the model those of its own body and of its own bases? */
function isWhollyKnown(model: ClassValue): boolean {
	if (isPydanticModel(model) !== true || model.namespace.dynamic || model.decorators.length > 0) return false;
	return model.bases.every((base) =>
		base.kind === "class" ? isWhollyKnown(base) : base.kind === "external" && /^pydantic\.main\.BaseModel$/.test(base.canonical),
	);
}
