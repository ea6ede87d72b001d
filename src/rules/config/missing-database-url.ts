import type { FixProposal } from "../../audit/fix.ts";
import { defineRule } from "../../audit/rule.ts";
import { assignedName } from "../../project/database/assigned-name.ts";
import { listEngines } from "../../project/database/engine-calls.ts";
import { isSqlalchemyBefore } from "../../project/database/sqlalchemy-driver.ts";
import type { Call, SettingReading, SettingsObject } from "../../project/imports/trace.ts";
import type { ConstantValue } from "../../project/imports/values.ts";
import type { Project } from "../../project/project.ts";
import { appendToEnvFile, exampleValue, findEntry } from "../../project/settings/env-file-edit.ts";
import { forgetfulOf } from "../../project/settings/forgetful-validators.ts";
import { placeholderText } from "../../project/settings/placeholder.ts";
import { isModernSettingsClass } from "../../project/settings/settings-class.ts";
import { readEnvFile } from "../../project/settings/settings-edit.ts";
import { returnFromValidator } from "./repair/return-from-validator.ts";

interface Evidence {
	readonly call: Call;
	/** The field of a settings class that gave None, or null where the code says None itself. */
	readonly setting: { readonly object: SettingsObject; readonly reading: SettingReading } | null;
	readonly isOld: boolean | null;
}

const example = (env: string) => ({
	"requirements.txt": "fastapi\nuvicorn\nsqlalchemy\npydantic-settings\n",
	".env": env,
	"main.py": `from fastapi import FastAPI
from pydantic_settings import BaseSettings, SettingsConfigDict
from sqlalchemy import create_engine


class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_file=".env")

    app_name: str
    database_url: str | None = None


settings = Settings()
engine = create_engine(settings.database_url)
app = FastAPI(title=settings.app_name)
`,
});

export default defineRule<Evidence>({
	name: "missing-database-url",
	category: "CONFIG",
	summary: "The engine is made of None",
	story:
		"The settings class calls the database URL optional, so nothing complains that it is set nowhere; create_engine gets None, and the server stops there.",
	references: ["https://docs.sqlalchemy.org/en/20/core/engines.html#sqlalchemy.create_engine"],
	example: {
		before: example("APP_NAME=Example\n"),
		after: example("APP_NAME=Example\nDATABASE_URL=sqlite:///./app.db\n"),
	},

	*detect(project) {
		for (const { call, value } of listEngines(project)) {
			// What os.getenv gives is told of where it is read.
			if (value?.kind !== "constant" || value.value !== null || value.origin?.type === "environment") continue;
			if (call.callee.kind === "external" && /engine_from_config$/.test(call.callee.canonical)) continue;
			const { module, node } = call;
			yield {
				subject: `${module.name}:${assignedName(module, node) ?? "engine"}`,
				path: module.path,
				range: { start: node.start, end: node.end },
				evidence: {
					call,
					setting: settingOf(project, value),
					isOld: isSqlalchemyBefore(project, "2.0.19"),
				},
			};
		}
	},

	describe({ evidence: { call, setting, isOld } }) {
		const key = setting === null ? null : keyOf(setting);
		const error =
			isOld === null
				? {}
				: {
						expectedError: isOld
							? "AttributeError: 'NoneType' object has no attribute '_instantiate_plugins'"
							: "sqlalchemy.exc.ArgumentError: Expected string or URL object, got None",
					};
		return {
			severity: call.guarded ? "HIGH" : "CRITICAL",
			stage: call.stage,
			problem: key === null ? "The engine gets None for its URL" : `${key} is set nowhere, and the engine gets None for its URL`,
			rootCause:
				setting === null
					? "An engine cannot be made without a URL."
					: `${setting.object.settingsClass.node.name.name}.${setting.reading.field.name} is None where nothing sets it, and an engine cannot be made without a URL.`,
			...error,
			order: call.order,
			manualSteps: [
				key === null
					? "Hand the engine the URL of the database."
					: `Set ${key} in the environment in which the server is started, or in the .env file that it reads.`,
			],
		};
	},

	fix({ evidence: { call, setting } }, project): FixProposal | undefined {
		if (setting === null) return returnTheUrl(project, call);
		const { object } = setting;
		const key = keyOf(setting);
		const files = object.envFiles;
		if (files === null) return undefined;
		const fresh = project.workingDirectory === "" ? ".env" : `${project.workingDirectory}/.env`;
		const reading = files.length > 0 ? { edits: [], needs: [] } : readFresh(project, object, fresh);
		const file = files.find((path) => project.files.has(path)) ?? files[0] ?? fresh;
		if (reading === null || findEntry(project, file, key) !== null) return undefined;
		const given = exampleValue(project, key);
		return {
			title: `Add ${key} to ${file}`,
			explanation: `Writes ${given === null ? "a placeholder" : `the value of ${given.path}`} to ${file}, so that the engine can be made. Put the URL of your database in its place.`,
			applicability: "review",
			...reading,
			edits: [
				...reading.edits,
				appendToEnvFile(project, file, [{ key, value: given?.value ?? placeholderText(project, databaseKey(key)) }]),
			],
		};
	},
});

/** `create_engine(settings.database_url)` where a validator of that field forgets to return it. */
function returnTheUrl(project: Project, { node }: Call): FixProposal | undefined {
	const written = node.args[0];
	const field = written?.type === "Attribute" ? written.attribute.name : null;
	for (const { settingsClass, fields } of project.trace.settings) {
		const reading = fields.find((each) => each.field.name === field);
		const forgetful = reading === undefined ? undefined : forgetfulOf(settingsClass, reading, "after");
		if (forgetful !== undefined) return returnFromValidator(forgetful);
	}
	return undefined;
}

/** The settings field whose default the value is. */
function settingOf(project: Project, { origin }: ConstantValue): Evidence["setting"] {
	for (const object of project.trace.settings) {
		for (const reading of object.fields) {
			if (reading.given === null && origin?.type === "setting" && reading.field.keys[0] === origin.key)
				return { object, reading };
		}
	}
	return null;
}

function keyOf({ reading: { field } }: NonNullable<Evidence["setting"]>): string {
	return (field.keys[0] ?? field.name).toUpperCase();
}

/** Whatever the setting is called, what the engine gets is the URL of a database. */
function databaseKey(key: string): string {
	return /(URL|URI|DSN)$/.test(key) ? `DATABASE_${key}` : "DATABASE_URL";
}

function readFresh(project: Project, { settingsClass }: SettingsObject, file: string) {
	if (!isModernSettingsClass(settingsClass) || project.files.has(file)) return null;
	return readEnvFile(settingsClass, ".env");
}
