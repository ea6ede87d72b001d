import { memberOfValue } from "../imports/simulator/classes/enum-look-up.ts";
import { secretObject } from "../imports/simulator/library/secret-objects.ts";
import type { Frame, Machine } from "../imports/simulator/machine.ts";
import type { SettingReading } from "../imports/trace.ts";
import { type ClassValue, unknown, type Value } from "../imports/values.ts";
import { converted, decoded, isPlainText, isSecretField, ownType, urlObject } from "./convert-setting.ts";
import { runFieldValidator, type Validator } from "./run-validators.ts";
import type { SettingsConfig, SettingsField } from "./settings-class.ts";

/** A field of settings, or of a model within them, with what decides on its value. */
export interface FieldContext {
	readonly field: SettingsField;
	readonly config: SettingsConfig;
	readonly validators: readonly Validator[];
	readonly choices: readonly string[] | null;
	readonly isArgument: boolean;
}

export type Settled = Pick<SettingReading, "checked" | "refusedBy"> & { readonly value: Value };

/** What a field comes to: validators that run before, pydantic's own conversion, validators that run after. Defaults go the same way. */
export function settle(
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
	const type = choices === null ? null : ownType(machine, field);
	const member = type === null || checked === null ? null : memberOfValue(type, checked);
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

/** The name of a validator as messages show it. */
export function nameOf({ function: { node } }: Validator): string {
	return node.type === "FunctionDef" ? node.name.name : "lambda";
}
