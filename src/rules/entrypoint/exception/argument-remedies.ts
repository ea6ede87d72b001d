import type { FixProposal } from "../../../audit/fix.ts";
import type { Module } from "../../../project/project.ts";
import type * as ast from "../../../python/ast.ts";
import { nodeAt } from "../../../python/node-at.ts";
import { replaceText } from "../../../python/rewrite/source.ts";
import type { TextRange } from "../../../text/range.ts";

/** `create_engine(settings.url)` of a method: what calling it gives is the URL. */
export function callTheUrl(module: Module, range: TextRange): FixProposal | undefined {
	const call = nodeAt(module.tree, range, "Call");
	const url = call?.args[0] ?? call?.keywords.find(({ name }) => name?.name === "url")?.value;
	return url === undefined ? undefined : callArgument(module, url);
}

/** `jwt.encode(claims, settings.secret)` of a secret, which gives its text only on request. */
export function readTheKey(module: Module, range: TextRange): FixProposal | undefined {
	const call = nodeAt(module.tree, range, "Call");
	return readTheText(module, call?.args[1] ?? call?.keywords.find(({ name }) => name?.name === "key")?.value);
}

/** `Fernet(settings.key)` of a secret. */
export function readTheFirst(module: Module, range: TextRange): FixProposal | undefined {
	const call = nodeAt(module.tree, range, "Call");
	return readTheText(module, call?.args[0] ?? call?.keywords.find(({ name }) => name?.name === "key")?.value);
}

function readTheText(module: Module, key: ast.Expression | undefined): FixProposal | undefined {
	if (key === undefined) return undefined;
	if (key.type === "Attribute" && key.attribute.name === "get_secret_value") return callArgument(module, key);
	return {
		title: "Hand on the secret's text",
		explanation: "The key is a text; get_secret_value() gives it.",
		applicability: "safe",
		edits: [replaceText(module, key.end, key.end, ".get_secret_value()")],
	};
}

/** `event.listen(engine, "connect", …)` of an asynchronous engine: the synchronous one within has the events. */
export function listenToSyncEngine(module: Module, range: TextRange): FixProposal | undefined {
	const call = nodeAt(module.tree, range, "Call");
	const engine = call?.args[0] ?? call?.keywords.find(({ name }) => name?.name === "target")?.value;
	if (engine === undefined) return undefined;
	return {
		title: "Listen to the engine within",
		explanation: "An asynchronous engine works through a synchronous one, whose events are the ones that can be listened to.",
		applicability: "safe",
		edits: [replaceText(module, engine.end, engine.end, ".sync_engine")],
	};
}

function callArgument(module: Module, { end }: ast.Expression): FixProposal {
	return {
		title: "Call it",
		explanation: "A function was handed on; the parentheses call it, and what it gives is handed on.",
		applicability: "safe",
		edits: [replaceText(module, end, end, "()")],
	};
}
