import { resolveRelative } from "../outline/import-statement.ts";
import { type Constant, type Frame, itemsOf, namespaceItem, none, Raised, Unsure, unknownValue, type Value } from "./values.ts";

/** Calls a builtin, or a function of importlib, by its name. */
export function callBuiltin(name: string, args: readonly Value[], keywords: ReadonlyMap<string, Value>, frame: Frame): Value {
	const [first, second, third] = args;
	switch (name) {
		case "globals":
		case "vars":
			return args.length === 0 ? { type: "namespace", world: frame.world, lacking: frame.lacking } : unknownValue;
		case "set":
		case "frozenset":
		case "list":
		case "tuple":
		case "sorted": {
			if (first === undefined) return { type: "sequence", items: [] };
			const items = itemsOf(first);
			return items === null ? unknownValue : { type: "sequence", items };
		}
		case "dict":
			return first?.type === "dict" ? first : unknownValue;
		case "str":
			return first?.type === "constant" && typeof first.value === "string" ? first : unknownValue;
		case "getattr":
		case "hasattr":
			return getAttribute(name, first, second, third, frame);
		case "import_module":
		case "__import__":
			return importModule(first, keywords.get("package") ?? second, frame);
		default:
			return unknownValue;
	}
}

function getAttribute(
	builtin: "getattr" | "hasattr",
	owner: Value | undefined,
	name: Value | undefined,
	fallback: Value | undefined,
	frame: Frame,
): Value {
	if (owner?.type !== "module" || name?.type !== "constant" || typeof name.value !== "string") throw new Unsure();
	const found = frame.world.find(owner.name);
	const lookup = found.found === "present" ? found.module.lookup(name.value) : null;
	if (lookup === null || lookup.found === "unknown") throw new Unsure();
	if (builtin === "hasattr") return { type: "constant", value: lookup.found === "present" };
	if (lookup.found === "present") return { type: "member", module: owner.name, name: name.value };
	if (fallback !== undefined) return fallback;
	throw new Raised("AttributeError", "");
}

function importModule(name: Value | undefined, anchor: Value | undefined, frame: Frame): Value {
	if (name?.type !== "constant" || typeof name.value !== "string") throw new Unsure();
	const level = /^\.*/.exec(name.value)?.[0].length ?? 0;
	// What a relative name is relative to may be handed over by another module: without it nothing is known.
	if (level > 0 && anchor?.type !== "constant") throw new Unsure();
	const base = anchor?.type === "constant" && typeof anchor.value === "string" ? anchor.value : frame.world.packageName;
	const module = resolveRelative(name.value.slice(level), level, base);
	const found = module === null ? null : frame.world.find(module);
	if (module === null || found === null || found.found === "unknown") throw new Unsure();
	if (found.found === "missing") throw new Raised("ModuleNotFoundError", `No module named '${module}'`);
	return { type: "module", name: module };
}

/** Calls a method of a known dictionary or string, or of the module's namespace; null where it is another call. */
export function callMethod(owner: Value, method: string, args: readonly Value[]): Value | null {
	const [given, fallback] = args;
	if (owner.type === "namespace") {
		const key = method === "get" && given?.type === "constant" ? given.value : null;
		return key === null ? unknownValue : (namespaceItem(owner, key) ?? fallback ?? none);
	}
	if (owner.type === "dict") {
		if (method === "get") return given?.type === "constant" ? (owner.entries.get(given.value) ?? fallback ?? none) : unknownValue;
		const keys = [...owner.entries.keys()].map((value): Value => ({ type: "constant", value }));
		const values = [...owner.entries.values()];
		if (method === "keys") return { type: "sequence", items: keys };
		if (method === "values") return { type: "sequence", items: values };
		if (method === "items")
			return {
				type: "sequence",
				items: keys.map((one, index) => ({ type: "sequence", items: [one, values[index] ?? unknownValue] })),
			};
		return unknownValue;
	}
	if (owner.type !== "constant" || typeof owner.value !== "string") return null;
	const text = given?.type === "constant" && typeof given.value === "string" ? given.value : null;
	const constant = (value: Constant): Value => ({ type: "constant", value });
	const sequence = (parts: readonly string[]): Value => ({ type: "sequence", items: parts.map(constant) });
	switch (method) {
		case "startswith":
			return text === null ? unknownValue : constant(owner.value.startsWith(text));
		case "endswith":
			return text === null ? unknownValue : constant(owner.value.endsWith(text));
		case "lower":
			return constant(owner.value.toLowerCase());
		case "upper":
			return constant(owner.value.toUpperCase());
		case "split":
			return text === null || args.length > 1 ? unknownValue : sequence(owner.value.split(text));
		case "join": {
			const joined = given === undefined ? null : itemsOf(given);
			const parts = joined?.map((part) => (part.type === "constant" && typeof part.value === "string" ? part.value : null)) ?? [
				null,
			];
			return parts.includes(null) ? unknownValue : constant(parts.join(owner.value));
		}
		case "rsplit":
		case "rpartition": {
			const at = text === null ? -1 : owner.value.lastIndexOf(text);
			if (text === null || at < 0) return unknownValue;
			const [head, tail] = [owner.value.slice(0, at), owner.value.slice(at + text.length)];
			return sequence(method === "rsplit" ? [head, tail] : [head, text, tail]);
		}
		default:
			return unknownValue;
	}
}
