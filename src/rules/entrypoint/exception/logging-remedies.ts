import type { FixProposal } from "../../../audit/fix.ts";
import type { Module } from "../../../project/project.ts";
import type * as ast from "../../../python/ast.ts";
import { nodeAt } from "../../../python/node-at.ts";
import { addArgument, findKeyword, removeArguments } from "../../../python/rewrite/arguments.ts";
import { replaceText } from "../../../python/rewrite/source.ts";
import { walk } from "../../../python/walk.ts";
import type { TextRange } from "../../../text/range.ts";

/** The change after which `logging` takes its set-up, by what it says of it; undefined where only a person knows. */
export function loggingRemedy(module: Module, range: TextRange, error: string): FixProposal | undefined {
	const call = nodeAt(module.tree, range, "Call");
	if (call === undefined) return undefined;
	if (error === "ValueError: dictionary doesn't specify a version") return sayVersion(module);
	if (error.endsWith("' for '%' style")) return sayStyle(module, call);
	if (error === "TypeError: A logger name must be a string") return nameLogger(module, call);
	if (error.includes("should not be specified together with 'handlers'")) return fileAmongHandlers(module, call);
	const member = /^TypeError: Level not an integer or a valid string: <\w+\.\w+: '([^']*)'>$/.exec(error)?.[1];
	if (member !== undefined) return valueOfLevel(module, call, member);
	const unknown = /^ValueError: Unrecognised argument\(s\): (\w+)/.exec(error)?.[1];
	return unknown === undefined ? undefined : otherOption(module, call, unknown);
}

/** Is it an error of `logging` that this file knows? */
export function isOfLogging(error: string): boolean {
	return /doesn't specify a version$|' for '%' style$|A logger name must be a string$|together with 'handlers'$|: Level not an integer or a valid string: <|: Unrecognised argument\(s\): /.test(
		error,
	);
}

/** `setLevel(Level.INFO)`: a member of an enumeration is no level, its value is the name of one. */
function valueOfLevel(module: Module, call: ast.Call, value: string): FixProposal | undefined {
	const level = findKeyword(call, "level")?.value ?? call.args[0];
	if (level === undefined) return undefined;
	const written = value === value.toUpperCase() ? ".value" : ".value.upper()";
	return {
		title: `Pass the level's ${written.slice(1)}`,
		explanation: `logging takes numbers and names of levels; the member of the enumeration is neither, and its value is ${value}.`,
		applicability: "safe",
		edits: [replaceText(module, level.end, level.end, written)],
	};
}

/** The one dictionary of the file that lists handlers or formatters says which schema it follows: there is only the first. */
function sayVersion(module: Module): FixProposal | undefined {
	const found: ast.Dict[] = [];
	const keys = ({ entries }: ast.Dict) => entries.map(({ key }) => (key?.type === "Constant" ? key.value : null));
	walk(module.tree, (node) => {
		if (node.type === "Dict" && ["handlers", "formatters", "loggers"].filter((key) => keys(node).includes(key)).length > 1)
			found.push(node);
	});
	const [only, ...others] = found;
	if (only === undefined || others.length > 0 || keys(only).includes("version")) return undefined;
	const first = only.entries[0]?.key;
	if (first === undefined || first === null) return undefined;
	const between = module.text.slice(only.start + 1, first.start);
	return {
		title: "Say version 1",
		explanation: "dictConfig asks which schema the dictionary follows; 1 is the only one there is.",
		applicability: "safe",
		edits: [replaceText(module, only.start + 1, only.start + 1, `${between}"version": 1,${between === "" ? " " : ""}`)],
	};
}

function sayStyle(module: Module, call: ast.Call): FixProposal | undefined {
	const format = findKeyword(call, "format")?.value ?? findKeyword(call, "fmt")?.value ?? call.args[0];
	if (format === undefined || findKeyword(call, "style") !== null) return undefined;
	const written = module.text.slice(format.start, format.end);
	const style = /\$\{?\w/.test(written) ? "$" : /\{\w+/.test(written) ? "{" : null;
	if (style === null) return undefined;
	return {
		title: `Say style="${style}"`,
		explanation: "Without a style the format is read in the one with percent signs, in which it names no field.",
		applicability: "safe",
		edits: [addArgument(module, call, `style="${style}"`)],
	};
}

function nameLogger(module: Module, call: ast.Call): FixProposal | undefined {
	const [name, ...others] = call.args;
	if (name === undefined || others.length > 0 || call.keywords.length > 0) return undefined;
	return {
		title: "Name the logger after the module",
		explanation: "getLogger takes the name of a logger; the usual one is that of the module, __name__.",
		applicability: "safe",
		edits: [replaceText(module, name.start, name.end, "__name__")],
	};
}

/** `basicConfig(filename=…, handlers=[…])`: the file becomes one of the handlers. */
function fileAmongHandlers(module: Module, call: ast.Call): FixProposal | undefined {
	const [file, stream, handlers] = ["filename", "stream", "handlers"].map((name) => findKeyword(call, name));
	const list = handlers?.value;
	const given = file ?? stream;
	if (list?.type !== "Sequence" || list.kind !== "list" || given === null || given === undefined || (file && stream))
		return undefined;
	const kind = file ? "FileHandler" : "StreamHandler";
	const owner = call.callee.type === "Attribute" ? module.text.slice(call.callee.value.start, call.callee.value.end) : null;
	if (owner === null) return undefined;
	const value = module.text.slice(given.value.start, given.value.end);
	const at = list.items.at(-1)?.end ?? list.start + 1;
	return {
		title: `Write to it by a ${kind} of its own`,
		explanation: "With handlers, each of them says itself where it writes to.",
		applicability: "safe",
		edits: [
			...removeArguments(module, call, [given]),
			replaceText(module, at, at, `${list.items.length > 0 ? ", " : ""}${owner}.${kind}(${value})`),
		],
	};
}

/** What people call the options of `basicConfig`, by what it calls them. */
const usual: Readonly<Record<string, string>> = {
	fmt: "format",
	formatter: "format",
	log_format: "format",
	date_format: "datefmt",
	date_fmt: "datefmt",
	dateformat: "datefmt",
	loglevel: "level",
	log_level: "level",
	file: "filename",
	file_name: "filename",
	handler: "handlers",
	mode: "filemode",
};

function otherOption(module: Module, call: ast.Call, name: string): FixProposal | undefined {
	const given = findKeyword(call, name);
	const meant = Object.hasOwn(usual, name) ? usual[name] : undefined;
	if (given?.name == null) return undefined;
	if (meant !== undefined && findKeyword(call, meant) === null)
		return {
			title: `Call the option ${meant}`,
			explanation: `basicConfig has no option ${name}; ${meant} is what it calls it.`,
			applicability: "safe",
			edits: [replaceText(module, given.name.start, given.name.end, meant)],
		};
	return {
		title: `Leave ${name} out`,
		explanation: `basicConfig has no option ${name}.`,
		applicability: "review",
		edits: removeArguments(module, call, [given]),
	};
}
