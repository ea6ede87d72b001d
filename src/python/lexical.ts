import type { SyntaxFault } from "./ast.ts";
import { findEscapeFault } from "./literal-rules.ts";

/** A logical line: its first character that is not white space, and how it is indented (https://docs.python.org/3/reference/lexical_analysis.html). */
export interface LogicalLine {
	readonly start: number;
	/** Behind its last character of code. */
	readonly end: number;
	/** The white space it begins with. */
	readonly indent: string;
	readonly endsWithColon: boolean;
}

export interface LexicalScan {
	readonly lines: readonly LogicalLine[];
	/** The first place at which CPython's tokenizer would stop. */
	readonly fault: SyntaxFault | null;
	/** f-strings whose expressions reuse the quotes around them, which Python reads since 3.12 (PEP 701). */
	readonly reusedQuotes: readonly { readonly start: number; readonly end: number }[];
	/** String literals whose content cannot be decoded. */
	readonly literals: readonly SyntaxFault[];
}

/** Cuts a text into logical lines as CPython's tokenizer does; stops where it would. `minor` is that of Python 3. */
export function scanLines(text: string, minor: number): LexicalScan {
	return new Scanner(text, minor).scan();
}

const closers: Readonly<Record<string, string>> = { "(": ")", "[": "]", "{": "}" };
/** `MAXLEVEL` of CPython's tokenizer; the parser of 3.8 gives up at half of it, with a MemoryError. */
const deepestBrackets = 200;
const stringStart = /(?:[rRuUbBfFtT]{1,2})?("""|'''|"|')/y;
const number =
	/(?:0[xX](?:_?[0-9a-fA-F])+|0[oO](?:_?[0-7])+|0[bB](?:_?[01])+|(?:\d[\d_]*\.?|\.\d)[\d_]*(?:[eE][-+]?\d[\d_]*)?[jJ]?)/y;
const word = /[\p{ID_Start}_][\p{ID_Continue}]*/uy;

class Scanner {
	private at = 0;
	private readonly brackets: { readonly char: string; readonly start: number }[] = [];
	private readonly lines: LogicalLine[] = [];
	private readonly reusedQuotes: { start: number; end: number }[] = [];
	private readonly literals: SyntaxFault[] = [];
	private fault: SyntaxFault | null = null;
	private line: { start: number; end: number; indent: string; last: string } | null = null;
	private lineStart = 0;

	constructor(
		private readonly text: string,
		private readonly minor: number,
	) {}

	scan(): LexicalScan {
		while (this.at < this.text.length && this.fault === null) this.step();
		const open = this.brackets.at(-1);
		if (this.fault === null && open) {
			const message = this.minor >= 10 ? `'${open.char}' was never closed` : "unexpected EOF while parsing";
			this.refuse(open.start, open.start + 1, message);
		}
		if (this.fault === null) this.endLine();
		return { lines: this.lines, fault: this.fault, reusedQuotes: this.reusedQuotes, literals: this.literals };
	}

	private step(): void {
		const { text, at } = this;
		const char = text[at] ?? "";
		if (char === "\n" || char === "\r") {
			if (this.brackets.length === 0) this.endLine();
			this.at += char === "\r" && text[at + 1] === "\n" ? 2 : 1;
			this.lineStart = this.at;
		} else if (char === " " || char === "\t" || char === "\f") this.at++;
		else if (char === "#") this.at = this.endOfLine(at);
		else if (char === "\\") this.continuation();
		else if (char === "\0") this.refuse(at, at + 1, "source code string cannot contain null bytes");
		else this.token(char);
	}

	private token(char: string): void {
		const { at } = this;
		this.begin();
		if (this.match(stringStart)) this.string();
		else if (this.match(word)) this.word();
		else if (this.match(number)) this.number();
		else if (char in closers) this.open(char);
		else if (char === ")" || char === "]" || char === "}") this.close(char);
		else if (char.charCodeAt(0) > 127) this.foreign();
		else if (char === "`") this.refuse(at, at + 1, "invalid syntax");
		else this.at++;
		if (this.line) {
			this.line.end = this.at;
			this.line.last = this.brackets.length === 0 ? char : "";
		}
	}

	/** `async` and `await` are keywords since 3.7, and no names. */
	private word(): void {
		const { text, at } = this;
		this.at = word.lastIndex;
		const name = text.slice(at, this.at);
		if (name !== "async" && name !== "await") return;
		const rest = text.slice(this.at, this.at + 80);
		const isKeyword = name === "async" ? /^\s*(?:\\\s*)?(?:def|for|with)\b/.test(rest) : !/^[ \t]*(?:[=),\]:]|$)/.test(rest);
		if (!isKeyword) this.refuse(at, this.at, "invalid syntax");
	}

	/** A number ends where no name begins; the words after which Python still takes it (`1if x`) are operators. */
	private number(): void {
		const { text, at } = this;
		this.at = number.lastIndex;
		const base = { b: "binary", o: "octal" }[/^0([bo])/i.exec(text.slice(at, at + 2))?.[1]?.toLowerCase() ?? ""];
		if (base !== undefined && /\d/.test(text[this.at] ?? ""))
			this.refuse(this.at, this.at + 1, `invalid digit '${text[this.at]}' in ${base} literal`);
		if (!this.match(word)) return;
		const next = text.slice(this.at, word.lastIndex);
		if (/^(?:and|else|for|if|in|is|not|or)$/.test(next)) return;
		const message = /^0[xob]/i.test(text.slice(at)) ? "invalid syntax" : "invalid decimal literal";
		this.refuse(at, this.at, this.minor >= 9 ? message : "invalid syntax");
	}

	private match(pattern: RegExp): boolean {
		pattern.lastIndex = this.at;
		return pattern.test(this.text);
	}

	private begin(): void {
		this.line ??= { start: this.at, end: this.at, indent: this.text.slice(this.lineStart, this.at), last: "" };
	}

	private endLine(): void {
		if (this.line) {
			const { start, end, indent, last } = this.line;
			this.lines.push({ start, end, indent, endsWithColon: last === ":" });
		}
		this.line = null;
	}

	private continuation(): void {
		const rest = /^\\(\r\n|\r|\n)/.exec(this.text.slice(this.at, this.at + 3));
		if (rest) {
			// A line that begins with a continuation keeps the indentation before it.
			this.begin();
			this.at += rest[0].length;
		} else if (this.at + 1 >= this.text.length) this.refuse(this.at, this.at + 1, "unexpected EOF while parsing");
		else this.refuse(this.at, this.at + 1, "unexpected character after line continuation character");
	}

	private open(char: string): void {
		if (this.brackets.length >= deepestBrackets) this.refuse(this.at, this.at + 1, "too many nested parentheses");
		this.brackets.push({ char, start: this.at });
		this.at++;
	}

	private close(char: string): void {
		const open = this.brackets.pop();
		if (open === undefined) this.refuse(this.at, this.at + 1, `unmatched '${char}'`);
		else if (closers[open.char] !== char) {
			const lines = this.text.slice(0, open.start).split("\n").length;
			const where = this.text.slice(open.start, this.at).includes("\n") ? ` on line ${lines}` : "";
			const message = `closing parenthesis '${char}' does not match opening parenthesis '${open.char}'${where}`;
			this.refuse(this.at, this.at + 1, message);
		}
		this.at++;
	}

	private foreign(): void {
		const code = this.text.codePointAt(this.at) ?? 0;
		const char = String.fromCodePoint(code);
		const hex = code.toString(16).toUpperCase().padStart(4, "0");
		const isPrintable = !/[\p{Z}\p{C}]/u.test(char);
		const message = isPrintable ? `invalid character '${char}' (U+${hex})` : `invalid non-printable character U+${hex}`;
		this.refuse(this.at, this.at + char.length, message);
	}

	private string(): void {
		const { text, at } = this;
		stringStart.lastIndex = at;
		const opening = stringStart.exec(text);
		const quote = opening?.[1] ?? '"';
		const from = at + (opening?.[0].length ?? 1);
		const isFormatted = /[fFtT]/.test(text.slice(at, from - quote.length));
		const plainEnd = endOfString(text, from, quote);
		const end = isFormatted ? endOfFormatted(text, from, quote) : plainEnd;
		if (end === null) this.unterminated(at, quote, isFormatted);
		else {
			if (isFormatted && end !== plainEnd) this.reusedQuotes.push({ start: at, end });
			const prefix = text.slice(at, from - quote.length).toLowerCase();
			const broken = isFormatted ? null : findEscapeFault(text, from, end - quote.length, prefix);
			if (broken !== null) this.literals.push(broken);
			this.at = end;
		}
	}

	private unterminated(start: number, quote: string, isFormatted: boolean): void {
		const kind = isFormatted && this.minor >= 12 ? "f-string" : "string";
		const isTriple = quote.length === 3;
		const end = isTriple ? this.text.length : this.endOfLine(start);
		const line = this.text
			.slice(0, end)
			.replace(/(\r\n|\r|\n)$/, "")
			.split(/\r\n|\r|\n/).length;
		const old = isTriple ? "EOF while scanning triple-quoted string literal" : "EOL while scanning string literal";
		const message = `unterminated ${isTriple ? "triple-quoted " : ""}${kind} literal (detected at line ${line})`;
		this.refuse(start, end, this.minor >= 10 ? message : old);
	}

	private endOfLine(from: number): number {
		let end = from;
		while (end < this.text.length && this.text[end] !== "\n" && this.text[end] !== "\r") end++;
		return end;
	}

	private refuse(start: number, end: number, message: string): void {
		this.fault = { start, end, message, exception: "SyntaxError" };
	}
}

/** Offset behind a plain string, or null where it does not end. A backslash takes the next character with it, in raw strings too. */
function endOfString(text: string, from: number, quote: string): number | null {
	for (let at = from; at < text.length; at++) {
		if (text[at] === "\\") {
			if (text[at + 1] === "\r" && text[at + 2] === "\n") at++;
			at++;
		} else if (text.startsWith(quote, at)) return at + quote.length;
		else if (quote.length === 1 && (text[at] === "\n" || text[at] === "\r")) return null;
	}
	return null;
}

/** The same of an f-string, whose replacement fields are code with strings of their own. */
function endOfFormatted(text: string, from: number, quote: string): number | null {
	for (let at = from; at < text.length; ) {
		if (text.startsWith(quote, at)) return at + quote.length;
		const char = text[at];
		if (char === "\\") at += 2;
		else if (char === "{" && text[at + 1] === "{") at += 2;
		else if (char === "{") {
			const end = endOfField(text, at + 1, quote);
			if (end === null) return endOfString(text, from, quote);
			at = end;
		} else if (quote.length === 1 && (char === "\n" || char === "\r")) return null;
		else at++;
	}
	return null;
}

/** Offset behind the `}` of a replacement field; null where it has none. */
function endOfField(text: string, from: number, quote: string): number | null {
	let depth = 0;
	for (let at = from; at < text.length; ) {
		const char = text[at] ?? "";
		stringStart.lastIndex = at;
		const opening = stringStart.exec(text);
		if (opening) {
			const inner = opening[1] ?? '"';
			const isFormatted = /[fFtT]/.test(opening[0].slice(0, -inner.length));
			const end = (isFormatted ? endOfFormatted : endOfString)(text, at + opening[0].length, inner);
			if (end === null) return null;
			at = end;
		} else if ("([{".includes(char)) {
			depth++;
			at++;
		} else if (char === "}" && depth === 0) return at + 1;
		else if (")]}".includes(char)) {
			depth--;
			at++;
		} else if (char === ":" && depth === 0) return endOfFormat(text, at + 1, quote);
		else if (char === "#") while (at < text.length && text[at] !== "\n") at++;
		else {
			word.lastIndex = at;
			at = word.test(text) ? word.lastIndex : at + 1;
		}
	}
	return null;
}

/** Offset behind the `}` that ends a format specification, which may hold fields itself. */
function endOfFormat(text: string, from: number, quote: string): number | null {
	for (let at = from; at < text.length; ) {
		if (text[at] === "}") return at + 1;
		if (text.startsWith(quote, at)) return null;
		if (text[at] === "{") {
			const end = endOfField(text, at + 1, quote);
			if (end === null) return null;
			at = end;
		} else at++;
	}
	return null;
}
