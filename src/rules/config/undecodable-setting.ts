import type { FixProposal } from "../../audit/fix.ts";
import { defineRule } from "../../audit/rule.ts";
import type { ClassValue } from "../../project/imports/values.ts";
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
import { asJsonList, asJsonObject } from "../../project/settings/json-list.ts";
import { isCollection, isMapping, readSettingType } from "../../project/settings/setting-type.ts";
import { isModernSettingsClass, settingsConfig, settingsFields } from "../../project/settings/settings-class.ts";
import { isJson, type RefusedSetting } from "../../project/settings/settings-faults.ts";
import { replaceText } from "../../python/rewrite/source.ts";
import { splitAtCommas } from "./repair/split-at-commas.ts";
import { takeDefault } from "./repair/take-default.ts";

interface Evidence {
	readonly settings: FaultySettings;
	readonly setting: RefusedSetting;
	readonly key: string;
	/** The same value as JSON; null where it is not clear how. */
	readonly json: string | null;
	/** True where pydantic-settings stops at it, false where pydantic refuses the text that is left. */
	readonly isDecoded: boolean;
}

const example = (origins: string) => ({
	"requirements.txt": "fastapi\nuvicorn\npydantic-settings\n",
	".env": `CORS_ORIGINS=${origins}\n`,
	"main.py": `from fastapi import FastAPI
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_file=".env")

    cors_origins: list[str]


settings = Settings()
app = FastAPI()
`,
});

export default defineRule<Evidence>({
	name: "undecodable-setting",
	category: "CONFIG",
	summary: "A list setting is written as plain text, not as JSON",
	story:
		"CORS_ORIGINS=http://localhost:3000,http://localhost:8000 looks right, but pydantic-settings decodes lists and the like from JSON, before any validator of the class runs. The server stops where the settings are made.",
	references: ["https://docs.pydantic.dev/latest/concepts/pydantic_settings/#parsing-environment-variable-values"],
	example: {
		before: example("http://localhost:3000,http://localhost:8000"),
		after: example('["http://localhost:3000","http://localhost:8000"]'),
	},

	*detect(project) {
		for (const settings of listFaultySettings(project)) {
			const { faults, object } = settings;
			const lists = faults.refused.filter(({ type }) => type.decoding === "tried");
			for (const setting of [...faults.undecodable, ...lists]) {
				yield {
					subject: subjectOf(settings, setting.reading),
					...placeOfValue(setting.value, object.call),
					evidence: {
						settings,
						setting,
						key: keyOf(settings, setting.reading),
						json: jsonOf(setting),
						isDecoded: faults.undecodable.includes(setting),
					},
				};
			}
		}
	},

	describe({ evidence }) {
		const { settings, setting, key, isDecoded } = evidence;
		const { field } = setting.reading;
		return {
			...outcomeOf(settings, isDecoded ? "decoding" : "validation"),
			problem: `${key} has to be ${setting.wanted}, and is plain text`,
			rootCause: isDecoded
				? `${settings.className}.${field.name} is no plain type, so pydantic-settings decodes its text as JSON before any validator sees it.`
				: `${settings.className}.${field.name} takes a list or nothing; a text that is no JSON is neither.`,
			manualSteps: [
				`Write ${key} in ${placeInWords(setting.value)} as JSON, for example ${isOfPairs(setting) ? '{"a": 1}' : '["a","b"]'}.`,
			],
		};
	},

	fix({ evidence }, project) {
		return asJson(evidence, project) ?? withoutDecoding(evidence, project);
	},

	alternatives({ evidence }, project) {
		const other = asJson(evidence, project) === undefined ? undefined : withoutDecoding(evidence, project);
		return other === undefined ? [] : [other];
	},
});

function jsonOf(setting: RefusedSetting): string | null {
	const { value } = setting.value;
	const { model } = setting.reading;
	if (model !== null) return asJsonModel(model, value);
	return isOfPairs(setting) ? asJsonObject(value) : asJsonList(value, setting.type.itemType);
}

/** The text as the one field that a nested model cannot do without, where that is a text too. */
function asJsonModel(model: ClassValue, text: string): string | null {
	const [needed, ...others] = settingsFields(model, settingsConfig(model)).filter(({ fallback }) => fallback === null);
	if (needed === undefined || others.length > 0) return null;
	return readSettingType(needed.node.annotation).decoding === "text" ? JSON.stringify({ [needed.name]: text }) : null;
}

function isOfPairs({ type, reading }: RefusedSetting): boolean {
	return reading.model !== null || type.members?.some(isMapping) === true;
}

function asJson({ settings, setting, key, json }: Evidence, project: Project): FixProposal | undefined {
	const origin = envFileOrigin(setting.value);
	const [member] = setting.type.members ?? [];
	const isKnown = member !== undefined && (isCollection(member) || isOfPairs(setting));
	if (origin === null || !isKnown) return undefined;
	if (json === null || !isJson(json)) return takeDefault(project, settings, setting.reading, setting.value);
	const edit = replaceEnvValue(project, origin.path, origin.key, json);
	if (edit === null) return undefined;
	return {
		title: `Write ${key} as a JSON ${isOfPairs(setting) ? "object" : "list"}`,
		explanation: "The same items, in the notation that pydantic-settings reads.",
		applicability: "safe",
		edits: [edit],
	};
}

/** Takes the text as it stands, by `NoDecode` (pydantic-settings 2.7), and splits it at its commas where no validator of the class does so already. */
function withoutDecoding({ settings, setting, isDecoded }: Evidence, project: Project): FixProposal | undefined {
	const { field } = setting.reading;
	const { owner, node, name } = field;
	const found = project.environment.findModule("pydantic_settings");
	const hasNoDecode = found.found === "present" && found.module.lookup("NoDecode").found === "present";
	const isList = ["list", "List", "set", "Set"].includes(setting.type.members?.[0] ?? "") && setting.type.itemType === "str";
	if (!isDecoded || !hasNoDecode || !isList || !isModernSettingsClass(settings.object.settingsClass)) return undefined;
	const { module } = owner;
	const type = module.text.slice(node.annotation.start, node.annotation.end);
	const edits = [replaceText(module, node.annotation.start, node.annotation.end, `Annotated[${type}, NoDecode]`)];
	const needs = [
		{ path: module.path, module: "typing", name: "Annotated" },
		{ path: module.path, module: "pydantic_settings", name: "NoDecode" },
	];
	const split = field.isValidatedBefore ? null : splitAtCommas(field);
	if (split !== null) {
		edits.push(...split.edits);
		needs.push(...split.needs);
	}
	return {
		title: `Let ${settings.className}.${name} take a list with commas`,
		explanation: `NoDecode keeps pydantic-settings from decoding the text as JSON; a validator splits it at its commas instead.`,
		applicability: "review",
		edits,
		needs,
	};
}
