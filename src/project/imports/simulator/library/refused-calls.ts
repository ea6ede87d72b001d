import type * as ast from "../../../../python/ast.ts";
import type { RaisesException } from "../../trace.ts";
import { type InstanceValue, unknown, type Value } from "../../values.ts";
import { failOnCoroutineUse } from "../async-misuse.ts";
import { isTextMember, shownMember } from "../classes/enum-look-up.ts";
import { isPlainEnum } from "../classes/enumerations.ts";
import { refusedKeywords } from "../classes/init-subclass.ts";
import { symbolEntry } from "../external.ts";
import { failToBind } from "../external-signature.ts";
import type { CallArguments, Frame, Machine } from "../machine.ts";
import { failOperation, unhashable } from "../refused-operations.ts";
import { lacksMethod, nothingReturned, typeName } from "../value-types.ts";
import { refusedByLogging } from "./basic-config.ts";
import { refusedLiteral } from "./checked-literals.ts";
import type { LibraryCall } from "./library-call.ts";
import { refusedLogging } from "./logging-config.ts";
import { refusedByDatabase } from "./refused-database-calls.ts";
import { type RefusedDate, refusedDate } from "./refused-dates.ts";
import { refusedByAnnotated, refusedByStarlette } from "./refused-library-calls.ts";
import { patternFault } from "./regular-expressions.ts";
import { isTimeZone, timeZones } from "./time-zones.ts";
import { refusedByEnum } from "./two-enums.ts";
import { failOnUnset } from "./unset-variable.ts";

/** Calls of the standard library and built-ins whose known arguments they refuse, with what Python says. */
export function failOnRefusedCall({ machine, frame, canonical, args, node, receiver }: LibraryCall): void {
	if (canonical === "fastapi.applications.FastAPI.middleware" && !isOfStarlette(machine, receiver)) return;
	const refusal =
		refusalOf(canonical, args, receiver, machine.environment.python.minor) ??
		ofObject(machine, frame, canonical, args) ??
		ofText(machine, canonical, args) ??
		ofPattern(machine, frame, canonical, args, node) ??
		ofTimeZone(canonical, args) ??
		ofMetadata(machine, canonical, args) ??
		refusedByLogging(machine, canonical, args) ??
		refusedByStarlette(machine, canonical, args, receiver) ??
		refusedByAnnotated(machine, canonical, args) ??
		refusedByDatabase(canonical, args) ??
		refusedByEnum(machine, canonical, args) ??
		refusedLiteral(machine, canonical, args);
	const date = refusal === null && !args.open ? refusedDate(canonical, args, machine.environment.python.minor) : null;
	if (date !== null) failOnDate(machine, frame, date, node);
	if (refusal !== null) failOperation(machine, frame, node, refusal.exception, refusal.message, refusal.more);
	if (canonical === "builtins.len") failOnCoroutineUse(machine, frame, args.args[0] ?? unknown, node, "sized");
	if (canonical === "logging.config.dictConfig") failOnLogging(machine, frame, args.args[0] ?? args.keywords.get("config"), node);
}

function failOnDate(machine: Machine, frame: Frame, { exception, message, keyword, unset }: RefusedDate, node: ast.Call): void {
	if (unset !== undefined)
		failOnUnset(machine, frame, node, { variable: unset, consequence: "timedelta() gets None", exception: "TypeError", message });
	else if (keyword !== undefined) failToBind(machine, frame, { message, keyword }, node);
	else failOperation(machine, frame, node, exception, message);
}

function failOnLogging(machine: Machine, frame: Frame, config: Value | undefined, node: ast.Call): void {
	const refused = refusedLogging(machine, config);
	if (refused === null) return;
	const { name, message } = refused;
	const origin = name?.value.kind === "constant" ? name.value.origin : null;
	failOperation(
		machine,
		frame,
		node,
		"ValueError",
		message,
		name === undefined
			? {}
			: { key: { wanted: name.wanted, keys: name.known, origin, ...(name.isOwn !== true && { mayGo: true }) } },
	);
}

/** Does FastAPI leave `middleware` to Starlette, which looks at the word? Its own, in newer versions, takes any. */
function isOfStarlette(machine: Machine, receiver: InstanceValue | null): boolean {
	const entry = receiver?.of.kind === "external" ? symbolEntry(machine, receiver.of.canonical) : null;
	return entry?.kind === "class" && !Object.hasOwn(entry.members, "middleware");
}

interface Refusal {
	readonly exception: string;
	readonly message: string;
	/** Words that would have been taken, where there are some. */
	readonly more?: Pick<RaisesException, "key">;
}

function refusalOf(canonical: string, args: CallArguments, receiver: InstanceValue | null, minor: number): Refusal | null {
	const [first] = args.args;
	if (/^apscheduler\.schedulers\..*\.add_job$/.test(canonical)) return args.open ? null : ofJob(args);
	switch (canonical) {
		case "logging.basicConfig":
			return ofLevel(args.keywords.get("level"));
		case "logging.getLogger.setLevel":
			return receiver === null ? null : ofLevel(first ?? args.keywords.get("level"));
		case "fastapi.applications.FastAPI.middleware": {
			const kind = first ?? args.keywords.get("middleware_type");
			return kind?.kind === "constant" && kind.value !== "http"
				? { exception: "AssertionError", message: 'Currently only middleware("http") is supported.' }
				: null;
		}
		case "decimal.Decimal":
		case "_decimal.Decimal":
			return args.args.length === 2 && args.args[1]?.kind === "constant" && typeof args.args[1].value === "number"
				? { exception: "TypeError", message: "optional argument must be a context" }
				: null;
		case "builtins.zip":
			return minor < 10 && args.keywords.size > 0
				? { exception: "TypeError", message: "zip() takes no keyword arguments" }
				: null;
		case "functools.partial":
			return first !== undefined && typeName(first) !== null && lacksMethod(first, "__call__")
				? { exception: "TypeError", message: "the first argument must be callable" }
				: null;
		case "functools.lru_cache":
			return isText(first ?? args.keywords.get("maxsize"))
				? { exception: "TypeError", message: "Expected first argument to be an integer, a callable, or None" }
				: null;
		case "builtins.len":
			return ofLength(first);
		case "contextvars.ContextVar":
		case "_contextvars.ContextVar":
			return args.open || args.args.length === 1
				? null
				: { exception: "TypeError", message: `ContextVar() takes exactly 1 positional argument (${args.args.length} given)` };
		case "builtins.next":
			return first !== undefined && typeName(first) === "function"
				? { exception: "TypeError", message: "'function' object is not an iterator" }
				: null;
		case "builtins.set":
		case "builtins.frozenset":
			return first === undefined ? null : (ofIteration(first) ?? ofHash(first, minor));
		case "builtins.list":
		case "builtins.tuple":
		case "builtins.sorted":
		case "builtins.sum":
		case "builtins.enumerate":
		case "builtins.iter":
			return first === undefined ? null : ofIteration(first);
		case "builtins.float":
			return ofFloat(first);
		case "typing.List":
		case "typing.Dict":
		case "typing.Set":
		case "typing.Tuple": {
			const name = canonical.slice("typing.".length);
			return { exception: "TypeError", message: `Type ${name} cannot be instantiated; use ${name.toLowerCase()}() instead` };
		}
		case "typing.Literal":
		case "typing.Optional":
		case "typing.Union":
			return { exception: "TypeError", message: `Cannot instantiate ${canonical}` };
		case "datetime":
		case "time":
		case "json":
		case "logging":
		case "random":
		case "uuid":
		case "secrets":
		case "math":
		case "asyncio":
		case "decimal":
			return { exception: "TypeError", message: "'module' object is not callable" };
		default:
			return null;
	}
}

function isText(value: Value | undefined): boolean {
	return value?.kind === "constant" && typeof value.value === "string" && value.isConverted !== true;
}

/** `super().__init__(name)` where nothing but `object` is above. */
function ofObject(machine: Machine, frame: Frame, canonical: string, args: CallArguments): Refusal | null {
	if (args.args.length + args.keywords.size === 0) return null;
	if (canonical === "builtins.object.__init__")
		return { exception: "TypeError", message: "object.__init__() takes exactly one argument (the instance to initialize)" };
	const [first] = frame.scope.names.values();
	return canonical === "builtins.object.__init_subclass__" && first?.value.kind === "class"
		? { exception: "TypeError", message: refusedKeywords(machine, first.value) }
		: null;
}

/** Calls of the standard library that take a text of a certain form, or bytes and no text. */
function ofText(machine: Machine, canonical: string, args: CallArguments): Refusal | null {
	const [first] = args.args;
	if (first?.kind !== "constant" || typeof first.value !== "string" || first.isConverted) return null;
	const { minor } = machine.environment.python;
	const text = first.value;
	if (/^_?hashlib\.(openssl_)?(md5|sha\d+|sha3_\d+|blake2[bs])$/.test(canonical))
		return {
			exception: "TypeError",
			message: minor >= 9 ? "Strings must be encoded before hashing" : "Unicode-objects must be encoded before hashing",
		};
	switch (canonical) {
		case "hmac.new":
			return { exception: "TypeError", message: "key: expected bytes or bytearray, but got 'str'" };
		case "base64.b64encode":
		case "base64.urlsafe_b64encode":
			return { exception: "TypeError", message: "a bytes-like object is required, not 'str'" };
		case "uuid.UUID":
			return /^[0-9a-f]{32}$/i.test(
				text
					.replace("urn:", "")
					.replace("uuid:", "")
					.replace(/^[{}]+|(?<![{}])[{}]+$/g, "")
					.replaceAll("-", ""),
			)
				? null
				: { exception: "ValueError", message: "badly formed hexadecimal UUID string" };
		case "decimal.Decimal":
		case "_decimal.Decimal":
		case "_pydecimal.Decimal":
			return /^[+-]?((\d[\d_]*(?:\.[\d_]*)?|\.\d[\d_]*)(e[+-]?\d+)?|inf(inity)?|s?nan\d*)$/i.test(text.trim())
				? null
				: { exception: "InvalidOperation", message: "[<class 'decimal.ConversionSyntax'>]" };
		default:
			return null;
	}
}

const patternFunctions = /^(re|re\._compiler|sre_compile)\.(compile|match|search|fullmatch|split|findall|finditer|sub|subn)$/;

/** A regular expression that cannot be compiled. */
function ofPattern(machine: Machine, frame: Frame, canonical: string, args: CallArguments, node: ast.Call): Refusal | null {
	if (!patternFunctions.test(canonical)) return null;
	const pattern = args.args[0] ?? args.keywords.get("pattern");
	if (pattern?.kind !== "constant" || typeof pattern.value !== "string" || pattern.isConverted) return null;
	const written = frame.module.text.slice(node.start, node.end);
	if (args.open || /\b(VERBOSE|re\.X|flags)\b/.test(written)) return null;
	const { minor } = machine.environment.python;
	const fault = patternFault(pattern.value, minor);
	return fault === null ? null : { exception: minor >= 13 ? "re.PatternError" : "re.error", message: fault };
}

/** The metadata of a distribution that is not installed: mostly the project's own, which runs from its folder. */
function ofMetadata({ environment, path, listing }: Machine, canonical: string, args: CallArguments): Refusal | null {
	if (!/^importlib\.metadata\.(version|metadata|distribution)$/.test(canonical) || environment.kind !== "interpreter")
		return null;
	const name = args.args[0] ?? args.keywords.get("distribution_name");
	if (name?.kind !== "constant" || typeof name.value !== "string" || name.isConverted || !/^[\w.-]+$/.test(name.value))
		return null;
	if (environment.distributions.has(name.value.toLowerCase().replace(/[-_.]+/g, "-"))) return null;
	// A folder of metadata may also lie where the project's own modules do, as setuptools leaves one there.
	const isBuilt = path.front.some((folder) => [...(listing(folder) ?? [])].some((each) => /\.(egg|dist)-info$/.test(each)));
	if (isBuilt || path.dynamic) return null;
	const words = environment.python.minor >= 10 ? `No package metadata was found for ${name.value}` : name.value;
	return { exception: "importlib.metadata.PackageNotFoundError", message: words };
}

/** A time zone that the IANA database does not have. */
function ofTimeZone(canonical: string, args: CallArguments): Refusal | null {
	const isStandard = /^(zoneinfo\.(_zoneinfo\.)?|_zoneinfo\.)ZoneInfo$/.test(canonical);
	if (!isStandard && canonical !== "pytz.timezone") return null;
	const key = args.args[0] ?? args.keywords.get(isStandard ? "key" : "zone");
	if (key?.kind !== "constant" || typeof key.value !== "string" || key.isConverted || isTimeZone(key.value)) return null;
	const more = { key: { wanted: key.value, keys: timeZones(), origin: key.origin } };
	return isStandard
		? {
				exception: "zoneinfo._common.ZoneInfoNotFoundError",
				message: `'No time zone found with key ${key.value}'`,
				more,
			}
		: { exception: "pytz.exceptions.UnknownTimeZoneError", message: `'${key.value}'`, more };
}

/** What APScheduler says of a job that was called already, and of a trigger that it does not have. */
function ofJob({ args, keywords }: CallArguments): Refusal | null {
	const job = keywords.get("func") ?? args[0];
	if (job?.kind === "coroutine" || job === nothingReturned)
		return { exception: "TypeError", message: "func must be a callable or a textual reference to one" };
	const trigger = keywords.get("trigger") ?? args[1];
	if (trigger?.kind !== "constant" || typeof trigger.value !== "string") return null;
	return /^(cron|date|interval|calendarinterval|and|or)$/.test(trigger.value)
		? null
		: { exception: "LookupError", message: `No trigger by the name "${trigger.value}" was found` };
}

const levels = new Set(["CRITICAL", "FATAL", "ERROR", "WARN", "WARNING", "INFO", "DEBUG", "NOTSET"]);

/** Level names are looked up as they are written, in capitals (https://docs.python.org/3/library/logging.html#logging-levels). */
function ofLevel(level: Value | undefined): Refusal | null {
	const isMember = level !== undefined && (isTextMember(level) || isPlainMember(level));
	const shown = isMember ? shownMember(level) : null;
	if (shown !== null) return { exception: "TypeError", message: `Level not an integer or a valid string: ${shown}` };
	if (level?.kind !== "constant" || typeof level.value !== "string" || levels.has(level.value)) return null;
	// A library may have added one; what is a usual name in small letters is none of those.
	if (!levels.has(level.value.toUpperCase())) return null;
	return { exception: "ValueError", message: `Unknown level: '${level.value}'` };
}

/** A member of an enumeration that is neither a number nor a text. */
function isPlainMember(value: Value): value is InstanceValue {
	return value.kind === "instance" && value.of.kind === "class" && isPlainEnum(value.of);
}

function ofIteration(value: Value): Refusal | null {
	const type = typeName(value);
	if (type === null || !lacksMethod(value, "__iter__", "__getitem__")) return null;
	return { exception: "TypeError", message: `'${type}' object is not iterable` };
}

/** `frozenset([["read"], ["write"]])`: what is to go into a set has to have a hash. */
function ofHash(value: Value, minor: number): Refusal | null {
	if (value.kind !== "sequence") return null;
	const refused = value.items.map((item) => unhashable(item, "set element", minor)).find((message) => message !== null);
	return refused === undefined ? null : { exception: "TypeError", message: refused };
}

function ofLength(value: Value | undefined): Refusal | null {
	const type = value === undefined ? null : typeName(value);
	const isNumber = value === nothingReturned || (value?.kind === "constant" && typeof value.value === "number");
	const isSizeless = isNumber || (value?.kind === "instance" && value.of.kind === "class" && lacksMethod(value, "__len__"));
	return type !== null && isSizeless ? { exception: "TypeError", message: `object of type '${type}' has no len()` } : null;
}

function ofFloat(value: Value | undefined): Refusal | null {
	if (value?.kind !== "constant" || typeof value.value !== "string") return null;
	const text = value.value.trim().replace(/(?<=\d)_(?=\d)/g, "");
	if (/^[+-]?(?:(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?|inf(?:inity)?|nan)$/i.test(text)) return null;
	return { exception: "ValueError", message: `could not convert string to float: '${value.value}'` };
}
