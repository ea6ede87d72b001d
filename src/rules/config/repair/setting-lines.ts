import type { FixProposal } from "../../../audit/fix.ts";
import type { SettingPart, SettingReading } from "../../../project/imports/trace.ts";
import type { Project } from "../../../project/project.ts";
import { type EnvLine, exampleValue } from "../../../project/settings/env-file-edit.ts";
import { placeholderFor } from "../../../project/settings/placeholder.ts";
import {
	isModernSettingsClass,
	type SettingsField,
	settingsConfig,
	settingsFields,
} from "../../../project/settings/settings-class.ts";
import { replaceText } from "../../../python/rewrite/source.ts";

/** The lines of a `.env` file that give a required setting a value: its own, or for a nested model those of the parts that it needs. */
export function settingLines(project: Project, reading: SettingReading, key: string): EnvLine[] {
	const known = exampleValue(project, key);
	if (known !== null) return [{ key, value: known.value }];
	if (reading.parts.length > 0) return partLines(project, reading.parts, key);
	return [{ key, value: reading.model === null ? placeholderFor(project, reading.field) : asJson(project, reading) }];
}

/** `DB__HOST=localhost` for each part without a default; what has defaults for all of its parts is made of `{}`. */
function partLines(project: Project, parts: readonly SettingPart[], key: string): EnvLine[] {
	const lines = parts.flatMap((part) => {
		const { field, given } = part;
		if (field.fallback !== null || given !== null) return [];
		const [name = ""] = field.keys;
		const spelled = key === key.toUpperCase() ? name.toUpperCase() : name;
		if (part.parts.length > 0) return partLines(project, part.parts, spelled);
		return [{ key: spelled, value: exampleValue(project, spelled)?.value ?? placeholderFor(project, field) }];
	});
	return lines.length === 0 ? [{ key, value: "{}" }] : lines;
}

/** A nested model that no variables of its own can set, in one text: `{"host":"localhost"}`. */
function asJson(project: Project, { model }: SettingReading): string {
	const entries = requiredFields({ model }).map((field) => {
		const text = placeholderFor(project, field);
		return `${JSON.stringify(field.name)}:${/^[[{]/.test(text) ? text : JSON.stringify(text)}`;
	});
	return `{${entries.join(",")}}`;
}

function requiredFields({ model }: Pick<SettingReading, "model">): SettingsField[] {
	if (model === null) return [];
	return settingsFields(model, { ...settingsConfig(model), prefix: "" }).filter(({ fallback }) => fallback === null);
}

/** Nested models that need nothing or read what they need themselves, for which only the class of the settings has no default: `outbox: Outbox = Outbox()`. */
export function defaultModels(missing: readonly SettingReading[]): FixProposal | undefined {
	const names = missing.map(({ field }) => field.name);
	const isPlain = ({ model, field }: SettingReading) =>
		model !== null &&
		field.node.value === null &&
		field.node.annotation.type === "Name" &&
		(isModernSettingsClass(model) || requiredFields({ model }).length === 0);
	if (!missing.every(isPlain)) return undefined;
	const readers = missing.filter(({ model }) => model !== null && isModernSettingsClass(model));
	return {
		title: `Make ${names.join(", ")} of defaults where nothing sets ${names.length === 1 ? "it" : "them"}`,
		explanation:
			readers.length === 0
				? "All parts of the nested settings have a default; only the settings that hold them have none."
				: "Nested settings that are settings of their own are not read by the ones that hold them: made of a default factory, they read their variables themselves.",
		applicability: "review",
		edits: missing.map((reading) => {
			const { node, owner } = reading.field;
			const type = owner.module.text.slice(node.annotation.start, node.annotation.end);
			const code = readers.includes(reading) ? `Field(default_factory=${type})` : `${type}()`;
			return replaceText(owner.module, node.end, node.end, ` = ${code}`);
		}),
		needs: readers.map(({ field: { owner } }) => ({ path: owner.module.path, module: "pydantic", name: "Field" })),
	};
}
