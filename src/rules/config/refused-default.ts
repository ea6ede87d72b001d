import type { FixProposal } from "../../audit/fix.ts";
import { defineRule } from "../../audit/rule.ts";
import type { Value } from "../../project/imports/values.ts";
import type { Project } from "../../project/project.ts";
import { appendToEnvFile, exampleValue } from "../../project/settings/env-file-edit.ts";
import { type FaultySettings, keyOf, listFaultySettings, outcomeOf, subjectOf } from "../../project/settings/faulty-settings.ts";
import { forgetfulOf } from "../../project/settings/forgetful-validators.ts";
import { placeholderFor } from "../../project/settings/placeholder.ts";
import type { RefusedDefault } from "../../project/settings/refused-defaults.ts";
import { settingsConfig } from "../../project/settings/settings-class.ts";
import { loadedEnvFile } from "../repair/settings/provide-variable.ts";
import { waysToFit } from "./repair/default-that-fits.ts";
import { returnFromValidator } from "./repair/return-from-validator.ts";

interface Evidence {
	readonly settings: FaultySettings;
	readonly refused: RefusedDefault;
	/** The variable that `os.getenv` was asked for and that gave None; null where the default is written down. */
	readonly variable: string | null;
}

const example = (type: string) => ({
	"requirements.txt": "fastapi\nuvicorn\npydantic-settings\n",
	"main.py": `from fastapi import FastAPI
from pydantic_settings import BaseSettings


class Settings(BaseSettings):
    app_name: str = "Shop"
    sentry_dsn: ${type} = None


settings = Settings()
app = FastAPI(title=settings.app_name)
`,
});

export default defineRule<Evidence>({
	name: "refused-default",
	category: "CONFIG",
	summary: "The default of a setting is none that its type allows",
	story:
		"Settings are checked with their defaults, which a plain pydantic model is not: a None where a text belongs stops the server wherever nothing sets the variable.",
	references: [
		"https://docs.pydantic.dev/latest/concepts/pydantic_settings/#validation-of-default-values",
		"https://docs.pydantic.dev/latest/concepts/conversion_table/",
	],
	example: { before: example("str"), after: example("str | None") },

	*detect(project) {
		for (const settings of listFaultySettings(project)) {
			const { faults } = settings;
			for (const refused of faults.defaults) {
				const { field } = refused.reading;
				const { module } = field.owner;
				const origin = refused.value.kind === "constant" ? refused.value.origin : null;
				yield {
					subject: subjectOf(settings, refused.reading),
					path: module.path,
					range: { start: field.node.start, end: field.node.end },
					evidence: {
						settings,
						refused,
						variable: refused.kind === "none" && origin?.type === "environment" ? origin.key : null,
					},
				};
			}
		}
	},

	describe({ evidence }) {
		const { settings, refused, variable } = evidence;
		const { field } = refused.reading;
		const written = field.owner.module.text.slice(field.node.annotation.start, field.node.annotation.end);
		const wanted = refused.wanted === null ? written : `${written}, ${refused.wanted}`;
		return {
			...outcomeOf(settings, "validation"),
			problem:
				variable === null
					? `The default of ${field.name} is ${inWords(refused)}, and its type is ${wanted}`
					: `${field.name} has None for its default where ${variable} is not set, and its type is ${wanted}`,
			rootCause: `Nothing sets ${keyOf(settings, refused.reading)}, so the default counts; ${settings.className} checks it like any value when ${settings.madeAt} makes the settings.`,
			manualSteps: [
				`Set ${variable ?? keyOf(settings, refused.reading)} in the environment of the server, or make default and type of ${field.name} agree.`,
			],
		};
	},

	fix({ evidence }, project) {
		return waysToMend(evidence, project)[0];
	},

	alternatives({ evidence }, project) {
		return waysToMend(evidence, project).slice(1);
	},
});

function waysToMend(evidence: Evidence, project: Project): FixProposal[] {
	const fitting = waysToFit(project, evidence.refused);
	const provided = provide(evidence, project);
	const { settings, refused } = evidence;
	const forgetful =
		refused.kind === "none" && !isNone(refused.reading.field.fallback)
			? forgetfulOf(settings.object.settingsClass, refused.reading, "before")
			: undefined;
	const returned = forgetful === undefined ? undefined : returnFromValidator(forgetful);
	if (returned !== undefined) return [returned];
	// What the code asks the environment for is meant to be set there.
	return [provided, ...fitting].flatMap((fix) => fix ?? []);
}

function isNone(value: Value | null): boolean {
	return value?.kind === "constant" && value.value === null;
}

/** A line of the `.env` file that is read already, where the default is only what stands in for a variable. */
function provide({ settings, refused, variable }: Evidence, project: Project): FixProposal | null {
	const { field } = refused.reading;
	const { call, envFiles } = settings.object;
	const ofClass = envFiles?.find((path) => project.files.has(path)) ?? envFiles?.[0] ?? null;
	const isEmptyFormat = refused.kind === "text" && refused.wanted !== null && refused.type.choices === null;
	if (variable === null && !isEmptyFormat) return null;
	const file = ofClass ?? (variable === null ? null : loadedEnvFile(project, call.order));
	if (file === null) return null;
	const key = ofClass === null ? variable : keyOf(settings, refused.reading);
	if (key === null || (ofClass !== null && !settingsConfig(settings.object.settingsClass).readsFiles)) return null;
	const known = exampleValue(project, key);
	return {
		title: `Add ${key} to ${file}`,
		explanation: `Writes ${known === null ? "a placeholder" : `the value of ${known.path}`} to ${file}, which ${field.name} then gets. Put the real value in its place before you rely on it.`,
		applicability: "review",
		edits: [appendToEnvFile(project, file, [{ key, value: known?.value ?? placeholderFor(project, field) }])],
	};
}

const kindInWords = {
	none: "None",
	bool: "a truth value",
	integer: "a whole number",
	fraction: "a number",
	text: "a text",
	list: "a list",
	dict: "a dict",
	"random-bytes": "bytes of chance",
	path: "a Path",
	duration: "a timedelta",
	secret: "a SecretStr",
} as const;

/** The default in words: never a text itself, which may be a secret. */
function inWords({ kind, value }: RefusedDefault): string {
	return kind === "text" && value.kind === "constant" && value.value === "" ? "empty" : kindInWords[kind];
}
