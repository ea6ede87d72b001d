/**
 * What is wrong with a regular expression, in the words of `re.compile` and with its position; null where nothing is, or where the
 * pattern uses what is not looked at here (`\N{…}`, conditional groups, verbose mode). `minor` is that of Python 3.
 * Source: Lib/re/_parser.py of CPython.
 */
export function patternFault(pattern: string, minor: number): string | null {
	if (pattern.length > longestPattern) return null;
	try {
		const reader = new PatternReader([...pattern], minor);
		reader.alternatives(0);
		if (reader.next !== null) reader.refuse("unbalanced parenthesis", 0);
		return null;
	} catch (error) {
		if (error instanceof PatternFault) return error.message;
		if (error instanceof NotLookedAt) return null;
		throw error;
	}
}

const longestPattern = 5_000;
const deepestGroup = 100;

class PatternFault extends Error {}
class NotLookedAt extends Error {}

/** What was read last, as far as a repetition behind it asks. */
type Item = "none" | "anchor" | "repeat" | "other";

/** A character of a set, by its code point; null for a class of characters such as `\d`. */
type SetMember = number | null;

const escapes: Readonly<Record<string, number>> = { a: 7, b: 8, f: 12, n: 10, r: 13, t: 9, v: 11, "\\": 92 };
const anchors = new Set(["A", "b", "B", "Z"]);
const identifier = /^[\p{ID_Start}_][\p{ID_Continue}]*$/u;

class PatternReader {
	private index = 0;
	private readonly groups: ("open" | "closed")[] = ["open"];
	private readonly names = new Map<string, number>();

	constructor(
		private readonly text: readonly string[],
		private readonly minor: number,
	) {
		this.needEscaped();
	}

	/** The next character, with the one behind it where it is a backslash. */
	get next(): string | null {
		const first = this.text[this.index];
		if (first === undefined) return null;
		return first === "\\" ? first + (this.text[this.index + 1] ?? "") : first;
	}

	refuse(message: string, offset: number): never {
		throw new PatternFault(this.placed(message, this.index - offset));
	}

	alternatives(depth: number): void {
		if (depth > deepestGroup) throw new NotLookedAt();
		let isOuter = depth === 0;
		do {
			this.sequence(depth, isOuter);
			isOuter = false;
		} while (this.match("|"));
	}

	private placed(message: string, position: number): string {
		const before = this.text.slice(0, position);
		const lines = before.filter((each) => each === "\n").length;
		const column = position - before.lastIndexOf("\n");
		return `${message} at position ${position}${this.text.includes("\n") ? ` (line ${lines + 1}, column ${column})` : ""}`;
	}

	private take(): string | null {
		const taken = this.next;
		this.index += taken === null ? 0 : [...taken].length;
		this.needEscaped();
		return taken;
	}

	/** A backslash at the very end is refused as soon as it comes next. */
	private needEscaped(): void {
		const isLast = this.index === this.text.length - 1 && this.text[this.index] === "\\";
		if (isLast) throw new PatternFault(this.placed("bad escape (end of pattern)", this.index));
	}

	private match(wanted: string): boolean {
		if (this.next !== wanted) return false;
		this.take();
		return true;
	}

	private takeWhile(wanted: RegExp, most: number): string {
		let taken = "";
		while (taken.length < most && this.next !== null && wanted.test(this.next)) taken += this.take() ?? "";
		return taken;
	}

	private sequence(depth: number, isOuter: boolean): void {
		let last: Item = "none";
		for (let here = this.next; here !== null && here !== "|" && here !== ")"; here = this.next) {
			const start = this.index;
			this.take();
			if (here.startsWith("\\")) last = this.escaped(here);
			else if (here === "[") last = this.set(start);
			else if (here === "(") last = this.group(start, depth, isOuter && last === "none", last);
			else if (here === "^" || here === "$") last = "anchor";
			else if (/^[*+?{]$/.test(here)) last = this.repetition(here, last);
			else last = "other";
		}
	}

	private repetition(sign: string, last: Item): Item {
		const here = this.index;
		if (sign === "{") {
			if (this.next === "}") return "other";
			const least = this.takeWhile(/^\d$/, Number.POSITIVE_INFINITY);
			const most = this.match(",") ? this.takeWhile(/^\d$/, Number.POSITIVE_INFINITY) : least;
			if (!this.match("}")) {
				this.index = here;
				return "other";
			}
			if (least.length > 9 || most.length > 9) throw new NotLookedAt();
			if (most !== "" && Number(most) < Number(least || "0"))
				this.refuse("min repeat greater than max repeat", this.index - here);
		}
		if (last === "none" || last === "anchor") this.refuse("nothing to repeat", this.index - here + 1);
		if (last === "repeat") this.refuse("multiple repeat", this.index - here + 1);
		// Possessive repetitions came with Python 3.11.
		if (!this.match("?") && this.minor >= 11) this.match("+");
		return "repeat";
	}

	private escaped(written: string): Item {
		const letter = written.slice(1);
		if (anchors.has(letter)) return "anchor";
		if (/^[dDsSwW]$/.test(letter) || letter in escapes) return "other";
		if (/^[1-9]$/.test(letter)) this.backReference(letter);
		else if (letter === "0") this.takeWhile(/^[0-7]$/, 2);
		else this.code(written);
		return "other";
	}

	private backReference(digit: string): void {
		let digits = digit;
		if (this.next !== null && /^\d$/.test(this.next)) {
			digits += this.take() ?? "";
			if (/^[0-7]{2}$/.test(digits) && this.next !== null && /^[0-7]$/.test(this.next)) throw new NotLookedAt();
		}
		const group = this.groups[Number(digits)];
		if (group === undefined) this.refuse(`invalid group reference ${digits}`, digits.length);
		if (group === "open") this.refuse("cannot refer to an open group", digits.length + 1);
	}

	/** `\x41`, `\u0041`, or a letter that means nothing; gives the code point. */
	private code(written: string): number {
		const letter = written.slice(1);
		const length = { x: 2, u: 4, U: 8 }[letter];
		if (length !== undefined) {
			const digits = this.takeWhile(/^[0-9a-fA-F]$/, length);
			if (digits.length < length) this.refuse(`incomplete escape ${written}${digits}`, written.length + digits.length);
			return Number.parseInt(digits, 16);
		}
		if (letter === "N") throw new NotLookedAt();
		if (/^[A-Za-z]$/.test(letter)) this.refuse(`bad escape ${written}`, written.length);
		return letter.codePointAt(0) ?? 0;
	}

	private set(start: number): Item {
		this.match("^");
		for (let isEmpty = true; ; isEmpty = false) {
			const written = this.take();
			if (written === null) this.refuse("unterminated character set", this.index - start);
			if (written === "]" && !isEmpty) return "other";
			const low = this.member(written);
			if (!this.match("-")) continue;
			const other = this.take();
			if (other === null) this.refuse("unterminated character set", this.index - start);
			if (other === "]") return "other";
			const high = this.member(other);
			if (low === null || high === null || high < low) {
				const range = `${written}-${other}`;
				this.refuse(`bad character range ${range}`, [...range].length);
			}
		}
	}

	private member(written: string): SetMember {
		if (!written.startsWith("\\")) return written.codePointAt(0) ?? 0;
		const letter = written.slice(1);
		if (/^[dDsSwW]$/.test(letter)) return null;
		if (/^\d$/.test(letter)) {
			if (!/^[0-7]$/.test(letter)) this.refuse(`bad escape ${written}`, written.length);
			return Number.parseInt(letter + this.takeWhile(/^[0-7]$/, 2), 8);
		}
		return escapes[letter] ?? this.code(written);
	}

	/** What a group leaves to repeat: a comment and flags for the whole expression leave what was before them. */
	private group(start: number, depth: number, isFirst: boolean, before: Item): Item {
		let number: number | null = null;
		if (!this.match("?")) {
			number = this.groups.push("open") - 1;
		} else {
			const kind = this.take();
			if (kind === null) this.refuse("unexpected end of pattern", 0);
			if (kind === "P") {
				if (this.match("=")) {
					this.namedReference();
					return "other";
				}
				number = this.named();
			} else if (kind === "#") {
				while (this.next !== ")") {
					if (this.next === null) this.refuse("missing ), unterminated comment", this.index - start);
					this.take();
				}
				this.take();
				return before;
			} else if (kind === "<") {
				const sign = this.take();
				if (sign === null) this.refuse("unexpected end of pattern", 0);
				if (sign !== "=" && sign !== "!") this.refuse(`unknown extension ?<${sign}`, sign.length + 2);
			} else if (kind === "(") throw new NotLookedAt();
			else if (/^[aiLmsux-]$/.test(kind)) {
				if (this.flags(kind, start, isFirst)) return before;
			} else if (!/^[:=!]$/.test(kind) && !(kind === ">" && this.minor >= 11)) {
				this.refuse(`unknown extension ?${kind}`, kind.length + 1);
			}
		}
		this.alternatives(depth + 1);
		if (!this.match(")")) this.refuse("missing ), unterminated subpattern", this.index - start);
		if (number !== null) this.groups[number] = "closed";
		return "other";
	}

	/** Flags such as `(?i)` and `(?i:`; says whether they were for the whole expression. */
	private flags(first: string, start: number, isFirst: boolean): boolean {
		if (!/^[ims]$/.test(first)) throw new NotLookedAt();
		this.takeWhile(/^[ims]$/, 3);
		if (this.match(":")) return false;
		if (!this.match(")")) throw new NotLookedAt();
		if (!isFirst && this.minor >= 11) this.refuse("global flags not at the start of the expression", this.index - start);
		return true;
	}

	private named(): number {
		if (!this.match("<")) {
			const sign = this.take();
			if (sign === null) this.refuse("unexpected end of pattern", 0);
			this.refuse(`unknown extension ?P${sign}`, sign.length + 2);
		}
		const name = this.nameUntil(">");
		const known = this.names.get(name);
		const number = this.groups.push("open") - 1;
		if (known !== undefined)
			this.refuse(`redefinition of group name '${name}' as group ${number}; was group ${known}`, name.length + 1);
		this.names.set(name, number);
		return number;
	}

	private namedReference(): void {
		const name = this.nameUntil(")");
		const number = this.names.get(name);
		if (number === undefined) this.refuse(`unknown group name '${name}'`, name.length + 1);
		if (this.groups[number] === "open") this.refuse("cannot refer to an open group", name.length + 1);
	}

	private nameUntil(end: string): string {
		let name = "";
		for (;;) {
			const taken = this.take();
			if (taken === null) {
				if (name === "") this.refuse("missing group name", 0);
				this.refuse(`missing ${end}, unterminated name`, [...name].length);
			}
			if (taken === end) break;
			name += taken;
		}
		if (name === "") this.refuse("missing group name", 1);
		if (!identifier.test(name)) {
			const isPlain = /^[\x20-\x7e]+$/.test(name) && !/['\\]/.test(name);
			if (!isPlain) throw new NotLookedAt();
			this.refuse(`bad character in group name '${name}'`, name.length + 1);
		}
		return name;
	}
}
