import type { Scope } from "./bindings.ts";
import { refusalOf } from "./import-refusal.ts";
import type { LogicalLine } from "./logical-lines.ts";
import { type Path, SimpleStatementReader, type SourceContext } from "./simple-statement-reader.ts";
import { indexOfOperator, type Token, tokenize } from "./tokens.ts";

/** The same path where it is left open whether it is taken: what it imports is then needed in no case. */
function notSurely({ unless, ...path }: Path): Path {
	return { ...path, certain: false };
}

/** `except ImportError` or `except ModuleNotFoundError`. */
function catchesOnlyImportErrors(header: readonly Token[]): boolean {
	return (
		/^(?:ImportError|ModuleNotFoundError)$/.test(header[1]?.text ?? "") && (header[2] === undefined || header[2].text === "as")
	);
}

/** CPython refuses more levels of indentation than this. */
const deepestBlock = 100;

type Range = readonly [from: number, to: number];

/** One clause of a `try` statement. */
interface TryPart {
	readonly word: string;
	readonly body: Range;
	readonly inline: Range | null;
	readonly header: readonly Token[];
}

/**
 * Reads the statements of a module or class body without looking into functions: which names are bound in the end,
 * with `if`, `try` and `with` followed, and everything that cannot be decided kept as "perhaps".
 */
export class BlockReader extends SimpleStatementReader {
	private depth = 0;

	constructor(
		text: string,
		private readonly lines: readonly LogicalLine[],
		context: SourceContext,
		isClass: boolean,
	) {
		super(text, context, isClass);
	}

	/** Reads the lines with these indexes as the whole block. */
	read(from: number, to: number): void {
		this.readBlock([from, to], this.scope, { certain: true, guarded: false });
	}

	private readBlock([from, to]: Range, scope: Scope, path: Path): void {
		if (this.depth >= deepestBlock) {
			this.dynamic = true;
			return;
		}
		const outer = this.current;
		this.current = scope;
		this.depth++;
		for (let index = from; index < to; ) index = this.readStatement(index, to, path);
		this.depth--;
		this.current = outer;
	}

	/** Reads the statement at a line and returns the index of the next one. */
	private readStatement(index: number, to: number, path: Path): number {
		const line = this.lines[index];
		if (line === undefined) return to;
		const body = this.bodyOf(index, to);
		switch (this.firstWord(line)) {
			case "@":
				return this.readDecorated(index, to);
			case "def":
			case "async":
			case "class":
				this.readDefinition(line.start, line.start);
				return body[1];
			case "if":
				return this.readIf(index, to, path);
			case "try":
				return this.readTry(index, to, path);
			case "with":
				this.readWith(index, body, path);
				return body[1];
			case "for":
			case "while":
				return this.readLoop(index, to, path);
			default:
				if (this.isMatch(line, body)) this.readMatch(body, path);
				else this.readSimple(line.start, line.end, path);
				return body[1];
		}
	}

	private firstWord(line: LogicalLine): string {
		if (this.text.charCodeAt(line.start) === 64) return "@";
		let end = line.start;
		for (let code = this.text.charCodeAt(end); isWordCode(code); code = this.text.charCodeAt(end)) end++;
		return this.text.slice(line.start, end);
	}

	/** Line indexes of the indented block below a header. */
	private bodyOf(index: number, to: number): Range {
		const indent = this.lines[index]?.indent ?? 0;
		let end = index + 1;
		while (end < to && (this.lines[end]?.indent ?? 0) > indent) end++;
		return [index + 1, end];
	}

	private readDecorated(index: number, to: number): number {
		let at = index;
		while (at < to && this.text.charCodeAt(this.lines[at]?.start ?? 0) === 64) at++;
		const [first, line] = [this.lines[index], this.lines[at]];
		if (first === undefined || line === undefined || at >= to) return to;
		for (const decorator of this.lines.slice(index, at))
			if (/global_enum/.test(this.text.slice(decorator.start, decorator.end))) this.dynamic = true;
		this.readDefinition(line.start, first.start);
		return this.bodyOf(at, to)[1];
	}

	private readIf(index: number, to: number, path: Path): number {
		const scope = this.current;
		const alternatives: Scope[] = [];
		let next = index;
		let decided = false;
		for (let first = true; next < to; first = false) {
			const line = this.lines[next];
			const word = line === undefined ? "" : this.firstWord(line);
			if (line === undefined || (!first && word !== "elif" && word !== "else")) break;
			const body = this.bodyOf(next, to);
			const { header, inline } = this.splitHeader(line);
			next = body[1];
			const truth = word === "else" ? true : this.test(header.slice(1));
			if (truth === false || decided) continue;
			if (truth === true && alternatives.length === 0) this.readSuite(body, inline, scope, path);
			else {
				const fork = scope.fork();
				this.readSuite(body, inline, fork, notSurely(path));
				alternatives.push(fork);
			}
			decided = truth === true;
			if (word === "else") break;
		}
		if (alternatives.length > 0) scope.merge(decided ? alternatives : [...alternatives, scope.fork()]);
		return next;
	}

	private readTry(index: number, to: number, path: Path): number {
		const scope = this.current;
		const parts: TryPart[] = [];
		let next = index;
		while (next < to) {
			const line = this.lines[next];
			const word = line === undefined ? "" : this.firstWord(line);
			if (line === undefined || (parts.length > 0 && word !== "except" && word !== "else" && word !== "finally")) break;
			const body = this.bodyOf(next, to);
			parts.push({ word, body, ...this.splitHeader(line) });
			next = body[1];
		}
		const [body] = parts;
		if (body === undefined) return next;
		const handlers = parts.filter((part) => part.word === "except");
		const main = scope.fork();
		const guarded = path.guarded || handlers.length > 0;
		const refusal = path.guarded ? path.refusal : this.refusalOf(handlers);
		const tried: string[] = [];
		const inside: Path = { certain: path.certain, guarded, tried };
		this.readSuite(body.body, body.inline, main, refusal === undefined ? inside : { ...inside, refusal });
		const [only] = handlers;
		const isFallback =
			handlers.length === 1 &&
			only !== undefined &&
			path.certain &&
			!path.guarded &&
			tried.length > 0 &&
			catchesOnlyImportErrors(only.header);
		const alternatives = handlers
			.filter((handler) => !this.leaves(handler.body, handler.inline))
			.map((handler) => {
				const fork = main.interrupted();
				const path: Path = { certain: false, guarded: true };
				this.readSuite(handler.body, handler.inline, fork, isFallback ? { ...path, unless: tried } : path);
				return fork;
			});
		for (const part of parts) if (part.word === "else") this.readSuite(part.body, part.inline, main, { ...path, guarded });
		scope.mergeAttempts([main, ...alternatives]);
		for (const part of parts) if (part.word === "finally") this.readSuite(part.body, part.inline, scope, path);
		return next;
	}

	/** What the handlers make of a failed import where all of them raise; undefined where one lets the module go on. */
	private refusalOf(handlers: readonly TryPart[]): string | null | undefined {
		if (handlers.length === 0) return undefined;
		return refusalOf(
			handlers.map(({ body, inline, header }) => ({
				catches: header.slice(1).map((token) => token.text),
				leaves: this.leaves(body, inline),
				body: inline === null ? this.textOf(body) : this.text.slice(...inline),
			})),
		);
	}

	private textOf([from, to]: Range): string {
		const [first, last] = [this.lines[from], this.lines[to - 1]];
		return first === undefined || last === undefined || to <= from ? "" : this.text.slice(first.start, last.end);
	}

	/** Does a handler end by raising, so that the import ends there too? */
	private leaves([from, to]: Range, inline: Range | null): boolean {
		const last = this.lines[to - 1];
		if (inline !== null) return /^\s*raise\b/.test(this.text.slice(...inline));
		const first = this.lines[from];
		return (
			to > from &&
			last !== undefined &&
			last.indent === first?.indent &&
			/^(?:raise|sys\.exit)\b/.test(this.text.slice(last.start, last.end))
		);
	}

	private readWith(index: number, body: Range, path: Path): void {
		const line = this.lines[index];
		if (line === undefined) return;
		const { header, inline } = this.splitHeader(line);
		for (const [at, token] of header.entries())
			if (token.text === "as" && token.type === "name") this.bindTarget(header.slice(at + 1, at + 2));
		if (!header.some((token) => token.text === "suppress")) {
			this.readSuite(body, inline, this.current, path);
			return;
		}
		const fork = this.current.fork();
		const { refusal, ...suppressed } = notSurely(path);
		this.readSuite(body, inline, fork, { ...suppressed, certain: path.certain, guarded: true });
		this.current.mergeAttempts([fork, fork.interrupted()]);
	}

	private readLoop(index: number, to: number, path: Path): number {
		const line = this.lines[index];
		const body = this.bodyOf(index, to);
		if (line === undefined) return body[1];
		const { header, inline } = this.splitHeader(line);
		const fork = this.current.fork();
		const outer = this.current;
		this.current = fork;
		const inAt = header.findIndex((token) => token.depth === 0 && token.text === "in");
		if (header[0]?.text === "for" && inAt > 0) this.bindTarget(header.slice(1, inAt));
		this.current = outer;
		this.readSuite(body, inline, fork, notSurely(path));
		outer.merge([fork, outer.fork()]);
		const after = this.lines[body[1]];
		if (after === undefined || body[1] >= to || after.indent !== line.indent || this.firstWord(after) !== "else") return body[1];
		const rest = this.bodyOf(body[1], to);
		this.readSuite(rest, this.splitHeader(after).inline, outer, path);
		return rest[1];
	}

	private isMatch(line: LogicalLine, body: Range): boolean {
		return body[1] > body[0] && this.firstWord(line) === "match" && this.firstWord(this.lines[body[0]] ?? line) === "case";
	}

	private readMatch([from, to]: Range, path: Path): void {
		const forks = [this.current.fork()];
		for (let at = from; at < to; ) {
			const body = this.bodyOf(at, to);
			const fork = this.current.fork();
			const line = this.lines[at];
			this.readSuite(body, line === undefined ? null : this.splitHeader(line).inline, fork, notSurely(path));
			forks.push(fork);
			at = body[1];
		}
		// Capture patterns bind names too; a module that matches at its top level is rare enough to leave open.
		this.dynamic = true;
		this.current.merge(forks);
	}

	private readSuite(body: Range, inline: Range | null, scope: Scope, path: Path): void {
		const outer = this.current;
		this.current = scope;
		if (inline !== null) this.readSimple(inline[0], inline[1], path);
		else this.readBlock(body, scope, path);
		this.current = outer;
	}

	/** The tokens of a compound statement's header without its colon, and the range of statements on the same line. */
	private splitHeader(line: LogicalLine): { readonly header: readonly Token[]; readonly inline: Range | null } {
		const tokens = tokenize(this.text, line.start, line.end);
		for (const [at, token] of tokens.entries()) if (token.text === ":=") this.bindMaybe(tokens[at - 1]?.text);
		const colon = indexOfOperator(tokens, ":", 0);
		if (colon < 0) return { header: tokens, inline: null };
		const rest = tokens[colon + 1];
		return { header: tokens.slice(0, colon), inline: rest === undefined ? null : [rest.start, line.end] };
	}
}

function isWordCode(code: number): boolean {
	return (code >= 97 && code <= 122) || (code >= 65 && code <= 90) || code === 95 || (code >= 48 && code <= 57);
}
