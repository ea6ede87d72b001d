import { parseModule } from "../../python/parse.ts";
import type { PythonVersion } from "../environment.ts";
import type { AllNames, ImportNeed, Slot, StarImport } from "../module-table.ts";
import { readAllNames } from "./all-names.ts";
import { Scope } from "./bindings.ts";
import { type ConditionFacts, evaluate, type Known, truthOf } from "./conditions.ts";
import { refusalOf } from "./import-refusal.ts";
import { type ImportStatement, readImport } from "./import-statement.ts";
import type { LogicalLine } from "./logical-lines.ts";
import { dottedName } from "./signature.ts";
import { indexOfOperator, sourceOf, splitTokens, type Token, tokenize } from "./tokens.ts";

/** Where a block of source stands and what its conditions may depend on. */
export interface SourceContext {
	/** Absolute name of the module, its package for relative imports, and what it will run on. */
	readonly module: string;
	readonly isPackage: boolean;
	readonly python: PythonVersion;
	readonly platform: string;
}

/** How sure it is that a statement runs, and whether what it raises would end the import. */
interface Path {
	readonly certain: boolean;
	readonly guarded: boolean;
	/** Inside a `try` whose handlers all end the import again: what they raise, null where they raise what they caught. */
	readonly refusal?: string | null;
	/** Inside a `try` that catches ImportError: gathers what is imported there. */
	readonly tried?: string[];
	/** Inside such a handler: it runs where one of these modules is missing. */
	readonly unless?: readonly string[];
}

/** Conditions on versions and platforms are short; longer ones stay undecided. */
const longestTest = 1000;
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
export class BlockReader {
	readonly scope = new Scope();
	readonly stars: StarImport[] = [];
	readonly imports = new Set<string>();
	readonly needs: ImportNeed[] = [];
	readonly calls = new Set<string>();
	all: AllNames | "unknown" | null = null;
	/** Something in the block may bind names in a way that cannot be followed. */
	dynamic = false;
	private readonly facts: ConditionFacts;
	private current: Scope = this.scope;
	private depth = 0;

	constructor(
		private readonly text: string,
		private readonly lines: readonly LogicalLine[],
		private readonly context: SourceContext,
		private readonly isClass: boolean,
	) {
		this.facts = {
			python: context.python,
			platform: context.platform,
			resolve: (dotted) => this.resolve(dotted),
			constant: (name) => this.constant(name),
		};
	}

	/** Reads the lines with these indexes as the whole block. */
	read(from: number, to: number): void {
		this.readBlock([from, to], this.scope, { certain: true, guarded: false });
	}

	/** The package that relative imports start from. */
	get packageName(): string {
		const { module, isPackage } = this.context;
		return isPackage ? module : module.includes(".") ? module.slice(0, module.lastIndexOf(".")) : "";
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
				this.readDefinition(line, line.start);
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
		this.readDefinition(line, first.start);
		return this.bodyOf(at, to)[1];
	}

	private readDefinition(line: LogicalLine, at: number): void {
		const match = /(?:async\s+)?(def|class)\s+([\p{L}_][\p{L}\p{N}_]*)/uy;
		match.lastIndex = line.start;
		const found = match.exec(this.text);
		if (found?.[2] !== undefined) this.bind(found[2], { kind: found[1] === "def" ? "lazy-function" : "lazy-class", at });
		// A definition without a name: no Python.
		else this.dynamic = true;
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

	private readSimple(start: number, end: number, path: Path): void {
		const tokens = tokenize(this.text, start, end);
		if (tokens.some((token) => token.text === ";" && token.depth === 0))
			for (const part of splitTokens(tokens, ";", 0)) this.readSimpleTokens(part, path);
		else this.readSimpleTokens(tokens, path);
	}

	private readSimpleTokens(tokens: readonly Token[], path: Path): void {
		const [first, second] = tokens;
		if (first === undefined) return;
		switch (first.type === "name" ? first.text : "") {
			case "import":
			case "from":
				this.readImport(tokens, path);
				return;
			case "del":
				this.readDelete(tokens.slice(1));
				return;
			case "class":
			case "def":
				this.readDefinition({ start: first.start, end: first.end, indent: 0 }, first.start);
				return;
			case "raise":
			case "return":
			case "pass":
				return;
			case "type":
				if (second?.type === "name")
					this.bind(second.text, { kind: "value", text: sourceOf(this.text, tokens.slice(3)).slice(0, 200) });
				else this.readExpression(tokens, path);
				return;
			default:
				this.readExpression(tokens, path);
		}
	}

	/** An assignment of any kind, or an expression for its effect. */
	private readExpression(tokens: readonly Token[], path: Path): void {
		const [first, second] = tokens;
		const paren = indexOfOperator(tokens, "(", 0);
		const callee = paren > 0 ? dottedName(tokens.slice(0, paren)) : null;
		if (callee !== null && first !== undefined && this.current.get(first.text)?.slot.kind === "alias")
			this.calls.add(this.resolve(callee) ?? callee);
		for (const [at, token] of tokens.entries()) if (token.text === ":=") this.bindMaybe(tokens[at - 1]?.text);
		if (first?.text === "__all__") this.readAll(tokens, path);
		const equals = indexOfOperator(tokens, "=", 0);
		const colon = indexOfOperator(tokens, ":", 0);
		if (first?.type === "name" && colon === 1 && (equals < 0 || equals > colon)) this.readAnnotated(tokens, equals);
		else if (equals > 0) this.readAssignment(tokens);
		else if (
			first !== undefined &&
			second !== undefined &&
			/^[-+*/%@&|^<>]{1,2}=$/.test(second.text) &&
			!/^[<>]=$/.test(second.text)
		)
			this.bind(first.text, { kind: "value", text: null });
	}

	private readAnnotated(tokens: readonly Token[], equals: number): void {
		const name = tokens[0]?.text ?? "";
		const annotationTokens = tokens.slice(2, equals < 0 ? tokens.length : equals);
		const [first, last] = [annotationTokens[0], annotationTokens.at(-1)];
		const annotation = first === undefined || last === undefined ? null : ([first.start, last.end] as const);
		if (equals >= 0) {
			const value = tokens.slice(equals + 1);
			this.bind(name, { kind: "lazy-value", start: value[0]?.start ?? 0, end: value.at(-1)?.end ?? 0, annotation });
		} else if (this.isClass) this.bind(name, { kind: "lazy-value", start: 0, end: 0, annotation });
	}

	private readAssignment(tokens: readonly Token[]): void {
		const parts = splitTokens(tokens, "=", 0);
		const value = parts.at(-1) ?? [];
		const slot: Slot = { kind: "lazy-value", start: value[0]?.start ?? 0, end: value.at(-1)?.end ?? 0, annotation: null };
		for (const target of parts.slice(0, -1)) {
			const [only] = target;
			if (target.length === 1 && only?.type === "name") this.bind(only.text, slot);
			else this.bindTarget(target);
		}
	}

	/** Binds the plain names of a target list; attributes and subscripts bind nothing. */
	private bindTarget(tokens: readonly Token[]): void {
		const [first] = tokens;
		if (first === undefined) return;
		for (const part of splitTokens(tokens, ",", first.depth)) {
			const [one, two] = part;
			const name = one?.text === "*" ? two : one;
			if (name?.type === "name" && part.length === (one === name ? 1 : 2)) this.bind(name.text, { kind: "value", text: null });
			else if (one !== undefined && (one.text === "(" || one.text === "[") && part.at(-1)?.depth === one.depth)
				this.bindTarget(part.slice(1, -1));
		}
	}

	private readImport(tokens: readonly Token[], path: Path): void {
		const statement = readImport(tokens, this.packageName);
		if (statement === null) {
			this.dynamic = true;
			return;
		}
		if (path.certain && !path.guarded) for (const module of statement.modules) this.imports.add(module);
		path.tried?.push(...statement.modules);
		if (path.unless !== undefined) this.need(statement, null, path.unless);
		else if (path.certain && (!path.guarded || path.refusal !== undefined)) this.need(statement, path.refusal ?? null);
		if (statement.star !== null) this.stars.push({ module: statement.star, certain: path.certain && !path.guarded });
		for (const { bound, module, name } of statement.names) this.bind(bound, { kind: "alias", module, name });
	}

	private need({ modules, names }: ImportStatement, error: string | null, unless: readonly string[] = []): void {
		for (const module of modules) {
			const asked = names.flatMap((each) => (each.name !== null && each.module === module ? [each.name] : []));
			this.needs.push({ module, names: asked, error, ...(unless.length === 0 ? {} : { unless }) });
		}
	}

	private readDelete(tokens: readonly Token[]): void {
		for (const part of splitTokens(tokens, ",", tokens[0]?.depth ?? 0)) {
			const inner = part[0]?.text === "(" ? part.slice(1, -1) : part;
			const [only] = inner;
			if (inner.length === 1 && only?.type === "name")
				this.current.set(only.text, { state: "unbound", slot: { kind: "unknown" }, stars: this.stars.length });
			else if (inner.length > 1 && part[0]?.text === "(") this.readDelete(inner);
		}
	}

	private readAll(tokens: readonly Token[], path: Path): void {
		const change = readAllNames(this.text, tokens, (dotted) => this.resolve(dotted));
		if (change === null) return;
		if (change.names === "unknown" || !path.certain || path.guarded || this.all === "unknown") {
			this.all = change.replaces && change.names !== "unknown" && path.certain ? change.names : "unknown";
			return;
		}
		const before = change.replaces || this.all === null ? { names: [], modules: [] } : this.all;
		this.all = change.removes
			? { ...before, names: before.names.filter((name) => change.names !== "unknown" && !change.names.names.includes(name)) }
			: { names: [...before.names, ...change.names.names], modules: [...before.modules, ...change.names.modules] };
	}

	private bind(name: string, slot: Slot): void {
		this.current.set(name, { state: "bound", slot, stars: this.stars.length });
	}

	private bindMaybe(name: string | undefined): void {
		if (name !== undefined) this.current.set(name, { state: "maybe", slot: { kind: "unknown" }, stars: this.stars.length });
	}

	/** The absolute dotted name behind a dotted expression, as far as imports of this block tell. */
	private resolve(dotted: string): string | null {
		const [first = "", ...rest] = dotted.split(".");
		const slot = this.current.get(first)?.slot;
		if (slot?.kind !== "alias") return dotted;
		return [slot.module, ...(slot.name === null ? [] : [slot.name]), ...rest].join(".");
	}

	private constant(name: string, depth = 0): Known {
		const found = this.current.get(name);
		if (found?.state !== "bound" || found.slot.kind !== "lazy-value" || depth > 3) return undefined;
		const { start, end } = found.slot;
		return end - start > 200 ? undefined : this.evaluateText(this.text.slice(start, end), depth + 1);
	}

	private test(tokens: readonly Token[]): boolean | undefined {
		const source = sourceOf(this.text, tokens);
		if (source.length > longestTest) return undefined;
		const statement = parseModule(`(${source}\n)`).body[0];
		return statement?.type === "ExpressionStatement" ? truthOf(statement.value, this.facts) : undefined;
	}

	private evaluateText(text: string, depth: number): Known {
		const statement = parseModule(`(${text}\n)`).body[0];
		if (statement?.type !== "ExpressionStatement") return undefined;
		return evaluate(statement.value, { ...this.facts, constant: (name) => this.constant(name, depth) });
	}
}

function isWordCode(code: number): boolean {
	return (code >= 97 && code <= 122) || (code >= 65 && code <= 90) || code === 95 || (code >= 48 && code <= 57);
}
