import { parseModule } from "../../python/parse.ts";
import type { PythonVersion } from "../environment.ts";
import type { AllNames, ImportNeed, Slot, StarImport } from "../module-table.ts";
import { readAllNames } from "./all-names.ts";
import { Scope } from "./bindings.ts";
import { type ConditionFacts, evaluate, type Known, truthOf } from "./conditions.ts";
import { type ImportStatement, readImport } from "./import-statement.ts";
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
export interface Path {
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

/** What the statements without a block below them bind, import and export, one after the other. */
export class SimpleStatementReader {
	readonly scope = new Scope();
	readonly stars: StarImport[] = [];
	readonly imports = new Set<string>();
	readonly needs: ImportNeed[] = [];
	readonly calls = new Set<string>();
	all: AllNames | "unknown" | null = null;
	/** Something in the block may bind names in a way that cannot be followed. */
	dynamic = false;
	private readonly facts: ConditionFacts;
	protected current: Scope = this.scope;

	constructor(
		protected readonly text: string,
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

	/** The package that relative imports start from. */
	get packageName(): string {
		const { module, isPackage } = this.context;
		return isPackage ? module : module.includes(".") ? module.slice(0, module.lastIndexOf(".")) : "";
	}

	protected readSimple(start: number, end: number, path: Path): void {
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
				this.readDefinition(first.start, first.start);
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

	/** A function or class whose head starts at `from`, behind decorators that start at `at`. */
	protected readDefinition(from: number, at: number): void {
		const match = /(?:async\s+)?(def|class)\s+([\p{L}_][\p{L}\p{N}_]*)/uy;
		match.lastIndex = from;
		const found = match.exec(this.text);
		if (found?.[2] !== undefined) this.bind(found[2], { kind: found[1] === "def" ? "lazy-function" : "lazy-class", at });
		// A definition without a name: no Python.
		else this.dynamic = true;
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
	protected bindTarget(tokens: readonly Token[]): void {
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

	protected bind(name: string, slot: Slot): void {
		this.current.set(name, { state: "bound", slot, stars: this.stars.length });
	}

	protected bindMaybe(name: string | undefined): void {
		if (name !== undefined) this.current.set(name, { state: "maybe", slot: { kind: "unknown" }, stars: this.stars.length });
	}

	/** The absolute dotted name behind a dotted expression, as far as imports of this block tell. */
	protected resolve(dotted: string): string | null {
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

	protected test(tokens: readonly Token[]): boolean | undefined {
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
