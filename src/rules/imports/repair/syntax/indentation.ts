import type { Module } from "../../../../project/project.ts";
import { lineEndAt, lineStartAt, nextLineAt, replaceText } from "../../../../python/rewrite/source.ts";
import type { TextEdit } from "../../../../text/range.ts";
import type { SyntaxRemedy } from "./remedy.ts";

export function* emptyBlock(module: Module, start: number): Generator<SyntaxRemedy> {
	const { text } = module;
	// The fault stands at the line that should have been indented, or behind the head at the end of the file.
	const lineStart = lineStartAt(text, start);
	const headAt = lastCodeBefore(text, text.slice(lineStart, start).trim() === "" ? lineStart : start + 1);
	const headIndent = /^[ \t]*/.exec(text.slice(lineStartAt(text, headAt)))?.[0] ?? "";
	const head = text.slice(lineStartAt(text, headAt), lineEndAt(text, headAt)).trim();
	const isBranch = /^(if|elif|else|except|finally|while)\b/.test(head);
	const indented = indentedBlock(module, lineStart, headIndent, isBranch);
	const words = {
		title: "Indent the block",
		explanation: "What follows the colon belongs to the block, and has to be indented.",
	};
	// What stands right below is the block, but for a class or where comments are all that is left of it.
	const isRightBelow = nextLineAt(text, headAt) === lineStart;
	const comesFirst = /^(async\s+)?def\b/.test(head) || (isRightBelow && /^(async\s+)?(with|for|try)\b/.test(head));
	if (indented && comesFirst) yield { ...words, isCertain: false, edits: indented };
	const behind = nextLineAt(text, headAt);
	const eol = behind === lineEndAt(text, headAt) ? "\n" : "";
	yield {
		title: "Put pass into the empty block",
		explanation: "A block needs at least one statement; `pass` does nothing.",
		isCertain: !comesFirst,
		edits: [replaceText(module, behind, behind, `${eol}${headIndent}    pass\n`)],
	};
	if (indented && !comesFirst) yield { ...words, isCertain: false, edits: indented };
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
function indentedBlock(module: Module, from: number, headIndent: string, isOneStatement: boolean): readonly TextEdit[] | null {
	const edits: TextEdit[] = [];
	const { text } = module;
	for (let at = from; at < text.length; at = nextLineAt(text, at)) {
		const line = text.slice(at, lineEndAt(text, at));
		if (line.trim() === "") break;
		if (edits.length > 0 && isOneStatement && !/^[ \t)\]}]/.test(line.slice(headIndent.length))) break;
		if (edits.length > 0 && /^(?:@|def |class |async def )/.test(line.slice(headIndent.length))) break;
		edits.push(replaceText(module, at, at, "    "));
		if (nextLineAt(text, at) === at) break;
	}
	return edits.length > 0 ? edits : null;
}

/** The line, and those indented like it, to each indentation in use above: that of the line before it first. */
export function* reindent(module: Module, start: number, line: string): Generator<SyntaxRemedy> {
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

export function withoutTabs(text: string, width: number): string {
	return text.replace(/^[ \t]+/gm, (indent) => {
		let column = 0;
		for (const char of indent) column = char === "\t" ? (Math.floor(column / width) + 1) * width : column + 1;
		return " ".repeat(column);
	});
}
