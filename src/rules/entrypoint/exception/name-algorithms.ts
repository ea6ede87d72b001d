import type { FixProposal } from "../../../audit/fix.ts";
import type { Module } from "../../../project/project.ts";
import type * as ast from "../../../python/ast.ts";
import { replaceText } from "../../../python/rewrite/source.ts";
import { walk } from "../../../python/walk.ts";

/** `jwt.decode(token, key)`: PyJWT 2 is told which algorithms count, and takes HS256 to sign where nothing else is said. */
export function nameAlgorithms(module: Module, call: ast.Call): FixProposal | undefined {
	if (call.args.length !== 2 || call.args.some(({ type }) => type === "Starred")) return undefined;
	const algorithm = algorithmOf(module) ?? '"HS256"';
	const at = call.args[1]?.end ?? call.end;
	return {
		title: `Name the algorithms: ${algorithm}`,
		explanation: "A token that may say itself how it was signed can be forged; since PyJWT 2 the reader has to say it.",
		applicability: "review",
		edits: [replaceText(module, at, at, `, algorithms=[${algorithm}]`)],
	};
}

/** What the same module signs with, as it is written; null where it does not say. */
function algorithmOf({ tree, text }: Module): string | null {
	let found: string | null = null;
	walk(tree, (node) => {
		if (node.type !== "Call" || node.callee.type !== "Attribute" || node.callee.attribute.name !== "encode") return true;
		const { value } = node.keywords.find(({ name }) => name?.name === "algorithm") ?? {};
		if (value !== undefined) found ??= text.slice(value.start, value.end);
		return true;
	});
	return found;
}
