import type { Module } from "../../../project/project.ts";
import { findSyntaxFaults } from "../../../python/grammar.ts";
import { parseModule } from "../../../python/parse.ts";
import { lineEndAt, lineStartAt, nextLineAt, replaceText } from "../../../python/rewrite/source.ts";
import { applyEdits } from "../../../text/edit.ts";
import type { TextEdit } from "../../../text/range.ts";

/** A change that makes a file compile. */
export interface SyntaxRemedy {
	readonly title: string;
	readonly explanation: string;
	/** Is it what was meant beyond reasonable doubt? */
	readonly isCertain: boolean;
	readonly edits: readonly TextEdit[];
}

/** Changes that take the first syntax error of a file away, each tried; `minor` is the version of Python 3 that has to accept it. */
export function findSyntaxRemedies(module: Module, minor: number): readonly SyntaxRemedy[] {
	const [fault] = module.tree.errors;
	if (fault === undefined) return [];
	const complete: SyntaxRemedy[] = [];
	const partial: SyntaxRemedy[] = [];
	for (const remedy of candidates(module, fault.start, fault.end, fault.message)) {
		const effect = effectOf(module, remedy.edits, minor);
		if (effect === "compiles") complete.push(remedy);
		else if (effect === "further") partial.push(remedy);
	}
	// Where one change is not enough, there was more than one mistake.
	return (complete.length > 0 ? complete : partial).slice(0, 2);
}

/** `further`: the next error stands below the first one's line. */
function effectOf(module: Module, edits: readonly TextEdit[], minor: number): "compiles" | "further" | "none" {
	const text = applyEdits(module.text, edits);
	if (text === null || text === module.text) return "none";
	const [left] = findSyntaxFaults(text, parseModule(text), minor);
	const first = module.tree.errors[0]?.start ?? 0;
	if (left === undefined) return "compiles";
	return left.start > lineEndAt(text, first) + 1 ? "further" : "none";
}

function* candidates(module: Module, start: number, end: number, message: string): Generator<SyntaxRemedy> {
	const { text } = module;
	const lineStart = lineStartAt(text, start);
	const lineEnd = lineEndAt(text, start);
	const line = text.slice(lineStart, lineEnd);
	const edit = (from: number, to: number, newText: string) => [replaceText(module, from, to, newText)];
	if (message === "expected ':'") {
		yield {
			title: "Put the missing colon",
			explanation: "A statement that opens a block ends with a colon.",
			isCertain: true,
			edits: edit(start, start, ":"),
		};
	}
	if (message.startsWith("Missing parentheses in call to 'print'")) yield* printCall(module, start, end);
	if (message.startsWith("invalid character") || message.startsWith("invalid non-printable")) yield* plainCharacters(module);
	if (message.includes("null bytes")) {
		yield {
			title: "Remove the null bytes",
			explanation: "A null byte cannot stand in Python source.",
			isCertain: true,
			edits: edit(0, text.length, text.replaceAll("\0", "")),
		};
	}
	if (message.startsWith("multiple exception types")) {
		const list = text.slice(start, end);
		const [type = "", name = ""] = list.split(/\s*,\s*/);
		const isOldName = /^[a-z_]\w*$/.test(name) && list.split(",").length === 2;
		const newText = isOldName ? `${type} as ${name}` : `(${list})`;
		yield {
			title: `Write except ${newText}`,
			explanation: "Python 3 names the exception with `as` and groups types in parentheses.",
			isCertain: true,
			edits: edit(start, end, newText),
		};
	}
	if (message.startsWith("expected an indented block")) yield* emptyBlock(module, start);
	if (message.startsWith("unexpected indent") || message.startsWith("unindent does not match"))
		yield* reindent(module, start, line);
	if (message.startsWith("inconsistent use of tabs")) {
		yield {
			title: "Indent with spaces only",
			explanation: "Tabs and spaces are mixed; each tab becomes the spaces up to its next stop.",
			isCertain: true,
			edits: edit(0, text.length, withoutTabs(text, 4)),
		};
		yield {
			title: "Indent with spaces only",
			explanation: "Tabs and spaces are mixed; each tab becomes the spaces up to its next stop.",
			isCertain: false,
			edits: edit(0, text.length, withoutTabs(text, 8)),
		};
	}
	if (message.includes("was never closed")) yield* closeBracket(module, start);
	if (message.startsWith("unmatched") || message.startsWith("closing parenthesis")) {
		yield {
			title: `Remove the ${text[start]} that closes nothing`,
			explanation: "No bracket is open at this place.",
			isCertain: false,
			edits: edit(start, end, ""),
		};
	}
	if (message.startsWith("unterminated string") || message.startsWith("EOL while")) yield* closeString(module, start, lineEnd);
	if (message.startsWith("from __future__")) yield* futureFirst(module, start, end);
	if (message.startsWith("f-string: expecting")) yield* otherQuotes(module, start, end);
	if (message.includes("global declaration")) yield* globalFirst(module, start, end);
	if (message.startsWith("'await' outside async")) yield* asyncFunction(module, start);
	if (message.includes("argument follows default") || message.startsWith("parameter without a default"))
		yield* keywordOnly(module, start);
	if (message === "invalid syntax") {
		const compared = /^(\s*(?:if|elif|while)\b[^=!<>]*[^=!<>:])=(?!=)/.exec(line);
		if (compared?.[1] !== undefined) {
			const at = lineStart + compared[1].length;
			yield {
				title: "Compare with ==",
				explanation: "A single = assigns, which a condition cannot do.",
				isCertain: true,
				edits: edit(at, at + 1, "=="),
			};
		}
		yield* parenthesisedPrints(module);
	}
}

function* printCall(module: Module, start: number, end: number): Generator<SyntaxRemedy> {
	yield* parenthesisedPrints(module);
	const statement = module.text.slice(start, end);
	const args = /^print\s+(?!>>)(.*?),?\s*$/s.exec(statement)?.[1];
	if (args === undefined) return;
	yield {
		title: "Call print with parentheses",
		explanation: "In Python 3 print is a function.",
		isCertain: true,
		edits: [replaceText(module, start, end, `print(${args})`)],
	};
}

/** Every print statement of the file: there is seldom only one. */
function* parenthesisedPrints(module: Module): Generator<SyntaxRemedy> {
	const edits = [...module.text.matchAll(/^([ \t]*)print[ \t]+(?![=(>.,[+*/%&|^:-])([^#\r\n]*?),?[ \t]*(?=#|\r?$)/gm)].map(
		(match) => {
			const start = match.index + (match[1]?.length ?? 0);
			return replaceText(module, start, match.index + match[0].length, `print(${match[2]?.trimEnd() ?? ""})`);
		},
	);
	if (edits.length > 0)
		yield { title: "Call print with parentheses", explanation: "In Python 3 print is a function.", isCertain: true, edits };
}

const plain: Readonly<Record<string, string>> = {
	"“": '"',
	"”": '"',
	"„": '"',
	"‘": "'",
	"’": "'",
	"\u00a0": " ",
	"–": "-",
	"—": "-",
	"\u200b": "",
	"，": ",",
	"：": ":",
	"（": "(",
	"）": ")",
};

/** Word processors and chats replace quotes, dashes and blanks; outside strings only the plain ones are Python. */
function* plainCharacters(module: Module): Generator<SyntaxRemedy> {
	const edits: TextEdit[] = [];
	for (const match of module.text.matchAll(/[“”„‘’\u00a0–—\u200b，：（）]/g)) {
		edits.push(replaceText(module, match.index, match.index + match[0].length, plain[match[0]] ?? ""));
	}
	const words = { explanation: "Only plain quotes, hyphens and blanks are Python's own." };
	const [first] = module.tree.errors;
	const line = edits.filter(
		(each) => first && lineStartAt(module.text, each.range.start) === lineStartAt(module.text, first.start),
	);
	yield { title: "Use plain characters in this line", ...words, isCertain: true, edits: line };
	yield { title: "Use plain characters", ...words, isCertain: false, edits };
}

function* emptyBlock(module: Module, start: number): Generator<SyntaxRemedy> {
	const { text } = module;
	// The fault stands at the line that should have been indented, or behind the head at the end of the file.
	const lineStart = lineStartAt(text, start);
	const headAt = lastCodeBefore(text, text.slice(lineStart, start).trim() === "" ? lineStart : start + 1);
	const headIndent = /^[ \t]*/.exec(text.slice(lineStartAt(text, headAt)))?.[0] ?? "";
	const indented = indentedBlock(module, lineStart, headIndent);
	const words = {
		title: "Indent the block",
		explanation: "What follows the colon belongs to the block, and has to be indented.",
	};
	const isFunction = /^[ \t]*(async[ \t]+)?def\b/.test(text.slice(lineStartAt(text, headAt)));
	if (indented && isFunction) yield { ...words, isCertain: false, edits: indented };
	const behind = nextLineAt(text, headAt);
	const eol = behind === lineEndAt(text, headAt) ? "\n" : "";
	yield {
		title: "Put pass into the empty block",
		explanation: "A block needs at least one statement; `pass` does nothing.",
		isCertain: !isFunction,
		edits: [replaceText(module, behind, behind, `${eol}${headIndent}    pass\n`)],
	};
	if (indented && !isFunction) yield { ...words, isCertain: false, edits: indented };
}

function lastCodeBefore(text: string, offset: number): number {
	let end = offset;
	for (;;) {
		const start = lineStartAt(text, Math.max(0, end - 1));
		const code = text.slice(start, end).replace(/#.*/, "").trim();
		if (code !== "" || start === 0) return start + Math.max(0, text.slice(start, end).replace(/#.*/, "").trimEnd().length - 1);
		end = start;
	}
}

/** One more step of indentation for the lines from a place to the next blank line or outer statement. */
function indentedBlock(module: Module, from: number, headIndent: string): readonly TextEdit[] | null {
	const edits: TextEdit[] = [];
	const { text } = module;
	for (let at = from; at < text.length; at = nextLineAt(text, at)) {
		const line = text.slice(at, lineEndAt(text, at));
		if (line.trim() === "") break;
		if (edits.length > 0 && /^(?:@|def |class |async def )/.test(line.slice(headIndent.length))) break;
		edits.push(replaceText(module, at, at, "    "));
		if (nextLineAt(text, at) === at) break;
	}
	return edits.length > 0 ? edits : null;
}

/** The line, and those indented like it, to each indentation in use above: that of the line before it first. */
function* reindent(module: Module, start: number, line: string): Generator<SyntaxRemedy> {
	const { text } = module;
	const indent = /^[ \t]*/.exec(line)?.[0] ?? "";
	const above = text
		.slice(0, lineStartAt(text, start))
		.split(/\r\n|\r|\n/)
		.filter((each) => each.trim() !== "" && !each.trim().startsWith("#"));
	const indents = [
		...new Set(
			above
				.reverse()
				.slice(0, 12)
				.map((each) => /^[ \t]*/.exec(each)?.[0] ?? ""),
		),
	];
	const sorted = indents
		.slice(0, 1)
		.concat(indents.slice(1).sort((a, b) => Math.abs(a.length - indent.length) - Math.abs(b.length - indent.length)));
	for (const [i, wanted] of sorted.entries()) {
		const edits: TextEdit[] = [];
		for (let at = lineStartAt(text, start); at < text.length; at = nextLineAt(text, at)) {
			const current = text.slice(at, lineEndAt(text, at));
			if (current.trim() === "" || !current.startsWith(indent)) break;
			edits.push(replaceText(module, at, at + indent.length, wanted));
			if (nextLineAt(text, at) === at) break;
		}
		yield {
			title: "Indent the line like those around it",
			explanation: "All statements of a block begin in the same column.",
			isCertain: i === 0 && sorted.length === 1,
			edits,
		};
	}
}

function withoutTabs(text: string, width: number): string {
	return text.replace(/^[ \t]+/gm, (indent) => {
		let column = 0;
		for (const char of indent) column = char === "\t" ? (Math.floor(column / width) + 1) * width : column + 1;
		return " ".repeat(column);
	});
}

/** At the end of the line that opens it, or of one of the next lines; the first place that compiles. */
function* closeBracket(module: Module, start: number): Generator<SyntaxRemedy> {
	const { text } = module;
	const closing = { "(": ")", "[": "]", "{": "}" }[text[start] ?? ""] ?? ")";
	for (let at = start, i = 0; i < 30 && at < text.length; at = nextLineAt(text, at), i++) {
		const line = text.slice(lineStartAt(text, at), lineEndAt(text, at));
		const code = line.replace(/\s*#[^"']*$/, "").trimEnd();
		const end = lineStartAt(text, at) + code.length;
		if (code !== "" && end > start) {
			const place = code.endsWith(":") ? end - 1 : end;
			yield {
				title: `Close the bracket with ${closing}`,
				explanation: `The ${text[start]} of this line is never closed.`,
				isCertain: i === 0,
				edits: [replaceText(module, place, place, closing)],
			};
		}
		if (nextLineAt(text, at) <= at) break;
	}
}

function* closeString(module: Module, start: number, lineEnd: number): Generator<SyntaxRemedy> {
	const quote = /["']/.exec(module.text.slice(start, start + 4))?.[0] ?? '"';
	const line = module.text.slice(start, lineEnd).trimEnd();
	for (const tail of ["", ",", ")", "),", ":", "):", "]", "],", "}", "},"]) {
		if (!line.endsWith(tail)) continue;
		const at = start + line.length - tail.length;
		yield {
			title: "Close the string",
			explanation: "The string has no closing quote on its line.",
			isCertain: false,
			edits: [replaceText(module, at, at, quote)],
		};
	}
}

function* futureFirst(module: Module, start: number, end: number): Generator<SyntaxRemedy> {
	const { text, tree } = module;
	const [first] = tree.body;
	const isDocstring =
		first?.type === "ExpressionStatement" && first.value.type === "Constant" && first.value.literal === "string";
	const at = isDocstring ? nextLineAt(text, first.end) : lineStartAt(text, first?.start ?? 0);
	const from = lineStartAt(text, start);
	yield {
		title: "Move the __future__ import to the top",
		explanation: "It changes how the whole file is compiled, so it comes before all other code.",
		isCertain: true,
		edits: [replaceText(module, at, at, `${text.slice(start, end)}\n`), replaceText(module, from, nextLineAt(text, end), "")],
	};
}

/** Single quotes inside double ones, and the other way round. */
function* otherQuotes(module: Module, start: number, end: number): Generator<SyntaxRemedy> {
	const text = module.text.slice(start, end);
	const quote = /["']/.exec(text)?.[0] ?? '"';
	const other = quote === '"' ? "'" : '"';
	const first = text.indexOf(quote);
	const inner = text.slice(first + 1, -1);
	const words = { explanation: "Before Python 3.12 an expression in an f-string cannot use the quotes around it." };
	if (!inner.includes(other))
		yield {
			title: "Use other quotes inside the f-string",
			...words,
			isCertain: true,
			edits: [replaceText(module, start + first + 1, end - 1, inner.replaceAll(quote, other))],
		};
}

function* globalFirst(module: Module, start: number, end: number): Generator<SyntaxRemedy> {
	const { text } = module;
	const owner = module.tree.body.find((each) => each.type === "FunctionDef" && each.start <= start && start < each.end);
	const [first] = owner?.type === "FunctionDef" ? owner.body : [];
	if (!first) return;
	const from = lineStartAt(text, start);
	const at = lineStartAt(text, first.start);
	const indent = text.slice(at, first.start);
	yield {
		title: "Declare the name global before it is used",
		explanation: "The declaration holds for the whole function, and has to come first.",
		isCertain: true,
		edits: [
			replaceText(module, at, at, `${indent}${text.slice(start, end)}\n`),
			replaceText(module, from, nextLineAt(text, end), ""),
		],
	};
}

function* asyncFunction(module: Module, start: number): Generator<SyntaxRemedy> {
	const before = module.text.slice(0, start);
	const heads = [...before.matchAll(/^[ \t]*(?=def\s)/gm)];
	const head = heads.at(-1);
	if (!head) return;
	const at = head.index + head[0].length;
	yield {
		title: "Make the function async",
		explanation: "Only an `async def` can await; whoever calls it has to await it in turn.",
		isCertain: false,
		edits: [replaceText(module, at, at, "async ")],
	};
}

/** `*` before the first parameter: all are given by keyword, as FastAPI does, and their order is free. */
function* keywordOnly(module: Module, start: number): Generator<SyntaxRemedy> {
	const heads = [...module.text.slice(0, start).matchAll(/\bdef\s+\w+\s*\(\s*/g)];
	const head = heads.at(-1);
	if (!head) return;
	const at = head.index + head[0].length;
	if (/^(self|cls)\b/.test(module.text.slice(at))) return;
	yield {
		title: "Make the parameters keyword-only",
		explanation: "After a `*` the order of parameters with and without defaults is free; FastAPI passes them by keyword.",
		isCertain: false,
		edits: [replaceText(module, at, at, "*, ")],
	};
}
