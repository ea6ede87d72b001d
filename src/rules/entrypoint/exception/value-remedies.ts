import type { FixProposal } from "../../../audit/fix.ts";
import { isSimilarName } from "../../../project/imports/nearest-module.ts";
import type { RaisesException } from "../../../project/imports/trace.ts";
import type { Module, Project } from "../../../project/project.ts";
import { replaceEnvValue } from "../../../project/settings/env-file-edit.ts";
import type * as ast from "../../../python/ast.ts";
import { nodeAt, nodesAt } from "../../../python/node-at.ts";
import { replaceText } from "../../../python/rewrite/source.ts";
import { insertAfter } from "../../../python/rewrite/statements.ts";
import { walk } from "../../../python/walk.ts";
import type { TextRange } from "../../../text/range.ts";
import { findSimilarName } from "../../repair/names/similar-name.ts";
import { assignmentRemedy } from "./assignment-remedies.ts";
import { cronRemedy } from "./cron-remedy.ts";
import { documentRemedy } from "./document-remedy.ts";
import { addMember } from "./enumeration-remedy.ts";
import { classOfLogging } from "./logging-class-remedy.ts";
import { patternRemedy } from "./pattern-remedy.ts";

/** The change after which an operation on a value of the wrong kind no longer raises; undefined where only a person knows. */
export function valueRemedy(
	project: Project,
	module: Module,
	range: TextRange,
	detail: RaisesException,
	error: string,
): FixProposal | undefined {
	if (detail.assignment !== undefined) return assignmentRemedy(project, module, range, detail.assignment);
	if (detail.key !== undefined) return knownKey(project, detail.key) ?? addMember(project, detail.key);
	if (detail.document !== undefined) return documentRemedy(project, detail.document.path);
	if (/^ValueError: (Error validating expression|Invalid (weekday|month) name)/.test(error))
		return cronRemedy(module, range, error);
	if (/^re\.(error|PatternError): /.test(error)) return patternRemedy(project, module, nodeAt(module.tree, range, "Call"), error);
	if (/'method' object is not (iterable|subscriptable)$/.test(error)) return callTheMethod(module, range);
	if (/^TypeError: 'NoneType' object is not callable$/.test(error)) return returnTheWrapper(project, module, range);
	if (/ object is not callable$/.test(error)) return withoutCall(module, range);
	if (/must be encoded before hashing$|bytes or bytearray, but got 'str'$|bytes-like object is required, not 'str'$/.test(error))
		return encoded(module, range);
	if (/^TypeError: sequence item \d+: expected str instance/.test(error)) return joinTexts(module, range);
	if (error.includes("unhashable type: '")) return hashableItems(module, range) ?? hashable(module, range);
	if (/^TypeError: Type \w+ cannot be instantiated; use (\w+)\(\) instead$/.test(error)) return builtinType(module, range);
	return undefined;
}

/** The key or value that is spelt like the one asked for, or begins like it: `prod` for `production`. */
function knownKey(
	project: Project,
	{ keys, origin, wanted, mayGo, isRegistry, originOf }: NonNullable<RaisesException["key"]>,
): FixProposal | undefined {
	if (origin?.type === "env-file") return keyOfEnvFile(project, origin, keysLike(keys, wanted));
	if (origin?.type !== "source") return undefined;
	const source = project.modulesByPath.get(origin.path);
	const alike = keysLike(keys, wanted);
	const [meant, ...others] = alike.length === 0 && keys.length === 1 && mayGo !== true && isRegistry !== true ? keys : alike;
	if (source !== undefined && meant === undefined && mayGo === true)
		return (
			classOfLogging(source, origin.range, wanted) ??
			withoutItem(source, origin.range, wanted) ??
			consoleHandler(source, origin.range, wanted, keys) ??
			withoutEntry(source, origin.range, wanted)
		);
	if (source === undefined || meant === undefined || others.length > 0 || !/^[\w./+-]+$/.test(meant)) return undefined;
	if (source.text.slice(origin.range.start, origin.range.end) !== wanted) return undefined;
	const entered = originOf?.(meant);
	if (entered?.type === "source" && wordCount(project, meant) === 1 && wordCount(project, wanted) > 1) {
		const enters = project.modulesByPath.get(entered.path);
		if (enters?.text.slice(entered.range.start, entered.range.end) === meant)
			return {
				title: `Enter it as ${wanted} instead of ${meant}`,
				explanation: `${wanted} is asked for, and spelt so elsewhere; ${meant} is the only place that spells it otherwise.`,
				applicability: "review",
				edits: [replaceText(enters, entered.range.start, entered.range.end, wanted)],
			};
	}
	return {
		title: `Ask for ${meant} instead of ${wanted}`,
		explanation: `${wanted} is not there; ${meant} is ${keys.length === 1 ? "the only one that is" : "the one that is spelt like it"}.`,
		applicability: "review",
		edits: [replaceText(source, origin.range.start, origin.range.end, meant)],
	};
}

/** How often a text stands in quotes, or a module is called so. */
function wordCount(project: Project, word: string): number {
	const quoted = [`"${word}"`, `'${word}'`];
	let count = 0;
	for (const { name, text } of project.modulesByPath.values()) {
		if (name.split(".").includes(word)) count++;
		for (const each of quoted) count += text.split(each).length - 1;
	}
	return count;
}

/** `ENV_STATE=development` where the dict has `dev`. */
function keyOfEnvFile(
	project: Project,
	{ path, key }: { readonly path: string; readonly key: string },
	[meant, ...others]: readonly string[],
): FixProposal | undefined {
	const edit = meant === undefined || others.length > 0 ? null : replaceEnvValue(project, path, key, meant);
	if (meant === undefined || edit === null) return undefined;
	return {
		title: `Set ${key} to ${meant}`,
		explanation: `What ${key} says is looked up, and ${meant} is the entry that is spelt like it.`,
		applicability: "review",
		edits: [edit],
	};
}

/** The keys that are most like one: the same in other letters, the same in a folder of names (`Europe/Berlin`), or spelt alike. */
function keysLike(keys: readonly string[], wanted: string): readonly string[] {
	const plain = wanted.toLowerCase();
	const same = keys.filter((key) => key.toLowerCase() === plain);
	if (same.length > 0) return same;
	const inFolder = keys.filter((key) => key.toLowerCase().endsWith(`/${plain}`));
	if (inFolder.length > 0) return inFolder;
	const alike = keys.filter((key) => isSimilarName(key, wanted) || begins(key, wanted) || begins(wanted, key));
	const nearest = alike.length > 1 ? findSimilarName(wanted, alike) : null;
	if (nearest?.isOnly === true) return [nearest.name];
	return alike.length > 0 ? alike : keys.filter((key) => isSameStage(key, wanted));
}

/** What teams call the places where a server runs; `local` and `dev` are one where only one of them is there. */
const stages = [
	["local", "localhost", "dev", "develop", "development", "debug", "default"],
	["test", "tests", "testing", "ci"],
	["stage", "staging", "preprod", "uat"],
	["prod", "production", "live", "release"],
];

function isSameStage(one: string, other: string): boolean {
	return stages.some((names) => names.includes(one.toLowerCase()) && names.includes(other.toLowerCase()));
}

/** Takes a text out of the list that it stands in. */
function withoutItem(module: Module, range: TextRange, wanted: string): FixProposal | undefined {
	let list: ast.Sequence | null = null;
	walk(module.tree, (node) => {
		if (
			node.type === "Sequence" &&
			node.kind === "list" &&
			node.items.some((item) => item.type === "Constant" && item.start <= range.start && range.end <= item.end)
		)
			list = node;
		return node.start <= range.start && range.end <= node.end;
	});
	const found = list as ast.Sequence | null;
	if (found === null || module.text[found.start] !== "[") return undefined;
	const kept = found.items.filter((item) => !(item.start <= range.start && range.end <= item.end));
	return {
		title: `Take ${wanted} out of the list`,
		explanation: `Nothing defines ${wanted}. If it is to be there, it needs a definition beside the others.`,
		applicability: "review",
		edits: [
			replaceText(module, found.start, found.end, `[${kept.map((item) => module.text.slice(item.start, item.end)).join(", ")}]`),
		],
	};
}

/** Takes the entry of a dict whose value is a text that nothing defines. */
function withoutEntry(module: Module, range: TextRange, wanted: string): FixProposal | undefined {
	let owner: ast.Dict | null = null;
	walk(module.tree, (node) => {
		if (node.type === "Dict" && node.entries.some(({ value }) => value.start <= range.start && range.end <= value.end))
			owner = node;
		return node.start <= range.start && range.end <= node.end;
	});
	const entries = (owner as ast.Dict | null)?.entries ?? [];
	const at = entries.findIndex(({ value }) => value.start <= range.start && range.end <= value.end);
	const [entry, before, after] = [entries[at], entries[at - 1], entries[at + 1]];
	if (entry?.key == null || (before === undefined && after === undefined)) return undefined;
	const from = after === undefined ? (before?.value.end ?? entry.key.start) : entry.key.start;
	const to = after === undefined ? entry.value.end : (after.key ?? after.value).start;
	return {
		title: `Take the entry for ${wanted} out`,
		explanation: `Nothing defines ${wanted}. If it is to be there, it needs a definition beside the others.`,
		applicability: "review",
		edits: [replaceText(module, from, to, "")],
	};
}

/** A handler that `logging` does not have: the one that it writes to the console with is the plainest. */
function consoleHandler(
	module: Module,
	{ start, end }: TextRange,
	wanted: string,
	keys: readonly string[],
): FixProposal | undefined {
	const plain = "logging.StreamHandler";
	if (!keys.includes(plain) || module.text.slice(start, end) !== wanted) return undefined;
	return {
		title: `Use ${plain}`,
		explanation: `logging has no ${wanted}; ${plain} writes to the console.`,
		applicability: "review",
		edits: [replaceText(module, start, end, plain)],
	};
}

function begins(short: string, long: string): boolean {
	return short.length >= 3 && long.toLowerCase().startsWith(short.toLowerCase());
}

function callTheMethod(module: Module, range: TextRange): FixProposal | undefined {
	const [node] = nodesAt(module.tree, range);
	const method = node?.type === "Subscript" ? node.value : node;
	if (method?.type !== "Attribute") return undefined;
	return {
		title: `Call ${method.attribute.name}`,
		explanation: `${method.attribute.name} is a method; what it returns is meant.`,
		applicability: "safe",
		edits: [replaceText(module, method.end, method.end, "()")],
	};
}

/** `clock.zone()` of a property, `service()` of an object: there is nothing to call, the value itself is there. */
function withoutCall(module: Module, range: TextRange): FixProposal | undefined {
	const call = nodeAt(module.tree, range, "Call");
	if (call === undefined || call.args.length + call.keywords.length > 0) return undefined;
	if (call.callee.type !== "Attribute" && call.callee.type !== "Name") return undefined;
	return {
		title: "Take the parentheses away",
		explanation: "What stands before them is the value itself, not a function that gives it.",
		applicability: "review",
		edits: [replaceText(module, call.callee.end, call.end, "")],
	};
}

/** A decorator, or the function that makes one, defines what it is to return and does not return it. */
function returnTheWrapper(project: Project, module: Module, range: TextRange): FixProposal | undefined {
	const call = nodeAt(module.tree, range, "Call");
	const named = call?.callee.type === "Name" ? call.callee.id : null;
	const decorated = project.trace.functions.find(
		({ value }) => value.node.type === "FunctionDef" && value.node.name.name === named && value.node.decorators.length > 0,
	)?.value.node;
	const written =
		decorated?.type === "FunctionDef"
			? decorated.decorators
			: nodesAt(module.tree, range).filter((each) => each.type === "Call" || each.type === "Name");
	for (const each of written) {
		const name = each.type === "Name" ? each : each.type === "Call" && each.callee.type === "Name" ? each.callee : null;
		const maker = project.trace.functions.find(
			({ value }) => value.node.type === "FunctionDef" && value.node.name.name === name?.id,
		)?.value;
		const last = maker?.node.type === "FunctionDef" ? maker.node.body.at(-1) : undefined;
		const owner = maker && project.modulesByPath.get(maker.module.path);
		if (owner === undefined || maker?.node.type !== "FunctionDef") continue;
		const named = last?.type === "ExpressionStatement" && last.value.type === "Name" ? last.value : null;
		if (named !== null && maker.node.body.some((inner) => inner.type === "FunctionDef" && inner.name.name === named.id))
			return {
				title: `Return ${named.id} from ${maker.node.name.name}`,
				explanation: `${maker.node.name.name} names ${named.id} in its last line and returns nothing, so that None stands in the place of what it decorates.`,
				applicability: "safe",
				edits: [replaceText(owner, named.start, named.start, "return ")],
			};
		if (last?.type !== "FunctionDef") continue;
		return {
			title: `Return ${last.name.name} from ${maker.node.name.name}`,
			explanation: `${maker.node.name.name} defines ${last.name.name} and returns nothing, so that None stands in the place of what it decorates.`,
			applicability: "safe",
			edits: [insertAfter(owner, last, `\nreturn ${last.name.name}`)],
		};
	}
	return undefined;
}

function encoded(module: Module, range: TextRange): FixProposal | undefined {
	const first = nodeAt(module.tree, range, "Call")?.args[0];
	if (first?.type === "BinOp")
		return {
			title: "Encode the text",
			explanation: "The function works on bytes; encode() gives those of the text, in UTF-8.",
			applicability: "safe",
			edits: [replaceText(module, first.start, first.start, "("), replaceText(module, first.end, first.end, ").encode()")],
		};
	if (first === undefined || !["Name", "Attribute", "Constant", "Call", "Subscript", "JoinedString"].includes(first.type))
		return undefined;
	return {
		title: "Encode the text",
		explanation: "The function works on bytes; encode() gives those of the text, in UTF-8.",
		applicability: "safe",
		edits: [replaceText(module, first.end, first.end, ".encode()")],
	};
}

function joinTexts(module: Module, range: TextRange): FixProposal | undefined {
	const items = nodeAt(module.tree, range, "Call")?.args[0];
	if (items === undefined) return undefined;
	return {
		title: "Join the items as texts",
		explanation: "join takes texts only; str makes one of each item.",
		applicability: "safe",
		edits: [replaceText(module, items.start, items.end, `map(str, ${module.text.slice(items.start, items.end)})`)],
	};
}

/** `{["a", "b"]: 1}`: a tuple has a hash. `{{…}, {…}}`: dicts can stand in a list. */
function hashable(module: Module, range: TextRange): FixProposal | undefined {
	const [node] = nodesAt(module.tree, range);
	if (node?.type === "Sequence" && node.kind === "list" && module.text[node.start] === "[") {
		const comma = node.items.length === 1 ? "," : "";
		return {
			title: "Write the key as a tuple",
			explanation: "A list can change, and so has no hash; a tuple of the same items has one.",
			applicability: "safe",
			edits: [replaceText(module, node.start, node.start + 1, "("), replaceText(module, node.end - 1, node.end, `${comma})`)],
		};
	}
	let outer: ast.Sequence | null = null;
	walk(module.tree, (each) => {
		if (
			each.type === "Sequence" &&
			each.kind === "set" &&
			node !== undefined &&
			each.items.some((item) => item.start === node.start)
		)
			outer = each;
		return each.start <= range.start && range.end <= each.end;
	});
	const set = outer as ast.Sequence | null;
	if (set === null || module.text[set.start] !== "{") return undefined;
	return {
		title: "Write a list instead of a set",
		explanation: "What can change has no hash, and cannot stand in a set.",
		applicability: "review",
		edits: [replaceText(module, set.start, set.start + 1, "["), replaceText(module, set.end - 1, set.end, "]")],
	};
}

/** `frozenset([["read"], ["write"]])`: the lists within become tuples. */
function hashableItems(module: Module, range: TextRange): FixProposal | undefined {
	const written = nodeAt(module.tree, range, "Call")?.args[0];
	const lists =
		written?.type === "Sequence" ? written.items.filter((item) => item.type === "Sequence" && item.kind === "list") : [];
	if (lists.length === 0) return undefined;
	return {
		title: "Write the items as tuples",
		explanation: "A list can change, and so has no hash; a tuple of the same items has one.",
		applicability: "safe",
		edits: lists.flatMap((item) => [
			replaceText(module, item.start, item.start + 1, "("),
			replaceText(module, item.end - 1, item.end, item.type === "Sequence" && item.items.length === 1 ? ",)" : ")"),
		]),
	};
}

/** `Dict()`: the names of typing are for annotations. */
function builtinType(module: Module, range: TextRange): FixProposal | undefined {
	const call = nodeAt(module.tree, range, "Call");
	const name =
		call?.callee.type === "Name" ? call.callee.id : call?.callee.type === "Attribute" ? call.callee.attribute.name : null;
	if (call === undefined || name === null) return undefined;
	return {
		title: `Make a ${name.toLowerCase()}`,
		explanation: `${name} of typing stands in annotations only; ${name.toLowerCase()}() makes one.`,
		applicability: "safe",
		edits: [replaceText(module, call.callee.start, call.callee.end, name.toLowerCase())],
	};
}
