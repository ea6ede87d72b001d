import { unknown, type Value } from "../../values.ts";
import { collected } from "../generators.ts";
import type { LibraryCall } from "./library-call.ts";

const collectors = /^builtins\.(?:list|tuple|set|frozenset|dict|sorted|sum|max|min|any|all)$/;

/** A call that goes through all of a generator of the project, which runs then and there. Null for everything else. */
export function collectingCall({ machine, canonical, args: { args } }: LibraryCall): Value | null {
	const [first] = args;
	const given = first === undefined || !collectors.test(canonical) ? null : collected(machine, first);
	if (given === null) return null;
	if (canonical === "builtins.tuple") return { ...given, type: "tuple" };
	return canonical === "builtins.list" || canonical === "builtins.sorted" ? given : unknown;
}
