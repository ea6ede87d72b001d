import type { FixProposal } from "../../audit/fix.ts";
import { defineRule } from "../../audit/rule.ts";
import type { SettingReading } from "../../project/imports/trace.ts";
import type { Project } from "../../project/project.ts";
import { appendToEnvFile, replaceEnvValue } from "../../project/settings/env-file-edit.ts";
import {
	envFileOrigin,
	type FaultySettings,
	keyOf,
	listFaultySettings,
	outcomeOf,
	placeInWords,
} from "../../project/settings/faulty-settings.ts";
import { readSettingType } from "../../project/settings/setting-type.ts";
import { isSecretName } from "../../text/secrets.ts";

interface Evidence {
	readonly settings: FaultySettings;
	/** Null where the validator looks at the object as a whole. */
	readonly reading: SettingReading | null;
	/** Name of the validator. */
	readonly validator: string;
	readonly key: string | null;
}

const example = (value: string) => ({
	"requirements.txt": "fastapi\nuvicorn\npydantic-settings\n",
	".env": `SECRET_KEY=${value}\n`,
	"main.py": `from fastapi import FastAPI
from pydantic import field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_file=".env")

    secret_key: str

    @field_validator("secret_key")
    @classmethod
    def must_be_changed(cls, value: str) -> str:
        if value == "changethis":
            raise ValueError("change the secret key")
        return value


settings = Settings()
app = FastAPI()
`,
});

/** Long enough for most rules about keys, and nothing that anybody would take for one. */
const longPlaceholder = "put-a-long-random-value-of-your-own-in-this-place";

export default defineRule<Evidence>({
	name: "refused-by-validator",
	category: "CONFIG",
	summary: "A validator of the settings class refuses a value",
	story:
		"A validator raises ValueError on a value that nobody changed, a key that is too short, or settings that do not go together. pydantic makes a ValidationError of it, and the server stops where the settings are made.",
	references: [
		"https://docs.pydantic.dev/latest/concepts/validators/#raising-validation-errors",
		"https://docs.pydantic.dev/latest/concepts/pydantic_settings/#validation-of-default-values",
	],
	example: { before: example("changethis"), after: example(longPlaceholder) },

	*detect(project) {
		for (const settings of listFaultySettings(project)) {
			const { object, faults, className } = settings;
			const { call, settingsClass } = object;
			for (const reading of faults.rejected) {
				const origin = reading.given?.kind === "constant" ? reading.given.origin : null;
				const isInFile = origin?.type === "env-file";
				yield {
					subject: `${settingsClass.module.name}:${className}.${reading.field.name}`,
					path: isInFile ? origin.path : call.module.path,
					range: isInFile ? origin.range : { start: call.node.start, end: call.node.end },
					evidence: { settings, reading, validator: reading.refusedBy ?? "", key: keyOf(settings, reading) },
				};
			}
			if (object.refusedBy === null) continue;
			yield {
				subject: `${settingsClass.module.name}:${className}`,
				path: call.module.path,
				range: { start: call.node.start, end: call.node.end },
				evidence: { settings, reading: null, validator: object.refusedBy, key: null },
			};
		}
	},

	describe({ evidence }) {
		const { settings, reading, validator, key } = evidence;
		const isDefault = reading?.given === null;
		const what = key === null ? `the settings as they are` : isDefault ? `the default of ${key}` : `the value of ${key}`;
		return {
			...outcomeOf(settings, "validation"),
			problem: `${validator} refuses ${what}`,
			rootCause: `${settings.className} runs ${validator} when ${settings.madeAt} makes the settings, and with what it is given there it raises.`,
			manualSteps: [
				key === null || reading === null
					? `Read ${validator} in ${settings.object.settingsClass.module.path}, and set what it asks for.`
					: `Set ${key} in ${isDefault ? "the environment of the server, or the .env file that it reads," : placeInWords(reading.given ?? { kind: "unknown" })} to a value that ${validator} takes.`,
			],
		};
	},

	fix({ evidence }, project): FixProposal | undefined {
		const { settings, reading, key, validator } = evidence;
		if (reading === null || key === null || !isSecretName(key)) return undefined;
		const { members } = readSettingType(reading.field.node.annotation);
		if (members?.length !== 1 || members[0] !== "str") return undefined;
		const edit = editOf(project, settings, reading, key);
		if (edit === null) return undefined;
		return {
			title: `Give ${key} another placeholder`,
			explanation: `${validator} wants the value changed; a long placeholder lets the server start. Put a secret of your own in its place before you rely on it.`,
			applicability: "review",
			edits: [edit],
		};
	},
});

function editOf(project: Project, { object }: FaultySettings, { given }: SettingReading, key: string) {
	const origin = given === null ? null : envFileOrigin(given);
	if (origin !== null) return replaceEnvValue(project, origin.path, origin.key, longPlaceholder);
	const [file] = object.envFiles ?? [];
	return given === null && file !== undefined ? appendToEnvFile(project, file, [{ key, value: longPlaceholder }]) : null;
}
