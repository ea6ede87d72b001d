import type { FixProposal } from "../../../audit/fix.ts";
import type { ParameterFault } from "../../../project/fastapi/signature/parameter-faults.ts";
import { findKeyword, removeArguments } from "../../../python/rewrite/arguments.ts";

/** `Query(pattern=r"^(?!admin).*$")` → `Query()`: nothing in a signature lets Python's own engine have the pattern. */
export function dropPattern({ annotated, fallback, parameter, named }: ParameterFault): FixProposal | undefined {
	const call = (annotated ?? fallback)?.call;
	if (call === undefined) return undefined;
	const pattern = findKeyword(call.node, "pattern") ?? findKeyword(call.node, "regex");
	if (pattern === null) return undefined;
	return {
		title: `Take the pattern of ${parameter.name.name} away`,
		explanation: `No ${(named ?? "such part").replace(/^a /, "")} can be checked here; where it matters, check the value with re in a function of its own.`,
		applicability: "review",
		edits: removeArguments(call.module, call.node, [pattern]),
	};
}
