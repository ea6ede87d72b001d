import type * as ast from "../../../../python/ast.ts";
import { absoluteName, isIdentifier, parentOf } from "../../resolver.ts";
import { type SequenceValue, unknown, type Value } from "../../values.ts";
import { constant } from "../external.ts";
import { type CallArguments, type Frame, isGuarded, type Machine } from "../machine.ts";
import { failOperation } from "../refused-operations.ts";
import type { LibraryCall } from "./library-call.ts";
import { relativePath, withParents } from "./paths.ts";

/**
 * What looking into a folder of the project gives, in the order of the alphabet: `os.listdir`, `glob`, `Path.iterdir` and `pkgutil`. Routers
 * and models are often loaded that way. Null for all other calls.
 */
export function listedFolder({ machine, frame, canonical, args, node, receiver }: LibraryCall): Value | null {
	const [first] = args.args;
	const name = canonical.slice(canonical.lastIndexOf(".") + 1);
	switch (canonical) {
		case "os.listdir":
		case "posix.listdir": {
			const folder = first === undefined ? undefined : relativePath(machine, first);
			const names = namesIn(machine, folder);
			if (names === null && typeof folder === "string") failWhereCaught(machine, frame, folder, node);
			return names === null ? unknown : list(names.map((each) => constant(each)));
		}
		case "os.path.isdir":
		case "os.path.isfile":
		case "os.path.exists":
		case "genericpath.isdir":
		case "genericpath.isfile":
		case "genericpath.exists":
			return first === undefined ? null : isThere(machine, name, relativePath(machine, first));
		case "glob.glob":
		case "glob.iglob":
			return globbed(machine, first);
		case "pkgutil.iter_modules":
		case "pkgutil.walk_packages":
			return modules(machine, args, name === "walk_packages");
		default:
			break;
	}
	if (receiver !== null && /^pathlib\.(_local\.)?Path\.(is_dir|is_file|exists)$/.test(canonical))
		return isThere(machine, name.replace("_", ""), relativePath(machine, receiver));
	if (receiver === null || !/^pathlib\.(_local\.)?Path\.(iterdir|glob|rglob)$/.test(canonical)) return null;
	const folder = relativePath(machine, receiver);
	const text = receiver.attributes.get("__fspath__");
	if (text?.kind !== "constant" || typeof text.value !== "string") return unknown;
	const base = text.value;
	const below = (names: readonly string[] | null): Value =>
		names === null ? unknown : list(names.map((each) => withParents(`${base}/${each}`)));
	if (name === "iterdir") return below(namesIn(machine, folder));
	if (first?.kind !== "constant" || typeof first.value !== "string") return unknown;
	return below(matching(machine, folder, name === "rglob" ? `**/${first.value}` : first.value));
}

function list(items: Value[]): SequenceValue {
	return { kind: "sequence", type: "list", items, complete: true };
}

/**
 * What certainly lies there, and as what. That something is not there says nothing of the machine that the server runs on, where an
 * earlier step may have made it.
 */
function isThere(machine: Machine, test: string, path: string | null | undefined): Value {
	if (typeof path !== "string") return unknown;
	const isFolder = machine.listing(path) !== null;
	const isFile = !isFolder && machine.resolver.hasFile(path);
	if (!isFolder && !isFile) return unknown;
	return constant(test === "exists" || (test === "isdir") === isFolder);
}

/** A folder that is not there raises; where nothing catches that, it is a matter of the folders that start-up needs. */
function failWhereCaught(machine: Machine, frame: Frame, folder: string, node: ast.Call): void {
	const isMissing = machine.listing(parentOf(folder))?.has(folder.slice(folder.lastIndexOf("/") + 1)) === false;
	if (!isMissing || machine.uncertain > 0 || !isGuarded(machine, "FileNotFoundError")) return;
	const message = `[Errno 2] No such file or directory: '${folder}'`;
	failOperation(machine, frame, node, "FileNotFoundError", message);
}

/** Names of what lies in a folder; null where nobody looked. What Python puts there itself is no source. */
function namesIn(machine: Machine, folder: string | null | undefined): readonly string[] | null {
	if (folder === null || folder === undefined) return null;
	const names = machine.listing(folder);
	return names === null ? null : [...names].filter((name) => name !== "__pycache__").sort();
}

/** Files that a pattern of `*.py`, a star in a folder or a file finds below a folder, relative to it; null for other patterns. */
function matching(machine: Machine, folder: string | null | undefined, pattern: string): readonly string[] | null {
	const parts = pattern.split("/");
	if (!parts.every((part) => part === "**" || /^[\w.*-]+$/.test(part))) return null;
	return matchingParts(machine, folder, parts);
}

function matchingParts(
	machine: Machine,
	folder: string | null | undefined,
	[part = "", ...rest]: readonly string[],
	depth = 0,
): readonly string[] | null {
	const names = depth > 8 ? null : namesIn(machine, folder);
	if (names === null) return null;
	const found: string[] = [];
	const enter = (name: string, parts: readonly string[]): boolean => {
		const below = `${folder === "" ? "" : `${folder}/`}${name}`;
		if (machine.listing(below) === null) return machine.resolver.hasFile(below) || name.includes(".");
		const inner = matchingParts(machine, below, parts, depth + 1);
		found.push(...(inner ?? []).map((each) => `${name}/${each}`));
		return inner !== null;
	};
	if (part === "**") {
		const here = matchingParts(machine, folder, rest, depth + 1);
		if (here === null || !names.every((name) => name.startsWith(".") || enter(name, [part, ...rest]))) return null;
		return [...here, ...found].sort();
	}
	for (const name of names) {
		if (!fits(name, part)) continue;
		if (rest.length === 0) found.push(name);
		else if (!enter(name, rest)) return null;
	}
	return found;
}

/** Does a name fit a part of a pattern whose only special sign is the star? */
function fits(name: string, part: string): boolean {
	const [head = "", ...pieces] = part.split("*");
	const tail = pieces.pop();
	if (tail === undefined) return name === part;
	if (!name.startsWith(head) || !name.endsWith(tail) || name.length < head.length + tail.length) return false;
	// A star in front passes over hidden files.
	if (head === "" && name.startsWith(".")) return false;
	let at = head.length;
	for (const piece of pieces) {
		const next = name.indexOf(piece, at);
		if (next < 0 || next + piece.length > name.length - tail.length) return false;
		at = next + piece.length;
	}
	return true;
}

/** `glob.glob("/…/routers/*.py")`: the same beginning as the pattern's, and what is found. */
function globbed(machine: Machine, pattern: Value | undefined): Value {
	if (pattern?.kind !== "constant" || typeof pattern.value !== "string") return unknown;
	const text = pattern.value;
	const star = text.indexOf("*");
	const cut = star < 0 ? -1 : text.lastIndexOf("/", star);
	if (star < 0 || text.includes("**")) return unknown;
	const base = text.slice(0, cut + 1);
	const found = matching(machine, relativePath(machine, constant(base === "" ? "." : base)), text.slice(cut + 1));
	return found === null ? unknown : list(found.map((each) => constant(`${base}${each}`)));
}

const moduleInfo = ["module_finder", "name", "ispkg"];

/** `pkgutil.iter_modules(path, prefix)`: the modules and packages of the folders, with those below them for `walk_packages`. */
function modules(machine: Machine, { args, keywords, open }: CallArguments, isDeep: boolean): Value {
	const folders = args[0] ?? keywords.get("path");
	const prefix = args[1] ?? keywords.get("prefix") ?? constant("");
	if (open || folders?.kind !== "sequence" || !folders.complete) return unknown;
	if (prefix.kind !== "constant" || typeof prefix.value !== "string") return unknown;
	const found: Value[] = [];
	for (const folder of folders.items) {
		const inside = modulesIn(machine, relativePath(machine, folder), prefix.value, isDeep);
		if (inside === null) return unknown;
		found.push(...inside);
	}
	return { kind: "sequence", type: "view", items: found, complete: true };
}

function modulesIn(
	machine: Machine,
	folder: string | null | undefined,
	prefix: string,
	isDeep: boolean,
	depth = 0,
): readonly Value[] | null {
	const names = depth > 8 ? null : namesIn(machine, folder);
	if (names === null || folder === null || folder === undefined) return null;
	const found: Value[] = [];
	const seen = new Set<string>();
	for (const name of names) {
		const stem = name.replace(/\.py$/, "");
		if (stem === "__init__" || !isIdentifier(stem) || seen.has(stem)) continue;
		const own = machine.resolver.findIn(folder, stem);
		if (own?.type !== "module") continue;
		seen.add(stem);
		const items: Value[] = [unknown, constant(`${prefix}${stem}`), constant(own.isPackage)];
		found.push({ kind: "sequence", type: "view", items, complete: true, fields: moduleInfo });
		if (!isDeep || !own.isPackage) continue;
		const inner = modulesIn(machine, own.path.replace(/\/?__init__\.py$/, ""), `${prefix}${stem}.`, true, depth + 1);
		if (inner === null) return null;
		found.push(...inner);
	}
	return found;
}

/** `import_module(".users")`: a relative name and no package that it is relative to. */
export function lacksPackage({ args, keywords, open }: CallArguments): boolean {
	const name = args[0] ?? keywords.get("name");
	const isRelative = name?.kind === "constant" && typeof name.value === "string" && name.value.startsWith(".");
	const owner = args[1] ?? keywords.get("package");
	const isNone = owner === undefined || (owner.kind === "constant" && (owner.value === null || owner.value === ""));
	return isRelative && isNone && !open;
}

/** The absolute name of `import_module(name, package)`; null where it is not known. */
export function nameToImport({ args, keywords, open }: CallArguments): string | null {
	const name = args[0] ?? keywords.get("name");
	if (open || name?.kind !== "constant" || typeof name.value !== "string" || name.value === "") return null;
	if (!name.value.startsWith(".")) return name.value;
	const owner = args[1] ?? keywords.get("package");
	if (owner?.kind !== "constant" || typeof owner.value !== "string") return null;
	const level = /^\.+/.exec(name.value)?.[0].length ?? 0;
	return absoluteName(owner.value, level, name.value.slice(level));
}
