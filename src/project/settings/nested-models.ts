import { storedAttributes } from "../../python/stored-attributes.ts";
import { textsOfMembers } from "../imports/simulator/classes/enum-look-up.ts";
import { keepsDefault } from "../imports/simulator/classes/model-default.ts";
import { secretObject } from "../imports/simulator/library/secret-objects.ts";
import type { Frame, Machine } from "../imports/simulator/machine.ts";
import type { SettingPart, SettingReading } from "../imports/trace.ts";
import { type ClassValue, type FunctionValue, unknown, type Value } from "../imports/values.ts";
import { converted, isModelClass, isPlainText, isSecretField, ownType } from "./convert-setting.ts";
import { listValidators, runModelValidator, type Validator } from "./run-validators.ts";
import { getFolded, type SettingTexts, startsAny } from "./setting-sources.ts";
import { type SettingsConfig, type SettingsField, settingsFields } from "./settings-class.ts";
import { nameOf, settle } from "./settle-setting.ts";

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
	/** Do variables set parts of it? */
	readonly isDeeper: boolean;
}

/** Where the parts of nested models come from; null where that cannot be seen, or where a class takes no such parts. */
export interface NestedSources {
	readonly machine: Machine;
	readonly frame: Frame;
	readonly config: SettingsConfig;
	readonly texts: readonly SettingTexts[];
	readonly delimiter: string;
}

/** The sources of a settings object, strongest first. */
export function nestedSources(
	machine: Machine,
	frame: Frame,
	config: SettingsConfig,
	files: SettingTexts | null,
): NestedSources | null {
	const { nestedDelimiter: delimiter } = config;
	const isSeen = !machine.environDynamic && !config.hasOtherSources && config.readsEnvironment && config.readsFiles;
	return delimiter === null || files === null || !isSeen
		? null
		: { machine, frame, config, texts: [machine.environ, files], delimiter };
}

/** The fields of a model that a field holds; null where not all of what it gets can be seen. */
function nestedFields(
	{ machine, config, texts, delimiter }: NestedSources,
	field: SettingsField,
	type: ClassValue,
): readonly NestedField[] | null {
	const [key = ""] = field.keys;
	if (field.isValidatedBefore || field.keys.length !== 1 || mayChange(type) === null) return null;
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

/** What variables such as `DB__HOST` make of a nested model. */
export interface NestedReading {
	/** The object that pydantic-settings puts together; the model's own defaults stand where the variables give nothing. */
	readonly value: Value;
	/** The parts that are given, and required ones that nothing gives. */
	readonly readings: readonly SettingReading[];
	/** The validator of the model as a whole that refuses it, or null. */
	readonly refusedBy: string | null;
}

const notSeen: NestedReading = { value: unknown, readings: [], refusedBy: null };

/** Reads a nested model from the variables of its parts, and runs its validators over them as pydantic does. */
export function readNested(sources: NestedSources, field: SettingsField, type: ClassValue, depth = 0): NestedReading {
	const parts = nestedFields(sources, field, type);
	if (parts === null || depth > deepest) return notSeen;
	const { machine, frame } = sources;
	const validators = listValidators(type);
	const attributes = new Map<string, Value>();
	const readings: SettingReading[] = [];
	for (const part of parts) {
		const name = part.field.name.slice(field.name.length + 1);
		const read = readPart(sources, { part, name, type, validators, data: attributes, depth });
		attributes.set(name, read.value);
		readings.push(...read.readings);
	}
	const value: Value = { kind: "instance", of: type, attributes, call: null };
	if (readings.some(({ given, refusedBy }) => given === null || refusedBy !== null)) return { value, readings, refusedBy: null };
	const refusing = validators.find(
		(each) =>
			each.fields.length === 0 &&
			each.mode === "after" &&
			runModelValidator(machine, frame, type, each, attributes).type === "refused",
	);
	return { value, readings, refusedBy: refusing === undefined ? null : nameOf(refusing) };
}

interface PartContext {
	readonly part: NestedField;
	/** Its name in the model: `host` for `db.host`. */
	readonly name: string;
	readonly type: ClassValue;
	readonly validators: readonly Validator[];
	/** What the fields before it came to. */
	readonly data: ReadonlyMap<string, Value>;
	readonly depth: number;
}

function readPart(sources: NestedSources, { part, name, type, validators, data, depth }: PartContext): NestedReading {
	const { machine, frame, config } = sources;
	const { field, given } = part;
	const reading = {
		given,
		isArgument: false,
		checked: given,
		choices: null,
		model: part.type,
		refusedBy: null,
		parts: [],
		field: { ...field, fallback: null, factory: null },
	};
	if (part.isDeeper) {
		if (part.type === null) return notSeen;
		const read = readNested(sources, field, part.type, depth + 1);
		const whole = { ...reading, given: unknown, checked: null, refusedBy: read.refusedBy };
		return read.refusedBy === null ? read : { ...read, readings: [...read.readings, whole] };
	}
	if (given === null) {
		const value = withDefaults(field.fallback ?? unknown, config);
		return { value, readings: field.fallback === null ? [reading] : [], refusedBy: null };
	}
	const own = ownType(machine, field);
	const choices = own === null ? null : textsOfMembers(own);
	if (own !== null && choices === null) return { value: unknown, readings: [reading], refusedBy: null };
	const context = { field: { ...field, name }, config, validators, choices, isArgument: false };
	const { value, checked, refusedBy } = settle(machine, frame, type, context, given, data);
	return { value, readings: [{ ...reading, choices, checked, refusedBy }], refusedBy: null };
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
			if (!keepsDefault(of, field.name)) return [field.name, unknown];
			if (given === undefined) return [field.name, withDefaults(field.fallback ?? unknown, config, depth + 1)];
			const isText = isPlainText(given);
			if (isText && isSecretField(field)) return [field.name, secretObject(given)];
			return [field.name, isText ? converted(given, field, null) : given.kind === "constant" ? given : unknown];
		}),
	);
	return { ...value, attributes };
}
