import type * as ast from "../../../python/ast.ts";
import { libraryClassOf } from "../library-objects.ts";
import type { InstanceValue, Value } from "../values.ts";
import { unknown } from "../values.ts";
import { alembicCommand } from "./alembic-commands.ts";
import { attributeAsked, hasAttribute } from "./asked-attributes.ts";
import { openAttributes } from "./attributes.ts";
import { dotenvDict } from "./dotenv-dicts.ts";
import { eventLoopCall } from "./event-loop.ts";
import { constant, externalModule } from "./external.ts";
import { lacksPackage, listedFolder, nameToImport } from "./folder-listing.ts";
import { bind, type CallArguments, type Frame, fail, type Machine } from "./machine.ts";
import { asText, itemsOf } from "./operations.ts";
import { matchCall } from "./pattern-match.ts";
import { documentCall } from "./read-documents.ts";
import { failOnRefusedCall } from "./refused-calls.ts";
import { failOperation } from "./refused-operations.ts";
import { isSecret, secretText, shownSecret } from "./secret-objects.ts";
import { rowsAsked } from "./session-objects.ts";
import { settingReaderCall } from "./setting-readers.ts";
import { failOnUnset, refusalOfNone, unsetVariable } from "./unset-variable.ts";
import { writtenUrl } from "./url-objects.ts";

/**
 * What well-known functions of the standard library and python-dotenv give, as far as start-up needs it: environment variables, paths
 * and `sys.path`, dynamic imports, conversions. Null for all others.
 */
export function knownCall(
	machine: Machine,
	frame: Frame,
	canonical: string,
	args: CallArguments,
	node: ast.Call,
	receiver: InstanceValue | null = null,
): Value | null {
	const [first, second] = args.args;
	const ofLoop = eventLoopCall(machine, frame, canonical, args, node, receiver);
	if (ofLoop !== null) return ofLoop;
	const ofReader = settingReaderCall(machine, frame, canonical, args, node, receiver, {
		relative: (value) => relativePath(machine, value),
		nearestSettings: (path) => findUpwards(machine, dirname(path), ["settings.ini", ".env"]),
	});
	if (ofReader !== null) return ofReader;
	const ofAlembic = alembicCommand(machine, frame, canonical, args, node, (value) => relativePath(machine, value));
	if (ofAlembic !== null) return ofAlembic;
	const listed = listedFolder(machine, frame, canonical, args, node, receiver, {
		relative: (value) => relativePath(machine, value),
		pathOf: withParents,
	});
	if (listed !== null) return listed;
	const unset = unsetVariable(first);
	const refusal = unset === null ? null : refusalOfNone(machine, canonical);
	if (unset !== null && refusal !== null) {
		const short = canonical.slice(canonical.lastIndexOf(".") + 1);
		failOnUnset(machine, frame, node, {
			key: unset,
			consequence: `${short}() gets None`,
			exception: "TypeError",
			message: refusal,
		});
		return unknown;
	}
	failOnRefusedCall(machine, frame, canonical, args, node, receiver);
	const read = documentCall(machine, frame, canonical, args, node, (value) => relativePath(machine, value));
	if (read !== null) return read;
	const asked = rowsAsked(machine, canonical, args, receiver);
	if (asked !== null) return asked;
	const matched = matchCall(machine, canonical, args, receiver);
	if (matched !== null) return matched;
	switch (canonical) {
		case "os.getenv":
		case "os.environ.get":
			return environ(machine, first, second ?? args.keywords.get("default"));
		case "os.environ.setdefault":
			if (first?.kind === "constant" && typeof first.value === "string" && !machine.environ.has(first.value)) {
				machine.environ.set(first.value, machine.environDynamic ? unknown : (second ?? unknown));
			}
			return environ(machine, first, second);
		case "os.environ.update":
			machine.environDynamic = true;
			return unknown;
		case "dotenv.main.load_dotenv":
		case "dotenv.load_dotenv":
		case "environs.Env.read_env":
		case "environs.env.Env.read_env":
		case "environs.Env.read_env":
		case "environs.env.Env.read_env":
			return loadDotenv(machine, frame, args);
		case "dotenv.main.dotenv_values":
		case "dotenv.dotenv_values":
			return dotenvValues(machine, frame, args);
		case "dotenv.main.find_dotenv":
		case "dotenv.find_dotenv":
			return foundDotenv(machine, frame, args);
		case "os.path.dirname":
		case "posixpath.dirname":
			return onPath(first, dirname);
		case "os.path.abspath":
		case "os.path.realpath":
		case "posixpath.abspath":
		case "posixpath.realpath":
			return onPath(first, (path) => normalize(machine, path));
		case "os.path.join":
		case "posixpath.join":
			return join(args);
		case "os.path.basename":
		case "posixpath.basename":
			return onPath(first, (text) => text.slice(text.lastIndexOf("/") + 1));
		case "os.path.splitext":
		case "posixpath.splitext":
			return splitExtension(first);
		case "os.getcwd":
			return constant(machine.workingDirectory);
		case "pathlib.Path":
		case "pathlib._local.Path":
			return first === undefined && !args.open ? pathOf(".") : joinedPath(args);
		case "sys.path.insert":
			return editPath(machine, second, "front");
		case "sys.path.append":
			return editPath(machine, first, "back");
		case "sys.path.extend":
		case "sys.path.remove":
		case "sys.path.pop":
		case "site.addsitedir":
		case "sys.modules.update":
		case "sys.modules.setdefault":
		case "sys.meta_path.append":
		case "sys.meta_path.insert":
			machine.path.dynamic = true;
			return unknown;
		case "typing.cast":
			return second ?? unknown;
		case "importlib.import_module":
			return importByName(machine, frame, args, node);
		case "sys.exit":
			return exit(machine, frame, first, node);
		case "builtins.globals":
		case "builtins.exec":
		case "builtins.eval":
		case "builtins.vars":
			frame.globals.dynamic = true;
			openAttributes(first);
			return unknown;
		case "builtins.setattr":
		case "builtins.object.__setattr__":
			setAttribute(machine, frame, first, second);
			return constant(null);
		case "builtins.len":
			return lengthOf(first);
		case "builtins.bool":
		case "builtins.isinstance":
			return isInstance(first, second);
		case "builtins.hasattr":
			return hasAttribute(machine, first, second);
		case "builtins.getattr":
			return attributeAsked(machine, frame, args, node);
		case "builtins.str":
			if (first !== undefined && isSecret(first)) return shownSecret(first) ?? unknown;
			if (first?.kind === "instance")
				return writtenUrl(first, "str", args, hidesPasswords(machine)) ?? onPath(first, (text) => text);
			return convert(first, (value) => asText(value));
		case "builtins.int":
			return toInteger(machine, frame, args, node);
		case "builtins.range":
			return range(args);
		case "builtins.list":
		case "builtins.tuple":
		case "builtins.sorted": {
			const type = canonical === "builtins.tuple" ? "tuple" : "list";
			return first?.kind === "sequence" ? { ...first, type, items: [...first.items] } : unknown;
		}
		case "builtins.dict":
			return dictOf(args);
		case "builtins.print":
			return constant(null);
		default:
			return receiver === null ? null : methodOf(receiver, canonical, machine, args);
	}
}

/** `setattr(owner, name, …)`: what is set by a name that is not known may be any attribute. */
function setAttribute(machine: Machine, frame: Frame, owner: Value | undefined, name: Value | undefined): void {
	const known = name?.kind === "constant" ? String(name.value) : null;
	switch (owner?.kind) {
		case "module":
			owner.namespace.dynamic = true;
			break;
		case "class":
			if (known === null) owner.namespace.dynamic = true;
			else bind(machine, owner.namespace, known, unknown, null);
			break;
		case "instance":
			if (known !== null) owner.attributes.set(known, unknown);
			else if (owner.of.kind === "class") owner.of.namespace.dynamic = true;
			break;
		case "external":
			if (known !== null) machine.patched.set(`${owner.canonical}.${known}`, unknown);
			break;
		case "unknown":
			frame.globals.dynamic = true;
			break;
		default:
			break;
	}
}

/** A method of a URL, or of a path. */
function methodOf(receiver: InstanceValue, canonical: string, machine: Machine, args: CallArguments): Value | null {
	const name = canonical.slice(canonical.lastIndexOf(".") + 1);
	if (isSecret(receiver)) return name === "get_secret_value" ? secretText(receiver) : null;
	return writtenUrl(receiver, name, args, hidesPasswords(machine)) ?? pathMethod(receiver, canonical, machine, args);
}

/** From 2.0 on SQLAlchemy writes `***` for the password where a URL is turned into a text. */
function hidesPasswords({ environment }: Machine): boolean {
	return environment.distributions.get("sqlalchemy")?.version.startsWith("1.") === false;
}

/** `dict(title="Shop", **options)`, or a copy of a known dict. */
function dictOf({ args, keywords, open }: CallArguments): Value {
	const [first] = args;
	if (first !== undefined && first.kind !== "dict") return unknown;
	const entries = new Map([...(first?.entries ?? []), ...keywords]);
	return { kind: "dict", entries, complete: !open && (first?.complete ?? true) };
}

const longestRange = 64;

/** A short `range` of known bounds, as the numbers it gives. */
function range(args: CallArguments): Value {
	const bounds = args.args.map((value) => (value.kind === "constant" && typeof value.value === "number" ? value.value : null));
	const [first, second] = bounds;
	if (args.open || first === undefined || first === null || second === null || bounds.length > 2) return unknown;
	const [start, stop] = second === undefined ? [0, first] : [first, second];
	if (stop - start > longestRange) return unknown;
	const items = Array.from({ length: Math.max(0, stop - start) }, (_, index) => constant(start + index));
	return { kind: "sequence", type: "view", items, complete: true };
}

function environ(machine: Machine, key: Value | undefined, fallback: Value | undefined): Value {
	if (key?.kind !== "constant" || typeof key.value !== "string") return unknown;
	const known = machine.environ.get(key.value);
	if (known !== undefined) return known;
	if (machine.environDynamic) return unknown;
	const isNone = fallback === undefined || (fallback.kind === "constant" && fallback.value === null);
	return isNone ? constant(null, { type: "environment", key: key.value }) : fallback;
}

/** `load_dotenv()` finds `.env` beside the calling file or in a folder above it; values already set win unless `override`. */
function loadDotenv(machine: Machine, frame: Frame, args: CallArguments): Value {
	const given = args.args[0] ?? args.keywords.get("dotenv_path");
	const override = args.keywords.get("override");
	const overrides = override?.kind === "constant" && override.value === true;
	const isFound = given === undefined || (given.kind === "constant" && (given.value === null || given.value === ""));
	const path = isFound ? findUpwards(machine, dirname(frame.module.path), [".env"]) : relativePath(machine, given);
	if (path === undefined || args.open || machine.uncertain > 0) {
		machine.environDynamic = true;
		return unknown;
	}
	const values = path === null ? null : machine.dotenvValues(path);
	for (const [key, value] of values ?? []) if (overrides || !machine.environ.has(key)) machine.environ.set(key, value);
	return constant(values !== null);
}

/** `dotenv_values()` reads the file that it is given, or the one that `load_dotenv()` would find. */
function dotenvValues(machine: Machine, frame: Frame, { args, keywords, open }: CallArguments): Value {
	const given = args[0] ?? keywords.get("dotenv_path");
	const isFound = given === undefined || (given.kind === "constant" && (given.value === null || given.value === ""));
	const path = isFound ? findUpwards(machine, dirname(frame.module.path), [".env"]) : relativePath(machine, given);
	const isPlain = !open && args.length < 2 && [...keywords.keys()].every((name) => /^(dotenv_path|encoding|verbose)$/.test(name));
	// A file outside the repository cannot be seen.
	const isSeen = path !== undefined && (path !== null || isFound);
	return isPlain && isSeen ? dotenvDict(machine, path) : unknown;
}

/** `find_dotenv()`: the path of the file that it finds beside the calling file, or from the working directory upwards; `""` for none. */
function foundDotenv(machine: Machine, frame: Frame, args: CallArguments): Value {
	const [name = constant(".env")] = [args.keywords.get("filename") ?? args.args[0]].filter((each) => each !== undefined);
	const usesFolder = args.keywords.get("usecwd") ?? args.args[2];
	const isPlain = usesFolder === undefined || usesFolder.kind === "constant";
	if (name.kind !== "constant" || typeof name.value !== "string" || name.value.includes("/") || !isPlain || args.open)
		return unknown;
	const fromFolder = usesFolder?.kind === "constant" && usesFolder.value === true;
	const start = fromFolder ? relativePath(machine, constant(machine.workingDirectory)) : dirname(frame.module.path);
	if (typeof start !== "string") return unknown;
	const path = findUpwards(machine, start, [name.value]);
	return path === null ? constant("") : constant(`${machine.root}/${path}`);
}

/** The first of the files that lies in a folder or in one above it, relative to the root. */
function findUpwards(machine: Machine, start: string, names: readonly string[]): string | null {
	for (let folder = start; ; folder = dirname(folder)) {
		for (const name of names) {
			const path = folder === "" ? name : `${folder}/${name}`;
			if (machine.resolver.hasFile(path)) return path;
		}
		if (folder === "") return null;
	}
}

/** A path below the repository root, relative to it; undefined where it is not known. */
function relativePath(machine: Machine, value: Value): string | null | undefined {
	const text = pathText(value);
	if (text === null) return undefined;
	const absolute = normalize(machine, text);
	if (absolute === machine.root) return "";
	return absolute.startsWith(`${machine.root}/`) ? absolute.slice(machine.root.length + 1) : null;
}

function pathText(value: Value | undefined): string | null {
	if (value === undefined) return null;
	if (value.kind === "constant" && typeof value.value === "string") return value.value;
	const inner = value.kind === "instance" ? value.attributes.get("__fspath__") : undefined;
	return inner?.kind === "constant" && typeof inner.value === "string" ? inner.value : null;
}

function pathOf(text: string): InstanceValue {
	const of = externalModule("pathlib.Path");
	const name = text.slice(text.lastIndexOf("/") + 1);
	const { stem, suffix } = extensionOf(name);
	const attributes: [string, Value][] = [["__fspath__", constant(text)]];
	// The name of `.` and of what ends in `..` is another.
	if (/[^./]/.test(name)) attributes.push(["name", constant(name)], ["stem", constant(stem)], ["suffix", constant(suffix)]);
	return { kind: "instance", of, attributes: new Map(attributes), call: null };
}

/** A file's name without what comes from its last dot on; a dot in front is part of the name. */
function extensionOf(name: string): { readonly stem: string; readonly suffix: string } {
	const dot = name.lastIndexOf(".");
	const isCut = dot > 0 && dot < name.length - 1;
	return isCut ? { stem: name.slice(0, dot), suffix: name.slice(dot) } : { stem: name, suffix: "" };
}

function splitExtension(value: Value | undefined): Value {
	const text = pathText(value);
	if (text === null) return unknown;
	const name = text.slice(text.lastIndexOf("/") + 1);
	const { stem, suffix } = extensionOf(name);
	const items = [constant(text.slice(0, text.length - name.length) + stem), constant(suffix)];
	return { kind: "sequence", type: "tuple", items, complete: true };
}

function path(value: Value | undefined): InstanceValue | null {
	const text = pathText(value);
	return text === null ? null : withParents(text);
}

/** A path with the attributes that start-up code reads: `parent` and `parents[n]`. */
function withParents(text: string): InstanceValue {
	const result = pathOf(text);
	let outer = dirname(text);
	const parents: Value[] = [];
	for (let depth = 0; depth < 8; depth++) {
		const parent = pathOf(outer);
		parents.push(parent);
		outer = dirname(outer);
	}
	const all = [result, ...parents];
	for (const [index, each] of all.entries()) {
		const next = all[index + 1];
		if (each.kind !== "instance" || next === undefined) continue;
		each.attributes.set("parent", next);
		each.attributes.set("parents", { kind: "sequence", type: "view", items: all.slice(index + 1), complete: false });
	}
	return result;
}

function pathMethod(receiver: InstanceValue, canonical: string, machine: Machine, args: CallArguments): Value | null {
	const text = pathText(receiver);
	if (text === null) return null;
	const name = canonical.slice(canonical.lastIndexOf(".") + 1);
	if (name === "resolve" || name === "absolute") return withParents(normalize(machine, text));
	if (name === "joinpath") {
		const parts = args.args.map(pathText);
		return parts.some((part) => part === null) ? unknown : withParents([text, ...parts].join("/"));
	}
	if (name === "with_name") {
		const other = pathText(args.args[0]);
		const folder = dirname(text);
		return other === null ? unknown : withParents(folder === "" || folder === "/" ? `${folder}${other}` : `${folder}/${other}`);
	}
	if (name === "as_posix" || name === "__str__") return constant(text);
	// Who reads what they give asks which file it is.
	return /^(?:open|read_text|read_bytes)$/.test(name) ? null : unknown;
}

function onPath(value: Value | undefined, change: (path: string) => string): Value {
	const text = pathText(value);
	return text === null ? unknown : constant(change(text));
}

function join(args: CallArguments): Value {
	const parts = args.args.map(pathText);
	if (args.open) return unknown;
	let result = "";
	for (const part of parts) {
		if (part === null) return unknown;
		result = part.startsWith("/") || result === "" ? part : `${result.replace(/\/$/, "")}/${part}`;
	}
	return constant(result);
}

/** `Path("data", "maps")`: its parts joined as `os.path.join` does; null where one is not known. */
function joinedPath(args: CallArguments): Value | null {
	const joined = join(args);
	return path(joined) ?? null;
}

function dirname(path: string): string {
	const slash = path.lastIndexOf("/");
	if (slash === 0) return "/";
	return slash < 0 ? "" : path.slice(0, slash);
}

/** An absolute path without `.`, `..` and doubled slashes. */
function normalize(machine: Machine, path: string): string {
	const absolute = path.startsWith("/") ? path : `${machine.workingDirectory}/${path}`;
	const result: string[] = [];
	for (const part of absolute.split("/")) {
		if (part === "" || part === ".") continue;
		if (part === "..") result.pop();
		else result.push(part);
	}
	return `/${result.join("/")}`;
}

function editPath(machine: Machine, value: Value | undefined, place: "front" | "back"): Value {
	const folder = value === undefined ? undefined : relativePath(machine, value);
	// What lies in a folder that was not read cannot be known: outside the repository, or beside the backend.
	if (folder === undefined || folder === null || !isRead(machine, folder)) machine.path.dynamic = true;
	else if (!machine.path[place].includes(folder)) {
		if (place === "front") machine.path.front.unshift(folder);
		else machine.path.back.push(folder);
	}
	return constant(null);
}

/** Was the folder read for Python files? All of the backend was, so that one which is not there holds nothing. */
function isRead(machine: Machine, folder: string): boolean {
	const backend = machine.workingDirectory.slice(machine.root.length + 1);
	return machine.resolver.hasFolder(folder) || backend === "" || `${folder}/`.startsWith(`${backend}/`);
}

function importByName(machine: Machine, frame: Frame, args: CallArguments, node: ast.Call): Value {
	if (lacksPackage(args)) {
		const shown = asText(args.args[0] ?? args.keywords.get("name") ?? unknown);
		const message = `the 'package' argument is required to perform a relative import for '${shown}'`;
		failOperation(machine, frame, node, "TypeError", message);
		return unknown;
	}
	const name = nameToImport(args);
	if (name === null) {
		machine.doubts++;
		machine.importDoubts++;
		return unknown;
	}
	const imported = machine.importModule(frame, {
		name,
		written: name,
		level: 0,
		names: [],
		statement: null,
		range: { start: node.start, end: node.end },
	});
	if (imported.type === "own") return imported.record.value;
	return imported.type === "external" ? externalModule(imported.name) : unknown;
}

function exit(machine: Machine, frame: Frame, status: Value | undefined, node: ast.Call): Value {
	const text = status === undefined ? "" : asText(status);
	fail(machine, {
		detail: { type: "raises", exception: "SystemExit", by: "statement" },
		module: frame.module,
		range: { start: node.start, end: node.end },
		statement: null,
		exception: "SystemExit",
		message: text ?? "",
	});
	return unknown;
}

function convert(value: Value | undefined, change: (value: Value) => string | null): Value {
	if (value?.kind !== "constant") return unknown;
	const text = change(value);
	return text === null ? unknown : constant(text, value.origin);
}

function toInteger(machine: Machine, frame: Frame, args: CallArguments, node: ast.Call): Value {
	const [value] = args.args;
	if (value?.kind !== "constant" || args.args.length !== 1) {
		machine.doubts++;
		return unknown;
	}
	if (typeof value.value === "number") return constant(Math.trunc(value.value), value.origin);
	if (typeof value.value === "boolean") return constant(value.value ? 1 : 0);
	const text = typeof value.value === "string" ? value.value.trim() : null;
	if (text !== null && /^[+-]?\d+(_\d+)*$/.test(text)) return constant(Number(text.replace(/_/g, "")), value.origin);
	const isNone = value.value === null;
	if (!isNone && text === null) return unknown;
	fail(machine, {
		detail: { type: "raises", exception: isNone ? "TypeError" : "ValueError", by: "operation" },
		module: frame.module,
		range: { start: node.start, end: node.end },
		statement: null,
		exception: isNone ? "TypeError" : "ValueError",
		message: isNone
			? "int() argument must be a string, a bytes-like object or a real number, not 'NoneType'"
			: `invalid literal for int() with base 10: '${String(value.value)}'`,
	});
	return unknown;
}

function lengthOf(value: Value | undefined): Value {
	if (value?.kind === "sequence" && value.complete) return constant(value.items.length);
	const members = value?.kind === "class" ? itemsOf(value) : null;
	if (members !== null) return constant(members.length);
	return value?.kind === "constant" && typeof value.value === "string" ? constant([...value.value].length) : unknown;
}

/** `isinstance` of a value whose type is certain and built-in types. */
function isInstance(value: Value | undefined, type: Value | undefined): Value {
	if (type?.kind === "sequence" && type.complete) {
		const answers = type.items.map((each) => isInstance(value, each));
		if (answers.some((each) => each.kind === "constant" && each.value === true)) return constant(true);
		return answers.every((each) => each.kind === "constant") ? constant(false) : unknown;
	}
	const types = value === undefined ? null : typesOf(value);
	if (type?.kind === "external" && isRouterType.test(type.canonical)) return isOfLibrary(value, type.canonical);
	if (type?.kind !== "external" || types === null || !builtinTypes.has(type.canonical)) return unknown;
	return constant(types.includes(type.canonical.slice("builtins.".length)));
}

const isRouterType = /^fastapi\.(routing\.APIRouter|applications\.FastAPI)$/;

/** Is it an object of a class of FastAPI? What is no object at all is none. */
function isOfLibrary(value: Value | undefined, canonical: string): Value {
	if (value?.kind === "instance") {
		const made = libraryClassOf(value);
		return made?.canonical === canonical ? constant(true) : unknown;
	}
	return value === undefined || value.kind === "unknown" || value.kind === "external" ? unknown : constant(false);
}

const builtinTypes = new Set(
	["str", "int", "float", "bool", "bytes", "list", "tuple", "set", "dict"].map((name) => `builtins.${name}`),
);

/** The built-in types that a value is an instance of; null where they are not certain. Whole numbers may have been floats. */
function typesOf(value: Value): readonly string[] | null {
	if (value.kind === "sequence") return [value.type];
	if (value.kind === "dict") return ["dict"];
	if (value.kind !== "constant") return null;
	if (typeof value.value === "string") return ["str"];
	if (typeof value.value === "boolean") return ["bool", "int"];
	return value.value === null ? [] : null;
}
