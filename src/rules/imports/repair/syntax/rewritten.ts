import type { Module } from "../../../../project/project.ts";
import { lineEndAt, lineStartAt, replaceText } from "../../../../python/rewrite/source.ts";
import { walk } from "../../../../python/walk.ts";
import type { SyntaxRemedy } from "./remedy.ts";

/** One line that says the same, or the nearest thing to it, in words that Python takes: by what Python says of it. */
export function* rewritten(module: Module, start: number, end: number, message: string): Generator<SyntaxRemedy> {
	const { text } = module;
	const lineStart = lineStartAt(text, start);
	const line = text.slice(lineStart, lineEndAt(text, start));
	const put = (at: number, length: number, newText: string) => [replaceText(module, at, at + length, newText)];
	if (message.includes("'unicodeescape' codec")) {
		const quote = text.slice(0, start).search(/["'](?:(?!\n)[^"'])*$/);
		yield {
			title: "Make it a raw string",
			explanation: "In a plain string a backslash begins an escape; in a raw one it stands for itself.",
			isCertain: /^["'][A-Za-z]:\\/.test(text.slice(quote, quote + 4)),
			edits: quote < 0 ? [] : put(quote, 0, "r"),
		};
	} else if (message.startsWith("leading zeros")) {
		const digits = text.slice(start, end);
		const isOctal = /^0[0-7]{3,4}$/.test(digits);
		const plain = digits.replace(/^[0_]+/, "");
		const octal = { title: `Write 0o${digits.slice(1)}`, isCertain: true, edits: put(start, 1, "0o") };
		if (isOctal) yield { ...octal, explanation: "Python 3 writes octal numbers, as file modes are, with 0o." };
		yield {
			title: `Write ${plain}`,
			explanation: "A decimal number does not begin with a zero.",
			isCertain: !isOctal,
			edits: put(start, digits.length, plain),
		};
	} else if (message.startsWith("trailing comma")) {
		yield {
			title: "Take the comma away",
			explanation: "A list of imported names ends with a comma only in parentheses.",
			isCertain: true,
			edits: put(start, end - start, ""),
		};
	} else if (message.startsWith("expected 'except'")) yield* withFinally(module, start);
	else if (message.startsWith("'return' with value")) {
		const value = /return\b([^\n#]*)/.exec(text.slice(start, end))?.[1] ?? "";
		yield {
			title: "Return without a value",
			explanation: "What an async generator gives, it yields; its end has no value.",
			isCertain: false,
			edits: put(start + "return".length, value.length, ""),
		};
	} else if (message.startsWith("no binding for nonlocal")) {
		const at = lineStart + line.indexOf("nonlocal");
		yield {
			title: "Declare it global",
			explanation: "No function around this one binds the name; the module can.",
			isCertain: false,
			edits: put(at, "nonlocal".length, "global"),
		};
	} else if (message.startsWith("f-string: empty") || message.startsWith("f-string: valid expression required")) {
		const at = lineStart + line.search(/\{\s*\}/);
		const braces = /\{\s*\}/.exec(line)?.[0] ?? "";
		yield { ...plainBraces, edits: put(at, braces.length, "{{}}") };
	} else if (message.startsWith("f-string: single '}'")) {
		const at = lineStart + line.lastIndexOf("}");
		yield { ...plainBraces, edits: put(at, 1, "}}") };
	} else if (/^\s*else\s+if\b/.test(line)) {
		const at = line.search(/else/);
		yield {
			title: "Write elif",
			explanation: "Python has one word for it.",
			isCertain: true,
			edits: put(lineStart + at, /else\s+if/.exec(line)?.[0].length ?? 0, "elif"),
		};
	} else if (message === "invalid syntax") yield* ofPython2(module, lineStart, line);
}

const plainBraces = {
	title: "Double the braces",
	explanation: "A brace that belongs to the text of an f-string is written twice.",
	isCertain: false,
};

/** `raise Type, value`, backticks, and a `:=` that should be a `=`. */
function* ofPython2(module: Module, lineStart: number, line: string): Generator<SyntaxRemedy> {
	const raised = /^(\s*raise\s+[\w.]+)\s*,([^,#]*[^,#\s])\s*$/.exec(line);
	if (raised?.[1] !== undefined) {
		yield {
			title: "Give the exception its value in parentheses",
			explanation: "`raise Type, value` is Python 2.",
			isCertain: true,
			edits: [replaceText(module, lineStart, lineStart + line.length, `${raised[1]}(${raised[2]?.trim()})`)],
		};
	}
	const bound = /^(\s*[A-Za-z_]\w*\s*):=/.exec(line);
	if (bound?.[1] !== undefined) {
		const at = lineStart + bound[1].length;
		yield {
			title: "Assign with =",
			explanation: "`:=` assigns inside an expression; a statement of its own is written with `=`.",
			isCertain: true,
			edits: [replaceText(module, at, at + 2, "=")],
		};
	}
	const quoted = /`([^`]+)`/.exec(line);
	if (quoted) {
		const at = lineStart + quoted.index;
		yield {
			title: "Write repr()",
			explanation: "Backticks are Python 2.",
			isCertain: true,
			edits: [replaceText(module, at, at + quoted[0].length, `repr(${quoted[1]})`)],
		};
	}
}

/** A `try` that catches nothing gets a `finally` that does nothing: what is raised inside goes on as before. */
function* withFinally(module: Module, at: number): Generator<SyntaxRemedy> {
	let start: number | null = null;
	walk(module.tree, (node) => {
		if (node.type === "Try" && node.end === at && node.handlers.length === 0) start = node.start;
		return node.start <= at && at <= node.end;
	});
	if (start === null) return;
	const { text } = module;
	const indent = text.slice(lineStartAt(text, start), start);
	const end = lineEndAt(text, at);
	yield {
		title: "End the try",
		explanation: "A try needs an except or a finally. This one lets through what is raised, as if there were no try.",
		isCertain: false,
		edits: [replaceText(module, end, end, `\n${indent}finally:\n${indent}    pass`)],
	};
}
