import type { FixProposal } from "../../../../audit/fix.ts";
import type * as ast from "../../../../python/ast.ts";
import { replaceText } from "../../../../python/rewrite/source.ts";
import { walk } from "../../../../python/walk.ts";
import { attributeAt } from "../../../repair/attributes/attribute-at.ts";
import type { FailureOf } from "../../../repair/trial/import-failures.ts";

/** `async with asyncio.timeout(5): await connect()` came with Python 3.11: `wait_for` gives the same time to a single await. */
export function inOlderTimeout(failure: FailureOf<"attribute-missing">): FixProposal | null {
	const { module, detail } = failure;
	const read = attributeAt(failure);
	if (detail.owner !== "asyncio" || detail.name !== "timeout" || read === null) return null;
	const block = blockOf(module.tree, read);
	const [item] = block?.items ?? [];
	const [only, ...others] = block?.body ?? [];
	if (block === null || item?.context.type !== "Call" || only === undefined || others.length > 0) return null;
	const [seconds, ...more] = item.context.args;
	const awaited = awaitIn(only);
	if (seconds === undefined || more.length > 0 || item.context.keywords.length > 0 || awaited === null) return null;
	const { text } = module;
	const owner = text.slice(read.value.start, read.value.end);
	const inner = text.slice(awaited.value.start, awaited.value.end);
	const call = `${owner}.wait_for(${inner}, ${text.slice(seconds.start, seconds.end)})`;
	const written = `${text.slice(only.start, awaited.value.start)}${call}${text.slice(awaited.value.end, only.end)}`;
	return {
		title: "Wait with wait_for",
		explanation:
			"Python has asyncio.timeout since 3.11; wait_for gives an await as much time, and ends it with asyncio.TimeoutError.",
		applicability: "review",
		edits: [replaceText(module, block.start, block.end, written)],
	};
}

/** The `async with` that is entered with the attribute's call and nothing else, and binds no name. */
function blockOf(tree: ast.Module, read: ast.Attribute): ast.With | null {
	let found: ast.With | null = null;
	walk(tree, (node) => {
		if (node.type === "With" && node.isAsync && node.items.length === 1) {
			const [item] = node.items;
			if (item?.target === null && item.context.type === "Call" && item.context.callee === read) found = node;
		}
		return node.start <= read.start && read.end <= node.end;
	});
	return found;
}

/** The await that is all a statement does, or all that it assigns or returns. */
function awaitIn(statement: ast.Statement): ast.Await | null {
	const isOfValue = statement.type === "ExpressionStatement" || statement.type === "Assign" || statement.type === "Return";
	const value = isOfValue ? statement.value : null;
	return value?.type === "Await" ? value : null;
}
