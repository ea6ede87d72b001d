import { versionSatisfies } from "../../environment/pep440.ts";
import type { SettingReading, SettingsObject } from "../imports/trace.ts";
import type { ConstantValue } from "../imports/values.ts";
import { derivesFromBundled } from "../models/pydantic-model.ts";
import type { Project } from "../project.ts";
import { type AbsentPath, findAbsentPaths } from "./absent-paths.ts";
import { brokenConstraint } from "./constraints.ts";
import { countRefusedItems, listInWords } from "./list-items.ts";
import { findRefusedDefaults, type RefusedDefault } from "./refused-defaults.ts";
import { isCollection, readSettingType, type SettingType } from "./setting-type.ts";
import {
	isModernSettingsClass,
	isSettingsClass,
	lacksValue,
	type SettingsConfig,
	type SettingsField,
	settingsConfig,
} from "./settings-class.ts";
import { formatInWords, isNoNumber, refusesFormat } from "./text-formats.ts";

/** A value that pydantic refuses. */
export interface RefusedSetting {
	readonly reading: SettingReading;
	readonly value: ConstantValue & { readonly value: string };
	readonly type: SettingType;
	/** What it would have to be: `a whole number`. */
	readonly wanted: string;
	/** How many errors pydantic counts: one for each item of a list. */
	readonly count: number;
}

/** A key of a `.env` file that no field reads. */
export interface UnexpectedKey {
	readonly key: string;
	readonly value: ConstantValue;
}

/** All that keeps a settings object from being made. */
export interface SettingsFaults {
	/** Required fields that nothing sets. */
	readonly missing: readonly SettingReading[];
	/** Fields whose text would have to be JSON; pydantic-settings stops at the first of them, before it looks at anything else. */
	readonly undecodable: readonly RefusedSetting[];
	readonly refused: readonly RefusedSetting[];
	/** Fields that nothing sets, and whose own defaults pydantic refuses. */
	readonly defaults: readonly RefusedDefault[];
	/** Fields that name a file or a folder which is not there. */
	readonly absent: readonly AbsentPath[];
	readonly unexpected: readonly UnexpectedKey[];
	/** Fields whose values validators of the class refuse. */
	readonly rejected: readonly SettingReading[];
	/** The line that Python prints where a text is no JSON; null where all can be decoded. */
	readonly decodingError: string | null;
	/** The line that Python prints where pydantic refuses the settings (once all can be decoded); null where it takes them. */
	readonly validationError: string | null;
}

/** What is wrong with a settings object, as far as that is certain. */
export function findSettingsFaults(project: Project, object: SettingsObject): SettingsFaults {
	const { fields } = object;
	const config = settingsConfig(object.settingsClass);
	const missing = fields.filter(lacksValue);
	const texts = fields.flatMap((reading) => textOf(reading, config.leavesTexts));
	const undecodable = texts.filter(({ type, value }) => config.decodes && type.decoding === "json" && !isJson(value.value));
	const refused = texts.filter((text) => !undecodable.includes(text) && isRefused(text));
	const unexpected = unexpectedKeys(project, object);
	const rejected = fields.filter(({ refusedBy }) => refusedBy !== null);
	const defaults = findRefusedDefaults(object);
	const absent = findAbsentPaths(project, object);
	const ofFields =
		missing.length + refused.reduce((sum, { count }) => sum + count, 0) + defaults.length + absent.length + rejected.length;
	const count = ofFields + unexpected.length + (object.refusedBy === null ? 0 : 1);
	return {
		missing,
		undecodable,
		refused,
		defaults,
		absent,
		unexpected,
		rejected,
		decodingError: undecodable[0] === undefined ? null : decodingError(object, undecodable[0]),
		validationError: count === 0 ? null : validationError(object, count),
	};
}

function decodingError({ settingsClass }: SettingsObject, { reading, value }: RefusedSetting): string {
	const { name, keys } = reading.field;
	if (!isModernSettingsClass(settingsClass))
		return `${derivesFromBundled(settingsClass) ? "pydantic.v1" : "pydantic"}.env_settings.SettingsError: error parsing env var "${keys[0] ?? name}"`;
	const source = value.origin?.type === "env-file" ? "DotEnvSettingsSource" : "EnvSettingsSource";
	// A part of a nested model is read with the whole.
	return `pydantic_settings.exceptions.SettingsError: error parsing value for field "${name.replace(/\..*/, "")}" from source "${source}"`;
}

function validationError({ settingsClass }: SettingsObject, count: number): string {
	const isModern = isModernSettingsClass(settingsClass);
	const older = derivesFromBundled(settingsClass) ? "pydantic.v1" : "pydantic";
	const errorClass = isModern ? "pydantic_core._pydantic_core.ValidationError" : `${older}.error_wrappers.ValidationError`;
	return `${errorClass}: ${count} validation error${count === 1 ? "" : "s"} for ${settingsClass.node.name.name}`;
}

/** What a text for a field would have to be instead (`a whole number`) where pydantic certainly refuses it; null where it may take it. */
export function refusalOf(reading: SettingReading, text: string, { decodes, leavesTexts }: ReadingOfLists): string | null {
	const given: ConstantValue = { kind: "constant", value: text, origin: null };
	return (
		textOf({ ...reading, given, checked: null, isArgument: false, refusedBy: null }, leavesTexts).find((asked) => {
			const isUndecodable = decodes && asked.type.decoding === "json" && !isJson(text);
			return isUndecodable || isRefused(asked);
		})?.wanted ?? null
	);
}

/** What becomes of the texts of lists before pydantic sees them. */
type ReadingOfLists = Pick<SettingsConfig, "decodes" | "leavesTexts">;

/** A field whose text is known and reaches pydantic as it stands. */
function textOf(reading: SettingReading, leavesTexts: boolean): RefusedSetting[] {
	const { given, field, isArgument, choices } = reading;
	if (isArgument || given?.kind !== "constant" || typeof given.value !== "string") return [];
	const written = readSettingType(field.node.annotation);
	const read: SettingType = leavesTexts && written.decoding !== "unknown" ? { ...written, decoding: "text" } : written;
	const isModel = reading.model !== null && read.members?.length === 1;
	const type: SettingType =
		choices === null ? (isModel && !leavesTexts ? { ...read, decoding: "json" } : read) : { ...read, decoding: "text", choices };
	const value = { ...given, value: given.value };
	const only = onlyMember(type);
	const broken = only === undefined ? null : brokenConstraint(only, field.constraints, value.value);
	const items = refusedItems(reading, type, value.value);
	return [{ reading, value, type, wanted: broken ?? wantedOf(type, field.constraints.minLength), count: Math.max(1, items) }];
}

function isRefused({ reading, value, type }: RefusedSetting): boolean {
	const { field, checked, refusedBy } = reading;
	const { members, choices, decoding } = type;
	if (refusedBy !== null || members === null) return false;
	if (field.isValidatedBefore && (checked?.kind !== "constant" || typeof checked.value !== "string")) return false;
	const text = field.isValidatedBefore && checked?.kind === "constant" ? String(checked.value) : value.value;
	if (choices !== null) return !choices.includes(text);
	if (type.numbers !== null) return true;
	const only = onlyMember(type);
	if (only !== undefined && isRefusedByType(only, field, text)) return true;
	// A list beside None: what is no JSON reaches pydantic as text, which is no list.
	if (decoding === "tried") return members.every(isCollection) && !isJson(text);
	if (refusedItems(reading, type, text) > 0) return !field.isValidatedBefore;
	if (decoding !== "text") return false;
	// `NoDecode` and `enable_decoding=False` hand a list its text as it stands.
	if (only !== undefined && isCollection(only)) return true;
	return members.length > 0 && members.every((name) => isNoNumber(name, text));
}

/** Does the one type of a field refuse a text, by its constraints or by its format? */
function isRefusedByType(type: string, { constraints, owner }: SettingsField, text: string): boolean {
	if (brokenConstraint(type, constraints, text) !== null || refusesFormat(type, text)) return true;
	// pydantic 1 took a bare number for seconds.
	return type === "timedelta" && /^\s*[+-]?\d+(\.\d+)?\s*$/.test(text) && isModernSettingsClass(owner);
}

/** The type of a field that has one alone. */
function onlyMember({ members }: SettingType): string | undefined {
	return members?.length === 1 ? members[0] : undefined;
}

/** pydantic 1 made texts of numbers in lists, and is not asked. */
function refusedItems({ field }: SettingReading, type: SettingType, text: string): number {
	const only = onlyMember(type);
	if (isSettingsClass(field.owner) && !isModernSettingsClass(field.owner)) return 0;
	if (type.decoding !== "json" || only === undefined || !isCollection(only)) return 0;
	return countRefusedItems(only, type.itemType, text);
}

function itemInWords(type: string): string | null {
	const numbers: Readonly<Record<string, string>> = {
		int: "a whole number",
		float: "a number",
		bool: "true or false",
	};
	return formatInWords(type) ?? numbers[type] ?? null;
}

/** What the texts of a type have to be, in words. */
export function wantedOf(type: SettingType, minLength: number | null): string {
	if (type.choices !== null) return `one of ${type.choices.join(", ")}`;
	if (type.numbers !== null) return `one of the numbers ${type.numbers.join(", ")}, which no text is`;
	const [name] = type.members ?? [];
	const format = name === undefined ? null : formatInWords(name);
	if (format !== null) return format;
	if (name === "int") return "a whole number";
	if (name === "float") return "a number";
	if (name === "bool") return "true or false";
	if (name === "str") return `at least ${minLength ?? 1} characters long`;
	if (type.decoding === "text") return name !== undefined && isCollection(name) ? "a list, which no text is" : "text";
	if (name === undefined || isCollection(name)) return listInWords(type.itemType === null ? null : itemInWords(type.itemType));
	return "a JSON object";
}

export function isJson(text: string): boolean {
	try {
		JSON.parse(text);
		return true;
	} catch {
		// Python's decoder takes these too.
		return /\b(NaN|Infinity)\b/.test(text);
	}
}

/** Keys of the `.env` files that pydantic-settings hands to a class that forbids them (DotEnvSettingsSource.__call__). */
function unexpectedKeys({ environment }: Project, object: SettingsObject): UnexpectedKey[] {
	const { settingsClass, fields, fileValues } = object;
	const config = settingsConfig(settingsClass);
	if (config.extra !== "forbid" || config.hasOtherSources || !isModernSettingsClass(settingsClass)) return [];
	if (fields.some(({ field }) => field.mayBeFilledIn)) return [];
	const folded = (key: string): string => (config.caseSensitive ? key : key.toLowerCase());
	const names = new Set(fields.map(({ field }) => folded(field.name)));
	const version = environment.distributions.get("pydantic-settings")?.version;
	// Since 2.15 a key that only begins like a nested field is none of its parts.
	const isExact = version !== undefined && versionSatisfies(version, ">=2.15") === true;
	const { nestedDelimiter } = config;
	const isPart = (key: string, name: string): boolean =>
		isExact ? nestedDelimiter !== null && key.startsWith(name + folded(nestedDelimiter)) : key.startsWith(name);
	const isRead = (key: string): boolean =>
		fields.some(({ field }) => {
			const isText = readSettingType(field.node.annotation).decoding === "text";
			return field.keys.some((each) => folded(each) === key || (!isText && isPart(key, folded(each))));
		});
	return [...fileValues].flatMap(([key, value]) => {
		const name = folded(key);
		if (value.kind !== "constant" || value.value === "" || isRead(name)) return [];
		return config.prefix !== "" && names.has(name) ? [] : [{ key, value }];
	});
}
