import type { ResponseFault } from "../../../project/fastapi/response-faults.ts";
import { addArgument } from "../../../python/rewrite/arguments.ts";
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
