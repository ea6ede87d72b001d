import { defineRule } from "../../audit/rule.ts";
import { replaceEnvValue } from "../../project/settings/env-file-edit.ts";
import { envFileOrigin, type FaultySettings, listFaultySettings, placeInWords } from "../../project/settings/faulty-settings.ts";
import type { RefusedSetting } from "../../project/settings/settings-faults.ts";

interface Evidence {
	readonly settings: FaultySettings;
	readonly setting: RefusedSetting;
	readonly key: string;
	/** The default of the field as a `.env` file would write it; null where it has none that can be written. */
	readonly fallback: string | null;
}

const example = (minutes: string) => ({
	"requirements.txt": "fastapi\nuvicorn\npydantic-settings\n",
	".env": `TOKEN_MINUTES=${minutes}\n`,
	"main.py": `from fastapi import FastAPI
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_file=".env")

    token_minutes: int = 30


settings = Settings()
app = FastAPI()
`,
});

export default defineRule<Evidence>({
	name: "invalid-setting-value",
	category: "CONFIG",
	summary: "A setting has a value that its type does not allow",
	story:
		"An empty value, a word where a number belongs, a key that is too short: pydantic refuses it, and the server stops where the settings are made.",
	references: ["https://docs.pydantic.dev/latest/concepts/conversion_table/"],
	example: { before: example("half an hour"), after: example("30") },

	*detect(project) {
		for (const settings of listFaultySettings(project)) {
			const { faults, object, className } = settings;
			for (const setting of faults.refused) {
				if (setting.type.decoding === "tried") continue;
				const { call, settingsClass } = object;
				const { field } = setting.reading;
				const place = setting.value.origin;
				const isInFile = place?.type === "env-file";
				const { fallback } = field;
				yield {
					subject: `${settingsClass.module.name}:${className}.${field.name}`,
					path: isInFile ? place.path : call.module.path,
					range: isInFile ? place.range : { start: call.node.start, end: call.node.end },
					evidence: {
						settings,
						setting,
						key: envFileOrigin(setting.value)?.key ?? field.keys[0] ?? field.name,
						fallback: fallback?.kind === "constant" && isWritable(fallback.value) ? String(fallback.value) : null,
					},
				};
			}
		}
	},

	describe({ evidence }) {
		const { settings, setting, key } = evidence;
		const { call } = settings.object;
		const { error } = settings.faults;
		const isEmpty = setting.value.value === "";
		return {
			severity: call.guarded ? "HIGH" : "CRITICAL",
			stage: call.stage,
			problem: `${key} has to be ${setting.wanted}, and is ${isEmpty ? "empty" : "not"}`,
			rootCause: `${settings.className}.${setting.reading.field.name} is checked when ${settings.madeAt} makes the settings.${isEmpty ? " An empty value is a value: the default does not stand in for it." : ""}`,
			...(error === null ? {} : { expectedError: error }),
			order: call.order,
			manualSteps: [`Set ${key} in ${placeInWords(setting.value)} to ${setting.wanted}.`],
		};
	},

	fix({ evidence }, project) {
		const { setting, key, fallback, settings } = evidence;
		const origin = envFileOrigin(setting.value);
		if (origin === null || fallback === null) return undefined;
		const edit = replaceEnvValue(project, origin.path, origin.key, fallback);
		if (edit === null) return undefined;
		return {
			title: `Set ${key} to its default`,
			explanation: `${fallback} is what ${settings.className} takes where nothing sets ${key}. Write what you meant where that is something else.`,
			applicability: "review",
			edits: [edit],
		};
	},
});

function isWritable(value: unknown): boolean {
	return typeof value === "number" || typeof value === "boolean" || (typeof value === "string" && value !== "");
}
