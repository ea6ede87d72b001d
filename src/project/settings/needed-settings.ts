import { parseDatabaseUrl } from "../database/database-url.ts";
import type { SettingReading, SettingsObject } from "../imports/trace.ts";
import type { Project } from "../project.ts";
import { parseDotenv, resolveDotenv } from "./dotenv.ts";
import { type SettingRow, settingRows } from "./setting-rows.ts";
import { readSettingType } from "./setting-type.ts";
import { settingsConfig } from "./settings-class.ts";
import { refusalOf, wantedOf } from "./settings-faults.ts";

/** A setting that a person can give a value. */
export interface NeededSetting extends SettingRow {
	/** What its value has to look like: `a whole number`, `a JSON list`, `text`. */
	readonly shape: string;
	/** What a value would have to be instead, where it certainly does not suit; null where it may. */
	readonly refusal: (value: string) => string | null;
}

/** The settings of a backend, with what their values have to look like. */
export function neededSettings(project: Project): readonly NeededSetting[] {
	const fields = new Map<string, { readonly reading: SettingReading; readonly object: SettingsObject }>();
	for (const object of project.trace.settings) {
		for (const reading of [...object.fields, ...object.fields.flatMap(readingsOfParts)]) {
			for (const key of reading.field.keys) {
				const name = key.toUpperCase();
				if (!fields.has(name)) fields.set(name, { reading, object });
			}
		}
	}
	return settingRows(project).map((row) => {
		const field = fields.get(row.name.toUpperCase());
		const ofUrl = row.placeholder.includes("://") ? urlCheck(row.placeholder) : null;
		if (field === undefined) {
			return { ...row, shape: ofUrl?.shape ?? "text", refusal: (value) => ofUrl?.refusal(value) ?? null };
		}
		const { reading, object } = field;
		const lists = settingsConfig(object.settingsClass);
		const type = readSettingType(reading.field.node.annotation);
		const isText = type.members?.length === 1 && type.members[0] === "str";
		const isPlain = isText && reading.field.constraints.minLength === null;
		const isList = type.decoding === "json" && lists.decodes;
		const shape = isPlain ? "text" : type.members === null ? "text" : wantedOf(type, reading.field.constraints.minLength);
		return {
			...row,
			shape:
				isText && ofUrl !== null
					? ofUrl.shape
					: isList
						? `${shape}, such as ${type.members?.[0]?.toLowerCase() === "dict" ? '{"a": 1}' : listExample(type.itemType)}`
						: shape,
			refusal: (value) => refusalOf(reading, value, lists) ?? (isText ? (ofUrl?.refusal(value) ?? null) : null),
		};
	});
}

/** The parts of a nested model, as readings of their own. */
function readingsOfParts({ parts }: Pick<SettingReading, "parts">): readonly SettingReading[] {
	return parts.flatMap((part) => [
		...(part.parts.length > 0
			? readingsOfParts(part)
			: [{ ...part, isArgument: false, checked: part.given, choices: null, model: null, refusedBy: null }]),
	]);
}

/** A setting that is told a URL: where its placeholder is one of a database, SQLAlchemy must be able to read it. */
function urlCheck(placeholder: string): { readonly shape: string; readonly refusal: (value: string) => string | null } {
	const ofDatabase = /^(postgres|sqlite|mysql|mariadb|mssql|oracle)/.test(placeholder);
	const example = placeholder.replace(/\/\/[^/@]*@/, "//user:password@");
	const shape = `a ${ofDatabase ? "database URL" : "URL"}, such as ${example}`;
	const suits = (value: string) => (ofDatabase ? parseDatabaseUrl(value) !== null : /^[a-z][\w+.-]*:\/\/./i.test(value));
	return { shape, refusal: (value) => (suits(value) ? null : shape) };
}

function listExample(itemType: string | null): string {
	return itemType === "int" || itemType === "float" ? "[1, 2]" : '["a", "b"]';
}

/** A value as a `.env` file holds it, in quotes where python-dotenv would read it differently without; null where no way of writing it keeps it. */
export function dotenvText(value: string): string | null {
	const ways = [
		value,
		`'${value.replace(/[\\']/g, (character) => `\\${character}`)}'`,
		`"${value.replace(/[\\"]/g, (character) => `\\${character}`)}"`,
	];
	const isKept = (text: string): boolean => {
		const { entries, problems } = parseDotenv(`A=${text}\nB=b\n`);
		return problems.length === 0 && entries.length === 2 && resolveDotenv(entries, {}, "file").get("A") === value;
	};
	return ways.find(isKept) ?? null;
}
