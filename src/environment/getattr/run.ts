import type * as ast from "../../python/ast.ts";
import { resolveRelative } from "../outline/import-statement.ts";
import { Expressions } from "./expressions.ts";
import { type Frame, itemsOf, none, Raised, truthOf, Unsure, unknownValue, type Value } from "./values.ts";

/** How deep functions may call each other. */
const deepestCall = 6;

type Outcome =
	| { readonly type: "next" }
	| { readonly type: "return"; readonly value: Value }
	| { readonly type: "continue" | "break" };
const next: Outcome = { type: "next" };

/** One evaluation of a `__getattr__`, with its budget: follows the statements of functions, as far as they can be followed. */
export class Run extends Expressions {
	/** Has a test that cannot be decided, on some path, refused the name already? Whatever is answered after it is not certain. */
	mayHaveRefused = false;

	override call(
		callee: Value & { type: "function" },
		args: readonly Value[],
		keywords: ReadonlyMap<string, Value>,
		depth: number,
	): Value {
		if (depth > deepestCall || callee.node.isAsync) throw new Unsure();
		const frame: Frame = {
			world: callee.scope.world,
			names: new Map(),
			parent: callee.scope,
			depth,
			lacking: this.lackingIn(callee.scope.world),
		};
		const parameters = callee.node.parameters;
		for (const [index, parameter] of parameters.entries()) {
			if (parameter.kind === "var-positional" || parameter.kind === "var-keyword") {
				frame.names.set(parameter.name.name, unknownValue);
				continue;
			}
			const given = keywords.get(parameter.name.name) ?? (parameter.kind === "keyword-only" ? undefined : args[index]);
			const fallback = parameter.default === null ? unknownValue : this.evaluate(parameter.default, callee.scope);
			frame.names.set(parameter.name.name, given ?? fallback);
		}
		const outcome = this.execute(callee.node.body, frame);
		return outcome.type === "return" ? outcome.value : none;
	}

	private execute(body: readonly ast.Statement[], frame: Frame): Outcome {
		for (const statement of body) {
			if (this.isOverBudget()) throw new Unsure();
			const outcome = this.executeStatement(statement, frame);
			if (outcome.type !== "next") return outcome;
		}
		return next;
	}

	private executeStatement(statement: ast.Statement, frame: Frame): Outcome {
		switch (statement.type) {
			case "Return":
				return { type: "return", value: statement.value === null ? none : this.evaluate(statement.value, frame) };
			case "Raise":
				throw this.raised(statement, frame);
			case "If":
				return this.executeIf(statement, frame);
			case "Try":
				return this.executeTry(statement, frame);
			case "For":
				return this.executeFor(statement, frame);
			case "With":
				return this.execute(statement.body, frame);
			case "Assign": {
				const value = this.evaluate(statement.value, frame);
				for (const target of statement.targets) this.assign(target, value, frame);
				return next;
			}
			case "AnnAssign":
				if (statement.value !== null) this.assign(statement.target, this.evaluate(statement.value, frame), frame);
				return next;
			case "AugAssign":
				this.assign(statement.target, unknownValue, frame);
				return next;
			case "FunctionDef":
				frame.names.set(statement.name.name, { type: "function", node: statement, scope: frame });
				return next;
			case "Import":
				for (const { name, asName } of statement.names)
					frame.names.set(asName?.name ?? name.name.split(".")[0] ?? name.name, {
						type: "module",
						name: asName === null ? (name.name.split(".")[0] ?? name.name) : name.name,
					});
				return next;
			case "ImportFrom":
				return this.executeImportFrom(statement, frame);
			case "ExpressionStatement":
				this.evaluate(statement.value, frame);
				return next;
			case "Continue":
				return { type: "continue" };
			case "Break":
				return { type: "break" };
			case "Pass":
			case "Assert":
			case "Delete":
			case "Global":
			case "Nonlocal":
				return next;
			default:
				throw new Unsure();
		}
	}

	private executeIf(statement: ast.If, frame: Frame): Outcome {
		const truth = truthOf(this.evaluate(statement.test, frame));
		if (truth !== undefined) return this.execute(truth ? statement.body : statement.orelse, frame);
		// Undecided: fine as long as neither side does anything but, say, warn, or refuse the name, which the end may do as well.
		for (const body of [statement.body, statement.orelse]) {
			const names = new Map(frame.names);
			const end = this.endOf(body, { ...frame, names });
			if (end === "refuses") this.mayHaveRefused = true;
			if (end === "leaves") throw new Unsure();
			if (end === "refuses") continue;
			for (const [name, value] of names) if (frame.names.get(name) !== value) frame.names.set(name, unknownValue);
		}
		return next;
	}

	/** How a block ends, if it runs: what follows it runs, it says that there is no such name, or it leaves otherwise. */
	private endOf(body: readonly ast.Statement[], frame: Frame): "goes on" | "refuses" | "leaves" {
		try {
			return this.execute(body, frame).type === "next" ? "goes on" : "leaves";
		} catch (thrown) {
			if (thrown instanceof Raised) return thrown.exception === "AttributeError" ? "refuses" : "leaves";
			throw thrown;
		}
	}

	private executeTry(statement: ast.Try, frame: Frame): Outcome {
		let outcome: Outcome;
		const wasRefused = this.mayHaveRefused;
		try {
			outcome = this.execute(statement.body, frame);
			// A handler may catch what was perhaps raised.
			if (this.mayHaveRefused && !wasRefused) throw new Unsure();
		} catch (thrown) {
			if (!(thrown instanceof Raised)) throw thrown;
			const handler = statement.handlers.find((one) => catches(one.exception, thrown.exception));
			if (handler === undefined) throw thrown;
			if (handler.body.some((one) => one.type === "Raise" && one.exception === null)) throw thrown;
			outcome = this.execute(handler.body, frame);
			return outcome.type === "next" ? this.execute(statement.finalbody, frame) : outcome;
		}
		if (outcome.type !== "next") return outcome;
		const rest = this.execute(statement.orelse, frame);
		return rest.type === "next" ? this.execute(statement.finalbody, frame) : rest;
	}

	private executeFor(statement: ast.For, frame: Frame): Outcome {
		if (!mayLeave(statement.body)) {
			// A loop that only fills something, such as the module's namespace for the next time.
			for (const name of assignedNames(statement.body)) frame.names.set(name, unknownValue);
			return this.execute(statement.orelse, frame);
		}
		const items = itemsOf(this.evaluate(statement.iterable, frame));
		if (items === null) throw new Unsure();
		for (const item of items) {
			this.assign(statement.target, item, frame);
			const outcome = this.execute(statement.body, frame);
			if (outcome.type === "return") return outcome;
			if (outcome.type === "break") return next;
		}
		return this.execute(statement.orelse, frame);
	}

	private executeImportFrom(statement: ast.ImportFrom, frame: Frame): Outcome {
		const module = resolveRelative(statement.module, statement.level, frame.world.packageName);
		if (module === null || statement.star) throw new Unsure();
		for (const { name, asName } of statement.names)
			frame.names.set(asName?.name ?? name.name, this.member(module, name.name, frame));
		return next;
	}

	private raised(statement: ast.Raise, frame: Frame): Error {
		const node = statement.exception;
		if (node === null) return new Unsure();
		const callee = node.type === "Call" ? node.callee : node;
		const argument = node.type === "Call" ? node.args[0] : undefined;
		const value = argument === undefined ? none : this.evaluate(argument, frame);
		const message = value.type === "constant" && typeof value.value === "string" ? value.value : "";
		if (callee.type !== "Name") return new Raised(callee.type === "Attribute" ? callee.attribute.name : "Exception", message);
		for (let scope: Frame | null = frame; scope !== null; scope = scope.parent) {
			const local = scope.names.get(callee.id);
			if (local?.type === "member") return new Raised(`${local.module}.${local.name}`, message);
		}
		const slot = frame.world.table.names.get(callee.id)?.slot;
		if (slot?.kind === "alias") return new Raised(`${slot.module}.${slot.name ?? ""}`, message);
		return new Raised(slot === undefined ? callee.id : `${frame.world.moduleName}.${callee.id}`, message);
	}
}

/** Is there a `return`, `raise` or `break` among some statements, at any depth? */
function mayLeave(body: readonly ast.Statement[]): boolean {
	return body.some((statement) => {
		switch (statement.type) {
			case "Assign":
			case "AnnAssign":
			case "AugAssign":
			case "ExpressionStatement":
			case "Pass":
			case "Continue":
				return false;
			case "If":
				return mayLeave(statement.body) || mayLeave(statement.orelse);
			default:
				return true;
		}
	});
}

function assignedNames(body: readonly ast.Statement[]): readonly string[] {
	return body.flatMap((statement) => {
		if (statement.type === "If") return assignedNames([...statement.body, ...statement.orelse]);
		const targets =
			statement.type === "Assign"
				? statement.targets
				: statement.type === "AnnAssign" || statement.type === "AugAssign"
					? [statement.target]
					: [];
		return targets.flatMap((target) => (target.type === "Name" ? [target.id] : []));
	});
}

/** Does an `except` clause catch an exception of that name? */
function catches(clause: ast.Expression | null, exception: string): boolean {
	if (clause === null) return true;
	if (clause.type === "Sequence") return clause.items.some((item) => catches(item, exception));
	const name = clause.type === "Name" ? clause.id : clause.type === "Attribute" ? clause.attribute.name : "";
	if (name === exception || name === "Exception" || name === "BaseException") return true;
	return (name === "LookupError" && exception === "KeyError") || (name === "ImportError" && exception === "ModuleNotFoundError");
}
