import type { FixProposal } from "../../audit/fix.ts";
import { defineRule, type Match } from "../../audit/rule.ts";
import type { SettingReading } from "../../project/imports/trace.ts";
import type { Value } from "../../project/imports/values.ts";
import type { Project } from "../../project/project.ts";
import { appendToEnvFile, exampleValue, findEntry } from "../../project/settings/env-file-edit.ts";
import {
	envFileOrigin,
	type FaultySettings,
	keyOf,
	listFaultySettings,
	outcomeOf,
	subjectOf,
} from "../../project/settings/faulty-settings.ts";
import { readSettingType } from "../../project/settings/setting-type.ts";
import { isModernSettingsClass, settingsConfig, settingsFields, sourcesMethod } from "../../project/settings/settings-class.ts";
import { changeSettingsConfig, readEnvFile } from "../../project/settings/settings-edit.ts";
import { givenByServices } from "../../project/starts/container-variables.ts";
import { findKeyword } from "../../python/rewrite/arguments.ts";
import { replaceText } from "../../python/rewrite/source.ts";
import { readOtherPrefix } from "./repair/prefix-of-names.ts";
import { defaultModels, settingLines } from "./repair/setting-lines.ts";

interface Evidence {
	readonly settings: FaultySettings;
	/** `DATABASE_URL`, as the environment or a file would spell them. */
	readonly keys: readonly string[];
	/** The `.env` file that the class reads, relative to the root; null where it reads none. */
	readonly envFile: string | null;
	/** A `.env` file that has all the keys, and that the class does not read; null where there is none. */
	readonly otherFile: string | null;
}

const example = (env: string) => ({
	"requirements.txt": "fastapi\nuvicorn\npydantic-settings\n",
	".env": env,
	"main.py": `from fastapi import FastAPI
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_file=".env")

    app_name: str
    secret_key: str


settings = Settings()
app = FastAPI(title=settings.app_name)
`,
});

export default defineRule<Evidence>({
	name: "missing-setting",
	category: "CONFIG",
	summary: "A required setting is set nowhere",
	story:
		"Somebody who has just cloned the backend starts it, and pydantic refuses to make the settings: a value that has no default is neither in the environment nor in .env.",
	references: [
		"https://docs.pydantic.dev/latest/concepts/pydantic_settings/#dotenv-env-support",
		"https://docs.pydantic.dev/latest/errors/validation_errors/#missing",
	],
	example: {
		before: example("APP_NAME=Example\n"),
		after: example("APP_NAME=Example\nSECRET_KEY=change-me\n"),
	},

	*detect(project) {
		for (const settings of listFaultySettings(project)) {
			const { object, faults } = settings;
			if (faults.missing.length === 0) continue;
			const { call } = object;
			const keys = faults.missing.map((reading) => keyOf(settings, reading));
			const envFile = chooseFile(project, object.envFiles ?? []);
			yield {
				subject: subjectOf(settings, null),
				path: call.module.path,
				range: { start: call.node.start, end: call.node.end },
				evidence: { settings, keys, envFile, otherFile: findFileWith(project, keys, object.envFiles ?? []) },
			};
		}
	},

	describe({ evidence }, project) {
		const { settings, keys, envFile } = evidence;
		const given = givenByServices(project.files, keys);
		return {
			...outcomeOf(settings, "validation"),
			problem: `${settings.className} needs ${listed(keys)}, which ${given === null ? "nothing sets" : "only a container is given"}`,
			rootCause: `${keys.length === 1 ? "The field has" : "The fields have"} no default, the environment of the server does not set ${keys.length === 1 ? "it" : "them"}, and ${fileInWords(project, evidence)}.${given === null ? "" : ` ${given}`}`,
			manualSteps:
				envFile === null
					? [`Set ${listed(keys)} in the environment in which the server is started.`]
					: [`Give ${listed(keys)} real values in ${envFile}: whoever runs the backend elsewhere knows them.`],
		};
	},

	fix(match, project) {
		const { settings, keys, envFile, otherFile } = match.evidence;
		if (otherFile !== null && (envFile === null || !project.files.has(envFile))) {
			const edits = readEnvFile(settings.object.settingsClass, pathFromBackend(project, otherFile));
			if (edits === null) return undefined;
			return {
				title: `Read ${otherFile} in ${settings.className}`,
				explanation: `${otherFile} has ${keys.length === 1 ? "the value" : "all the values"}, but ${settings.className} does not read it. Its other keys are ignored.`,
				applicability: "safe",
				...edits,
			};
		}
		const named =
			oldNames(settings) ?? leftOutFile(settings) ?? readOtherPrefix(project, settings) ?? underOtherName(project, settings);
		if (named !== undefined) return named;
		const models = defaultModels(settings.faults.missing);
		if (models !== undefined) return models;
		if (envFile === null) return newEnvFile(match, project);
		const lines = settings.faults.missing.flatMap((reading, index) => settingLines(project, reading, keys[index] ?? ""));
		return {
			title: `Add ${listed(lines.map(({ key }) => key))} to ${envFile}`,
			explanation: explain(match, project),
			applicability: "review",
			edits: [appendToEnvFile(project, envFile, lines)],
		};
	},
});

/** `Field(env="NAME")` of pydantic 1, which pydantic-settings does not look at: the same name as an alias. */
function oldNames({ object, faults, className }: FaultySettings): FixProposal | undefined {
	if (!isModernSettingsClass(object.settingsClass)) return undefined;
	const named = object.fields.flatMap((reading) => {
		const { value } = reading.field.node;
		const call = value?.type === "Call" ? value : null;
		const keyword = call === null ? null : findKeyword(call, "env");
		const isOnly = call !== null && findKeyword(call, "alias") === null && findKeyword(call, "validation_alias") === null;
		return keyword?.name != null && isOnly && keyword.value.type === "Constant" ? [{ reading, name: keyword.name }] : [];
	});
	if (!faults.missing.some((reading) => named.some((each) => each.reading === reading))) return undefined;
	return {
		title: `Name the variables of ${className} with validation_alias`,
		explanation: "env= was pydantic 1's way of saying under which name a field is read; pydantic-settings passes over it.",
		applicability: "review",
		edits: named.map(({ reading, name }) => replaceText(reading.field.owner.module, name.start, name.end, "validation_alias")),
	};
}

/** The `.env` file has the values, and `settings_customise_sources` leaves it out. */
function leftOutFile({ object, faults, className }: FaultySettings): FixProposal | undefined {
	const keys = new Set([...object.fileValues.keys()].map((key) => key.toLowerCase()));
	const hasAll = faults.missing.every(({ field }) => field.keys.some((key) => keys.has(key.toLowerCase())));
	if (settingsConfig(object.settingsClass).readsFiles || !hasAll) return undefined;
	const method = sourcesMethod(object.settingsClass);
	const parameter = method?.node.parameters[4]?.name.name;
	const list = method?.node.body.findLast((statement) => statement.type === "Return");
	const last = list?.type === "Return" && list.value?.type === "Sequence" ? list.value.items.at(-1) : undefined;
	if (method === null || parameter === undefined || last === undefined) return undefined;
	return {
		title: `Let ${className} read its .env file`,
		explanation: `settings_customise_sources hands back the sources that are read, and ${parameter} is not among them.`,
		applicability: "review",
		edits: [replaceText(method.module, last.end, last.end, `, ${parameter}`)],
	};
}

/** A value that is in the environment under a name the class does not look for: without its prefix, or as a part of a nested model. */
function underOtherName(project: Project, { object, faults, className }: FaultySettings): FixProposal | undefined {
	const [reading, ...others] = faults.missing;
	if (reading === undefined || !isModernSettingsClass(object.settingsClass)) return undefined;
	const { field } = reading;
	const config = settingsConfig(object.settingsClass);
	if (field.name.includes(".")) return respeltParts(project, object.fileValues, faults.missing, config.nestedDelimiter);
	const names = [...Object.keys(project.processEnvironment), ...object.fileValues.keys()];
	const key = (field.keys[0] ?? field.name).toLowerCase();
	const delimiter = ["__", "_"].find((each) => names.some((name) => name.toLowerCase().startsWith(`${key}${each}`)));
	const nested = names.find((name) => delimiter !== undefined && name.toLowerCase().startsWith(`${key}${delimiter}`));
	const isOther = delimiter !== undefined && config.nestedDelimiter !== delimiter;
	const isForAll = others.every(({ field: each }) =>
		names.some((name) => name.toLowerCase().startsWith(`${each.keys[0] ?? each.name}${delimiter}`.toLowerCase())),
	);
	const isSingle = delimiter === "_" && config.nestedDelimiter !== null;
	if (isSingle) return respeltParts(project, object.fileValues, faults.missing, config.nestedDelimiter);
	if (nested !== undefined && isOther && isForAll && readSettingType(field.node.annotation).decoding === "unknown") {
		const edits = changeSettingsConfig(object.settingsClass, "env_nested_delimiter", `"${delimiter}"`);
		return edits === null
			? undefined
			: {
					title: `Let ${className} read the parts of ${field.name} from names such as ${nested}`,
					explanation: "With env_nested_delimiter pydantic-settings puts a nested model together from variables of its parts.",
					applicability: "review",
					...edits,
				};
	}
	if (others.length > 0) return undefined;
	const bare = names.find((name) => name.toLowerCase() === field.name.toLowerCase());
	if (bare === undefined || config.prefix === "" || config.caseSensitive || field.node.value !== null) return undefined;
	const { module } = field.owner;
	const prefixed = `${config.prefix}${field.name}`.toUpperCase();
	return {
		title: `Let ${className} read ${field.name} from ${bare} too`,
		explanation: `The class looks for ${prefixed}, and the environment has ${bare}: an alias lets it take either.`,
		applicability: "review",
		edits: [
			replaceText(module, field.node.end, field.node.end, ` = Field(validation_alias=AliasChoices("${prefixed}", "${bare}"))`),
		],
		needs: [
			{ path: module.path, module: "pydantic", name: "AliasChoices" },
			{ path: module.path, module: "pydantic", name: "Field" },
		],
	};
}

/** `DB_HOST` in a `.env` file, where the part of a nested model is read from `DB__HOST`. */
function respelt(
	project: Project,
	values: ReadonlyMap<string, Value>,
	wanted: string,
	delimiter: string | null,
): FixProposal | undefined {
	if (delimiter === null || delimiter === "_") return undefined;
	const single = wanted.replaceAll(delimiter, "_").toLowerCase();
	const found = [...values].find(([key]) => key.toLowerCase() === single);
	const origin = found === undefined ? null : envFileOrigin(found[1]);
	const entry = origin === null ? null : findEntry(project, origin.path, origin.key);
	if (origin === null || entry === null) return undefined;
	const isUpper = origin.key === origin.key.toUpperCase();
	const name = isUpper ? wanted.toUpperCase() : wanted;
	return {
		title: `Call ${origin.key} ${name} in ${origin.path}`,
		explanation: `The parts of a nested model stand behind ${delimiter}: ${name} is what is read.`,
		applicability: "review",
		edits: [{ path: origin.path, range: entry.keyRange, newText: name }],
	};
}

/** The same for all parts that are missing, and for those of the nested models that are. */
function respeltParts(
	project: Project,
	values: ReadonlyMap<string, Value>,
	missing: readonly SettingReading[],
	delimiter: string | null,
): FixProposal | undefined {
	const parts = missing.flatMap(({ field, model }) => {
		const [key = field.name] = field.keys;
		if (field.name.includes(".")) return [key];
		const fields = model === null ? [] : settingsFields(model, settingsConfig(model));
		return fields.map(({ name }) => `${key}${delimiter}${name}`);
	});
	const [first, ...rest] = parts.flatMap((wanted) => respelt(project, values, wanted, delimiter) ?? []);
	return first === undefined ? undefined : { ...first, edits: [first, ...rest].flatMap(({ edits }) => edits) };
}

/** A class that reads no file gets one, with placeholders for what is missing. */
function newEnvFile({ evidence }: Match<Evidence>, project: Project): FixProposal | undefined {
	const { settings, keys } = evidence;
	const { object, faults, className } = settings;
	if (object.envFiles === null || object.envFiles.length > 0 || !isModernSettingsClass(object.settingsClass)) return undefined;
	const path = project.workingDirectory === "" ? ".env" : `${project.workingDirectory}/.env`;
	const reading = project.files.has(path) ? null : readEnvFile(object.settingsClass, ".env");
	if (reading === null) return undefined;
	const lines = faults.missing.flatMap((each, index) => settingLines(project, each, keys[index] ?? ""));
	return {
		title: `Read ${path} in ${className}, with ${listed(lines.map(({ key }) => key))}`,
		explanation: `${className} then takes from ${path} what the environment does not set. Put real values in the place of the placeholders before you rely on them.`,
		applicability: "review",
		edits: [...reading.edits, appendToEnvFile(project, path, lines)],
		needs: reading.needs,
	};
}

/** The first of the files that is there; where none is, the first one, which the fix makes. */
function chooseFile(project: Project, paths: readonly string[]): string | null {
	return paths.find((path) => project.files.has(path)) ?? paths[0] ?? null;
}

function findFileWith(project: Project, keys: readonly string[], read: readonly string[]): string | null {
	for (const path of project.files.keys()) {
		if (!/(^|\/)\.env(\.local)?$/.test(path) || read.includes(path)) continue;
		if (keys.every((key) => findEntry(project, path, key)?.value)) return path;
	}
	return null;
}

function pathFromBackend(project: Project, path: string): string {
	if (project.workingDirectory === "") return path;
	if (path.startsWith(`${project.workingDirectory}/`)) return path.slice(project.workingDirectory.length + 1);
	return `${"../".repeat(project.workingDirectory.split("/").length)}${path}`;
}

function fileInWords(project: Project, { settings, envFile, otherFile }: Evidence): string {
	const elsewhere = otherFile === null ? "" : `; ${otherFile} does, and is not read`;
	if (settings.object.envFiles === null) return `the .env file it reads is not known${elsewhere}`;
	if (envFile === null) return `the class reads no .env file${elsewhere}`;
	if (!project.files.has(envFile)) return `${envFile}, which it reads, is not there${elsewhere}`;
	return `neither does ${envFile}${elsewhere}`;
}

function explain({ evidence }: Match<Evidence>, project: Project): string {
	const { keys, envFile } = evidence;
	const examples = [...new Set(keys.flatMap((key) => exampleValue(project, key)?.path ?? []))];
	const source = examples.length === 0 ? "placeholders" : `the values of ${listed(examples)}, and placeholders for the rest`;
	return `Writes ${source} to ${envFile ?? ".env"}, so that the settings can be made. Put the real values in their place before you rely on it.`;
}

function listed(names: readonly string[]): string {
	return names.length < 2 ? names.join("") : `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`;
}
