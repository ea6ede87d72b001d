import type * as ast from "../../../../python/ast.ts";
import { readPlainEnvFile } from "../../../settings/plain-env-file.ts";
import type { InstanceValue, Value } from "../../values.ts";
import { unknown } from "../../values.ts";
import { builtin, constant } from "../external.ts";
import { type CallArguments, type Frame, failAt, type Machine } from "../machine.ts";
import type { LibraryCall } from "./library-call.ts";
import { dirname, findUpwards, relativePath } from "./paths.ts";

/**
 * What starlette's `Config(".env")("KEY")`, python-decouple's `config("KEY")` and environs' `env.str("KEY")` give: the environment first, then their file, then the default.
 * Without any they raise. Also whether a `.env` file is there, which decides what is read. Null for all other calls.
 */
export function settingReaderCall(call: LibraryCall): Value | null {
	const { machine, frame, canonical, args, node, receiver } = call;
	if (canonical === "starlette.config.Config.__call__" && receiver?.call) {
		const given = receiver.call.args[0] ?? receiver.call.keywords.get("env_file");
		if (receiver.call.keywords.has("environ") || receiver.call.keywords.has("env_prefix") || receiver.call.open) return unknown;
		const isNone = given === undefined || (given.kind === "constant" && given.value === null);
		const file = isNone ? null : relativePath(machine, given);
		if (file === undefined || (file === null && !isNone)) return unknown;
		return read(machine, frame, args, node, file, starlette);
	}
	const asked = pathAskedFor(canonical, args, receiver);
	if (asked !== null) {
		const file = relativePath(machine, asked);
		// Of other files start-up may make some; a `.env` is there, or a person has not written it yet.
		return typeof file === "string" && /(^|\/)\.env(\.[\w-]+)?$/.test(file)
			? constant(machine.dotenvValues(file) !== null)
			: null;
	}
	if (canonical === "decouple.config" && receiver === null) {
		return read(machine, frame, args, node, nearestSettings(machine, frame.module.path), decouple);
	}
	return environsCall(call);
}

/** The `settings.ini` or `.env` beside a module, or in a folder above it: what python-decouple reads. */
function nearestSettings(machine: Machine, modulePath: string): string | null {
	return findUpwards(machine, dirname(modulePath), ["settings.ini", ".env"]);
}

/** `env("KEY")` and `env.int("KEY", 20)` of environs, whose `read_env()` has filled the environment before. */
function environsCall({ machine, frame, canonical, args, node, receiver }: LibraryCall): Value | null {
	const method = /^environs\.(?:\w+\.)?Env\.(__call__|str|int|bool|float|list|json|dict|url|path)$/.exec(canonical)?.[1];
	const made = receiver?.call;
	if (method === undefined || made == null) return null;
	// Its options and prefixes decide which names it asks for, and when it complains.
	const isPlain = made.args.length === 0 && made.keywords.size === 0 && !made.open;
	if (!isPlain || /\.prefixed\(/.test(frame.module.text) || args.args.length > 2) return unknown;
	const [name, fallback = args.keywords.get("default")] = args.args;
	if (name === undefined) return unknown;
	const keywords = new Map(fallback === undefined ? [] : [["default", fallback]]);
	const type = { __call__: "str", str: "str", int: "int", bool: "bool" }[method];
	if (type !== undefined) keywords.set("cast", builtin(type));
	else keywords.set("cast", unknown);
	const given = read(machine, frame, { args: [name], keywords, open: args.open }, node, null, environs);
	return given === fallback ? given : type === undefined ? unknown : given;
}

/** What a reader says and takes. */
interface Reader {
	/** The exception and its message where a variable is missing. */
	readonly missing: (key: string) => readonly [exception: string, message: string];
	/** The message of the ValueError where a text cannot be converted. */
	readonly refused: (key: string, text: string, type: Converted) => string;
	readonly isTrue: RegExp;
	readonly isFalse: RegExp;
	/** The exception where a text cannot be converted, if it is no plain ValueError. */
	readonly refusal?: string;
	/** True where it reads what is in the environment alone, and no file of its own. */
	readonly hasNoFile?: true;
	/** True where a default is handed on as it stands, whatever type is asked for. */
	readonly keepsDefaults?: true;
	/** True where `cast=` may be a function, whose exceptions come through. */
	readonly callsCast?: true;
}

const starlette: Reader = {
	missing: (key) => ["KeyError", `"Config '${key}' is missing, and has no default."`],
	refused: (key, text, type) => `Config '${key}' has value '${text}'. Not a valid ${type}.`,
	isTrue: /^(true|1)$/i,
	isFalse: /^(false|0)$/i,
};

const decouple: Reader = {
	missing: (key) => ["decouple.UndefinedValueError", `${key} not found. Declare it as envvar or define a default value.`],
	refused: (_, text, type) => decoupleRefusals[type](text),
	isTrue: /^(y|yes|t|true|on|1)$/i,
	isFalse: /^(n|no|f|false|off|0|)$/i,
	callsCast: true,
};

const decoupleRefusals: Readonly<Record<Converted, (text: string) => string>> = {
	bool: (text) => `Invalid truth value: ${text.toLowerCase()}`,
	int: (text) => `invalid literal for int() with base 10: '${text}'`,
	float: (text) => `could not convert string to float: '${text}'`,
};

const environs: Reader = {
	missing: (key) => ["environs.exceptions.EnvNotSetError", `Environment variable "${key}" not set`],
	refused: (key, _, type) =>
		`Environment variable "${key}" invalid: Not a valid ${{ bool: "boolean", int: "integer", float: "number" }[type]}.`,
	isTrue: /^(t|true|on|y|yes|1)$/i,
	isFalse: /^(f|false|off|n|no|0)$/i,
	refusal: "environs.exceptions.EnvValidationError",
	hasNoFile: true,
	keepsDefaults: true,
};

/** The path of which `os.path.exists(path)` or `path.is_file()` says whether it is there; null for any other call. */
function pathAskedFor(canonical: string, args: CallArguments, receiver: InstanceValue | null): Value | null {
	if (/^(os\.path|posixpath|genericpath)\.(exists|isfile)$/.test(canonical)) return args.args[0] ?? null;
	return /^pathlib(\._local)?\.(Posix)?Path\.(exists|is_file)$/.test(canonical) ? receiver : null;
}

function read(machine: Machine, frame: Frame, args: CallArguments, node: ast.Call, file: string | null, reader: Reader): Value {
	const [name] = args.args;
	if (name?.kind !== "constant" || typeof name.value !== "string" || args.open) return unknown;
	const key = name.value;
	const found = machine.environ.get(key) ?? (file === null ? undefined : fileValues(machine, file)?.get(key));
	const fallback = args.keywords.get("default") ?? args.args[2];
	const type = args.keywords.get("cast") ?? args.args[1];
	const given = found ?? (reader.keepsDefaults ? undefined : fallback);
	if (given !== undefined) failOnRefused(machine, frame, node, reader, { key, given, type, fallback });
	if (given !== undefined && reader.callsCast && type?.kind === "function")
		return machine.call(frame, type, { args: [given], keywords: new Map(), open: false }, node);
	if (found !== undefined || fallback !== undefined) return cast(found ?? fallback ?? unknown, type, reader);
	machine.doubts++;
	if (machine.environDynamic) return unknown;
	const [exception, message] = reader.missing(key);
	failAt(machine, frame, node, {
		detail: {
			type: "missing-variable",
			key,
			consequence: `${node.callee.type === "Name" ? node.callee.id : "the reader"}() has no default for it`,
			...(reader.hasNoFile === undefined && { file }),
		},
		exception,
		message,
	});
	return unknown;
}

/** What the reader's own file says; the same text is read once for all its keys. */
function fileValues(machine: Machine, file: string): ReadonlyMap<string, Value> | null {
	if (file.endsWith(".ini")) return machine.dotenvValues(file);
	const text = machine.fileText(file);
	if (text === null) return null;
	const files = readFiles.get(machine) ?? new Map<string, ReadonlyMap<string, Value>>();
	const values = files.get(file) ?? readPlainEnvFile(file, text);
	readFiles.set(machine, files.set(file, values));
	return values;
}

const readFiles = new WeakMap<Machine, Map<string, ReadonlyMap<string, Value>>>();

interface Reading {
	readonly key: string;
	/** What is converted: what is set, else the default. */
	readonly given: Value;
	readonly type: Value | undefined;
	readonly fallback: Value | undefined;
}

/** A text in the environment that `cast=bool` or `cast=int` refuses. */
function failOnRefused(
	machine: Machine,
	frame: Frame,
	node: ast.Call,
	reader: Reader,
	{ key, given, type, fallback }: Reading,
): void {
	const name = type?.kind === "external" ? type.canonical.replace("builtins.", "") : "";
	if (!isConverted(name) || given.kind !== "constant" || typeof given.value !== "string") return;
	const text = given.value;
	if (isTaken(reader, name, text)) return;
	const isPlain = fallback?.kind === "constant" && ["boolean", "number"].includes(typeof fallback.value);
	// None of these readers takes a comment behind a value for one.
	const bare = /^(.*?)\s#/.exec(text)?.[1]?.trim() ?? "";
	failAt(machine, frame, node, {
		detail: {
			type: "refused-variable",
			key,
			wanted: wantedTexts[name],
			origin: given.origin,
			better:
				(bare !== "" && isTaken(reader, name, bare) ? bare : null) ??
				(name === "bool" ? truthOf(text) : null) ??
				(isPlain ? String(fallback.value).toLowerCase() : null),
		},
		exception: reader.refusal ?? "ValueError",
		message: reader.refused(key, text, name),
	});
}

type Converted = "bool" | "int" | "float";

const wantedTexts: Readonly<Record<Converted, string>> = { bool: "true or false", int: "a whole number", float: "a number" };

function isConverted(name: string): name is Converted {
	return Object.hasOwn(wantedTexts, name);
}

function isTaken({ isTrue, isFalse }: Reader, name: Converted, text: string): boolean {
	if (name === "bool") return isTrue.test(text) || isFalse.test(text);
	if (name === "int") return /^\s*[+-]?\d+(_\d+)*\s*$/.test(text);
	return /^\s*[+-]?(\d[\d_]*(\.[\d_]*)?|\.\d[\d_]*)(e[+-]?\d+)?\s*$|^\s*[+-]?(inf(inity)?|nan)\s*$/i.test(text);
}

/** `yes` and `on` are true to most readers. */
function truthOf(text: string): string | null {
	if (decouple.isTrue.test(text.trim())) return "true";
	return decouple.isFalse.test(text.trim()) && text.trim() !== "" ? "false" : null;
}

/** A text as the plain types convert it; what any other `cast` does is not known. */
function cast(value: Value, type: Value | undefined, { isTrue, isFalse }: Reader): Value {
	if (type === undefined || value.kind !== "constant" || typeof value.value !== "string")
		return value.kind === "constant" ? value : unknown;
	const name = type.kind === "external" ? type.canonical : "";
	const text = value.value.trim();
	if (name === "builtins.str") return value;
	if (name === "builtins.int" && /^[+-]?\d+$/.test(text)) return constant(Number(text), value.origin);
	if (name === "builtins.bool" && isTrue.test(text)) return constant(true, value.origin);
	if (name === "builtins.bool" && isFalse.test(text)) return constant(false, value.origin);
	return unknown;
}
