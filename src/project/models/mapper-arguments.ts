import type { Value } from "../imports/values.ts";
import { inheritedValue } from "./lineage.ts";
import type { TableClass } from "./table-class.ts";

/** What `__mapper_args__` of a class says, the options of mixins and parents left out; null where it cannot be seen. */
export function mapperArguments({ value }: TableClass): ReadonlyMap<string, Value> | null {
	const own = value.namespace.names.get("__mapper_args__");
	const found =
		own === undefined ? inheritedValue(value, "__mapper_args__") : own.maybe ? { kind: "unknown" as const } : own.value;
	if (found === undefined) return new Map();
	// A function under declared_attr, or one that a mixin brings, may say anything.
	if (found.kind !== "dict" || !found.complete) return null;
	if (own === undefined) return new Map();
	return new Map([...found.entries].map(([key, option]) => [String(key), option]));
}
