import { parse } from "smol-toml";
import { loadYamlPackage } from "../../../../text/yaml-package.ts";
import { reads } from "../../../path-values.ts";
import type { InstanceValue, Value } from "../../values.ts";
import { unknown } from "../../values.ts";
import { constant } from "../external.ts";
import { failAt, type Machine } from "../machine.ts";
import { notice } from "../missing-items.ts";
import { decodeJson } from "./json-text.ts";
import type { LibraryCall } from "./library-call.ts";
import { relativePath } from "./paths.ts";

/** Longer files are not read, in characters: configuration is short. */
const longest = 200_000;

/** Where a document comes from: a file of the project, or a text in the code. */
interface Source {
	readonly text: string;
	/** Relative to the root; null for a text in the code. */
	readonly path: string | null;
}

/**
 * What `json.load`, `yaml.safe_load` and `tomllib.load` make of a file of the project that start-up opens, or of a known text, with the
 * exception that a broken one raises. Null for all other calls, and where the text is not known.
 */
export function documentCall({ machine, frame, canonical, args, node }: LibraryCall): Value | null {
	const reader = readers[canonical];
	const [given] = args.args;
	if (reader === undefined || given === undefined || args.open || machine.uncertain > 0) return null;
	// `object_hook`, `cls` and `parse_float` make of it what they like.
	const isPlain = [...args.keywords.keys()].every((name) => name === "encoding" || name === "Loader");
	const source = sourceOf(machine, given);
	if (source === null) return null;
	const read = reader(source.text, machine.environment.python.minor);
	if (read === null) return null;
	if ("value" in read) return isPlain ? noticed(machine, read.value) : unknown;
	failAt(machine, frame, node, {
		detail: {
			type: "raises",
			exception: read.exception,
			by: "operation",
			...(source.path !== null && { document: { path: source.path, offset: read.offset } }),
		},
		exception: read.exception,
		message: read.message,
	});
	return unknown;
}

/** The same data; nobody but code of the project puts anything into its dicts. */
function noticed(machine: Machine, value: Value): Value {
	if (value.kind === "sequence") for (const item of value.items) noticed(machine, item);
	if (value.kind !== "dict") return value;
	for (const item of value.entries.values()) noticed(machine, item);
	return notice(machine, value);
}

type ReadDocument = { readonly value: Value } | { readonly exception: string; readonly message: string; readonly offset: number };

type Reader = (text: string, minor: number) => ReadDocument | null;

const readJson: Reader = (text, minor) => {
	const decoded = decodeJson(text, minor);
	return "value" in decoded ? decoded : { exception: "json.decoder.JSONDecodeError", ...decoded };
};

const readYaml: Reader = (text) => {
	// Tags, anchors and merge keys are PyYAML's own business, and so are several documents.
	if (/^(?:---|%)|[&*!]\w|<<:/m.test(text)) return null;
	const document = loadYamlPackage().parseDocument(text, { version: "1.1", uniqueKeys: false, logLevel: "silent" });
	if (document.errors.length > 0 || document.warnings.length > 0) return null;
	return { value: dataValue(document.toJS({ maxAliasCount: 0 })) };
};

const readToml: Reader = (text) => {
	try {
		return { value: dataValue(parse(text)) };
	} catch {
		return null;
	}
};

const readers: Readonly<Record<string, Reader>> = {
	"json.load": readJson,
	"json.loads": readJson,
	"yaml.safe_load": readYaml,
	"yaml.load": readYaml,
	"yaml.full_load": readYaml,
	"tomllib._parser.load": readToml,
	"tomllib._parser.loads": readToml,
	"tomllib.load": readToml,
	"tomllib.loads": readToml,
};

/** Data as the program sees it; numbers with a point, dates and empty documents stay unknown. */
function dataValue(data: unknown): Value {
	if (typeof data === "string" || typeof data === "boolean") return constant(data);
	if (typeof data === "number") return Number.isSafeInteger(data) ? constant(data) : unknown;
	if (Array.isArray(data)) return { kind: "sequence", type: "list", items: data.map(dataValue), complete: true };
	if (data === null) return constant(null);
	if (typeof data !== "object" || ![Object.prototype, null].includes(Object.getPrototypeOf(data))) return unknown;
	return { kind: "dict", entries: new Map(Object.entries(data).map(([key, item]) => [key, dataValue(item)])), complete: true };
}

function sourceOf(machine: Machine, given: Value): Source | null {
	if (given.kind === "constant") {
		const isText = typeof given.value === "string" && given.origin?.type === "source" && !given.isConverted;
		return isText && typeof given.value === "string" ? { text: given.value, path: null } : null;
	}
	const file = given.kind === "instance" ? openedPath(given) : null;
	const path = file === null ? null : relativePath(machine, file);
	const text = typeof path !== "string" || isWritten(machine) ? null : machine.fileText(path);
	return text === null || typeof path !== "string" || text.length > longest ? null : { text, path };
}

/** The path behind `open(path)`, `path.open()`, `path.read_text()` and `open(path).read()`; null for everything else. */
function openedPath(value: InstanceValue): Value | null {
	const { call } = value;
	if (call === null || call.open || call.guarded) return null;
	const { callee, args, keywords } = call;
	if (callee.kind === "external" && /^(builtins|io|_io)\.open$/.test(callee.canonical))
		return reads(args[1] ?? keywords.get("mode")) ? (args[0] ?? keywords.get("file") ?? null) : null;
	if (callee.kind !== "bound-method" || callee.receiver.kind !== "instance") return null;
	const isPath = callee.receiver.attributes.has("__fspath__");
	if (isPath && callee.name === "open") return reads(args[0] ?? keywords.get("mode")) ? callee.receiver : null;
	if (isPath) return /^read_(text|bytes)$/.test(callee.name) ? callee.receiver : null;
	return callee.name === "read" && args.length === 0 ? openedPath(callee.receiver) : null;
}

/** Does start-up write files before? One of them may be the one that is read. */
function isWritten(machine: Machine): boolean {
	return machine.calls.some(({ callee, args, keywords }) => {
		if (callee.kind === "external")
			return /^(builtins|io|_io)\.open$/.test(callee.canonical) && !reads(args[1] ?? keywords.get("mode"));
		return callee.kind === "bound-method" && /^(write|write_text|write_bytes|dump)$/.test(callee.name);
	});
}
