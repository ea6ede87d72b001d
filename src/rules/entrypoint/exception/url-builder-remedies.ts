import type { FixProposal } from "../../../audit/fix.ts";
import type { Module } from "../../../project/project.ts";
import type * as ast from "../../../python/ast.ts";
import { nodeAt } from "../../../python/node-at.ts";
import { findKeyword } from "../../../python/rewrite/arguments.ts";
import { replaceText } from "../../../python/rewrite/source.ts";
import type { TextRange } from "../../../text/range.ts";

/** `PostgresDsn.build(port="5432")`, or a secret for its password: pydantic 2 converts neither. */
export function urlPartRemedy(module: Module, range: TextRange, error: string): FixProposal | undefined {
	const call = nodeAt(module.tree, range, "Call");
	if (call?.callee.type !== "Attribute" || call.callee.attribute.name !== "build") return undefined;
	const named = /argument '(\w+)':/.exec(error)?.[1];
	if (error.includes("as an integer")) return numberFor(module, call);
	const given = ["password", "username"].flatMap((name) => findKeyword(call, named ?? name)?.value ?? [])[0];
	if (given === undefined || !error.includes("SecretStr")) return undefined;
	return {
		title: "Ask the secret for its text",
		explanation: "The parts of a URL are texts; get_secret_value() gives the one that the secret hides.",
		applicability: "safe",
		edits: [replaceText(module, given.end, given.end, ".get_secret_value()")],
	};
}

function numberFor(module: Module, call: ast.Call): FixProposal | undefined {
	const port = findKeyword(call, "port")?.value;
	if (port === undefined) return undefined;
	return {
		title: "Make a number of the port",
		explanation: "pydantic 2 takes the port of a URL as a number only; int() reads one from the text.",
		applicability: "safe",
		edits: [replaceText(module, port.start, port.start, "int("), replaceText(module, port.end, port.end, ")")],
	};
}
