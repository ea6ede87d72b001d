/** A parameter as far as the words about it need it. */
interface Counted {
	readonly hasDefault: boolean;
}

/**
 * What Python says of more positional arguments than a function takes (`too_many_positional` in CPython's ceval.c).
 * `keywordOnly` counts the keyword-only parameters that are given; an object's own method counts the object on both sides.
 */
export function tooManyPositional(shown: string, positional: readonly Counted[], given: number, keywordOnly: number): string {
	const optional = positional.filter(({ hasDefault }) => hasDefault).length;
	const most = positional.length;
	const taken = optional > 0 ? `from ${most - optional} to ${most}` : `${most}`;
	const plural = optional > 0 || most !== 1 ? "s" : "";
	const others =
		keywordOnly === 0
			? ""
			: ` positional argument${given === 1 ? "" : "s"} (and ${keywordOnly} keyword-only argument${keywordOnly === 1 ? "" : "s"})`;
	const were = given === 1 && keywordOnly === 0 ? "was" : "were";
	return `${shown} takes ${taken} positional argument${plural} but ${given}${others} ${were} given`;
}

/** What Python says of parameters that nothing is given for (`format_missing` in CPython's ceval.c). */
export function missingArguments(shown: string, names: readonly string[], kind: "positional" | "keyword-only"): string {
	const quoted = names.map((name) => `'${name}'`);
	const list =
		quoted.length === 1
			? (quoted[0] ?? "")
			: `${quoted.slice(0, -1).join(", ")}${quoted.length > 2 ? "," : ""} and ${quoted.at(-1)}`;
	return `${shown} missing ${names.length} required ${kind} argument${names.length === 1 ? "" : "s"}: ${list}`;
}
