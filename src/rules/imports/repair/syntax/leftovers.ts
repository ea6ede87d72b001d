import type { Module } from "../../../../project/project.ts";
import type * as ast from "../../../../python/ast.ts";
import { loneMarker } from "../../../../python/merge-conflict.ts";
import { removeArguments } from "../../../../python/rewrite/arguments.ts";
import { indentAt, lineEndAt, lineStartAt, nextLineAt, replaceText } from "../../../../python/rewrite/source.ts";
import { removeStatements } from "../../../../python/rewrite/statements.ts";
import { walk } from "../../../../python/walk.ts";
import type { SyntaxRemedy } from "./remedy.ts";
import { withoutComment } from "./without-comment.ts";

const conflict =
	/^<{7}(?: [^\r\n]*)?\r?\n([\s\S]*?)(?:^\|{7}[^\r\n]*\r?\n[\s\S]*?)?^={7}\r?\n([\s\S]*?)^>{7}(?: [^\r\n]*)?(?:\r?\n|$)/gm;

/** One side of every conflict that git left in the file. */
export function* oneSideOfConflicts(module: Module): Generator<SyntaxRemedy> {
	const found = [...module.text.matchAll(conflict)];
	if (found.length === 0) return;
	for (const [side, title] of [
		[1, "Keep our side of the merge"],
		[2, "Keep their side of the merge"],
	] as const) {
		yield {
			title,
			explanation: "git could not merge this place by itself and left both versions; only one of them can stand.",
			isCertain: false,
			edits: found.map((each) => replaceText(module, each.index, each.index + each[0].length, each[side] ?? "")),
		};
	}
}

/** The one line of a conflict that was overlooked goes. */
export function* withoutLoneMarker(module: Module, lineStart: number, line: string): Generator<SyntaxRemedy> {
	if (!loneMarker.test(line.trimEnd())) return;
	yield {
		title: "Take the marker of the merge out",
		explanation:
			"git wrote it beside two versions of these lines, one of which has gone; see whether what is left is what was meant.",
		isCertain: false,
		edits: [replaceText(module, lineStart, nextLineAt(module.text, lineStart), "")],
	};
}

/** The second of two parameters, or keyword arguments, of one name goes. */
export function* withoutRepeated(module: Module, start: number): Generator<SyntaxRemedy> {
	const words = { title: "Take the repeated one out", explanation: "A name can stand here only once.", isCertain: false };
	let call: ast.Call | null = null;
	let owner: ast.FunctionDef | null = null;
	walk(module.tree, (node) => {
		if (node.start > start || node.end <= start) return false;
		if (node.type === "Call" && node.keywords.some((keyword) => keyword.start === start)) call = node;
		if (node.type === "FunctionDef" && node.parameters.some((parameter) => parameter.start === start)) owner = node;
		return true;
	});
	const found = call as ast.Call | null;
	const keyword = found?.keywords.find((each) => each.start === start);
	if (found && keyword) yield { ...words, edits: removeArguments(module, found, [keyword]) };
	const parameters = (owner as ast.FunctionDef | null)?.parameters ?? [];
	const index = parameters.findIndex((parameter) => parameter.start === start);
	const [before, doomed] = [parameters[index - 1], parameters[index]];
	if (before && doomed) yield { ...words, edits: [replaceText(module, before.end, doomed.end, "")] };
}

/** A `return` that slipped out of its function goes back to the lines above it; otherwise it goes. */
export function* returnInside(module: Module, start: number, end: number): Generator<SyntaxRemedy> {
	const { text } = module;
	const lineStart = lineStartAt(text, start);
	const above = text.slice(0, lineStart).trimEnd();
	const indent = indentAt(text, above.length);
	if (indent !== "" && indentAt(text, start) === "" && text.slice(start, end) !== "return") {
		yield {
			title: "Indent the return like the lines above it",
			explanation: "It stands outside the function that it belongs to.",
			isCertain: false,
			edits: [replaceText(module, lineStart, start, indent)],
		};
	}
	const statement = findStatement(module.tree, start);
	if (statement !== null) {
		yield {
			title: "Take the return out",
			explanation: "A module has nothing to return to; it ends with its last line.",
			isCertain: false,
			edits: removeStatements(module, [statement]),
		};
	}
}

/** `from m import *` moves from a function to the top of the module. */
export function* starImportAtTop(module: Module, start: number): Generator<SyntaxRemedy> {
	const statement = findStatement(module.tree, start);
	const first = module.tree.body.find(
		(each) => each.type === "Import" || (each.type === "ImportFrom" && each.module !== "__future__"),
	);
	if (statement === null || first === undefined) return;
	const at = nextLineAt(module.text, first.end);
	yield {
		title: "Import the names at the top",
		explanation: "Only a module can import all names of another; a function has to name them.",
		isCertain: false,
		edits: [
			replaceText(module, at, at, `${module.text.slice(statement.start, statement.end)}\n`),
			...removeStatements(module, [statement]),
		],
	};
}

function findStatement(tree: ast.Module, start: number): ast.Statement | null {
	let found: ast.Statement | null = null;
	walk(tree, (node) => {
		if ((node.type === "Return" || node.type === "ImportFrom") && node.start === start) found = node;
		return node.start <= start && start < node.end;
	});
	return found;
}

const keywords =
	"and as assert async await class def del from global import in is lambda nonlocal not or pass raise return with yield";

/** A parameter or an argument that has the name of a keyword gets an underscore, as PEP 8 says. */
export function* renamedKeyword(module: Module, start: number): Generator<SyntaxRemedy> {
	const { text } = module;
	const lineStart = lineStartAt(text, start);
	const line = text.slice(lineStart, lineEndAt(text, start));
	const pattern = new RegExp(`([(,]\\s*|^\\s*)(${keywords.replaceAll(" ", "|")})(?=\\s*(?::(?!\\s*$)|=(?!=)|,|\\)))`, "g");
	for (const match of line.matchAll(pattern)) {
		const at = lineStart + match.index + (match[1]?.length ?? 0) + (match[2]?.length ?? 0);
		yield {
			title: `Call it ${match[2]}_`,
			explanation: `${match[2]} is a word of the language and cannot be a name.`,
			isCertain: false,
			edits: [replaceText(module, at, at, "_")],
		};
	}
}

/** A comma where two values meet: between lines around the place of the error, or between words of its line. */
export function* missingComma(module: Module, start: number): Generator<SyntaxRemedy> {
	const { text } = module;
	const lineStart = lineStartAt(text, start);
	const places = [lineEndOfCode(text, start), lineEndOfCode(text, lineStart - 1)];
	for (let at = lineStart; at < lineEndAt(text, start); at++) {
		if (/[\w"')\]}]/.test(text[at - 1] ?? "") && /^\s+["'\w([{]/.test(text.slice(at, at + 8))) places.push(at);
	}
	for (const at of places.slice(0, 20)) {
		if (at <= 0 || /[,([{:\s]/.test(text[at - 1] ?? "")) continue;
		yield {
			title: "Put the missing comma",
			explanation: "Two values stand next to each other with nothing between them.",
			isCertain: false,
			edits: [replaceText(module, at, at, ",")],
		};
	}
}

function lineEndOfCode(text: string, offset: number): number {
	if (offset < 0) return 0;
	const from = lineStartAt(text, offset);
	return from + withoutComment(text.slice(from, lineEndAt(text, offset))).length;
}

/** A coding cookie (PEP 263) that names the encoding which every byte has a meaning in. */
export function* codingCookie(module: Module): Generator<SyntaxRemedy> {
	const { text } = module;
	const isWindows = /[\u0080-\u009f]/.test(text);
	if (isWindows && /[\u0081\u008d\u008f\u0090\u009d]/.test(text)) return;
	const at = text.startsWith("#!") ? nextLineAt(text, 0) : 0;
	const name = isWindows ? "cp1252" : "latin-1";
	yield {
		title: `Say that the file is ${name}`,
		explanation: "Python reads source as UTF-8 unless its first lines name another encoding. The bytes stay as they are.",
		isCertain: true,
		edits: [replaceText(module, at, at, `# -*- coding: ${name} -*-\n`)],
	};
}
