import data from "../../../../../data/none-refusals.json" with { type: "json" };
import type * as ast from "../../../../python/ast.ts";
import type { Value } from "../../values.ts";
import { type Frame, failAt, type Machine } from "../machine.ts";
import type { LibraryCall } from "./library-call.ts";

/** The environment variable that a value was asked of and that nothing sets, so that the value is None; null for all other values. */
export function unsetVariable(value: Value | undefined): string | null {
	return value?.kind === "constant" && value.value === null && value.origin?.type === "environment" ? value.origin.key : null;
}

/** What Python raises where None, which `os.getenv` gave for a variable that nothing sets, is used as if it were a text. */
export interface UseOfNone {
	readonly key: string;
	/** As a clause: `int() gets None`. */
	readonly consequence: string;
	readonly exception: string;
	/** Null where its words are not known. */
	readonly message: string | null;
}

export function failOnUnset(machine: Machine, frame: Frame, node: ast.Node, use: UseOfNone): void {
	const { key, consequence, exception, message } = use;
	failAt(machine, frame, node, {
		detail: { type: "missing-variable", key, consequence },
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
}: LibraryCall): { readonly key: string; readonly error: string } | null {
	const refusals = args.open ? undefined : refusedNones.get(canonical);
	for (const refusal of refusals ?? []) {
		const { given, position = -1, keyword = "" } = refusal;
		if (given !== undefined && given !== args.args.length) continue;
		const key = unsetVariable(args.args[position] ?? args.keywords.get(keyword));
		const said = refusal.since.findLast(({ minor }) => minor <= machine.environment.python.minor);
		if (key !== null && said !== undefined) return { key, error: said.error };
	}
	return null;
}
