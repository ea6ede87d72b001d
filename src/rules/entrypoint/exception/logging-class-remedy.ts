import type { FixProposal } from "../../../audit/fix.ts";
import type { Module } from "../../../project/project.ts";
import type * as ast from "../../../python/ast.ts";
import { replaceText } from "../../../python/rewrite/source.ts";
import { walk } from "../../../python/walk.ts";
import type { TextRange } from "../../../text/range.ts";

/** A formatter or handler of `dictConfig` whose class is of a package that is not there: the one that logging itself has for it. */
export function classOfLogging(module: Module, range: TextRange, wanted: string): FixProposal | undefined {
	const owner = dictAround(module, range);
	const entry = owner?.entries.find(({ value }) => value.start <= range.start && range.end <= value.end);
	const key = entry?.key;
	if (owner === null || entry === undefined || key?.type !== "Constant" || (key.value !== "class" && key.value !== "()"))
		return undefined;
	const others = owner.entries.filter((each) => each !== entry);
	const has = (...names: readonly string[]) =>
		others.some(({ key: name }) => name?.type === "Constant" && names.includes(String(name.value)));
	const isHandler = /Handler$/.test(wanted);
	if (isHandler ? others.some((each) => !isOfEveryHandler(each)) : !/Formatter$/.test(wanted)) return undefined;
	if (!isHandler && others.length > 0 && !has("format")) return undefined;
	const kind = isHandler ? "logging.StreamHandler" : "logging.Formatter";
	const format = isHandler || has("format") ? "" : ', "format": "%(asctime)s %(levelname)s %(name)s %(message)s"';
	return {
		title: `Use ${kind}`,
		explanation: `Nothing installed has ${wanted}. The other way is to install the package it is of.`,
		applicability: "review",
		edits: [
			replaceText(module, key.start, key.end, '"class"'),
			replaceText(module, entry.value.start, entry.value.end, `"${kind}"${format}`),
		],
	};
}

function isOfEveryHandler({ key }: ast.Dict["entries"][number]): boolean {
	return key?.type === "Constant" && /^(?:level|formatter|filters)$/.test(String(key.value));
}

/** The innermost dict around a place. */
function dictAround(module: Module, range: TextRange): ast.Dict | null {
	let found: ast.Dict | null = null;
	walk(module.tree, (node) => {
		const isAround = node.start <= range.start && range.end <= node.end;
		if (isAround && node.type === "Dict") found = node;
		return isAround;
	});
	return found;
}
