import { storedAttributes } from "../../python/stored-attributes.ts";
import { secretObject } from "../imports/simulator/library/secret-objects.ts";
import type { Machine } from "../imports/simulator/machine.ts";
import type { SettingPart, SettingReading } from "../imports/trace.ts";
import { type ClassValue, type FunctionValue, unknown, type Value } from "../imports/values.ts";
import {
	converted,
	decoded,
	enumChoices,
	isModelClass,
	isPlainText,
	isSecretField,
	ownType,
	urlObject,
} from "./convert-setting.ts";
import { getFolded, type SettingTexts, startsAny } from "./setting-sources.ts";
import { type SettingsConfig, type SettingsField, settingsFields } from "./settings-class.ts";

/** Decorators of methods that have no say in what the fields get. */
const harmless =
	/(^|\.)(property|cached_property|computed_field|field_serializer|model_serializer|staticmethod|classmethod|cache|lru_cache)$/;

/** Is it a model of pydantic alone, whose fields are filled by nothing but what is given? */
export function isPlainModel(cls: ClassValue): boolean {
	return mayChange(cls)?.size === 0;
}

/** The fields of a model of pydantic's that its validators may change; null where these may change any, or where a base is not seen. */
function mayChange(cls: ClassValue): ReadonlySet<string> | null {
	const own = [...cls.namespace.names.values()].map(({ value }) => (value.kind === "function" ? validatedFields(value) : []));
	const inherited = cls.bases
		.filter((base) => base.kind !== "external" || !/^pydantic\.(.*\.)?BaseModel$/.test(base.canonical))
		.map((base) => (base.kind === "class" ? mayChange(base) : null));
	const changed = new Set<string>();
	for (const names of [...own, ...inherited]) {
		if (names === null) return null;
		for (const name of names) changed.add(name);
	}
	return changed;
}

/** The fields that a method sees as a validator; null where it may see, or be, anything. */
function validatedFields({ decorators, node }: FunctionValue): readonly string[] | null {
	const names: string[] = [];
	for (const decorator of decorators) {
		const maker = decorator.kind === "instance" ? decorator.of : decorator;
		if (maker.kind !== "external") return null;
		if (harmless.test(maker.canonical)) continue;
		const { args = [], keywords } = (decorator.kind === "instance" ? decorator.call : null) ?? {};
		const mode = keywords?.get("mode");
		const isLast = mode?.kind === "constant" && mode.value === "after";
		// A validator of the whole that assigns to nothing leaves all as it was.
		if (/\.model_validator$/.test(maker.canonical) && isLast && !assignsAttributes(node)) continue;
		if (!/\.field_validator$/.test(maker.canonical)) return null;
		for (const arg of args) {
			if (arg.kind !== "constant" || typeof arg.value !== "string" || arg.value === "*") return null;
			names.push(arg.value);
		}
	}
	return names;
}

/** Does code set attributes of anything? */
function assignsAttributes(code: FunctionValue["node"]): boolean {
	const { names, isOpen } = storedAttributes(code);
	return isOpen || names.size > 0;
}

/** A field of a nested model, as variables such as `DB__HOST` name it. */
export interface NestedField {
	/** Named by its way from the settings: `db.host`. */
	readonly field: SettingsField;
	readonly type: ClassValue | null;
	/** The text that a source has for it; null where none has. */
	readonly given: Value | null;
	/** May a validator of the model make something else of it? */
	readonly isValidated: boolean;
	/** Do variables set parts of it? */
	readonly isDeeper: boolean;
}

/** Where the parts of nested models come from; null where that cannot be seen, or where a class takes no such parts. */
export interface NestedSources {
	readonly machine: Machine;
	readonly config: SettingsConfig;
	readonly texts: readonly SettingTexts[];
	readonly delimiter: string;
}

/** The sources of a settings object, strongest first. */
export function nestedSources(machine: Machine, config: SettingsConfig, files: SettingTexts | null): NestedSources | null {
	const { nestedDelimiter: delimiter } = config;
	const isSeen = !machine.environDynamic && !config.hasOtherSources && config.readsEnvironment && config.readsFiles;
	return delimiter === null || files === null || !isSeen ? null : { machine, config, texts: [machine.environ, files], delimiter };
}

/** The fields of a model that a field holds; null where not all of what it gets can be seen. */
export function nestedFields(
	{ machine, config, texts, delimiter }: NestedSources,
	field: SettingsField,
	type: ClassValue,
): readonly NestedField[] | null {
	const [key = ""] = field.keys;
	const changed = mayChange(type);
	if (field.isValidatedBefore || field.keys.length !== 1 || changed === null) return null;
	if (texts.some((source) => getFolded(source, key) !== undefined)) return null;
	const fields = settingsFields(type, { ...config, prefix: "" });
	// A part with an alias is looked for by that.
	if (fields.some(({ name, keys }) => keys[0] !== name)) return null;
	return fields.map((each) => {
		const part = `${key}${delimiter}${each.name}`;
		const own = ownType(machine, each);
		return {
			field: { ...each, name: `${field.name}.${each.name}`, keys: [part] },
			type: own !== null && isModelClass(own) ? own : null,
			isValidated: changed.has(each.name),
			given: texts.map((source) => getFolded(source, part)).find((value) => value !== undefined) ?? null,
			isDeeper: texts.some((source) => startsAny(source, `${part}${delimiter}`)),
		};
	});
}

/** Models within models, no deeper than anybody writes them. */
const deepest = 6;

/** All variables that parts of a nested model are read from. */
export function settingParts(sources: NestedSources, field: SettingsField, type: ClassValue, depth = 0): readonly SettingPart[] {
	return (nestedFields(sources, field, type) ?? []).map((part) => ({
		field: part.field,
		given: part.given,
		parts: part.type === null || depth > deepest ? [] : settingParts(sources, part.field, part.type, depth + 1),
	}));
}

/** Parts of a nested model that variables such as `DB__HOST` give, and required ones that nothing gives. */
export function nestedParts(
	sources: NestedSources,
	field: SettingsField,
	type: ClassValue,
	depth = 0,
): readonly SettingReading[] {
	return (nestedFields(sources, field, type) ?? []).flatMap((part): readonly SettingReading[] => {
		if (part.isDeeper) return part.type === null || depth > deepest ? [] : nestedParts(sources, part.field, part.type, depth + 1);
		if (part.given === null && part.field.fallback !== null) return [];
		return [
			{
				given: part.given,
				isArgument: false,
				checked: part.given,
				choices: null,
				model: part.type,
				refusedBy: null,
				parts: [],
				field: { ...part.field, fallback: null, factory: null },
			},
		];
	});
}

/** A model made without more than a few plain arguments, with the attributes that it then has; any other value as it is. */
export function withDefaults(value: Value, config: SettingsConfig, depth = 0): Value {
	if (value.kind !== "instance" || value.of.kind !== "class" || value.attributes.size > 0 || depth > deepest) return value;
	const { of, call } = value;
	if (call === null || call.open || call.args.length > 0 || !isPlainModel(of)) return value;
	const plain = { ...config, prefix: "", namedKeys: () => null };
	const attributes = new Map(
		settingsFields(of, plain).map((field): [string, Value] => {
			const given = call.keywords.get(field.name);
			if (given === undefined) return [field.name, withDefaults(field.fallback ?? unknown, config, depth + 1)];
			const isText = isPlainText(given);
			if (isText && isSecretField(field)) return [field.name, secretObject(given)];
			return [field.name, isText ? converted(given, field, null) : given.kind === "constant" ? given : unknown];
		}),
	);
	return { ...value, attributes };
}

/** The object that pydantic-settings puts together from such variables; the model's own defaults stand where they give nothing. */
export function nestedObject(sources: NestedSources, field: SettingsField, type: ClassValue, depth = 0): Value {
	const parts = nestedFields(sources, field, type);
	if (parts === null || depth > deepest) return unknown;
	const attributes = new Map(
		parts.map((part): [string, Value] => [part.field.name.slice(field.name.length + 1), valueOfPart(sources, part, depth)]),
	);
	return { kind: "instance", of: type, attributes, call: null };
}

function valueOfPart(sources: NestedSources, { field, type, given, isValidated, isDeeper }: NestedField, depth: number): Value {
	if (isValidated && given !== null) return unknown;
	if (isDeeper) return type === null ? unknown : nestedObject(sources, field, type, depth + 1);
	if (given === null) return withDefaults(field.fallback ?? unknown, sources.config);
	const own = ownType(sources.machine, field);
	const choices = own === null ? null : enumChoices(own);
	const url = urlObject(sources.machine, given, field);
	if (url !== null) return url;
	if (isSecretField(field) && isPlainText(given)) return secretObject(given);
	return own !== null && choices === null ? unknown : converted(decoded(given, field, sources.config), field, choices);
}
