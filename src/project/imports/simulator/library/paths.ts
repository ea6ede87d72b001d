import { pathText } from "../../../path-values.ts";
import { type InstanceValue, unknown, type Value } from "../../values.ts";
import { constant, externalModule } from "../external.ts";
import type { CallArguments, Machine } from "../machine.ts";
import type { LibraryCall } from "./library-call.ts";

/** What `os.path`, `os.getcwd` and `pathlib.Path` make of texts and paths, and what the methods of a path give. Null for all other calls. */
export function pathCall({ machine, canonical, args }: LibraryCall): Value | null {
	const [first] = args.args;
	switch (canonical) {
		case "os.path.dirname":
		case "posixpath.dirname":
			return onPath(first, dirname);
		case "os.path.abspath":
		case "os.path.realpath":
		case "posixpath.abspath":
		case "posixpath.realpath":
			return onPath(first, (path) => normalize(machine, path));
		case "os.path.expanduser":
		case "posixpath.expanduser":
			return isInHome(first) ? unknown : onPath(first, (path) => path);
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
		case "pathlib.Path.cwd":
		case "pathlib._local.Path.cwd":
			return withParents(machine.workingDirectory);
		case "pathlib.Path":
		case "pathlib._local.Path":
			return first === undefined && !args.open ? pathOf(".") : joinedPath(args);
		default:
			return null;
	}
}

/** A path below the repository root, relative to it; undefined where it is not known. */
export function relativePath(machine: Machine, value: Value): string | null | undefined {
	const text = pathText(value);
	if (text === null) return undefined;
	const absolute = normalize(machine, text);
	if (absolute === machine.root) return "";
	return absolute.startsWith(`${machine.root}/`) ? absolute.slice(machine.root.length + 1) : null;
}

/** The first of the files that lies in a folder or in one above it, relative to the root. */
export function findUpwards(machine: Machine, start: string, names: readonly string[]): string | null {
	for (let folder = start; ; folder = dirname(folder)) {
		for (const name of names) {
			const path = folder === "" ? name : `${folder}/${name}`;
			if (machine.resolver.hasFile(path)) return path;
		}
		if (folder === "") return null;
	}
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
export function withParents(text: string): InstanceValue {
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
		each.attributes.set("parents", {
			kind: "sequence",
			type: "view",
			items: all.slice(index + 1),
			complete: false,
			plainClass: "_PathParents",
		});
	}
	return result;
}

/** What a method of a path gives; null for what is none, and for those whose caller asks which file it is. */
export function pathMethod(receiver: InstanceValue, canonical: string, machine: Machine, args: CallArguments): Value | null {
	const text = pathText(receiver);
	if (text === null) return null;
	const name = canonical.slice(canonical.lastIndexOf(".") + 1);
	if (name === "resolve" || name === "absolute") return withParents(normalize(machine, text));
	if (name === "expanduser" && !isInHome(receiver)) return withParents(text);
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

/** A function of a path given as a text or as a path object. */
export function onPath(value: Value | undefined, change: (path: string) => string): Value {
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

/** Does a path begin in somebody's home folder, which no audit knows? */
function isInHome(value: Value | undefined): boolean {
	return pathText(value)?.startsWith("~") === true;
}

/** The folder of a path; `""` for a name alone. */
export function dirname(path: string): string {
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
