import type * as ast from "../../../../python/ast.ts";
import type { DictValue, Value } from "../../values.ts";
import { unknown } from "../../values.ts";
import { constant } from "../external.ts";
import { type Frame, failAt, type Machine } from "../machine.ts";

/** The `.env` file behind each dictionary that python-dotenv's `dotenv_values` gave; null where it found none. */
const files = new WeakMap<DictValue, string | null>();

/** What `dotenv_values(path)` gives: the variables of the file, and nothing of the environment. */
export function dotenvDict(machine: Machine, path: string | null): DictValue {
	const values = path === null ? null : machine.dotenvValues(path);
	const made: DictValue = { kind: "dict", entries: new Map(values ?? []), complete: true };
	files.set(made, path);
	return made;
}

/** `{**dotenv_values(), **os.environ}`: what is put together of such dictionaries stands for their file as well. */
export function mergeInto(machine: Machine, made: DictValue, spread: Value): void {
	const isEnvironment = spread.kind === "external" && spread.canonical === "os.environ" && !machine.environDynamic;
	const entries = isEnvironment ? machine.environ : spread.kind === "dict" ? spread.entries : [];
	for (const [key, item] of entries) made.entries.set(key, item);
	if (!isEnvironment && (spread.kind !== "dict" || !spread.complete)) made.complete = false;
	const file = spread.kind === "dict" ? files.get(spread) : undefined;
	if (file !== undefined) files.set(made, file);
}

/** `config["KEY"]` of such a dictionary that lacks the key. True where that fails. */
export function failOnUnsetKey(machine: Machine, frame: Frame, owner: Value, index: Value, node: ast.Subscript): boolean {
	if (owner.kind !== "dict" || index.kind !== "constant" || typeof index.value !== "string") return false;
	const file = files.get(owner);
	if (file === undefined || !owner.complete || owner.entries.has(index.value)) return false;
	failAt(machine, frame, node, {
		detail: { type: "missing-variable", key: index.value, consequence: "the dictionary of dotenv_values() has no default", file },
		exception: "KeyError",
		message: `'${index.value}'`,
	});
	return true;
}

/** `config.get("KEY")` of such a dictionary that lacks the key: None, of which it is known what should have set it. Null for others. */
export function unsetKey(owner: DictValue, key: string): Value | null {
	if (!files.has(owner)) return null;
	return owner.complete ? constant(null, { type: "environment", key }) : unknown;
}
