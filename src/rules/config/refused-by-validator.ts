import type { FixProposal } from "../../audit/fix.ts";
import { defineRule } from "../../audit/rule.ts";
import type { SettingReading } from "../../project/imports/trace.ts";
import type { Project } from "../../project/project.ts";
import { appendToEnvFile, exampleValue, replaceEnvValue } from "../../project/settings/env-file-edit.ts";
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
import { nearestChoice, readSettingType } from "../../project/settings/setting-type.ts";
import type * as ast from "../../python/ast.ts";
import { textsIn, walk } from "../../python/walk.ts";
import type { TextEdit } from "../../text/range.ts";
import { isSecretName } from "../../text/secret-names.ts";

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
			const { object, faults } = settings;
			for (const reading of faults.rejected) {
				yield {
					subject: subjectOf(settings, reading),
					...placeOfValue(reading.given, object.call),
					evidence: { settings, reading, validator: reading.refusedBy ?? "", key: keyOf(settings, reading) },
				};
			}
			if (object.refusedBy === null) continue;
			yield {
				subject: subjectOf(settings, null),
				...placeOfValue(null, object.call),
				evidence: { settings, reading: null, validator: object.refusedBy, key: null },
			};
		}
	},

	describe({ evidence }) {
		const { settings, reading, validator, key } = evidence;
		const isDefault = reading?.given === null;
		const isWhole = key === null || reading === null || reading.given?.kind === "unknown";
		const part = isDefault ? `the default of ${key}` : isWhole ? `the parts of ${key} as they are` : `the value of ${key}`;
		const what = key === null ? "the settings as they are" : part;
		return {
			...outcomeOf(settings, "validation"),
			problem: `${validator} refuses ${what}`,
			rootCause: `${settings.className} runs ${validator} when ${settings.madeAt} makes the settings, and with what it is given there it raises.`,
			manualSteps: [
				isWhole
					? `Read ${validator} in ${(reading?.model ?? settings.object.settingsClass).module.path}, and set what it asks for.`
					: `Set ${key} in ${isDefault ? "the environment of the server, or the .env file that it reads," : placeInWords(reading.given ?? { kind: "unknown" })} to a value that ${validator} takes.`,
			],
		};
	},

	fix({ evidence }, project): FixProposal | undefined {
		const { settings, reading, key, validator } = evidence;
		if (reading === null) return unchangedSecrets(project, evidence) ?? exampleValues(project, evidence);
		if (key === null) return undefined;
		if (!isSecretName(key) || !isText(reading)) return allowedChoice(project, settings, reading, validator, key);
		const edit = editOf(project, settings, reading, key, longPlaceholder);
		if (edit === null) return undefined;
		return {
			title: `Give ${key} another placeholder`,
			explanation: `${validator} wants the value changed; a long placeholder lets the server start. Put a secret of your own in its place before you rely on it.`,
			applicability: "review",
			edits: [edit],
		};
	},
});

/** Secrets that still hold a word which the code of the class compares with, such as "changethis": the validator wants them changed. */
function unchangedSecrets(project: Project, { settings, validator }: Evidence): FixProposal | undefined {
	const { settingsClass, fields } = settings.object;
	const asked = comparedTexts(settingsClass.node);
	const unchanged = fields.filter((reading) => {
		const value = reading.given ?? reading.field.fallback;
		const isAsked = value?.kind === "constant" && typeof value.value === "string" && asked.has(value.value);
		return isAsked && isText(reading) && isSecretName(keyOf(settings, reading));
	});
	const keys = unchanged.map((reading) => keyOf(settings, reading));
	const edits = unchanged.map((reading, index) => editOf(project, settings, reading, keys[index] ?? "", longPlaceholder));
	if (edits.length === 0 || !edits.every((edit) => edit !== null)) return undefined;
	return {
		title: `Give ${keys.join(" and ")} ${keys.length === 1 ? "another placeholder" : "other placeholders"}`,
		explanation: `${validator} refuses a value that nobody has changed; a long placeholder lets the server start. Put ${keys.length === 1 ? "a secret" : "secrets"} of your own in its place before you rely on it.`,
		applicability: "review",
		edits: joined(edits),
	};
}

/** What an example file says of the fields that the validator looks at and that nothing sets. */
function exampleValues(project: Project, { settings, validator }: Evidence): FixProposal | undefined {
	const { settingsClass, fields } = settings.object;
	const method = settingsClass.node.body.find((each) => each.type === "FunctionDef" && each.name.name === validator);
	if (method === undefined) return undefined;
	const asked = new Set<string>();
	walk(method, (each) => {
		if (each.type === "Attribute") asked.add(each.attribute.name);
	});
	const found = fields.flatMap((reading) => {
		const key = keyOf(settings, reading);
		const example = reading.given === null && asked.has(reading.field.name) ? exampleValue(project, key) : null;
		const edit = example === null ? null : editOf(project, settings, reading, key, example.value);
		return example === null || edit === null || example.value === "" ? [] : [{ key, example, edit }];
	});
	const [first] = found;
	if (first === undefined) return undefined;
	const keys = found.map(({ key }) => key).join(" and ");
	return {
		title: `Set ${keys} as ${first.example.path} does`,
		explanation: `${validator} refuses the settings without it. Put your own value in its place where ${first.example.path} is not what you mean.`,
		applicability: "review",
		edits: joined(found.map(({ edit }) => edit)),
	};
}

/** Texts that stand in the methods of a class. */
function comparedTexts(node: ast.ClassDef): ReadonlySet<string> {
	return new Set(node.body.flatMap((statement) => (statement.type === "FunctionDef" ? [...textsIn(statement)] : [])));
}

/** Lines that go to the end of one file are one edit. */
function joined(edits: readonly TextEdit[]): readonly TextEdit[] {
	const result: TextEdit[] = [];
	for (const edit of edits) {
		const at = result.findIndex(({ path, range }) => path === edit.path && range.start === edit.range.start);
		const same = result[at];
		if (same === undefined) result.push(edit);
		else result[at] = { ...same, newText: same.newText + edit.newText.replace(/^\n/, "") };
	}
	return result;
}

/** One of the texts that the validator's own list allows. */
function allowedChoice(
	project: Project,
	settings: FaultySettings,
	reading: SettingReading,
	validator: string,
	key: string,
): FixProposal | undefined {
	const value = reading.given ?? reading.field.fallback;
	if (value?.kind !== "constant" || typeof value.value !== "string") return undefined;
	// The validator of a part of nested settings stands in the model that has it.
	const method = [settings.object.settingsClass, reading.field.owner]
		.flatMap(({ node }) => node.body)
		.find((each): each is ast.FunctionDef => each.type === "FunctionDef" && each.name.name === validator);
	const choices = method === undefined ? [] : listedTexts(method);
	const better = nearestChoice(choices, value.value) ?? choices[0];
	const edit = better === undefined ? null : editOf(project, settings, reading, key, better);
	if (better === undefined || edit === null || choices.includes(value.value)) return undefined;
	return {
		title: `Set ${key} to ${better}`,
		explanation: `${validator} allows ${choices.join(", ")}.`,
		applicability: "review",
		edits: [edit],
	};
}

/** The texts of the only list, set or tuple of texts in a function, or the only one that it asks a value to be. */
function listedTexts(method: ast.FunctionDef): readonly string[] {
	const lists: (readonly string[])[] = [];
	for (const statement of method.body)
		walk(statement, (each) => {
			if (each.type === "Compare" && each.operators.length === 1 && each.operators[0] === "!=") {
				const text = each.operands[1];
				if (text?.type === "Constant" && typeof text.value === "string") lists.push([text.value]);
			}
			if (each.type !== "Sequence" || each.items.length === 0) return;
			const texts = each.items.flatMap((item) =>
				item.type === "Constant" && typeof item.value === "string" ? [item.value] : [],
			);
			if (texts.length === each.items.length) lists.push(texts);
		});
	return lists.length === 1 ? (lists[0] ?? []) : [];
}

function isText({ field }: SettingReading): boolean {
	const { members } = readSettingType(field.node.annotation);
	return members?.length === 1 && (members[0] === "str" || members[0] === "SecretStr");
}

function editOf(
	project: Project,
	{ object }: FaultySettings,
	{ given }: SettingReading,
	key: string,
	value: string,
): TextEdit | null {
	const origin = given === null ? null : envFileOrigin(given);
	if (origin !== null) return replaceEnvValue(project, origin.path, origin.key, value);
	const [file] = object.envFiles ?? [];
	return given === null && file !== undefined ? appendToEnvFile(project, file, [{ key, value }]) : null;
}
