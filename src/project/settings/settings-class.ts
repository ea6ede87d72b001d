import { isClassVariable } from "../../python/annotated.ts";
import type * as ast from "../../python/ast.ts";
import { walk } from "../../python/walk.ts";
import type { SettingReading } from "../imports/trace.ts";
import { type ClassValue, unknown, type Value } from "../imports/values.ts";
import { type Constraints, readConstraints, unconstrained, withAnnotated } from "./constraints.ts";
import { readSettingType } from "./setting-type.ts";

/** How a settings class reads its values (https://docs.pydantic.dev/latest/concepts/pydantic_settings/). */
export interface SettingsConfig {
	/** `.env` files as written, later ones winning; null where that is not known. */
	readonly envFiles: readonly string[] | null;
	/** Does it say in which encoding they are? Otherwise they are read as UTF-8. */
	readonly hasEncoding: boolean;
	readonly prefix: string;
	readonly caseSensitive: boolean;
	/** `forbid` unless the class says otherwise; null where that is not known. */
	readonly extra: "forbid" | "ignore" | "allow" | null;
	readonly nestedDelimiter: string | null;
	/** True where an empty value counts as none. */
	readonly ignoresEmpty: boolean;
	/** Whether lists and the like are decoded from JSON, which is the default. */
	readonly decodes: boolean;
	/** True where the class certainly has them left as texts (`enable_decoding=False`, pydantic-settings 2.7). */
	readonly leavesTexts: boolean;
	/** Folders of files that each hold one value, as written; null where that is not known. */
	readonly secretFolders: readonly string[] | null;
	/** True where other places than arguments, environment, `.env` files and these folders may give values. */
	readonly hasOtherSources: boolean;
	/** Whether the process environment and the `.env` files are among the sources. */
	readonly readsEnvironment: boolean;
	readonly readsFiles: boolean;
	/** False where defaults are taken as they stand, which both pydantic 1 and 2 do only on request for settings. */
	readonly validatesDefaults: boolean;
	/** True where a field with an alias is looked for under its own name too. */
	readonly populatesByName: boolean;
	/** The variables that `fields` of pydantic 1's Config names for a field; null where it names none. */
	readonly namedKeys: (field: string) => readonly string[] | null;
}

/** One field of a settings class. */
export interface SettingsField {
	readonly name: string;
	readonly node: ast.AnnAssign;
	readonly owner: ClassValue;
	/** The default as evaluated, or null where the field is required. */
	readonly fallback: Value | null;
	/** Names in the environment, in the order in which they are tried. */
	readonly keys: readonly string[];
	/** True where a validator of the class may see the value before pydantic does. */
	readonly isValidatedBefore: boolean;
	/** True where a validator of the whole class runs first, which may give a missing field a value. */
	readonly mayBeFilledIn: boolean;
	/** What `Field(...)` asks of its value beyond the type. */
	readonly constraints: Constraints;
	/** What makes the default where it is made anew each time, or null. */
	readonly factory: Value | null;
	/** Is the default checked against the type, as a given value is? */
	readonly validatesDefault: boolean;
}

/** Is this a required field that nothing sets? */
export function lacksValue({ field, given }: Pick<SettingReading, "field" | "given">): boolean {
	return given === null && field.fallback === null && !field.mayBeFilledIn;
}

/** Does the class derive from the BaseSettings of pydantic-settings, not from that of pydantic 1? */
export function isModernSettingsClass(cls: ClassValue): boolean {
	return cls.bases.some((base) => {
		if (base.kind === "class") return isModernSettingsClass(base);
		return base.kind === "external" && base.canonical.startsWith("pydantic_settings.");
	});
}

/** Is this a class of the project that derives from pydantic's BaseSettings? */
export function isSettingsClass(cls: ClassValue): boolean {
	return cls.bases.some((base) => {
		if (base.kind === "class") return isSettingsClass(base);
		return base.kind === "external" && /^pydantic(_settings)?\.(.*\.)?BaseSettings$/.test(base.canonical);
	});
}

/** Reads `model_config` or the older inner `Config` class. */
export function settingsConfig(cls: ClassValue): SettingsConfig {
	const read = configReader(cls);
	const files = read("env_file");
	const prefix = read("env_prefix");
	const sensitive = read("case_sensitive");
	const extra = read("extra");
	const delimiter = read("env_nested_delimiter");
	const otherSources = ["cli_parse_args", "yaml_file", "json_file", "toml_file", "pyproject_toml_table_header"];
	const secrets = read("secrets_dir");
	const sources = customSources(cls);
	const decoding = read("enable_decoding");
	const extraText = extra?.kind === "constant" ? extra.value : extra === undefined ? "forbid" : null;
	return {
		envFiles: files === undefined ? [] : fileNames(files),
		hasEncoding: read("env_file_encoding") !== undefined && !isPlainUtf8(read("env_file_encoding")),
		prefix: prefix?.kind === "constant" && typeof prefix.value === "string" ? prefix.value : "",
		caseSensitive: sensitive?.kind === "constant" && sensitive.value === true,
		extra: extraText === "forbid" || extraText === "ignore" || extraText === "allow" ? extraText : null,
		nestedDelimiter: delimiter?.kind === "constant" && typeof delimiter.value === "string" ? delimiter.value : null,
		ignoresEmpty: isTrue(read("env_ignore_empty")),
		// pydantic-settings does not look at pydantic 1's parse_env_var.
		decodes: (decoding === undefined || isTrue(decoding)) && (isModernSettingsClass(cls) || read("parse_env_var") === undefined),
		leavesTexts: isModernSettingsClass(cls) && decoding?.kind === "constant" && decoding.value === false,
		secretFolders: secrets === undefined || (Array.isArray(sources) && !sources.includes("secrets")) ? [] : fileNames(secrets),
		hasOtherSources: otherSources.some((key) => read(key) !== undefined) || sources === "unknown" || isUnseen(cls),
		readsEnvironment: !Array.isArray(sources) || sources.includes("env"),
		readsFiles: !Array.isArray(sources) || sources.includes("dotenv"),
		validatesDefaults: [read("validate_default"), read("validate_all")].every((each) => each === undefined || isTrue(each)),
		populatesByName: ["populate_by_name", "allow_population_by_field_name", "validate_by_name"].some(
			(key) => read(key) !== undefined,
		),
		namedKeys: (field) => namedKeys(read("fields"), field),
	};
}

/** `env_file_encoding="utf-8"` says what holds anyhow, and None too. */
function isPlainUtf8(encoding: Value | undefined): boolean {
	if (encoding?.kind !== "constant") return false;
	return encoding.value === null || (typeof encoding.value === "string" && /^utf[-_]?8$/i.test(encoding.value));
}

/** `fields = {"url": {"env": "DATABASE_URL"}}`, or with a list of names. */
function namedKeys(fields: Value | undefined, field: string): readonly string[] | null {
	const entry = fields?.kind === "dict" ? fields.entries.get(field) : undefined;
	const env = entry?.kind === "dict" ? entry.entries.get("env") : undefined;
	if (env?.kind === "constant" && typeof env.value === "string") return [env.value];
	if (env?.kind !== "sequence") return null;
	return env.items.flatMap((item) => (item.kind === "constant" && typeof item.value === "string" ? [item.value] : []));
}

/** The method by which a class says where its values come from, and the module it stands in; null where it has none that can be seen. */
export function sourcesMethod(cls: ClassValue): { readonly node: ast.FunctionDef; readonly module: ClassValue["module"] } | null {
	const owner = lineage(cls).find((each) => each.namespace.names.has("settings_customise_sources"));
	const bound = owner?.namespace.names.get("settings_customise_sources")?.value;
	return bound?.kind === "function" && bound.node.type === "FunctionDef" ? { node: bound.node, module: bound.module } : null;
}

const sourceParameters = ["init", "env", "dotenv", "secrets"];

/**
 * The sources that `settings_customise_sources` hands back, by the place of its parameters; null where no class says so, `unknown` where
 * others are among them or the order is another one.
 */
function customSources(cls: ClassValue): readonly string[] | "unknown" | null {
	if (!lineage(cls).some((each) => each.namespace.names.has("settings_customise_sources"))) return null;
	const bound = sourcesMethod(cls);
	if (bound === null) return "unknown";
	const parameters = bound.node.parameters.slice(2).map(({ name }) => name.name);
	const [statement, ...more] = bound.node.body.filter(({ type }) => type !== "ExpressionStatement");
	if (statement?.type !== "Return" || more.length > 0 || statement.value?.type !== "Sequence") return "unknown";
	const named = statement.value.items.map((item) =>
		item.type === "Name" ? sourceParameters[parameters.indexOf(item.id)] : undefined,
	);
	const isPlain = isModernSettingsClass(cls) && named.every((each) => each !== undefined);
	const order = named.map((each) => sourceParameters.indexOf(each ?? ""));
	return isPlain && order.every((each, index) => index === 0 || each > (order[index - 1] ?? -1))
		? named.filter((each) => each !== undefined)
		: "unknown";
}

function isTrue(value: Value | undefined): boolean {
	return value?.kind === "constant" && value.value === true;
}

/** Is the configuration computed in a way that cannot be followed, so that it may name other files or another prefix? */
function isUnseen(cls: ClassValue): boolean {
	return lineage(cls).some((each) => {
		const written = each.namespace.names.get("model_config")?.value;
		if (written === undefined) return false;
		if (written.kind === "dict") return !written.complete;
		const isOptions = written.kind === "instance" && written.of.kind === "external" && /ConfigDict$/.test(written.of.canonical);
		return !isOptions || written.call?.open === true;
	});
}

function configReader(cls: ClassValue): (key: string) => Value | undefined {
	const sources: ((key: string) => Value | undefined)[] = [];
	for (const each of lineage(cls)) {
		sources.push((key) => each.keywords.get(key));
		const modern = each.namespace.names.get("model_config")?.value;
		if (modern?.kind === "instance") sources.push((key) => modern.call?.keywords.get(key));
		if (modern?.kind === "dict") sources.push((key) => modern.entries.get(key));
		const old = each.namespace.names.get("Config")?.value;
		if (old?.kind === "class") sources.push((key) => old.namespace.names.get(key)?.value);
	}
	return (key) => {
		for (const source of sources) {
			const found = source(key);
			if (found !== undefined) return found;
		}
		return undefined;
	};
}

/** The `.env` files that `env_file` names, one or several; null where one cannot be known. */
export function fileNames(value: Value): readonly string[] | null {
	// What find_dotenv() gives where there is none is "", the folder itself, which is no file.
	if (value.kind === "constant" && (value.value === null || value.value === "")) return [];
	if (value.kind === "constant") return typeof value.value === "string" ? [value.value] : null;
	if (value.kind === "sequence" && value.complete) {
		const names = value.items.map((item) => fileNames(item)?.[0] ?? null);
		return names.every((name) => name !== null) ? names : null;
	}
	const path = value.kind === "instance" ? value.attributes.get("__fspath__") : undefined;
	return path?.kind === "constant" && typeof path.value === "string" ? [path.value] : null;
}

/** The class and its own base classes, nearest first. */
function lineage(cls: ClassValue): ClassValue[] {
	return [cls, ...cls.bases.flatMap((base) => (base.kind === "class" ? lineage(base) : []))];
}

/** The fields of a settings class, inherited ones first. */
export function settingsFields(cls: ClassValue, config: SettingsConfig): SettingsField[] {
	const fields = new Map<string, SettingsField>();
	const validated = validatedNamesOf(cls);
	const isModern = isModernSettingsClass(cls);
	for (const owner of lineage(cls).reverse()) {
		for (const node of owner.node.body) {
			if (node.type !== "AnnAssign" || node.target.type !== "Name" || isClassVariable(node.annotation)) continue;
			const name = node.target.id;
			if (name === "model_config" || name.startsWith("_")) continue;
			const bound = node.value === null ? null : (owner.namespace.names.get(name)?.value ?? unknown);
			const isValidatedBefore = validated.has(name) || validated.has("*") || validated.has(wholeClass);
			const mayBeFilledIn = validated.has(wholeClass);
			const source = withNoneOfOld(owner, node, fieldSource(bound, name, config, isModern));
			const constraints = withAnnotated(source.constraints, node.annotation);
			fields.set(name, { name, node, owner, isValidatedBefore, mayBeFilledIn, ...source, constraints });
		}
	}
	return [...fields.values()];
}

/** pydantic 1 gives `Optional[str]` and `Any` the default None where no `...` says that a value is required. */
function withNoneOfOld(owner: ClassValue, { annotation, value }: ast.AnnAssign, source: FieldSource): FieldSource {
	if (source.fallback !== null || !isSettingsClass(owner) || isModernSettingsClass(owner)) return source;
	const { isOptional, members } = readSettingType(annotation);
	const isQuoted = annotation.type === "Constant" && typeof annotation.value === "string";
	if (!isOptional && !isQuoted && members?.[0] !== "Any") return source;
	let isAsked = false;
	if (value !== null)
		walk(value, (node) => {
			if (node.type === "Constant" && node.literal === "ellipsis") isAsked = true;
		});
	if (isAsked) return source;
	return { ...source, fallback: isQuoted ? unknown : { kind: "constant", value: null, origin: null } };
}

/** Stands for the validators that see the input of the class as a whole. */
const wholeClass = "(class)";

/**
 * Fields whose values a validator sees before pydantic looks at them; `*` stands for all. A validator in mode `after`, which is the
 * default of `field_validator`, sees only what was accepted.
 */
function validatedNamesOf(cls: ClassValue): ReadonlySet<string> {
	const names = new Set<string>();
	for (const each of lineage(cls)) {
		for (const { value } of each.namespace.names.values()) {
			if (value.kind !== "function") continue;
			for (const decorator of value.decorators) for (const name of validatedNames(decorator)) names.add(name);
		}
	}
	return names;
}

function validatedNames(decorator: Value): readonly string[] {
	if (decorator.kind !== "instance" || decorator.of.kind !== "external" || decorator.call === null) return [];
	const maker = decorator.of.name.slice(decorator.of.name.lastIndexOf(".") + 1);
	const { args, keywords } = decorator.call;
	const mode = keywords.get("mode");
	const isAfter = mode === undefined || (mode.kind === "constant" && mode.value === "after");
	const named = args.map((arg) => (arg.kind === "constant" && typeof arg.value === "string" ? arg.value : "*"));
	if (maker === "field_validator") return isAfter ? [] : named;
	if (maker === "model_validator") return isAfter ? [] : [wholeClass];
	if (maker === "validator") return isTrue(keywords.get("pre")) ? named : [];
	return maker === "root_validator" && isTrue(keywords.get("pre")) ? [wholeClass] : [];
}

type FieldSource = Pick<SettingsField, "fallback" | "keys" | "constraints" | "factory" | "validatesDefault">;

/** Default and environment names of a field, from its value: a plain default or a call of `Field`. */
function fieldSource(bound: Value | null, name: string, config: SettingsConfig, isModern: boolean): FieldSource {
	const keys = isModern ? [config.prefix + name] : [...(config.namedKeys(name) ?? [config.prefix + name])];
	const plain = { keys, constraints: unconstrained, factory: null, validatesDefault: config.validatesDefaults };
	if (bound === null || (bound.kind === "constant" && bound.value === undefined)) return { ...plain, fallback: null };
	const call =
		bound.kind === "instance" && bound.of.kind === "external" && /\.Field$/.test(bound.of.canonical) ? bound.call : null;
	if (call === null) return { ...plain, fallback: bound };
	// `Field(env=...)` and the `fields` of Config are of pydantic 1; pydantic-settings does not look at them.
	const alias =
		call.keywords.get("validation_alias") ?? call.keywords.get("alias") ?? (isModern ? undefined : call.keywords.get("env"));
	const aliases = alias === undefined ? keys : aliasNames(alias, keys);
	const checked = call.keywords.get("validate_default");
	const found = {
		keys: alias !== undefined && config.populatesByName ? [...aliases, ...keys] : aliases,
		constraints: readConstraints(call),
		factory: call.keywords.get("default_factory") ?? null,
		validatesDefault: checked === undefined ? config.validatesDefaults : isTrue(checked),
	};
	const first = call.keywords.get("default") ?? call.args[0];
	if (found.factory !== null) return { ...found, fallback: unknown };
	const isRequired = !call.open && (first === undefined || (first.kind === "constant" && first.value === undefined));
	return { ...found, fallback: isRequired ? null : (first ?? unknown) };
}

function aliasNames(alias: Value, otherwise: string[]): string[] {
	if (alias.kind === "constant" && typeof alias.value === "string") return [alias.value];
	const choices = alias.kind === "instance" ? (alias.call?.args ?? []) : alias.kind === "sequence" ? alias.items : [];
	const names = choices.flatMap((choice) =>
		choice.kind === "constant" && typeof choice.value === "string" ? [choice.value] : [],
	);
	return names.length > 0 ? names : otherwise;
}
