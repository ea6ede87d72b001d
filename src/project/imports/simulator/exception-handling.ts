import type * as ast from "../../../python/ast.ts";
import { dottedName } from "../../../python/walk.ts";
import { unknown, type Value } from "../values.ts";
import { isBuiltinException, isException } from "./builtins.ts";
import {
	bind,
	type Completion,
	type FailureReport,
	type Frame,
	fail,
	type Handler,
	lookUp,
	type Machine,
	maybe,
	PythonException,
	ReachedYield,
	unreadable,
} from "./machine.ts";
import { surfacingOf } from "./surfacing.ts";

/** The exceptions a handler names, as far as we can tell; null stands for one we cannot. */
export function caughtNames(machine: Machine, frame: Frame, exception: ast.Expression | null): (string | null)[] {
	if (exception === null) return ["BaseException"];
	if (exception.type === "Sequence") return exception.items.flatMap((item) => caughtNames(machine, frame, item));
	const name = dottedName(exception);
	if (
		name !== null &&
		!name.includes(".") &&
		isBuiltinException(name) &&
		lookUp(frame.scope, name) === null &&
		lookUp(frame.globals, name) === null
	)
		return [name];
	if (name !== null && cannotBeEvaluated(machine, frame, exception)) return [unreadable];
	const value = maybe(machine, () => machine.evaluate(frame, exception));
	// It stands in compiled code, of which not every version says that it is a class.
	if (value.kind === "external" && /^pydantic(?:_core)?\b.*\.ValidationError$/.test(value.canonical)) return ["ValidationError"];
	// Exceptions of a library are raised by that library only; what we simulate raises built-in ones.
	if (value.kind === "external" && value.entry?.kind === "class") return [`library:${value.canonical}`];
	if (value.kind === "class" && value.bases.every((base) => base.kind === "external" && base.name.startsWith("builtins.")))
		return [`own:${value.node.name.name}`];
	return [null];
}

/** Would evaluating the class that a handler names fail for certain? Python does so only once there is something to catch. */
function cannotBeEvaluated(machine: Machine, frame: Frame, exception: ast.Expression): boolean {
	if (machine.uncertain > 0) return false;
	const { handlers, failures, doubts, importDoubts } = machine;
	const outer = handlers.splice(0);
	const before = failures.length;
	machine.evaluate(frame, exception);
	handlers.push(...outer);
	const found = failures
		.splice(before)
		.some(({ detail }) => detail.type === "name-not-defined" || detail.type === "attribute-missing");
	Object.assign(machine, { doubts, importDoubts });
	return found;
}

const importFamily = new Set(["ImportError", "ModuleNotFoundError"]);

/** Runs a `try` with its handlers, as far as it is known which of them runs. */
export function executeTry(machine: Machine, frame: Frame, node: ast.Try): Completion {
	const handlers = node.handlers.map((clause) => ({ clause, catches: caughtNames(machine, frame, clause.exception) }));
	const own: Handler = {
		catches: handlers.flatMap((handler) => handler.catches),
		surfaces: handlers.flatMap(({ clause, catches }) => catches.map(() => surfacingOf(clause, frame.module))),
	};
	const doubtsBefore = machine.doubts;
	const importDoubtsBefore = machine.importDoubts;
	const depth = machine.handlers.length;
	const uncertain = machine.uncertain;
	let completion: Completion = "normal";
	let raised: FailureReport | null = null;
	let isSuspended = false;
	try {
		machine.handlers.push(own);
		try {
			completion = machine.execute(frame, node.body);
		} catch (error) {
			if (!(error instanceof PythonException) || error.handler !== own) throw error;
			raised = error.report;
			machine.uncertain = uncertain;
		} finally {
			machine.handlers.length = depth;
		}
		if (raised !== null) {
			completion = runHandler(machine, frame, handlers, raised);
		} else {
			if (completion === "normal") completion = machine.execute(frame, node.orelse);
			const onlyImports = own.catches.every((name) => name !== null && importFamily.has(name));
			const mayRaise = onlyImports ? machine.importDoubts > importDoubtsBefore : machine.doubts > doubtsBefore;
			if (mayRaise) {
				for (const { clause } of handlers) {
					const left = maybe(machine, () => enterHandler(machine, frame, clause));
					if (left !== "normal" && completion === "normal") completion = leavesByRaising(clause) ? completion : "maybe-left";
				}
			}
		}
	} catch (error) {
		isSuspended = error instanceof ReachedYield;
		throw error;
	} finally {
		// A lifespan that stands at its yield is not over: what comes last runs when the server stops.
		if (node.finalbody.length > 0 && !isSuspended) machine.execute(frame, node.finalbody);
	}
	return completion;
}

/** A handler that ends by raising again, or by leaving the process, leaves nothing behind for the code after it. */
function leavesByRaising(clause: ast.ExceptHandler): boolean {
	const last = clause.body.at(-1);
	if (last?.type === "Raise") return true;
	const exits = last?.type === "ExpressionStatement" && last.value.type === "Call" ? dottedName(last.value.callee) : null;
	return exits !== null && ["sys.exit", "exit", "quit", "os._exit"].includes(exits);
}

function runHandler(
	machine: Machine,
	frame: Frame,
	handlers: readonly { clause: ast.ExceptHandler; catches: readonly (string | null)[] }[],
	raised: FailureReport,
): Completion {
	for (const { clause, catches } of handlers) {
		if (catches.includes(unreadable) && clause.exception !== null) {
			const before = machine.failures.length;
			machine.evaluate(frame, clause.exception);
			if (machine.failures.length > before) return enterHandler(machine, frame, clause);
			// What was run of the block has bound the name.
			maybe(machine, () => enterHandler(machine, frame, clause));
			return "maybe-left";
		}
		const matches = catches.some(
			(name) => name !== null && (name === `own:${raised.exception}` || isException(raised.exception, name)),
		);
		if (!matches) continue;
		machine.caught.push({ report: raised, name: clause.name?.name ?? null });
		try {
			return enterHandler(machine, frame, clause);
		} finally {
			machine.caught.pop();
		}
	}
	return "normal";
}

function enterHandler(machine: Machine, frame: Frame, clause: ast.ExceptHandler): Completion {
	if (clause.name === null) return machine.execute(frame, clause.body);
	const { name } = clause.name;
	bind(machine, frame.scope, name, unknown, clause);
	const completion = machine.execute(frame, clause.body);
	// The name is deleted when the handler ends (language reference 8.4.1).
	if (machine.uncertain === 0) frame.scope.names.delete(name);
	return completion;
}

/** `raise`, of a class, an object, or again of what was caught. */
export function executeRaise(machine: Machine, frame: Frame, node: ast.Raise): Completion {
	const { exception } = node;
	const caught = machine.caught.at(-1);
	if (caught !== undefined && (exception === null || (exception.type === "Name" && exception.id === caught.name))) {
		const before = machine.failures.length;
		fail(machine, caught.report);
		return machine.failures.length > before ? "maybe-left" : "return";
	}
	if (exception === null) return "return";
	const value = machine.evaluate(frame, exception);
	const raised = exceptionName(value);
	if (raised === null) {
		machine.doubts++;
		return "return";
	}
	let message = "";
	if (value.kind === "instance") {
		const first = value.call?.args[0];
		if (first?.kind === "constant" && first.value !== null && first.value !== undefined) message = String(first.value);
	}
	const before = machine.failures.length;
	raise(machine, frame, node, raised, message);
	if (machine.failures.length === before) return "return";
	// A failure that was recorded counts as mended: the code behind it runs. What the handler's own `try` would have bound is not there.
	return caught === undefined ? "normal" : "maybe-left";
}

function exceptionName(value: Value): string | null {
	const of = value.kind === "instance" ? value.of : value;
	if (of.kind === "external") return of.canonical.slice(of.canonical.lastIndexOf(".") + 1);
	if (of.kind === "class") return of.node.name.name;
	return null;
}

/** Something is raised by a statement of the program. */
export function raise(machine: Machine, frame: Frame, node: ast.Statement, exception: string, message: string): void {
	fail(machine, {
		detail: { type: "raises", exception, by: "statement" },
		module: frame.module,
		range: { start: node.start, end: node.end },
		statement: node,
		exception,
		message,
	});
}
