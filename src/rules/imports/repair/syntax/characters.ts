import type { Module } from "../../../../project/project.ts";
import { lineEndAt, lineStartAt, nextLineAt, replaceText } from "../../../../python/rewrite/source.ts";
import type { TextEdit } from "../../../../text/range.ts";
import type { SyntaxRemedy } from "./remedy.ts";
import { withoutComment } from "./without-comment.ts";

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
export function* plainCharacters(module: Module): Generator<SyntaxRemedy> {
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

/** At the end of the line that opens it, or of one of the next lines; the first place that compiles. */
export function* closeBracket(module: Module, start: number): Generator<SyntaxRemedy> {
	const { text } = module;
	const closing = { "(": ")", "[": "]", "{": "}" }[text[start] ?? ""] ?? ")";
	for (let at = start, i = 0; i < 30 && at < text.length; at = nextLineAt(text, at), i++) {
		const line = text.slice(lineStartAt(text, at), lineEndAt(text, at));
		const code = withoutComment(line);
		const end = lineStartAt(text, at) + code.length;
		if (code !== "" && end > start) {
			const place = code.endsWith(":") ? end - 1 : end;
			// Behind the comma first: one that is left behind makes a tuple, where no bracket stands around.
			for (const each of code.endsWith(",") ? [end, end - 1] : [place])
				yield {
					title: `Close the bracket with ${closing}`,
					explanation: `The ${text[start]} of this line is never closed.`,
					isCertain: i === 0,
					edits: [replaceText(module, each, each, closing)],
				};
		}
		if (nextLineAt(text, at) <= at) break;
	}
}

/** `f"Hello {name"`: behind what the field names, or at the end of the text. */
export function* closeField(module: Module, lineStart: number, line: string): Generator<SyntaxRemedy> {
	for (const { index, 0: whole } of line.matchAll(/\b[fF][rR]?("[^"\n]{0,500}"|'[^'\n]{0,500}')/g)) {
		const plain = whole.replaceAll("{{", "  ").replaceAll("}}", "  ");
		if (plain.split("{").length <= plain.split("}").length) continue;
		const named = /\{\s*[\w.]+(?:\([^()]*\)|\[[^\]]*\])*/.exec(plain.slice(plain.lastIndexOf("{")));
		const places = [named === null ? -1 : plain.lastIndexOf("{") + named[0].length, whole.length - 1];
		for (const place of new Set(places.filter((each) => each > 0))) {
			const at = lineStart + index + place;
			yield {
				title: "Close the braces with }",
				explanation: "What is to be filled in stands between braces.",
				isCertain: true,
				edits: [replaceText(module, at, at, "}")],
			};
		}
	}
}

export function* closeString(module: Module, start: number, lineEnd: number): Generator<SyntaxRemedy> {
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

/** Single quotes inside double ones, and the other way round. */
export function* otherQuotes(module: Module, start: number, end: number): Generator<SyntaxRemedy> {
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
