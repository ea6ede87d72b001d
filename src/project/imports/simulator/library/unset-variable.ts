import data from "../../../../../data/none-refusals.json" with { type: "json" };
import type * as ast from "../../../../python/ast.ts";
import type { Value } from "../../values.ts";
import { type Frame, failAt, type Machine } from "../machine.ts";
import type { LibraryCall } from "./library-call.ts";

/** A variable of the environment that nothing sets. */
export interface UnsetVariable {
	readonly key: string;
	/** The `.env` file that its reader looks into, whether it is there or not; null where it looks into none of its own. */
	readonly file: string | null;
}

/** The variable that a value was asked of and that nothing sets, so that the value is None; null for all other values. */
export function unsetVariable(value: Value | undefined): UnsetVariable | null {
	if (value?.kind !== "constant" || value.value !== null) return null;
	if (value.origin?.type === "environment") return { key: value.origin.key, file: null };
	return value.origin?.type === "setting" ? value.origin : null;
}

/** What Python raises where None, which `os.getenv` gave for a variable that nothing sets, is used as if it were a text. */
export interface UseOfNone {
	readonly variable: UnsetVariable;
	/** As a clause: `int() gets None`. */
	readonly consequence: string;
	readonly exception: string;
	/** Null where its words are not known. */
	readonly message: string | null;
}

export function failOnUnset(machine: Machine, frame: Frame, node: ast.Node, use: UseOfNone): void {
	const { variable, consequence, exception, message } = use;
	failAt(machine, frame, node, {
		detail: { type: "missing-variable", key: variable.key, file: variable.file, consequence },
		exception,
		message: message ?? "",
		...(message === null && { line: exception }),
	});
}

/** What a function of the standard library says to None in one place; scripts/none-refusals has called each with it. */
interface RefusedNone {
	/** How many arguments are given by their place, and which of them is None. */
	readonly given?: number;
	readonly position?: number;
	/** By its name. */
	readonly keyword?: string;
	/** What is printed, from which minor version of Python 3 on: `TypeError: …`. */
	readonly since: readonly { readonly minor: number; readonly error: string }[];
}

const refusedNones: ReadonlyMap<string, readonly RefusedNone[]> = new Map(Object.entries(data.calls));

/**
 * What Python prints where a call of the standard library gets None for a variable that nothing sets: `TypeError: …`. The variable is the
 * first of those that it asks for; null where every argument is something, or where None is taken.
 */
export function refusalOfNone({
	machine,
	canonical,
	args,
}: LibraryCall): { readonly variable: UnsetVariable; readonly error: string } | null {
	const refusals = args.open ? undefined : refusedNones.get(canonical);
	for (const refusal of refusals ?? []) {
		const { given, position = -1, keyword = "" } = refusal;
		if (given !== undefined && given !== args.args.length) continue;
		const variable = unsetVariable(args.args[position] ?? args.keywords.get(keyword));
		const said = refusal.since.findLast(({ minor }) => minor <= machine.environment.python.minor);
		if (variable !== null && said !== undefined) return { variable, error: said.error };
	}
	return null;
}
