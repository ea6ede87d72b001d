import type * as ast from "../../../python/ast.ts";
import { dottedName, walk } from "../../../python/walk.ts";
import type { Module } from "../../project.ts";
import type { RaisedFrom } from "../trace.ts";
import { isBuiltinException } from "./builtins.ts";

/** How an exception leaves the handler that caught it. */
export interface Surfacing {
	/** The class that the handler raises instead; null where it raises the same again. */
	readonly exception: string | null;
	/** Can we tell which handlers further out catch it? */
	readonly isKnown: boolean;
	/** What is printed after the class's name, given what was caught; null where nobody can tell. */
	readonly message: (caught: string) => string | null;
	/** The statement that raises instead; null where the same is raised again, whose traceback still ends where it did. */
	readonly from: RaisedFrom | null;
}

const same: Surfacing = { exception: null, isKnown: true, message: (caught) => caught, from: null };

/**
 * How a handler that ends by raising, or by leaving the process, lets out what it caught; null where it swallows it, or may.
 * `raise X from e` prints X last, and what was caught is still the cause of it all.
 */
export function surfacingOf(clause: ast.ExceptHandler, module: Module): Surfacing | null {
	const last = clause.body.at(-1);
	if (last === undefined || clause.body.some(mayLeave)) return null;
	if (last.type === "ExpressionStatement" && last.value.type === "Call") return ofExit(last.value, module);
	if (last.type !== "Raise") return null;
	const { exception } = last;
	const caught = clause.name?.name ?? null;
	if (exception === null || (exception.type === "Name" && exception.id === caught)) return same;
	const from = { module, start: last.start };
	const made = exception.type === "Call" ? exception : null;
	const name = dottedName(made?.callee ?? exception);
	if (name === null) return { exception: "Exception", isKnown: false, message: () => null, from };
	return {
		exception: name.slice(name.lastIndexOf(".") + 1),
		isKnown: isBuiltinException(name),
		message: (text) => (made === null || made.args.length === 0 ? "" : shown(made.args[0], caught, text)),
		from,
	};
}

/** May it leave the handler in another way than by its last statement? */
function mayLeave(statement: ast.Statement): boolean {
	let found = false;
	walk(statement, (node) => {
		if (node.type === "FunctionDef" || node.type === "ClassDef" || node.type === "Lambda") return false;
		if (node.type === "Return" || node.type === "Continue" || node.type === "Break") found = true;
		return !found;
	});
	return found;
}

const exits = new Set(["sys.exit", "exit", "quit", "os._exit"]);

function ofExit({ callee, args, start }: ast.Call, module: Module): Surfacing | null {
	const name = dottedName(callee);
	if (name === null || !exits.has(name)) return null;
	const message = (text: string) => (args.length === 0 ? "" : shown(args[0], null, text));
	return { exception: "SystemExit", isKnown: true, message, from: { module, start } };
}

/** The text of a message that is a literal, or tells what was caught. */
function shown(argument: ast.Expression | undefined, caught: string | null, text: string): string | null {
	if (argument === undefined) return null;
	const isCaught = (value: ast.Expression) => value.type === "Name" && value.id === caught;
	if (argument.type === "Constant")
		return typeof argument.value === "string" || typeof argument.value === "number" ? String(argument.value) : null;
	if (argument.type === "Call" && dottedName(argument.callee) === "str" && argument.args[0] !== undefined)
		return isCaught(argument.args[0]) ? text : null;
	if (argument.type !== "JoinedString") return isCaught(argument) ? text : null;
	let whole = "";
	for (const part of argument.parts) {
		if (typeof part === "string") whole += part;
		else if (isCaught(part.value) && part.conversion === null && !part.hasFormat) whole += text;
		else return null;
	}
	return whole;
}
