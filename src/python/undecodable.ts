import type { SyntaxFault } from "./ast.ts";

const stringStart = /(?:[rRuUbBfFtT]{1,2})?("""|'''|"|')/y;
const identifier = /[\w\u0080-\u00ff]+/y;
const utf8 =
	/(?:[\u0000-\u007f]|[\u00c2-\u00df][\u0080-\u00bf]|\u00e0[\u00a0-\u00bf][\u0080-\u00bf]|[\u00e1-\u00ec\u00ee\u00ef][\u0080-\u00bf]{2}|\u00ed[\u0080-\u009f][\u0080-\u00bf]|\u00f0[\u0090-\u00bf][\u0080-\u00bf]{2}|[\u00f1-\u00f3][\u0080-\u00bf]{3}|\u00f4[\u0080-\u008f][\u0080-\u00bf]{2})*/y;

/**
 * The first byte that CPython cannot decode in a file without a coding cookie, or null: it decodes string by string and name by name, and
 * never looks at comments. `text` has one character a byte.
 */
export function findUndecodable(text: string): SyntaxFault | null {
	for (let at = 0; at < text.length; ) {
		if (text[at] === "#") {
			at = endOfLine(text, at);
			continue;
		}
		const opening = matchAt(stringStart, text, at);
		const token = opening === null ? matchAt(identifier, text, at) : null;
		if (opening === null && token === null) {
			at++;
			continue;
		}
		const quote = opening?.[1] ?? "";
		const from = at + (opening?.[0].length ?? 0);
		const end = opening === null ? at + (token?.[0].length ?? 1) : endOfString(text, from, quote);
		const fault = invalidByte(text, from, end);
		if (fault !== null) return fault;
		at = end + quote.length;
	}
	return null;
}

function invalidByte(text: string, from: number, end: number): SyntaxFault | null {
	const valid = from + (matchAt(utf8, text, from)?.[0].length ?? 0);
	if (valid >= end) return null;
	const byte = text.charCodeAt(valid);
	const isLead = byte >= 0xc2 && byte <= 0xf4;
	const reason = !isLead ? "invalid start byte" : valid + 1 >= end ? "unexpected end of data" : "invalid continuation byte";
	return {
		start: valid,
		end: valid + 1,
		message: `(unicode error) 'utf-8' codec can't decode byte 0x${byte.toString(16)} in position ${valid - from}: ${reason}`,
		exception: "SyntaxError",
	};
}

function matchAt(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
	pattern.lastIndex = at;
	return pattern.exec(text);
}

function endOfLine(text: string, from: number): number {
	const end = text.indexOf("\n", from);
	return end < 0 ? text.length : end;
}

function endOfString(text: string, from: number, quote: string): number {
	for (let at = from; at < text.length; at++) {
		if (text[at] === "\\") at++;
		else if (text.startsWith(quote, at) || (quote.length === 1 && text[at] === "\n")) return at;
	}
	return text.length;
}
