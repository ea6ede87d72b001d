import type { ResponseFault } from "../../../project/fastapi/signature/response-faults.ts";
import type * as ast from "../../../python/ast.ts";
import { addArgument } from "../../../python/rewrite/arguments.ts";
import { type PythonSource, replaceText } from "../../../python/rewrite/source.ts";
import { walk } from "../../../python/walk.ts";
import type { TextEdit } from "../../../text/range.ts";

/** Tells FastAPI to make no response model: `response_model=None`, added or in place of the model. */
export function withoutModel({ operation, node, source }: ResponseFault): TextEdit | null {
	const { call } = operation;
	if (source === "responses" || call.node.type !== "Call") return null;
	if (source === "response_model")
		return { path: call.module.path, range: { start: node.start, end: node.end }, newText: "None" };
	// A decorator that a helper makes is not written where the route is.
	return call.open ? null : addArgument(call.module, call.node, "response_model=None");
}

/** Takes the entry of a value out of the dict display that it stands in; undefined where there is none, or a comment beside it. */
export function withoutEntry(source: PythonSource, value: ast.Expression): TextEdit | undefined {
	const { text } = source;
	let found: TextEdit | undefined;
	walk(source.tree, (each) => {
		if (each.type !== "Dict") return found === undefined;
		const index = each.entries.findIndex((entry) => entry.value === value);
		const entry = each.entries[index];
		if (entry?.key == null) return found === undefined;
		const next = each.entries[index + 1];
		const before = each.entries[index - 1];
		const start = next === undefined && before !== undefined ? before.value.end : entry.key.start;
		const end = next === undefined ? entry.value.end : (next.key ?? next.value).start;
		if (next?.key !== null && !text.slice(start, end).includes("#")) found = replaceText(source, start, end, "");
		return false;
	});
	return found;
}
