import { mayStore } from "../../python/stored-attributes.ts";
import { textsIn } from "../../python/walk.ts";
import { secretObject } from "../imports/simulator/library/secret-objects.ts";
import { type CallArguments, type Frame, failAt, isGuarded, type Machine } from "../imports/simulator/machine.ts";
import { nothingReturned } from "../imports/simulator/value-types.ts";
import type { Call, SettingReading } from "../imports/trace.ts";
import { type ClassValue, unknown, type Value } from "../imports/values.ts";
import {
	converted,
	decoded,
	enumChoices,
	enumMember,
	isModelClass,
	isPlainText,
	isSecretField,
	ownType,
	urlObject,
} from "./convert-setting.ts";
import { losesItself } from "./forgetful-validators.ts";
import { nestedObject, nestedParts, nestedSources, settingParts, withDefaults } from "./nested-models.ts";
import { listValidators, runEarlyValidators, runFieldValidator, runModelValidator, type Validator } from "./run-validators.ts";
import { dotenvOf, pathOf, rawValue } from "./setting-sources.ts";
import {
	isSettingsClass,
	lacksValue,
	type SettingsConfig,
	type SettingsField,
	settingsConfig,
	settingsFields,
} from "./settings-class.ts";

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
	const nested = nestedSources(machine, config, files);
	runEarlyValidators(machine, frame, cls, validators);
	for (const field of settingsFields(cls, config)) {
		const argument = args.keywords.get(field.name);
		const given = argument ?? (args.open ? null : rawValue(machine, config, files, field));
		const type = ownType(machine, field);
		const choices = type === null ? null : enumChoices(type);
		const model = type !== null && isModelClass(type) ? type : null;
		if (given === undefined && field.factory !== null) {
			const isLost = model !== null && losesItself(model) && field.validatesDefault;
			const value = madeBy(machine, frame, field.factory, made);
			result.set(field.name, isLost ? nothingReturned : value);
			fields.push({ field, given: null, isArgument: false, checked: null, choices, model, refusedBy: null, parts: [] });
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
		const isInParts = given === null && argument === undefined && !args.open && nested !== null;
		const isValidated = given !== undefined || (field.fallback !== null && field.validatesDefault);
		const value = isInParts && model !== null ? nestedObject(nested, field, model) : withDefaults(settled.value, config);
		result.set(field.name, isValidated && model !== null && losesItself(model) ? nothingReturned : value);
		fields.push({
			field,
			given: given === undefined ? null : (given ?? unknown),
			isArgument: argument !== undefined,
			checked: settled.checked,
			choices,
			model,
			refusedBy: settled.refusedBy,
			parts: nested === null || model === null ? [] : settingParts(nested, field, model),
		});
		if (isInParts && model !== null) fields.push(...nestedParts(nested, field, model));
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
	leaveForHandler(machine, frame, made, fields);
	return result;
}

/**
 * Settings that lack a value, made in a `try` that catches what pydantic raises: what runs next is the handler. Everywhere else the
 * simulation goes on as if they had been made, and rules tell what is wrong with them.
 */
function leaveForHandler(machine: Machine, frame: Frame, made: Call, fields: readonly SettingReading[]): void {
	if (!fields.some(lacksValue) || !isGuarded(machine, "ValidationError")) return;
	failAt(machine, frame, made.node, {
		detail: { type: "raises", exception: "ValidationError", by: "operation" },
		exception: "ValidationError",
		message: "",
	});
}

/** What `default_factory` gives: settings within settings read their own values, and may lack some. */
function madeBy(machine: Machine, frame: Frame, factory: Value, made: Call): Value {
	const takesNothing = factory.kind === "function" && factory.node.parameters.length === 0;
	if (!takesNothing && (factory.kind !== "class" || !isModelClass(factory))) return unknown;
	return machine.call(frame, factory, { args: [], keywords: new Map(), open: false }, made.node);
}

/** `Settings(_env_file=...)` reads other files than the class says. */
function withArguments(config: SettingsConfig, args: CallArguments): SettingsConfig {
	if (!args.keywords.has("_env_file") && !args.keywords.has("_secrets_dir")) return config;
	const given = args.keywords.get("_env_file");
	if (given?.kind === "constant" && typeof given.value === "string") return { ...config, envFiles: [given.value] };
	return { ...config, envFiles: given?.kind === "constant" && given.value === null ? [] : null };
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
		for (const { function: validator } of ofObject) {
			const texts = textsIn(validator.node);
			for (const name of attributes.keys()) if (texts.has(name) || mayStore(validator.node, name)) attributes.set(name, unknown);
		}
		return null;
	}
	for (const validator of ofObject) {
		if (runModelValidator(machine, frame, cls, validator, attributes).type === "refused") return nameOf(validator);
	}
	return null;
}
