import type { CallArguments, Frame, Machine } from "../imports/simulator/machine.ts";
import { secretObject } from "../imports/simulator/secret-objects.ts";
import { urlAttribute } from "../imports/simulator/url-objects.ts";
import type { Call, SettingReading } from "../imports/trace.ts";
import { type ClassValue, unknown, type Value } from "../imports/values.ts";
import { listValidators, runFieldValidator, runModelValidator, type Validator } from "./run-validators.ts";
import { readSettingType } from "./setting-type.ts";
import { isSettingsClass, type SettingsConfig, type SettingsField, settingsConfig, settingsFields } from "./settings-class.ts";
import { refusesFormat } from "./text-formats.ts";

/**
 * The attributes of a settings object that is made now, from keyword arguments, environment, `.env` files and defaults, in that order
 * of strength; what each field got is kept in the trace. Null where the class is no settings class.
 */
export function instantiateSettings(
	machine: Machine,
	frame: Frame,
	cls: ClassValue,
	args: CallArguments,
	made: Call,
): ReadonlyMap<string, Value> | null {
	if (!isSettingsClass(cls)) return null;
	const config = withArguments(settingsConfig(cls), args);
	const paths = config.envFiles === null ? null : config.envFiles.map((name) => pathOf(machine, name));
	const files = dotenvOf(machine, paths);
	const result = new Map<string, Value>();
	const fields: SettingReading[] = [];
	const validators = listValidators(cls);
	for (const field of settingsFields(cls, config)) {
		const argument = args.keywords.get(field.name);
		const given = argument ?? (args.open ? null : rawValue(machine, config, files, field));
		const type = ownType(machine, field);
		const choices = type === null ? null : enumChoices(type);
		const isModel = type !== null && isModelClass(type);
		if (given === undefined && field.factory !== null) {
			result.set(field.name, madeBy(machine, frame, field.factory, made));
			fields.push({ field, given: null, isArgument: false, checked: null, choices, isModel, refusedBy: null });
			continue;
		}
		const settled = settle(
			machine,
			frame,
			cls,
			{ field, config, validators, choices, isArgument: argument !== undefined },
			given,
			result,
		);
		result.set(field.name, settled.value);
		fields.push({
			field,
			given: given === undefined ? null : (given ?? unknown),
			isArgument: argument !== undefined,
			checked: settled.checked,
			choices,
			isModel,
			refusedBy: settled.refusedBy,
		});
		if (given === null && argument === undefined && !args.open && isModel && type !== null)
			fields.push(...nestedParts(machine, config, files, field, type));
	}
	const refusedBy = runModelValidators(machine, frame, cls, validators, result, fields);
	machine.settings.push({
		call: made,
		settingsClass: cls,
		fields,
		refusedBy,
		envFiles: paths === null ? null : paths.every((path) => path !== null) ? paths : null,
		fileValues: files ?? new Map(),
	});
	machine.doubts++;
	return result;
}

/** A model of pydantic alone, whose fields are filled by nothing but what is given. */
function isPlainModel(cls: ClassValue): boolean {
	const isFilledByHand = [...cls.namespace.names.values()].some(
		({ value }) => value.kind === "function" && value.decorators.length > 0,
	);
	return (
		!isFilledByHand &&
		cls.bases.every((base) =>
			base.kind === "class"
				? isPlainModel(base)
				: base.kind === "external" && /^pydantic\.(.*\.)?BaseModel$/.test(base.canonical),
		)
	);
}

/** What `default_factory` gives: settings within settings read their own values, and may lack some. */
function madeBy(machine: Machine, frame: Frame, factory: Value, made: Call): Value {
	const takesNothing = factory.kind === "function" && factory.node.parameters.length === 0;
	if (!takesNothing && (factory.kind !== "class" || !isSettingsClass(factory))) return unknown;
	return machine.call(frame, factory, { args: [], keywords: new Map(), open: false }, made.node);
}

/** `Settings(_env_file=...)` reads other files than the class says. */
function withArguments(config: SettingsConfig, args: CallArguments): SettingsConfig {
	if (!args.keywords.has("_env_file") && !args.keywords.has("_secrets_dir")) return config;
	const given = args.keywords.get("_env_file");
	if (given?.kind === "constant" && typeof given.value === "string") return { ...config, envFiles: [given.value] };
	return { ...config, envFiles: given?.kind === "constant" && given.value === null ? [] : null };
}

/** The path of a `.env` file relative to the repository root; null where it lies outside. */
function pathOf(machine: Machine, name: string): string | null {
	const absolute = collapse(name.startsWith("/") ? name : `${machine.workingDirectory}/${name}`);
	return absolute.startsWith(`${machine.root}/`) ? absolute.slice(machine.root.length + 1) : null;
}

/** What the `.env` files say, stronger files later; null where one of them cannot be seen. */
function dotenvOf(machine: Machine, paths: readonly (string | null)[] | null): ReadonlyMap<string, Value> | null {
	if (paths === null) return null;
	const merged = new Map<string, Value>();
	for (const path of paths) {
		if (path === null) return null;
		for (const [key, value] of machine.dotenvValues(path) ?? []) merged.set(key, value);
	}
	return merged;
}

function collapse(path: string): string {
	const parts: string[] = [];
	for (const part of path.split("/")) {
		if (part === "..") parts.pop();
		else if (part !== "." && part !== "") parts.push(part);
	}
	return `/${parts.join("/")}`;
}

/** The text that the environment or a file gives a field; undefined: nothing sets it; null: something we cannot see may. */
function rawValue(
	machine: Machine,
	config: SettingsConfig,
	files: ReadonlyMap<string, Value> | null,
	field: SettingsField,
): Value | undefined | null {
	for (const source of [config.readsEnvironment ? machine.environ : new Map(), config.readsFiles ? files : new Map()]) {
		if (source === null) return null;
		for (const key of field.keys) {
			const found = config.caseSensitive ? source.get(key) : getFolded(source, key);
			if (found !== undefined && !(config.ignoresEmpty && found.kind === "constant" && found.value === "")) return found;
			if (config.nestedDelimiter !== null && startsAny(source, key + config.nestedDelimiter)) return null;
		}
		if (source === machine.environ && machine.environDynamic) return null;
	}
	return config.hasOtherSources ? null : undefined;
}

/** Parts of a nested model that variables such as `DB__HOST` give, and required ones that nothing gives. */
function nestedParts(
	machine: Machine,
	config: SettingsConfig,
	files: ReadonlyMap<string, Value> | null,
	field: SettingsField,
	type: ClassValue,
): readonly SettingReading[] {
	const { nestedDelimiter: delimiter } = config;
	const isSeen =
		files !== null && !machine.environDynamic && !config.hasOtherSources && config.readsEnvironment && config.readsFiles;
	if (delimiter === null || !isSeen || field.isValidatedBefore || field.keys.length !== 1 || !isPlainModel(type)) return [];
	const [key = ""] = field.keys;
	const partOf = field.name;
	const sources = [machine.environ, files];
	if (sources.some((source) => getFolded(source, key) !== undefined)) return [];
	return settingsFields(type, { ...config, prefix: "" }).flatMap((field): SettingReading[] => {
		const part = `${key}${delimiter}${field.name}`;
		const given = sources.map((source) => getFolded(source, part)).find((value) => value !== undefined);
		const isDeeper = sources.some((source) => startsAny(source, `${part}${delimiter}`));
		if (isDeeper || field.keys[0] !== field.name || (given === undefined && field.fallback !== null)) return [];
		return [
			{
				given: given ?? null,
				isArgument: false,
				checked: given ?? null,
				choices: null,
				isModel: false,
				refusedBy: null,
				field: { ...field, name: `${partOf}.${field.name}`, fallback: null, keys: [part], factory: null },
			},
		];
	});
}

function getFolded(source: ReadonlyMap<string, Value>, key: string): Value | undefined {
	const exact = source.get(key);
	if (exact !== undefined) return exact;
	const folded = key.toLowerCase();
	for (const [name, value] of source) if (name.toLowerCase() === folded) return value;
	return undefined;
}

function startsAny(source: ReadonlyMap<string, Value>, prefix: string): boolean {
	const folded = prefix.toLowerCase();
	for (const name of source.keys()) if (name.toLowerCase().startsWith(folded)) return true;
	return false;
}

interface FieldContext {
	readonly field: SettingsField;
	readonly config: SettingsConfig;
	readonly validators: readonly Validator[];
	readonly choices: readonly string[] | null;
	readonly isArgument: boolean;
}

type Settled = Pick<SettingReading, "checked" | "refusedBy"> & { readonly value: Value };

/** What a field comes to: validators that run before, pydantic's own conversion, validators that run after. Defaults go the same way. */
function settle(
	machine: Machine,
	frame: Frame,
	cls: ClassValue,
	{ field, config, validators, choices, isArgument }: FieldContext,
	given: Value | null | undefined,
	data: ReadonlyMap<string, Value>,
): Settled {
	const nothing: Settled = { value: unknown, checked: null, refusedBy: null };
	const isText = !isArgument && given !== undefined;
	const raw = given === undefined ? field.fallback : given;
	if (raw === null || raw.kind === "unknown") return nothing;
	const own = validators.filter(({ fields }) => fields.includes(field.name) || fields.includes("*"));
	const hasOther =
		own.some(({ mode }) => mode === "other") || validators.some(({ fields, mode }) => fields.length === 0 && mode !== "after");
	if (hasOther) return nothing;
	let value = isText && choices === null ? decoded(raw, field, config) : raw;
	// pydantic runs those before its own check from the last one up.
	for (const validator of own.filter(({ mode }) => mode === "before").toReversed()) {
		if (value.kind === "unknown") return nothing;
		const verdict = runFieldValidator(machine, frame, cls, validator, value, data);
		if (verdict.type === "refused") return { ...nothing, refusedBy: nameOf(validator) };
		value = verdict.value;
	}
	const checked = value.kind === "unknown" ? null : value;
	value = isText || own.length > 0 ? converted(value, field, choices) : value;
	if (checked !== null && (isText || config.validatesDefaults) && isSecretField(field) && isPlainText(checked))
		value = secretObject(checked);
	const member = choices === null || checked === null ? null : enumMember(ownType(machine, field), checked);
	if (member !== null) value = member;
	const dsn = checked === null || value.kind !== "unknown" ? null : urlObject(machine, checked, field);
	if (dsn !== null && own.length === 0) return { value: dsn, checked, refusedBy: null };
	for (const validator of own.filter(({ mode }) => mode === "after")) {
		if (value.kind === "unknown") return { ...nothing, checked };
		const verdict = runFieldValidator(machine, frame, cls, validator, value, data);
		if (verdict.type === "refused") return { value: unknown, checked, refusedBy: nameOf(validator) };
		value = verdict.value;
	}
	return { value, checked, refusedBy: null };
}

function nameOf({ function: { node } }: Validator): string {
	return node.type === "FunctionDef" ? node.name.name : "lambda";
}

/** The validators of the whole object run once every field was taken; what one of them assigns, the attributes have. */
function runModelValidators(
	machine: Machine,
	frame: Frame,
	cls: ClassValue,
	validators: readonly Validator[],
	attributes: Map<string, Value>,
	fields: readonly SettingReading[],
): string | null {
	const isWrong = ({ field, given, refusedBy }: SettingReading): boolean =>
		refusedBy !== null || (given === null && field.fallback === null);
	const ofObject = validators.filter((each) => each.fields.length === 0 && each.mode === "after");
	// They never run then; once the fields are mended they may set anything that they name.
	if (fields.some(isWrong)) {
		for (const {
			function: { node, module },
		} of ofObject) {
			const text = module.text.slice(node.start, node.end);
			for (const name of attributes.keys())
				if (new RegExp(`\\.${name}\\s*=[^=]|["']${name}["']|__dict__`).test(text)) attributes.set(name, unknown);
		}
		return null;
	}
	for (const validator of ofObject) {
		if (runModelValidator(machine, frame, cls, validator, attributes).type === "refused") return nameOf(validator);
	}
	return null;
}

/** A list setting is JSON, and decoded before anything looks at it; what is none is reported as such. */
function decoded(value: Value, field: SettingsField, config: SettingsConfig): Value {
	const { decoding } = readSettingType(field.node.annotation);
	if (value.kind !== "constant" || typeof value.value !== "string" || decoding === "text" || !config.decodes) return value;
	if (decoding === "unknown") return unknown;
	try {
		const items: unknown = JSON.parse(value.value);
		const isPlain = (item: unknown): item is string | number | boolean => ["string", "number", "boolean"].includes(typeof item);
		if (!Array.isArray(items) || !items.every(isPlain)) return unknown;
		return {
			kind: "sequence",
			type: "list",
			items: items.map((item) => ({ kind: "constant", value: item, origin: null })),
			complete: true,
		};
	} catch {
		return decoding === "tried" ? value : unknown;
	}
}

/** The class of the project that a field has for its type; null where it is none, or one of several. */
function ownType(machine: Machine, { node, owner }: SettingsField): ClassValue | null {
	const { members } = readSettingType(node.annotation);
	const [name] = members ?? [];
	if (members?.length !== 1 || name === undefined) return null;
	const scope = machine.sysModules.get(owner.module.name)?.value.namespace;
	const type = (owner.namespace.names.get(name) ?? scope?.names.get(name))?.value;
	return type?.kind === "class" ? type : null;
}

function isModelClass(cls: ClassValue): boolean {
	return cls.bases.some((base) =>
		base.kind === "class"
			? isModelClass(base)
			: base.kind === "external" && /^pydantic(_settings)?\.(.*\.)?Base(Model|Settings)$/.test(base.canonical),
	);
}

/** The values of an Enum, as texts; null where the class is none, or where not all values are texts. */
function enumChoices(type: ClassValue): readonly string[] | null {
	if (!isEnumClass(type) || type.namespace.names.has("_missing_")) return null;
	const texts = type.node.body.flatMap((statement) => {
		const target = statement.type === "Assign" ? statement.targets[0] : undefined;
		if (target?.type !== "Name" || target.id.startsWith("_")) return [];
		const value = type.namespace.names.get(target.id)?.value;
		return [value?.kind === "constant" && typeof value.value === "string" ? value.value : null];
	});
	return texts.length > 0 && texts.every((text) => text !== null) ? texts : null;
}

function isEnumClass(cls: ClassValue): boolean {
	return cls.bases.some((base) => base.kind === "external" && /^enum\.(Str)?Enum$/.test(base.canonical));
}

/** pydantic 2 makes an object of its own of a URL, which is no text; pydantic 1 made a kind of text. */
function urlObject(machine: Machine, value: Value, field: SettingsField): Value | null {
	const { members } = readSettingType(field.node.annotation);
	const [name] = members ?? [];
	const isUrl =
		members?.length === 1 && name !== undefined && /^(AnyUrl|\w+Dsn)$/.test(name) && !refusesFormat(name, textOf(value));
	if (!isUrl || machine.environment.findModule("pydantic._internal").found !== "present") return null;
	const canonical = `pydantic.networks.${name}`;
	const of = { kind: "external" as const, name: canonical, canonical, isModule: false, entry: null };
	const isPlain = value.kind === "constant" && /^[\w+:/@.?=&%~!,-]+$/.test(textOf(value)) && !/^https?:/.test(textOf(value));
	return { kind: "instance", of, attributes: new Map(isPlain ? [[urlAttribute, value]] : []), call: null };
}

function textOf(value: Value): string {
	return value.kind === "constant" && typeof value.value === "string" ? value.value : "";
}

function isPlainText(value: Value): boolean {
	return value.kind === "constant" && typeof value.value === "string";
}

function isSecretField({ node }: SettingsField): boolean {
	const { members } = readSettingType(node.annotation);
	return members?.length === 1 && members[0] === "SecretStr";
}

/** The member of an Enum that a text is made into; null where there is none of that value. */
function enumMember(type: ClassValue | null, given: Value): Value | null {
	if (type === null || given.kind !== "constant") return null;
	for (const [name, { value }] of type.namespace.names) {
		if (name.startsWith("_") || value.kind !== "constant" || value.value !== given.value) continue;
		const attributes = new Map<string, Value>([
			["value", value],
			["name", { kind: "constant", value: name, origin: null }],
		]);
		return { kind: "instance", of: type, attributes, call: null };
	}
	return null;
}

/** The value after pydantic's conversion, for the simple types that start-up code decides on. */
function converted(value: Value, field: SettingsField, choices: readonly string[] | null): Value {
	if (value.kind !== "constant" || typeof value.value !== "string") return value;
	const { members } = readSettingType(field.node.annotation);
	if (members === null || choices !== null) return unknown;
	const text = value.value;
	if (members.includes("bool") && /^(true|1|on|yes|t|y)$/i.test(text)) return { ...value, value: true };
	if (members.includes("bool") && /^(false|0|off|no|f|n)$/i.test(text)) return { ...value, value: false };
	if (members.includes("int") && /^[+-]?\d+$/.test(text.trim())) return { ...value, value: Number(text) };
	return members.includes("str") || members.includes("Literal") || members.includes("EmailStr") ? value : unknown;
}
