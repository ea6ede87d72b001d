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

/** Was the folder read for Python files? All of the backend was, so that one which is not there holds nothing. */
function isRead(machine: Machine, folder: string): boolean {
	const backend = machine.workingDirectory.slice(machine.root.length + 1);
	return machine.resolver.hasFolder(folder) || backend === "" || `${folder}/`.startsWith(`${backend}/`);
}
