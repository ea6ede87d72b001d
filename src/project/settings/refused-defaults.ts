import type { SettingReading, SettingsObject } from "../imports/trace.ts";
import type { ConstantValue, DictValue, InstanceValue, SequenceValue, Value } from "../imports/values.ts";
import { brokenConstraint } from "./constraints.ts";
import { readSettingType, type SettingType } from "./setting-type.ts";
import { isModernSettingsClass } from "./settings-class.ts";
import { formatInWords, isNoNumber, refusesFormat } from "./text-formats.ts";

/** A default that its own field does not take; settings are checked with their defaults. */
export interface RefusedDefault {
	readonly reading: SettingReading;
	readonly type: SettingType;
	/** What pydantic is given: the default, as validators that run before leave it. */
	readonly value: PlainValue;
	/** Of what kind it is, and what is refused about it. */
	readonly kind: DefaultKind;
	/** What it would have to be beyond its type, in words; null where the type itself does not fit. */
	readonly wanted: string | null;
}

/** A value whose type is certain. */
type PlainValue = ConstantValue | SequenceValue | DictValue | InstanceValue;

export type DefaultKind =
	| "none"
	| "bool"
	| "integer"
	| "fraction"
	| "text"
	| "list"
	| "dict"
	| "random-bytes"
	| "path"
	| "duration"
	| "secret";

/** What makes values of a kind. Bytes of chance are hardly ever UTF-8, so no text can be made of them. */
const makers: readonly (readonly [name: RegExp, kind: DefaultKind])[] = [
	[/^(os|posix|nt)\.urandom$|^secrets\.token_bytes$/, "random-bytes"],
	[/^pathlib\.(_local\.)?(Pure)?(Posix)?Path$/, "path"],
	[/^(_pydatetime|datetime)\.timedelta$/, "duration"],
	[/^pydantic\.types\.SecretStr$/, "secret"],
];

/** Defaults of fields that nothing else sets, where pydantic certainly refuses them (https://docs.pydantic.dev/latest/concepts/conversion_table/). */
export function findRefusedDefaults({ fields, settingsClass }: SettingsObject): RefusedDefault[] {
	const isModern = isModernSettingsClass(settingsClass);
	return fields.flatMap((reading) => {
		const { field, given, checked, refusedBy } = reading;
		const isDefault = given === null && field.fallback !== null && field.validatesDefault && refusedBy === null;
		const kind = isDefault && checked !== null ? kindOf(checked) : null;
		if (kind === null || checked === null || !isPlain(checked)) return [];
		const type = readSettingType(field.node.annotation);
		const wanted = refusal(reading, type, kind, checked, isModern);
		return wanted === undefined ? [] : [{ reading, type, value: checked, kind, wanted }];
	});
}

/** Does pydantic certainly refuse None for a field, be it what a validator leaves of another value? */
export function refusesNone(reading: SettingReading, isModern: boolean): boolean {
	const none: ConstantValue = { kind: "constant", value: null, origin: null };
	return refusal(reading, readSettingType(reading.field.node.annotation), "none", none, isModern) !== undefined;
}

function isPlain(value: Value): value is PlainValue {
	return value.kind === "constant" || value.kind === "sequence" || value.kind === "dict" || value.kind === "instance";
}

function kindOf(value: Value): DefaultKind | null {
	if (value.kind === "dict") return "dict";
	// Lists, tuples and sets are taken for each other; what a generator or a view gives is left open.
	if (value.kind === "sequence") return value.type === "view" ? null : "list";
	if (value.kind === "instance") return kindOfObject(value);
	if (value.kind !== "constant" || value.isConverted || value.value === undefined) return null;
	switch (typeof value.value) {
		case "string":
			return "text";
		case "boolean":
			return "bool";
		case "number":
			return Number.isInteger(value.value) ? "integer" : "fraction";
		case "bigint":
			return "integer";
		default:
			return "none";
	}
}

function kindOfObject({ of }: InstanceValue): DefaultKind | null {
	if (of.kind !== "external") return null;
	return makers.find(([name]) => name.test(of.canonical))?.[1] ?? null;
}

/** What each type takes of the kinds; a text is looked at once more. Types that are not listed may take anything. */
const takenBy: Readonly<Record<string, readonly DefaultKind[]>> = {
	str: ["text"],
	int: ["text", "integer", "bool"],
	float: ["text", "integer", "fraction", "bool"],
	bool: ["text", "integer", "fraction", "bool"],
	Path: ["text", "path"],
	SecretStr: ["text", "secret"],
	EmailStr: ["text"],
	AnyUrl: ["text"],
	AnyHttpUrl: ["text"],
	HttpUrl: ["text"],
	PostgresDsn: ["text"],
	MySQLDsn: ["text"],
	RedisDsn: ["text"],
	MongoDsn: ["text"],
	AmqpDsn: ["text"],
	PositiveInt: ["text", "integer", "bool"],
	NonNegativeInt: ["text", "integer", "bool"],
	UUID: ["text", "random-bytes"],
	Decimal: ["text", "integer", "fraction"],
	timedelta: ["text", "integer", "fraction", "duration"],
	datetime: ["text", "integer", "fraction"],
	date: ["text", "integer", "fraction"],
	list: ["list"],
	List: ["list"],
	set: ["list"],
	Set: ["list"],
	frozenset: ["list"],
	tuple: ["list"],
	Tuple: ["list"],
	dict: ["dict"],
	Dict: ["dict"],
};

/** pydantic 1 makes None possible where it is the default, and turns numbers into texts. */
const takenByOld: Readonly<Record<string, readonly DefaultKind[]>> = {
	int: ["none", "text", "integer", "fraction", "bool"],
	float: ["none", "text", "integer", "fraction", "bool"],
	bool: ["none", "text", "integer", "fraction", "bool", "list", "dict"],
	str: ["none", "text", "integer", "fraction", "bool"],
	list: ["none", "list", "dict"],
	List: ["none", "list", "dict"],
};

/** Why the default is refused, in words where its type would do; undefined where it may be taken. */
function refusal(
	reading: SettingReading,
	{ members, isOptional, choices: listed }: SettingType,
	kind: DefaultKind,
	value: PlainValue,
	isModern: boolean,
): string | null | undefined {
	if (members === null || members.length === 0 || (kind === "none" && isOptional)) return undefined;
	const choices = reading.choices ?? listed;
	if (choices !== null) return refusalOfChoice(choices, kind, value, isModern);
	if (reading.model !== null) return isModern && (kind === "none" || kind === "text" || kind === "integer") ? null : undefined;
	if (!isModern && value.kind === "instance") return undefined;
	const table = isModern ? takenBy : takenByOld;
	const refusesType = (name: string) => Object.hasOwn(table, name) && table[name]?.includes(kind) === false;
	if (members.every(refusesType)) return null;
	const [only] = members;
	if (members.length !== 1 || only === undefined || value.kind !== "constant") return undefined;
	return isModern || only === "int" || only === "float" ? refusalOfText(reading, only, kind, String(value.value)) : undefined;
}

function refusalOfChoice(
	choices: readonly string[],
	kind: DefaultKind,
	value: PlainValue,
	isModern: boolean,
): string | null | undefined {
	if (kind === "text" && value.kind === "constant" && typeof value.value === "string")
		return choices.includes(value.value) ? undefined : `one of ${choices.join(", ")}`;
	return kind === "none" && isModern ? null : undefined;
}

/** A text that the type does not read, or a value that `Field(...)` excludes. */
function refusalOfText(reading: SettingReading, type: string, kind: DefaultKind, text: string): string | null | undefined {
	const { constraints } = reading.field;
	if (kind === "text") {
		if (isNoNumber(type, text)) return null;
		if (refusesFormat(type, text)) return formatInWords(type);
		return brokenConstraint(type, constraints, text) ?? undefined;
	}
	if (kind === "integer" || kind === "fraction") return brokenConstraint(type, constraints, text) ?? undefined;
	return undefined;
}
