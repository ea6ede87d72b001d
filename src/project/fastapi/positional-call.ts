import type * as ast from "../../python/ast.ts";

/**
 * What Python says where a function is called with so many positional arguments and nothing else; null where it takes them. `shown` is
 * the name that the message gives it: its qualified name from Python 3.10 on.
 */
export function positionalCallError(node: ast.FunctionDef, count: number, shown = node.name.name): string | null {
	const positional = node.parameters.filter((each) => each.kind === "positional" || each.kind === "positional-only");
	const required = positional.filter((each) => each.default === null);
	const hasVariadic = node.parameters.some((each) => each.kind === "var-positional");
	if (count > positional.length && !hasVariadic) {
		const least = required.length === positional.length ? "" : `from ${required.length} to `;
		const noun = positional.length === 1 && least === "" ? "argument" : "arguments";
		return `${shown}() takes ${least}${positional.length} positional ${noun} but ${count} ${count === 1 ? "was" : "were"} given`;
	}
	const lacking = required.slice(count).map((each) => `'${each.name.name}'`);
	if (lacking.length > 0) return `${shown}() missing ${missing(lacking, "positional")}`;
	const keywords = node.parameters.filter((each) => each.kind === "keyword-only" && each.default === null);
	if (keywords.length === 0) return null;
	return `${shown}() missing ${missing(
		keywords.map((each) => `'${each.name.name}'`),
		"keyword-only",
	)}`;
}

function missing(names: readonly string[], kind: string): string {
	const list = names.length < 3 ? names.join(" and ") : `${names.slice(0, -1).join(", ")}, and ${names.at(-1)}`;
	return `${names.length} required ${kind} argument${names.length === 1 ? "" : "s"}: ${list}`;
}
