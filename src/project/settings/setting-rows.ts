import type * as ast from "../../python/ast.ts";
import { dottedName, walk } from "../../python/walk.ts";
import { isSecretName, mask } from "../../text/secret-names.ts";
import { isValueEnum } from "../imports/simulator/classes/enumerations.ts";
import type { SettingPart, SettingReading, SettingsObject } from "../imports/trace.ts";
import type { Namespace, Value } from "../imports/values.ts";
import type { Module, Project } from "../project.ts";
import { exampleValue, findEntry } from "./env-file-edit.ts";
import { placeholderFor, placeholderText } from "./placeholder.ts";
import { settingsConfig } from "./settings-class.ts";

/** One setting that the backend reads from its environment. */
export interface SettingRow {
	/** As the environment has it: `DATABASE_URL`. */
	readonly name: string;
	/** Where it is read: `src/core/config.py:12`. */
	readonly readAt: string;
	/** By what: `Settings.database_url`, `os.getenv`. */
	readonly readBy: string;
	/** True where the backend has no value of its own to fall back on. */
	readonly isRequired: boolean;
	/** The fallback as text, masked where the setting is a secret; null where there is none, or none that can be written down. */
	readonly fallback: string | null;
	readonly isSecret: boolean;
	/** What sets it here: `environment`, `code`, or the path of a `.env` file. Null: nothing does; `unknown`: that cannot be seen. */
	readonly setBy: string | null;
	/** What an example file could say for it; never a real value. */
	readonly placeholder: string;
}

/** Every setting that the modules of the server read, by name; one that is read at several places stands once, at the first that requires it. */
export function settingRows(project: Project): readonly SettingRow[] {
	const rows = new Map<string, SettingRow>();
	for (const row of [...fieldRows(project), ...variableRows(project), ...readerRows(project)]) {
		const known = rows.get(row.name);
		if (known === undefined || (row.isRequired && !known.isRequired)) rows.set(row.name, row);
	}
	return [...rows.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** What an empty machine must provide: the settings without which the server does not come up, in the order of their names. */
export function requiredNames(rows: readonly SettingRow[]): readonly string[] {
	return rows.filter(({ isRequired }) => isRequired).map(({ name }) => name);
}

function fieldRows(project: Project): SettingRow[] {
	const seen = new Set<ast.ClassDef>();
	return project.trace.settings.flatMap((object) => {
		if (!object.call.reached || seen.has(object.settingsClass.node)) return [];
		seen.add(object.settingsClass.node);
		// What stands in the list for the faults alone is among the parts of its field.
		const whole = object.fields.filter(({ field }) => !field.name.includes("."));
		return whole.flatMap((reading) => [
			...(needsRow(reading) ? [fieldRow(project, object, reading)] : []),
			...partRows(project, object, reading, reading.field.fallback === null && !reading.field.mayBeFilledIn),
		]);
	});
}

/** A nested model is set by its parts, unless it has to be set and none of them has. */
function needsRow({ field, parts }: SettingReading): boolean {
	return parts.length === 0 || (field.fallback === null && parts.every((part) => part.field.fallback !== null));
}

/** The parts of a nested model. Those without a default are required where the whole is, or where another part is given. */
function partRows(
	project: Project,
	object: SettingsObject,
	{ parts }: Pick<SettingReading, "parts">,
	isWholeRequired: boolean,
): SettingRow[] {
	const isMade = isWholeRequired || parts.some(isGiven);
	return parts.flatMap((part) => {
		const { field, given } = part;
		if (part.parts.length > 0) return partRows(project, object, part, isMade && field.fallback === null);
		const reading = { field, given, isArgument: false };
		const row = fieldRow(project, object, reading);
		return [{ ...row, isRequired: row.isRequired && isMade }];
	});
}

function isGiven({ given, parts }: SettingPart): boolean {
	return given !== null || parts.some(isGiven);
}

function fieldRow(
	project: Project,
	{ settingsClass }: SettingsObject,
	{ field, given, isArgument }: Pick<SettingReading, "field" | "given" | "isArgument">,
): SettingRow {
	const key = field.keys[0] ?? field.name;
	const name = settingsConfig(settingsClass).caseSensitive ? key : key.toUpperCase();
	const isSecret = isSecretName(name) || /Secret(Str|Bytes)/.test(textOf(field.owner.module, field.node.annotation));
	return {
		name,
		readAt: placeOf(field.owner.module, field.node),
		readBy: `${settingsClass.node.name.name}.${field.name}`,
		isRequired: field.fallback === null && !field.mayBeFilledIn,
		fallback: shownFallback(field.fallback, isSecret),
		isSecret,
		setBy: isArgument ? "code" : sourceOf(given),
		placeholder: exampleValue(project, name)?.value ?? placeholderFor(project, field),
	};
}

function sourceOf(given: Value | null): string | null {
	if (given === null) return null;
	const origin = given.kind === "constant" ? given.origin : null;
	if (origin?.type === "environment") return "environment";
	return origin?.type === "env-file" ? origin.path : "unknown";
}

/** What python-decouple's `config("KEY")`, a `Config` of starlette and an `Env` of environs ask for. */
function readerRows(project: Project): SettingRow[] {
	return project.trace.calls.flatMap(({ callee, args, keywords, open, module, node, reached, result }) => {
		const reader = readerOf(callee);
		const [key] = args;
		if (!reached || reader === null || open || key?.kind !== "constant" || typeof key.value !== "string") return [];
		const name = key.value;
		const isSecret = isSecretName(name);
		const fallback = keywords.get("default") ?? args[reader === "environs" ? 1 : 2] ?? null;
		return [
			{
				name,
				readAt: placeOf(module, node),
				readBy: reader,
				isRequired: fallback === null,
				fallback: shownFallback(fallback, isSecret),
				isSecret,
				setBy: setByReader(project, name, result),
				placeholder: exampleValue(project, name)?.value ?? placeholderText(project, name),
			},
		];
	});
}

/** The library whose reader is called, as it is shown; null for any other call. */
function readerOf(callee: Value): "decouple.config" | "starlette Config" | "environs" | null {
	if (callee.kind === "external") return callee.canonical === "decouple.config" ? "decouple.config" : null;
	const object = callee.kind === "bound-method" ? callee.receiver : callee;
	const maker = object.kind === "instance" && object.of.kind === "external" ? object.of.canonical : "";
	const isAsking =
		callee.kind !== "bound-method" ||
		!/^(read_env|prefixed|add_parser|add_parser_from_field|parser_for|dump|seal)$/.test(callee.name);
	if (/^environs\.(\w+\.)?Env$/.test(maker)) return isAsking ? "environs" : null;
	return callee.kind === "instance" && maker === "starlette.config.Config" ? "starlette Config" : null;
}

function setByReader(project: Project, name: string, result: Value): string | null {
	if (Object.hasOwn(project.processEnvironment, name)) return "environment";
	const isMissing = project.trace.failures.some(({ detail }) => detail.type === "missing-variable" && detail.key === name);
	// A cast that is not followed leaves no trace of where its text came from.
	if (result.kind === "unknown") return isMissing ? null : "unknown";
	const origin = result.kind === "constant" ? result.origin : null;
	return origin?.type === "env-file" ? origin.path : null;
}

/** What `os.getenv` and its like ask for, in functions too. */
function variableRows(project: Project): SettingRow[] {
	const rows: SettingRow[] = [];
	for (const { module, reached, namespace } of project.trace.runs.values()) {
		if (!reached || !/\b(environ|getenv)\b/.test(module.text)) continue;
		walk(module.tree, (node) => {
			const read = variableRead(node, namespace);
			if (read !== null) rows.push(variableRow(project, module, read));
		});
	}
	return rows;
}

interface VariableRead {
	readonly node: ast.Expression;
	readonly key: string;
	readonly by: string;
	/** Null where there is none, or none that can be written down. */
	readonly fallback: string | null;
	/** True where Python raises without the variable. */
	readonly isStrict: boolean;
}

function variableRead(node: ast.TypedNode, namespace: Namespace): VariableRead | null {
	if (node.type === "Subscript") {
		const key = keyOf(node.index, namespace);
		return key !== null && /^(os\.)?environ$/.test(dottedName(node.value) ?? "")
			? { node, key, by: "os.environ", fallback: null, isStrict: true }
			: null;
	}
	const callee = node.type === "Call" ? dottedName(node.callee) : null;
	if (node.type !== "Call" || callee === null || !/^((os\.)?getenv|(os\.)?environ\.get)$/.test(callee)) return null;
	const key = keyOf(node.args[0], namespace);
	const fallback = node.args[1] ?? node.keywords.find(({ name }) => name?.name === "default")?.value ?? null;
	return key === null
		? null
		: {
				node,
				key,
				by: callee.includes("environ") ? "os.environ.get" : "os.getenv",
				fallback: fallback === null ? null : plainText(fallback, namespace),
				isStrict: false,
			};
}

function keyOf(expression: ast.Expression | undefined, namespace: Namespace): string | null {
	if (expression?.type === "Constant" && typeof expression.value !== "string") return null;
	return expression === undefined ? null : plainText(expression, namespace);
}

/** A literal, or a constant of the module or of one of its classes that holds one, as text. */
function plainText(expression: ast.Expression, { names }: Namespace): string | null {
	if (expression.type === "Constant") return expression.literal === "none" ? null : String(expression.value);
	const value = expression.type === "Name" ? names.get(expression.id)?.value : attributeOf(expression, names);
	return value?.kind === "constant" && value.value != null ? String(value.value) : null;
}

function attributeOf(expression: ast.Expression, names: Namespace["names"]): Value | undefined {
	if (expression.type !== "Attribute" || expression.value.type !== "Name") return undefined;
	const owner = names.get(expression.value.id)?.value;
	return owner?.kind === "class" || owner?.kind === "module"
		? owner.namespace.names.get(expression.attribute.name)?.value
		: undefined;
}

function variableRow(project: Project, module: Module, { node, key, by, fallback, isStrict }: VariableRead): SettingRow {
	const isSecret = isSecretName(key);
	const needed = project.trace.failures.some(({ detail }) => detail.type === "missing-variable" && detail.key === key);
	return {
		name: key,
		readAt: placeOf(module, node),
		readBy: by,
		isRequired: isStrict || needed,
		fallback: fallback === null ? null : isSecret ? mask : fallback,
		isSecret,
		setBy: Object.hasOwn(project.processEnvironment, key) ? "environment" : loadedFrom(project, key),
		placeholder: exampleValue(project, key)?.value ?? placeholderText(project, key),
	};
}

/** The `.env` file that has a variable, where the backend loads such files at all. */
function loadedFrom(project: Project, key: string): string | null {
	const loads = project.trace.calls.some(
		({ callee }) => callee.kind === "external" && /^dotenv\.(main\.)?load_dotenv$/.test(callee.canonical),
	);
	if (!loads) return null;
	for (const path of project.files.keys())
		if (/(^|\/)\.env$/.test(path) && findEntry(project, path, key)?.key === key) return path;
	return null;
}

function shownFallback(value: Value | null, isSecret: boolean): string | null {
	// A member of an Enum is written as its value.
	const member =
		value?.kind === "instance" && value.of.kind === "class" && isValueEnum(value.of) ? value.attributes.get("value") : undefined;
	if (member !== undefined) return shownFallback(member, isSecret);
	if (value?.kind === "constant" && value.value !== null && value.value !== undefined)
		return isSecret ? mask : String(value.value);
	if (value?.kind !== "sequence" || !value.complete) return null;
	const items = value.items.map((item) => (item.kind === "constant" && typeof item.value === "string" ? item.value : null));
	return items.every((item) => item !== null) ? JSON.stringify(items) : null;
}

function textOf(module: Module, { start, end }: ast.Expression): string {
	return module.text.slice(start, end);
}

function placeOf(module: Module, { start }: { readonly start: number }): string {
	return `${module.path}:${module.lines.positionAt(start).line}`;
}
