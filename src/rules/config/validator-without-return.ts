import { defineRule } from "../../audit/rule.ts";
import type { SettingReading, SettingsObject } from "../../project/imports/trace.ts";
import type { Project } from "../../project/project.ts";
import {
	type ForgetfulValidator,
	forgetfulOf,
	forgetfulValidators,
	isOfObject,
} from "../../project/settings/forgetful-validators.ts";
import { refusesNone } from "../../project/settings/refused-defaults.ts";
import { isModernSettingsClass } from "../../project/settings/settings-class.ts";
import { returnFromValidator } from "./repair/return-from-validator.ts";

interface Evidence {
	readonly object: SettingsObject;
	readonly forgetful: ForgetfulValidator;
	/** What becomes None: a field, or null for all that was given. */
	readonly field: string | null;
	/** Does pydantic refuse the None at once? */
	readonly isRefused: boolean;
}

const example = (end: string) => ({
	"requirements.txt": "fastapi\nuvicorn\npydantic-settings\n",
	"main.py": `from fastapi import FastAPI
from pydantic import model_validator
from pydantic_settings import BaseSettings


class Settings(BaseSettings):
    app_name: str = "Shop"

    @model_validator(mode="before")
    @classmethod
    def strip(cls, data: dict) -> dict:
        for key, value in data.items():
            data[key] = value.strip()
${end}

settings = Settings()
app = FastAPI(title=settings.app_name)
`,
});

export default defineRule<Evidence>({
	name: "validator-without-return",
	category: "CONFIG",
	summary: "A validator of the settings does not return what it validates",
	story:
		"A validator checks or changes a value and ends there. pydantic puts what a validator returns in the place of the value, so that becomes None: either pydantic refuses it at once, or what uses the setting does.",
	references: ["https://docs.pydantic.dev/latest/concepts/validators/"],
	example: { before: example(""), after: example("        return data\n") },

	*detect(project) {
		const seen = new Set<unknown>();
		for (const evidence of forgotten(project)) {
			const { node, validator } = evidence.forgetful;
			if (seen.has(node)) continue;
			seen.add(node);
			const { module } = validator.function;
			yield {
				subject: `${module.name}:${evidence.object.settingsClass.node.name.name}.${node.name.name}`,
				path: module.path,
				range: { start: node.name.start, end: node.name.end },
				evidence,
			};
		}
	},

	describe({ evidence: { object, forgetful, field, isRefused } }) {
		const { call, settingsClass } = object;
		const name = forgetful.node.name.name;
		const className = settingsClass.node.name.name;
		const isPlain = isRefused && isModernSettingsClass(settingsClass) && !(field === null && forgetful.validator.isOld);
		return {
			severity: isRefused && !call.guarded ? "CRITICAL" : "HIGH",
			stage: call.stage,
			problem: `${name} does not return ${field === null ? "what the settings are made of" : `the value of ${field}`}`,
			rootCause: `pydantic goes on with what a validator returns: ${field === null ? "everything" : field} becomes None${isRefused ? `, which ${className} does not take` : ""}.`,
			order: call.order,
			...(isPlain ? { expectedError: `pydantic_core._pydantic_core.ValidationError: 1 validation error for ${className}` } : {}),
		};
	},

	fix: ({ evidence }) => returnFromValidator(evidence.forgetful),
});

/** Validators that certainly ran for settings which start-up makes, and returned nothing; what pydantic refuses comes first. */
function forgotten(project: Project): readonly Evidence[] {
	return project.trace.settings
		.filter(({ call }) => call.reached)
		.flatMap((object) => [...ofObject(object), ...object.fields.flatMap((reading) => ofField(object, reading))])
		.toSorted((a, b) => Number(b.isRefused) - Number(a.isRefused));
}

function ofObject(object: SettingsObject): readonly Evidence[] {
	return forgetfulValidators(object.settingsClass).flatMap((forgetful) => {
		const { fields, mode, isOld } = forgetful.validator;
		// Of the object itself pydantic keeps what was made, whatever a validator that runs after returns.
		if (fields.length > 0 || !forgetful.isAlways || (mode !== "before" && !isOld)) return [];
		return [{ object, forgetful, field: null, isRefused: true }];
	});
}

function ofField(object: SettingsObject, reading: SettingReading): readonly Evidence[] {
	const { settingsClass } = object;
	const { field, given, checked, model } = reading;
	const isModern = isModernSettingsClass(settingsClass);
	const found: Evidence[] = [];
	const before = forgetfulOf(settingsClass, reading, "before");
	const isLost = before?.isAlways || (checked?.kind === "constant" && checked.value === null);
	// Of defaults that become None `refused-default` tells.
	if (before !== undefined && isLost && given !== null && given.kind !== "unknown")
		found.push({ object, forgetful: before, field: field.name, isRefused: isModern && refusesNone(reading, isModern) });
	const isValidated = given !== null || (field.fallback !== null && field.validatesDefault);
	const after = forgetfulOf(settingsClass, reading, "after");
	if (after?.isAlways && isValidated) found.push({ object, forgetful: after, field: field.name, isRefused: false });
	if (model === null || !isValidated) return found;
	const ofModel = forgetfulValidators(model).find(({ validator, isAlways }) => isAlways && isOfObject(validator));
	return ofModel === undefined ? found : [...found, { object, forgetful: ofModel, field: field.name, isRefused: false }];
}
