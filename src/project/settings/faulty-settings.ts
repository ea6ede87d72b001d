import type { TextRange } from "../../text/range.ts";
import type { RunStage, SettingReading, SettingsObject } from "../imports/trace.ts";
import type { Value } from "../imports/values.ts";
import type { Module, Project } from "../project.ts";
import { settingsConfig } from "./settings-class.ts";
import { findSettingsFaults, type SettingsFaults } from "./settings-faults.ts";

/** A settings object that cannot be made. */
export interface FaultySettings {
	readonly object: SettingsObject;
	readonly faults: SettingsFaults;
	/** `Settings`. */
	readonly className: string;
	/** `src/core/config.py:31`, where the object is made. */
	readonly madeAt: string;
}

/** Settings objects that cannot be made, each class once: where start-up makes it first. */
export function listFaultySettings(project: Project): readonly FaultySettings[] {
	const found = new Map<unknown, FaultySettings>();
	for (const object of project.trace.settings) {
		const { call, settingsClass } = object;
		if (found.has(settingsClass.node)) continue;
		const faults = findSettingsFaults(project, object);
		if (faults.decodingError === null && faults.validationError === null) continue;
		const { line } = call.module.lines.positionAt(call.node.start);
		const className = settingsClass.node.name.name;
		found.set(settingsClass.node, { object, faults, className, madeAt: `${call.module.path}:${line}` });
	}
	return [...found.values()];
}

/** What a fault of a settings object, or of one of its fields, is about: `src.core.config:Settings.port`. */
export function subjectOf({ object, className }: FaultySettings, reading: SettingReading | null): string {
	const owner = `${object.settingsClass.module.name}:${className}`;
	return reading === null ? owner : `${owner}.${reading.field.name}`;
}

/** When and how start-up meets a fault of a settings object. */
export interface SettingsOutcome {
	readonly severity: "CRITICAL" | "HIGH";
	readonly stage: RunStage;
	readonly order: number;
	readonly reached: boolean;
	readonly expectedError?: string;
}

/** How a fault of a settings object shows: what pydantic refuses shows only once all can be decoded. */
export function outcomeOf({ object, faults }: FaultySettings, when: "decoding" | "validation"): SettingsOutcome {
	const { call } = object;
	const error = when === "decoding" ? faults.decodingError : faults.validationError;
	const isLater = when === "validation" && faults.decodingError !== null;
	return {
		severity: call.guarded ? "HIGH" : "CRITICAL",
		stage: call.stage,
		order: isLater ? call.order + 0.5 : call.order,
		reached: call.reached,
		...(error === null ? {} : { expectedError: error }),
	};
}

/** A place in a file. */
export interface Place {
	readonly path: string;
	readonly range: TextRange;
}

/** The place of a value in a `.env` file, or null where it comes from elsewhere. */
export function envFileOrigin(value: Value): (Place & { readonly key: string }) | null {
	const origin = value.kind === "constant" ? value.origin : null;
	return origin?.type === "env-file" ? origin : null;
}

/** Where a fault of a value is shown: at the value in its `.env` file, else at the code that asks for it. */
export function placeOfValue(
	value: Value | null,
	{ module, node }: { readonly module: Module; readonly node: TextRange },
): Place {
	const origin = value === null ? null : envFileOrigin(value);
	return origin === null
		? { path: module.path, range: { start: node.start, end: node.end } }
		: { path: origin.path, range: origin.range };
}

/** The name of a setting as the environment or a `.env` file has it: as it stands there, else in capitals unless the class minds the case. */
export function keyOf({ object }: FaultySettings, { field, given }: SettingReading): string {
	const written = given === null ? null : envFileOrigin(given);
	const key = written?.key ?? field.keys[0] ?? field.name;
	return written !== null || settingsConfig(object.settingsClass).caseSensitive ? key : key.toUpperCase();
}

/** Where a person sets a value anew, in words: `backend/.env` or `the environment of the server`. */
export function placeInWords(value: Value): string {
	return envFileOrigin(value)?.path ?? "the environment of the server";
}
