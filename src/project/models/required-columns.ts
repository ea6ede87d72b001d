import { isClassVariable } from "../../python/annotated.ts";
import type { Value } from "../imports/values.ts";
import { readSettingType } from "../settings/setting-type.ts";
import { argumentsOf, type ClassAttribute, makerOf } from "./class-body.ts";
import type { TableClass } from "./table-class.ts";

/** Arguments by which a column gets a value where a row brings none, or by which that cannot be told. */
const filling = ["default", "server_default", "default_factory", "insert_default", "primary_key", "init"];
const fillingParts = /^(Computed|FetchedValue|Identity|Sequence)$/;
const plainType = /^(int|str|float|bool|bytes|datetime|date|time|Decimal|UUID|EmailStr)$/;

/** Must a row bring a value for the column, because it may not be empty and nothing else fills it? False also where that cannot be seen. */
export function needsValue({ kind }: TableClass, attribute: ClassAttribute): boolean {
	const { name, annotation } = attribute;
	if (name.startsWith("_") || (annotation !== null && isClassVariable(annotation))) return false;
	return kind === "sqlmodel" ? sqlmodelNeedsValue(attribute) : declarativeNeedsValue(attribute);
}

/** Does the column refer to another table, so that a relationship may fill it? */
export function isForeignKey({ value }: ClassAttribute): boolean {
	const call = argumentsOf(value);
	return call !== null && (call.keywords.has("foreign_key") || call.args.some((part) => makerOf(part) === "ForeignKey"));
}

/** A column is nullable as the field says, else where its type allows None (`is_field_noneable` in sqlmodel/_compat.py). */
function sqlmodelNeedsValue({ annotation, value, owner: { module } }: ClassAttribute): boolean {
	if (annotation === null || !isPlainType(annotation)) return false;
	if (value === null) return true;
	const call = makerOf(value) === "Field" ? argumentsOf(value) : null;
	if (call === null) return isNone(value);
	const { keywords, node } = call;
	if (["primary_key", "default_factory", "sa_column", "sa_column_args", "sa_column_kwargs"].some((each) => keywords.has(each)))
		return false;
	if (keywords.has("nullable") && !isFalse(keywords.get("nullable"))) return false;
	const [first] = node.args;
	if (first !== undefined && module.text.slice(first.start, first.end) !== "...") return false;
	return !keywords.has("default") || isNone(keywords.get("default"));
}

function declarativeNeedsValue({ annotation, value, owner: { module } }: ClassAttribute): boolean {
	const maker = makerOf(value);
	if (value !== null && maker !== "Column" && maker !== "mapped_column") return false;
	const call = argumentsOf(value);
	if (value !== null && call === null) return false;
	if (filling.some((each) => call?.keywords.has(each)) || call?.args.some((part) => fillingParts.test(makerOf(part) ?? "")))
		return false;
	const nullable = call?.keywords.get("nullable");
	if (nullable !== undefined) return isFalse(nullable);
	const written = annotation === null ? "" : module.text.slice(annotation.start, annotation.end);
	const type = /^["']?Mapped\[(\w+)\]["']?$/.exec(written)?.[1];
	return type !== undefined && plainType.test(type);
}

function isPlainType(annotation: NonNullable<ClassAttribute["annotation"]>): boolean {
	const { isOptional, members } = readSettingType(annotation);
	return !isOptional && members !== null && members.length > 0 && members.every((member) => plainType.test(member));
}

function isFalse(value: Value | undefined): boolean {
	return value?.kind === "constant" && value.value === false;
}

function isNone(value: Value | undefined): boolean {
	return value?.kind === "constant" && value.value === null;
}
