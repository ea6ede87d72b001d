import type * as ast from "../../../../python/ast.ts";
import type { Value } from "../../values.ts";
import { constant } from "../external.ts";
import type { Machine } from "../machine.ts";
import { relativePath } from "./paths.ts";

/** `sys.path.insert(0, folder)` and `sys.path.append(folder)`. */
export function addToSearchPath(machine: Machine, value: Value | undefined, place: "front" | "back"): Value {
	// The finder passes over what is no text, a pathlib.Path among them (https://docs.python.org/3/library/sys.html#sys.path).
	if (value?.kind === "instance" && value.attributes.has("__fspath__")) return constant(null);
	const folder = value === undefined ? undefined : relativePath(machine, value);
	// What lies in a folder that was not read cannot be known: outside the repository, or beside the backend.
	if (folder === undefined || folder === null || !isRead(machine, folder)) machine.path.dynamic = true;
	else if (!machine.path[place].includes(folder)) {
		if (place === "front") machine.path.front.unshift(folder);
		else machine.path.back.push(folder);
	}
	return constant(null);
}

/** `sys.path.extend(folders)` and `sys.path += folders`. */
export function extendSearchPath(machine: Machine, folders: Value | undefined): Value {
	if (folders?.kind !== "sequence" || !folders.complete || machine.uncertain > 0) machine.path.dynamic = true;
	else for (const folder of folders.items) addToSearchPath(machine, folder, "back");
	return constant(null);
}

/** `sys.path[0:0] = folders`; what other slices leave of the path is not followed. */
export function insertIntoSearchPath(machine: Machine, index: ast.Expression, folders: Value): void {
	const isFront = index.type === "Slice" && index.parts.length === 2 && index.parts.every(isZero);
	if (!isFront || folders.kind !== "sequence" || !folders.complete || machine.uncertain > 0) machine.path.dynamic = true;
	else putInFront(machine, folders.items);
}

/** `sys.path = [folder, *sys.path]`; any other list in its place is not followed. */
export function replaceSearchPath(machine: Machine, written: unknown, value: Value): void {
	const items = isSequence(written) ? written.items : [];
	const rest = items.at(-1);
	const keepsOthers = rest?.type === "Starred" && rest.value.type === "Attribute" && rest.value.attribute.name === "path";
	const isFollowed = keepsOthers && items.slice(0, -1).every(({ type }) => type !== "Starred") && machine.uncertain === 0;
	if (!isFollowed || value.kind !== "sequence") machine.path.dynamic = true;
	else putInFront(machine, value.items.slice(0, items.length - 1));
}

function putInFront(machine: Machine, folders: readonly Value[]): void {
	for (const folder of folders.toReversed()) addToSearchPath(machine, folder, "front");
}

function isZero(node: ast.Expression): boolean {
	return node.type === "Constant" && node.value === 0;
}

function isSequence(node: unknown): node is ast.Sequence {
	return typeof node === "object" && node !== null && "type" in node && node.type === "Sequence";
}

/** Was the folder read for Python files? All of the backend was, so that one which is not there holds nothing. */
function isRead(machine: Machine, folder: string): boolean {
	const backend = machine.workingDirectory.slice(machine.root.length + 1);
	return machine.resolver.hasFolder(folder) || backend === "" || `${folder}/`.startsWith(`${backend}/`);
}
