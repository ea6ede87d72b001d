import { defineRule } from "../../audit/rule.ts";
import {
	envFileOrigin,
	type FaultySettings,
	listFaultySettings,
	outcomeOf,
	subjectOf,
} from "../../project/settings/faulty-settings.ts";
import { changeSettingsConfig } from "../../project/settings/settings-edit.ts";

interface Evidence {
	readonly settings: FaultySettings;
	readonly keys: readonly string[];
	/** The files they stand in. */
	readonly paths: readonly string[];
}

const example = (config: string) => ({
	"requirements.txt": "fastapi\nuvicorn\npydantic-settings\n",
	".env": "APP_NAME=Example\nPOSTGRES_PASSWORD=for-compose-only\n",
	"main.py": `from fastapi import FastAPI
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    model_config = SettingsConfigDict(${config})

    app_name: str


settings = Settings()
app = FastAPI(title=settings.app_name)
`,
});

export default defineRule<Evidence>({
	name: "unexpected-env-key",
	category: "CONFIG",
	summary: "The .env file has a key that the settings class forbids",
	story:
		"A .env file is shared with Docker Compose or another service, or a field was removed. pydantic-settings refuses every key that no field reads, and the server stops where the settings are made.",
	references: ["https://docs.pydantic.dev/latest/concepts/pydantic_settings/#dotenv-env-support"],
	example: { before: example('env_file=".env"'), after: example('env_file=".env", extra="ignore"') },

	*detect(project) {
		for (const settings of listFaultySettings(project)) {
			const { object, faults } = settings;
			if (faults.unexpected.length === 0) continue;
			const { call } = object;
			const paths = new Set(faults.unexpected.flatMap(({ value }) => envFileOrigin(value)?.path ?? []));
			yield {
				subject: subjectOf(settings, null),
				path: call.module.path,
				range: { start: call.node.start, end: call.node.end },
				evidence: { settings, keys: faults.unexpected.map(({ key }) => key), paths: [...paths] },
			};
		}
	},

	describe({ evidence }) {
		const { settings, keys, paths } = evidence;
		return {
			...outcomeOf(settings, "validation"),
			problem: `${paths.join(", ")} has ${keys.join(", ")}, which ${settings.className} has no field for`,
			rootCause: `pydantic-settings forbids keys of a .env file that no field of the class reads, unless the class is told to ignore them (extra="ignore").`,
			manualSteps: ["If a key is misspelt, rename it instead."],
		};
	},

	fix({ evidence }) {
		const { settings, keys, paths } = evidence;
		const edits = changeSettingsConfig(settings.object.settingsClass, "extra", '"ignore"');
		if (edits === null) return undefined;
		return {
			title: `Let ${settings.className} ignore keys it does not know`,
			explanation: `${keys.join(", ")} ${keys.length === 1 ? "stays" : "stay"} in ${paths.join(", ")} for whoever else reads it. Fields are read as before.`,
			applicability: "safe",
			...edits,
		};
	},
});
