import type { FixProposal } from "../../audit/fix.ts";
import { defineRule } from "../../audit/rule.ts";
import { encodedPassword } from "../../project/database/url-password.ts";
import type { Project } from "../../project/project.ts";
import { replaceEnvValue } from "../../project/settings/env-file-edit.ts";
import {
	envFileOrigin,
	type FaultySettings,
	keyOf,
	listFaultySettings,
	outcomeOf,
	placeInWords,
	placeOfValue,
	subjectOf,
} from "../../project/settings/faulty-settings.ts";
import { mendedItems } from "../../project/settings/list-items.ts";
import { placeholderFor } from "../../project/settings/placeholder.ts";
import { isCollection, nearestChoice } from "../../project/settings/setting-type.ts";
import { isModernSettingsClass } from "../../project/settings/settings-class.ts";
import { type RefusedSetting, refusalOf } from "../../project/settings/settings-faults.ts";
import { formatInWords } from "../../project/settings/text-formats.ts";
import { replaceText } from "../../python/rewrite/source.ts";
import { splitAtCommas } from "./repair/split-at-commas.ts";
import { takeDefault } from "./repair/take-default.ts";

interface Evidence {
	readonly settings: FaultySettings;
	readonly setting: RefusedSetting;
	readonly key: string;
	/** What the value could be: the default of the field, or the one choice that resembles what is written; null where nothing is near. */
	readonly better: string | null;
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
			const { faults, object } = settings;
			for (const setting of faults.refused) {
				if (setting.type.decoding === "tried") continue;
				yield {
					subject: subjectOf(settings, setting.reading),
					...placeOfValue(setting.value, object.call),
					evidence: {
						settings,
						setting,
						key: keyOf(settings, setting.reading),
						better: betterValue(project, setting),
					},
				};
			}
		}
	},

	describe({ evidence }) {
		const { settings, setting, key } = evidence;
		const isEmpty = setting.value.value === "";
		return {
			...outcomeOf(settings, "validation"),
			problem: `${key} has to be ${setting.wanted}, and is ${isEmpty ? "empty" : "not"}`,
			rootCause: `${settings.className}.${setting.reading.field.name} is checked when ${settings.madeAt} makes the settings.${isEmpty ? " An empty value is a value: the default does not stand in for it." : ""}`,
			manualSteps: [`Give ${key} in ${placeInWords(setting.value)} another value: ${setting.wanted}.`],
		};
	},

	fix({ evidence }, project) {
		const { setting, key, better, settings } = evidence;
		if (setting.type.numbers !== null) return readAsNumber(evidence);
		if (setting.type.decoding === "text" && isCollection(setting.type.members?.[0] ?? "")) return readAsList(evidence);
		const origin = envFileOrigin(setting.value);
		const isBlank = setting.value.value === "" && setting.reading.field.fallback !== null;
		const edit = origin === null || better === null || isBlank ? null : replaceEnvValue(project, origin.path, origin.key, better);
		if (edit === null) return takeDefault(project, settings, setting.reading, setting.value);
		return {
			title: `Set ${key} to ${better}`,
			explanation: `${settings.className} takes ${better}. Write what you meant where that is something else.`,
			applicability: "review",
			edits: [edit],
		};
	},
});

/** `Literal[1, 2]` compares what it is given: a text is made a number first. */
function readAsNumber({ setting: { type, value, reading }, key, settings }: Evidence): FixProposal | undefined {
	const { annotation } = reading.field.node;
	const { module } = reading.field.owner;
	const isWhole = type.numbers?.includes(value.value.trim()) === true && /^\d+$/.test(value.value.trim());
	if (!isWhole || !isModernSettingsClass(settings.object.settingsClass)) return undefined;
	const written = module.text.slice(annotation.start, annotation.end);
	return {
		title: `Make a number of ${key} before it is compared`,
		explanation: `The environment gives ${settings.className} texts, and Literal takes only what equals its values.`,
		applicability: "review",
		edits: [replaceText(module, annotation.start, annotation.end, `Annotated[${written}, BeforeValidator(int)]`)],
		needs: [
			{ path: module.path, module: "typing", name: "Annotated" },
			{ path: module.path, module: "pydantic", name: "BeforeValidator" },
		],
	};
}

/** A list that `NoDecode` or `enable_decoding=False` keeps from being decoded is for a validator to make. */
function readAsList({ settings, setting: { reading } }: Evidence): FixProposal | undefined {
	const split = isModernSettingsClass(settings.object.settingsClass) ? splitAtCommas(reading.field) : null;
	if (split === null) return undefined;
	return {
		title: `Let ${settings.className}.${reading.field.name} take a list with commas`,
		explanation: "pydantic-settings hands the text on as it stands here; a validator splits it at its commas.",
		applicability: "review",
		...split,
	};
}

/** The first of what may be meant that the field takes. */
function betterValue(project: Project, setting: RefusedSetting): string | null {
	const hasDefault = setting.reading.field.fallback !== null;
	const candidates = [
		encodedPassword(setting.value.value),
		similarChoice(setting),
		digitsOf(setting),
		writtenDefault(setting),
		mendedItems(setting.type.itemType, setting.value.value),
		formatted(project, setting),
		hasDefault ? null : placeholderFor(project, setting.reading.field),
	];
	return (
		candidates.find(
			(text) => text !== null && refusalOf(setting.reading, text, { decodes: true, leavesTexts: false }) === null,
		) ?? null
	);
}

/** A value of the right form for a type that asks for one, or of the length that is asked for. */
function formatted(project: Project, { reading, type }: RefusedSetting): string | null {
	const [name] = type.members ?? [];
	if (name === undefined) return null;
	const { minLength, maxLength, pattern } = reading.field.constraints;
	const isPadded = minLength !== null && maxLength === null && pattern === null;
	return isPadded || formatInWords(name) !== null ? placeholderFor(project, reading.field) : null;
}

/** `30` of `30 minutes`, of `30m` and of `30,`; `0.5` of `0,5`. */
function digitsOf({ type, value }: RefusedSetting): string | null {
	const isNumber = type.members?.some((member) => ["int", "float", "PositiveInt", "NonNegativeInt"].includes(member));
	if (type.members?.includes("float") && /^\s*\d+,\d+\s*$/.test(value.value)) return value.value.trim().replace(",", ".");
	return isNumber ? (/^\s*(\d+)\s*(?:[a-z]+|[,;])\s*$/i.exec(value.value)?.[1] ?? null) : null;
}

/** The choice that the text resembles, or null. */
function similarChoice({ type, value, reading }: RefusedSetting): string | null {
	return nearestChoice(type.choices ?? choicesOf(reading.field.constraints.pattern), value.value);
}

/** The words of a pattern such as `^(DEBUG|INFO)$`. */
function choicesOf(pattern: string | null): readonly string[] {
	const words = pattern === null ? null : /^\^?\(?([\w-]+(?:\|[\w-]+)*)\)?\$?$/.exec(pattern);
	return words?.[1]?.split("|") ?? [];
}

/** The default of the field as a `.env` file would write it; null where it has none that can be written. */
function writtenDefault({ reading }: RefusedSetting): string | null {
	const { fallback } = reading.field;
	if (fallback?.kind !== "constant") return null;
	const { value } = fallback;
	const isWritable = typeof value === "number" || typeof value === "boolean" || (typeof value === "string" && value !== "");
	return isWritable ? String(value) : null;
}
