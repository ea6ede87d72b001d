import type * as ast from "../../python/ast.ts";
import { findKeyword, removeArguments } from "../../python/rewrite/arguments.ts";
import { enclosingFunction } from "../../python/rewrite/enclosing.ts";
import { isFirstOnLine, lineEndAt, lineStartAt, nextLineAt, replaceText } from "../../python/rewrite/source.ts";
import { walk } from "../../python/walk.ts";
import type { TextEdit, TextRange } from "../../text/range.ts";
import type { Call } from "../imports/trace.ts";
import type { Module } from "../project.ts";

/** Where an argument of a call is written: in the call, or in the one dict of the same module that the call spreads with `**`. */
export interface OptionPlace {
	/** The name as it stands there, without quotes. */
	readonly name: TextRange;
	readonly owner: { readonly type: "call"; readonly call: ast.Call } | { readonly type: "dict"; readonly dict: ast.Dict };
}

/** Null where the argument is written nowhere that is certain. */
export function findOption({ module, node }: Call, name: string): OptionPlace | null {
	const keyword = findKeyword(node, name);
	if (keyword?.name) return { name: keyword.name, owner: { type: "call", call: node } };
	const spread = node.keywords.filter((each) => each.name === null).map(({ value }) => value);
	const written = spread.flatMap((value) => displaysOf(module, value));
	const displays = written.length > 0 ? written : spread.flatMap((value) => handedIn(module, node, value));
	const places = displays.flatMap((display) => placeIn(module, display, name));
	const [only, ...others] = places;
	return only === undefined || others.length > 0 ? null : only;
}

/** Takes arguments out where they are written; null where the place of one of them is not certain. */
export function removeOptions(call: Call, names: readonly string[]): readonly TextEdit[] | null {
	const edits: TextEdit[] = [];
	const byOwner = new Map<ast.Call | ast.Dict, string[]>();
	for (const name of names) {
		const place = findOption(call, name);
		if (place === null) return null;
		const owner = place.owner.type === "call" ? place.owner.call : place.owner.dict;
		byOwner.set(owner, [...(byOwner.get(owner) ?? []), name]);
	}
	for (const [owner, doomed] of byOwner) {
		if (owner.type === "Call") {
			edits.push(
				...removeArguments(
					call.module,
					owner,
					doomed.flatMap((name) => findKeyword(owner, name) ?? []),
				),
			);
		} else edits.push(...removeEntries(call.module, owner, doomed));
	}
	return edits;
}

/** The dict that a spread expression stands for: a display, or the one that the module binds to the name. */
function displaysOf(module: Module, value: ast.Expression): readonly ast.Expression[] {
	if (value.type !== "Name") return [value];
	const found: ast.Expression[] = [];
	walk(module.tree, (node) => {
		const targets = node.type === "Assign" ? node.targets : node.type === "AnnAssign" ? [node.target] : [];
		if (!targets.some((target) => target.type === "Name" && target.id === value.id)) return true;
		if ((node.type === "Assign" || node.type === "AnnAssign") && node.value !== null) found.push(node.value);
		return true;
	});
	return found;
}

/** The dicts in braces that the module hands to the function whose parameter is spread: `Manager(url, {"echo": True})`. */
function handedIn(module: Module, node: ast.Call, value: ast.Expression): readonly ast.Expression[] {
	const owner = enclosingFunction(module.tree, node.start);
	const isParameter =
		value.type === "Name" && owner?.parameters.some((each) => each.kind !== "var-keyword" && each.name.name === value.id);
	if (owner === null || isParameter !== true) return [];
	const name = owner.name.name === "__init__" ? classAround(module, owner)?.name.name : owner.name.name;
	const found: ast.Expression[] = [];
	walk(module.tree, (each) => {
		if (each.type !== "Call") return;
		const callee =
			each.callee.type === "Name" ? each.callee.id : each.callee.type === "Attribute" ? each.callee.attribute.name : null;
		if (callee !== name) return;
		for (const given of [...each.args, ...each.keywords.map((keyword) => keyword.value)])
			if (given.type === "Dict" || given.type === "Name") found.push(...displaysOf(module, given));
	});
	return found.filter(({ type }) => type === "Dict" || type === "Call");
}

function classAround(module: Module, method: ast.FunctionDef): ast.ClassDef | null {
	let found: ast.ClassDef | null = null;
	walk(module.tree, (each) => {
		if (each.type === "ClassDef" && each.body.includes(method)) found = each;
	});
	return found;
}

function placeIn(module: Module, display: ast.Expression, name: string): readonly OptionPlace[] {
	if (display.type === "Dict") {
		const key = display.entries.find((entry) => entry.key?.type === "Constant" && entry.key.value === name)?.key;
		if (key === undefined || key === null) return [];
		const text = module.text.slice(key.start, key.end);
		const at = text.indexOf(name);
		return at < 0
			? []
			: [{ name: { start: key.start + at, end: key.start + at + name.length }, owner: { type: "dict", dict: display } }];
	}
	const isDict = display.type === "Call" && display.callee.type === "Name" && display.callee.id === "dict";
	const keyword = isDict ? findKeyword(display, name)?.name : undefined;
	return keyword && display.type === "Call" ? [{ name: keyword, owner: { type: "call", call: display } }] : [];
}

/** A dict with one entry a line loses whole lines; of others go the entry and the comma behind it. */
function removeEntries(module: Module, { entries }: ast.Dict, doomed: readonly string[]): readonly TextEdit[] {
	return entries.flatMap((entry, index) => {
		if (entry.key?.type !== "Constant" || !doomed.includes(String(entry.key.value))) return [];
		const { text } = module;
		const next = entries[index + 1];
		const rest = text.slice(entry.value.end, lineEndAt(text, entry.value.end));
		if (isFirstOnLine(text, entry.key.start) && /^\s*(?:,\s*)?(#.*)?$/.test(rest))
			return [replaceText(module, lineStartAt(text, entry.key.start), nextLineAt(text, entry.value.end), "")];
		const following = next?.key ?? next?.value;
		if (following !== undefined) return [replaceText(module, entry.key.start, following.start, "")];
		const before = entries[index - 1];
		const isBeforeDoomed = before?.key?.type === "Constant" && doomed.includes(String(before.key.value));
		return [
			replaceText(module, before === undefined || isBeforeDoomed ? entry.key.start : before.value.end, entry.value.end, ""),
		];
	});
}
