import type * as ast from "../../python/ast.ts";
import { findKeyword } from "../../python/rewrite/arguments.ts";
import { dottedName } from "../../python/walk.ts";
import { isEnum } from "../imports/simulator/classes/enumerations.ts";
import type { Call } from "../imports/trace.ts";
import type { ClassValue, ConstantValue, Value } from "../imports/values.ts";
import type { Project } from "../project.ts";
import { argumentsOf, attributesOf, type ClassAttribute, makerOf } from "./class-body.ts";
import { inheritedValue, lineageOf } from "./lineage.ts";
import { scopeOfClass } from "./name-scope.ts";
import { allFields, configOf, derivesFrom, isOff, isPlainModel } from "./pydantic-model.ts";
import { isSqlmodelTable } from "./table-class.ts";
import { readTypeForm, type TypeForm } from "./type-form.ts";

/** What an object of a pydantic model is made of: by name, as its constructor or `model_validate` gets it. */
export interface ModelData {
	readonly model: ClassValue;
	readonly given: ReadonlyMap<string, Value>;
}

/** The data that a call makes an object of a model from; null where it is no such call, or where not all of the data is seen. */
export function modelDataOf({ callee, args, keywords, open }: Call): ModelData | null {
	if (open || callee.kind !== "class" || args.length > 0 || !isChecked(callee)) return null;
	return { model: callee, given: keywords };
}

/** Does pydantic check just the fields that are seen, with nothing of the project's before it? A table of SQLModel checks nothing. */
function isChecked(model: ClassValue): boolean {
	if (!isPlainModel(model) || isSqlmodelTable(model) || model.node.typeParameters.length > 0) return false;
	if (derivesFrom(model, "BaseSettings") || derivesFrom(model, "RootModel") || model.decorators.length > 0) return false;
	if (["__init__", "__new__", "__getattr__"].some((name) => inheritedValue(model, name) !== undefined)) return false;
	return lineageOf(model).own.every(({ node, namespace }) => !namespace.dynamic && node.body.every(isPlainStatement));
}

/** A statement of a model's body that leaves the data alone until the fields are checked. */
function isPlainStatement(statement: ast.Statement): boolean {
	if (statement.type !== "FunctionDef")
		return ["AnnAssign", "Assign", "ClassDef", "Pass", "ExpressionStatement"].includes(statement.type);
	return statement.decorators.every((decorator) => {
		const call = decorator.type === "Call" ? decorator : null;
		const name =
			dottedName(call?.callee ?? decorator)
				?.split(".")
				.at(-1) ?? "";
		if (name !== "model_validator") return lateDecorator.test(name);
		const mode = call === null ? undefined : findKeyword(call, "mode")?.value;
		return mode?.type === "Constant" && mode.value === "after";
	});
}

/** What runs once the fields are there, or for one field that is given. */
const lateDecorator =
	/^(field_validator|validator|computed_field|property|cached_property|setter|classmethod|staticmethod|abstractmethod|override|(field|model)_serializer)$/;

/** The fields that need a value and are given none. */
export function missingFields(project: Project, { model, given }: ModelData): readonly ClassAttribute[] {
	const names = new Set([...given.keys()].map(plain));
	return [...allFields(model).values()].filter((field) => {
		const form = fieldForm(project, field);
		const aliases = aliasesOf(field, form);
		if (aliases === null || !isRequired(field, form)) return false;
		return ![field.name, ...aliases].some((name) => names.has(plain(name)));
	});
}

/** The names that the data has and the model does not. */
export function strangeNames(project: Project, { model, given }: ModelData): readonly string[] {
	const known = new Set<string>();
	for (const field of allFields(model).values()) {
		const aliases = aliasesOf(field, fieldForm(project, field));
		if (aliases === null) return [];
		for (const name of [field.name, ...aliases]) known.add(plain(name));
	}
	return [...given.keys()].filter((name) => !known.has(plain(name)));
}

/** Names that an alias generator makes of one another are taken for one. */
function plain(name: string): string {
	return name.replaceAll("_", "").replaceAll("-", "").toLowerCase();
}

export function fieldForm(project: Project, { annotation, owner }: ClassAttribute): TypeForm {
	const scope = annotation === null ? null : scopeOfClass(project, owner);
	return scope === null || annotation === null ? { kind: "unknown" } : readTypeForm(annotation, scope);
}

/** Is there certainly no default, neither beside the name nor in the annotation? */
function isRequired({ value, valueNode }: ClassAttribute, form: TypeForm): boolean {
	if (form.kind === "unknown" || form.kind === "object") return false;
	if (
		form.kind === "annotated" &&
		form.metadata.some(({ node }) => node.type === "Call" && mayHaveDefault(node.keywords, node.args))
	)
		return false;
	if (valueNode === null) return true;
	if (isEllipsis(value)) return true;
	if (makerOf(value) !== "Field" || value?.kind !== "instance") return false;
	const call = argumentsOf(value);
	if (call === null || call.keywords.has("default_factory")) return false;
	const given = call.args[0] ?? call.keywords.get("default");
	return given === undefined || isEllipsis(given);
}

function isEllipsis(value: Value | null): boolean {
	return value?.kind === "constant" && value.value === undefined;
}

function mayHaveDefault(
	keywords: readonly { readonly name: { readonly name: string } | null }[],
	args: readonly unknown[],
): boolean {
	return args.length > 0 || keywords.some(({ name }) => name === null || /^default(_factory)?$/.test(name.name));
}

/** Other names that a field takes its value from; null where they cannot be seen. */
function aliasesOf({ value }: ClassAttribute, form: TypeForm): readonly string[] | null {
	const inAnnotation =
		form.kind === "annotated" &&
		form.metadata.some(
			({ node }) => node.type === "Call" && node.keywords.some(({ name }) => name === null || name.name.includes("alias")),
		);
	if (inAnnotation) return null;
	if (makerOf(value) !== "Field") return [];
	const call = argumentsOf(value);
	if (call === null) return null;
	const aliases = ["alias", "validation_alias"].flatMap((key) => call.keywords.get(key) ?? []);
	const texts = aliases.flatMap((each) => (each.kind === "constant" && typeof each.value === "string" ? [each.value] : []));
	return texts.length === aliases.length ? texts : null;
}

/** Does the model refuse names that it does not have? */
export function forbidsExtra(model: ClassValue): boolean {
	const extra = configOf(model, "extra");
	return extra?.kind === "constant" && extra.value === "forbid";
}

/** A value of the data that its field certainly does not take, and why pydantic says so. */
export interface RefusedValue {
	readonly field: ClassAttribute;
	readonly value: Value;
	/** The type of error in pydantic's list of them. */
	readonly kind: "literal_error" | "enum" | "int_parsing" | "string_type" | "none";
	/** The values that would do, where they can be counted. */
	readonly allowed: readonly (string | number)[];
}

/** The values that are refused for what they are, each told by the type of its field alone. */
export function refusedValues(project: Project, { model, given }: ModelData): readonly RefusedValue[] {
	if (lineageOf(model).own.some(({ node }) => node.body.some(mayConvert))) return [];
	const fields = allFields(model);
	return [...given].flatMap(([name, value]) => {
		const field = fields.get(name);
		if (field === undefined || value.kind !== "constant" || value.isConverted || value.value === undefined) return [];
		const refusal = refusalOf(fieldForm(project, field), value.value, model);
		return refusal === null ? [] : [{ field, value, ...refusal }];
	});
}

/** A validator that may get a value before its type is looked at. */
function mayConvert(statement: ast.Statement): boolean {
	return (
		statement.type === "FunctionDef" &&
		statement.decorators.some((decorator) => {
			if (decorator.type !== "Call") return false;
			const name = dottedName(decorator.callee)?.split(".").at(-1);
			if (name === "validator") return true;
			const mode = findKeyword(decorator, "mode");
			return name === "field_validator" && mode !== null && !(mode.value.type === "Constant" && mode.value.value === "after");
		})
	);
}

function refusalOf(
	form: TypeForm,
	value: NonNullable<ConstantValue["value"]> | null,
	model: ClassValue,
): Pick<RefusedValue, "kind" | "allowed"> | null {
	if (form.kind === "literal") {
		const allowed = form.items.flatMap((item) =>
			item.type === "Constant" && (typeof item.value === "string" || typeof item.value === "number") ? [item.value] : [],
		);
		const isRefused = allowed.length === form.items.length && !allowed.some((each) => each === value);
		return isRefused && typeof value !== "boolean" ? { kind: "literal_error", allowed } : null;
	}
	if (form.kind === "class" && isEnum(form.value) && typeof value === "string") {
		const allowed = enumValues(form.value);
		return allowed === null || allowed.includes(value) ? null : { kind: "enum", allowed };
	}
	if (form.kind !== "external" || form.args?.length !== 0) return null;
	if (value === null) return /^(str|int|float|bool)$/.test(form.name) ? { kind: "none", allowed: [] } : null;
	if (form.name === "str" && typeof value === "number" && isOff(model, "coerce_numbers_to_str"))
		return { kind: "string_type", allowed: [] };
	if (form.name === "int" && typeof value === "string" && !/\d/.test(value)) return { kind: "int_parsing", allowed: [] };
	return null;
}

/** The texts that an enumeration is made of; null where not all are texts. */
function enumValues(owner: ClassValue): readonly string[] | null {
	const { own } = lineageOf(owner);
	if (own.some(({ namespace, node }) => namespace.dynamic || node.body.some((each) => each.type === "FunctionDef"))) return null;
	const values = own.flatMap((each) => [...attributesOf(each).values()].map(({ value }) => value));
	const texts = values.flatMap((each) => (each?.kind === "constant" && typeof each.value === "string" ? [each.value] : []));
	return texts.length === values.length && texts.length > 0 ? texts : null;
}
