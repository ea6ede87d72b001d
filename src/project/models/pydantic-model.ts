import { isClassVariable } from "../../python/annotated.ts";
import type { ClassValue, Value } from "../imports/values.ts";
import { attributesOf, type ClassAttribute, makerOf } from "./class-body.ts";
import { inheritedValue, lineageOf } from "./lineage.ts";

/** The bases of models that pydantic and SQLModel themselves bring; those of `pydantic.v1`, which pydantic 2 brings along, follow other rules. */
const modelBase =
	/^(pydantic(?!\.v1\.)|pydantic_settings|sqlmodel)\.(.*\.)?(BaseModel|RootModel|BaseSettings|GenericModel|SQLModel)$/;

/** Does the class derive from pydantic's BaseModel in plain sight, SQLModel's models included? */
export function isModel(value: ClassValue): boolean {
	return lineageOf(value).ancestors.some((each) => each.kind === "external" && modelBase.test(each.canonical));
}

/** Does the class derive from a model of `pydantic.v1`? */
export function derivesFromBundled(value: ClassValue): boolean {
	return lineageOf(value).ancestors.some(
		(each) => each.kind === "external" && /^pydantic\.v1\.(.*\.)?(BaseModel|BaseSettings|GenericModel)$/.test(each.canonical),
	);
}

/** Is it a model of which every base is the project's, pydantic's, or adds nothing to models (`Generic`, `ABC`)? */
export function isPlainModel(value: ClassValue): boolean {
	const { ancestors, own, isComplete } = lineageOf(value);
	if (!isComplete || !isModel(value)) return false;
	if (own.some((each) => each.keywords.has("metaclass"))) return false;
	return ancestors.every(
		(each) =>
			each.kind === "class" ||
			(each.kind === "external" &&
				(modelBase.test(each.canonical) || /^(builtins\.object|typing\.(Generic|Protocol)|abc\.ABC)$/.test(each.canonical))),
	);
}

export function derivesFrom(value: ClassValue, name: string): boolean {
	return lineageOf(value).ancestors.some((each) => each.kind === "external" && each.canonical.endsWith(`.${name}`));
}

/**
 * What a model's configuration says about a key: in the class statement, in `model_config`, in an inner `Config`, nearest class first.
 * Undefined where nothing sets it, unknown where that cannot be seen.
 */
export function configOf(value: ClassValue, key: string): Value | undefined {
	for (const each of lineageOf(value).own) {
		const keyword = each.keywords.get(key);
		if (keyword !== undefined) return keyword;
		const modern = each.namespace.names.get("model_config");
		if (modern !== undefined) {
			const found = configured(modern.value, key);
			if (found !== undefined) return found;
		}
		const inner = each.namespace.names.get("Config");
		if (inner === undefined) continue;
		if (inner.value.kind !== "class") return { kind: "unknown" };
		const found = inheritedValue(inner.value, key);
		if (found !== undefined) return found;
		if (!lineageOf(inner.value).isComplete) return { kind: "unknown" };
	}
	return undefined;
}

function configured(config: Value, key: string): Value | undefined {
	if (config.kind === "dict") return config.entries.get(key) ?? (config.complete ? undefined : { kind: "unknown" });
	if (config.kind !== "instance" || config.call === null) return { kind: "unknown" };
	return config.call.keywords.get(key) ?? (config.call.open || config.call.args.length > 0 ? { kind: "unknown" } : undefined);
}

/** Is a switch of the configuration certainly off? `fallback` is what holds where nothing sets it. */
export function isOff(value: ClassValue, key: string): boolean {
	const found = configOf(value, key);
	return found === undefined || (found.kind === "constant" && found.value === false);
}

/** The annotated names of a model body that pydantic makes fields of; relationships of SQLModel are none. */
export function ownFields(value: ClassValue): readonly ClassAttribute[] {
	return [...attributesOf(value).values()].filter(
		({ name, annotation, value: set }) =>
			annotation !== null &&
			!name.startsWith("_") &&
			name !== "model_config" &&
			!isClassVariable(annotation) &&
			makerOf(set) !== "Relationship",
	);
}

/** All fields of a model, inherited ones in the order of their classes, each as the nearest class has it. */
export function allFields(value: ClassValue): ReadonlyMap<string, ClassAttribute> {
	const fields = new Map<string, ClassAttribute>();
	for (const each of lineageOf(value).own.toReversed()) for (const field of ownFields(each)) fields.set(field.name, field);
	return fields;
}
