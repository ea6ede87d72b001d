import { urlAttribute } from "../imports/simulator/library/url-objects.ts";
import type { Machine } from "../imports/simulator/machine.ts";
import { type ClassValue, unknown, type Value } from "../imports/values.ts";
import { readSettingType } from "./setting-type.ts";
import type { SettingsConfig, SettingsField } from "./settings-class.ts";
import { refusesFormat } from "./text-formats.ts";

/** A list setting is JSON, and decoded before anything looks at it; what is none is reported as such. */
export function decoded(value: Value, field: SettingsField, config: SettingsConfig): Value {
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
export function ownType(machine: Machine, { node, owner }: SettingsField): ClassValue | null {
	const { members } = readSettingType(node.annotation);
	const [name] = members ?? [];
	if (members?.length !== 1 || name === undefined) return null;
	const scope = machine.sysModules.get(owner.module.name)?.value.namespace;
	const type = (owner.namespace.names.get(name) ?? scope?.names.get(name))?.value;
	return type?.kind === "class" ? type : null;
}

export function isModelClass(cls: ClassValue): boolean {
	return cls.bases.some((base) =>
		base.kind === "class"
			? isModelClass(base)
			: base.kind === "external" && /^pydantic(_settings)?\.(.*\.)?Base(Model|Settings)$/.test(base.canonical),
	);
}

/** pydantic 2 makes an object of its own of a URL, which is no text; pydantic 1 made a kind of text. */
export function urlObject(machine: Machine, value: Value, field: SettingsField): Value | null {
	const { members } = readSettingType(field.node.annotation);
	const [name] = members ?? [];
	const isUrl =
		members?.length === 1 &&
		name !== undefined &&
		/^(AnyUrl|AnyHttpUrl|HttpUrl|\w+Dsn)$/.test(name) &&
		!refusesFormat(name, textOf(value));
	if (!isUrl || machine.environment.findModule("pydantic._internal").found !== "present") return null;
	const canonical = `pydantic.networks.${name}`;
	const of = { kind: "external" as const, name: canonical, canonical, isModule: false, entry: null };
	const isPlain = value.kind === "constant" && /^[\w+:/@.?=&%~!,-]+$/.test(textOf(value)) && !/^https?:/.test(textOf(value));
	return { kind: "instance", of, attributes: new Map(isPlain ? [[urlAttribute, value]] : []), call: null };
}

function textOf(value: Value): string {
	return value.kind === "constant" && typeof value.value === "string" ? value.value : "";
}

export function isPlainText(value: Value): boolean {
	return value.kind === "constant" && typeof value.value === "string";
}

export function isSecretField({ node }: SettingsField): boolean {
	const { members } = readSettingType(node.annotation);
	return members?.length === 1 && members[0] === "SecretStr";
}

/** The value after pydantic's conversion, for the simple types that start-up code decides on. */
export function converted(value: Value, field: SettingsField, choices: readonly string[] | null): Value {
	if (value.kind !== "constant" || typeof value.value !== "string") return value;
	const { members } = readSettingType(field.node.annotation);
	if (members === null || choices !== null) return unknown;
	const text = value.value;
	if (members.includes("bool") && /^(true|1|on|yes|t|y)$/i.test(text)) return { ...value, value: true };
	if (members.includes("bool") && /^(false|0|off|no|f|n)$/i.test(text)) return { ...value, value: false };
	if (members.includes("int") && /^[+-]?\d+$/.test(text.trim())) return { ...value, value: Number(text) };
	return members.includes("str") || members.includes("Literal") || members.includes("EmailStr") ? value : unknown;
}
