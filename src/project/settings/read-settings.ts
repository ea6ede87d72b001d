import { mayStore } from "../../python/stored-attributes.ts";
import { textsIn } from "../../python/walk.ts";
import { textsOfMembers } from "../imports/simulator/classes/enum-look-up.ts";
import { failOnWideDotenv } from "../imports/simulator/library/wide-dotenv.ts";
import { type CallArguments, type Frame, failAt, isGuarded, type Machine } from "../imports/simulator/machine.ts";
import { nothingReturned } from "../imports/simulator/value-types.ts";
import type { Call, SettingReading } from "../imports/trace.ts";
import { type ClassValue, unknown, type Value } from "../imports/values.ts";
import { failOnMarkedFile } from "./byte-order-mark.ts";
import { isModelClass, ownType } from "./convert-setting.ts";
import { losesItself } from "./forgetful-validators.ts";
import { nestedSources, readNested, settingParts, withDefaults } from "./nested-models.ts";
import { argumentsOfPydantic, forgetWhatIsSetAfter } from "./own-init.ts";
import { listValidators, runEarlyValidators, runModelValidator, type Validator } from "./run-validators.ts";
import { dotenvOf, pathOf, rawValue } from "./setting-sources.ts";
import {
	fileNames,
	isSettingsClass,
	lacksValue,
	type SettingsConfig,
	type SettingsField,
	settingsConfig,
	settingsFields,
} from "./settings-class.ts";
import { nameOf, settle } from "./settle-setting.ts";

/**
 * The attributes of a settings object that is made now, from keyword arguments, environment, `.env` files and defaults, in that order
 * of strength; what each field got is kept in the trace. Null where the class is no settings class.
 */
export function instantiateSettings(
	machine: Machine,
	frame: Frame,
	cls: ClassValue,
	written: CallArguments,
	made: Call,
): ReadonlyMap<string, Value> | null {
	if (!isSettingsClass(cls)) return null;
	const args = argumentsOfPydantic(cls, written);
	const config = withArguments(settingsConfig(cls), args);
	const paths = config.envFiles === null ? null : config.envFiles.map((name) => pathOf(machine, name));
	const classFields = settingsFields(cls, config);
	if (!config.hasEncoding && config.readsFiles && !args.keywords.has("_env_file_encoding")) {
		failOnWideDotenv(machine, frame, made.node, paths ?? []);
		failOnMarkedFile(machine, frame, cls, { config, fields: classFields, paths, made });
	}
	const files = dotenvOf(machine, paths);
	const result = new Map<string, Value>();
	const fields: SettingReading[] = [];
	const validators = listValidators(cls);
	const nested = nestedSources(machine, frame, config, files);
	runEarlyValidators(machine, frame, cls, validators);
	for (const field of classFields) {
		const argument = args.keywords.get(field.name);
		const given = argument ?? (args.open ? null : rawValue(machine, config, files, field));
		const type = ownType(machine, field);
		const choices = type === null ? null : textsOfMembers(type);
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
		const read = isInParts && model !== null ? readNested(nested, field, model) : null;
		const value = read === null ? ofVariable(withDefaults(settled.value, config), field, given, paths) : read.value;
		result.set(field.name, isValidated && model !== null && losesItself(model) ? nothingReturned : value);
		fields.push({
			field,
			given: given === undefined ? null : (given ?? unknown),
			isArgument: argument !== undefined,
			checked: settled.checked,
			choices,
			model,
			refusedBy: read === null ? settled.refusedBy : read.refusedBy,
			parts: nested === null || model === null ? [] : settingParts(nested, field, model),
		});
		if (read !== null) fields.push(...read.readings);
	}
	const refusedBy = runModelValidators(machine, frame, cls, validators, result, fields);
	forgetWhatIsSetAfter(cls, result);
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

/** A None that stands for a variable which nothing sets says which one that is, and in which file it can be set. */
function ofVariable(
	value: Value,
	{ keys: [key] }: SettingsField,
	given: Value | null | undefined,
	paths: readonly (string | null)[] | null,
): Value {
	if (given !== undefined || key === undefined || value.kind !== "constant" || value.value !== null) return value;
	return { ...value, origin: { type: "setting", key, file: paths?.findLast((path) => path !== null) ?? null } };
}

/** `Settings(_env_file=...)` reads other files than the class says. */
function withArguments(config: SettingsConfig, args: CallArguments): SettingsConfig {
	if (!args.keywords.has("_env_file") && !args.keywords.has("_secrets_dir")) return config;
	const given = args.keywords.get("_env_file");
	return { ...config, envFiles: given === undefined ? null : fileNames(given) };
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
