import type { FixProposal } from "../../../audit/fix.ts";
import type { Module } from "../../../project/project.ts";
import type * as ast from "../../../python/ast.ts";
import { enclosingStatement, fillsStatement } from "../../../python/rewrite/enclosing.ts";
import { indentAt, replaceText } from "../../../python/rewrite/source.ts";

/** `add_event_handler("startup", connect, warm_up)`, or with a list of the two: a call for each of them. */
export function registerEach(module: Module, call: ast.Call): FixProposal | undefined {
	const [event, ...given] = call.args;
	const [first] = given;
	const handlers = given.length === 1 && first?.type === "Sequence" ? first.items : given;
	const { callee } = call;
	const statement = enclosingStatement(module.tree, call.start);
	const isPlain = call.keywords.length === 0 && handlers.every(({ type }) => type === "Name" || type === "Attribute");
	if (callee.type !== "Attribute" || callee.attribute.name !== "add_event_handler" || event === undefined) return undefined;
	if (!isPlain || handlers.length === 0 || statement?.type !== "ExpressionStatement" || !fillsStatement(statement, call))
		return undefined;
	const source = ({ start, end }: ast.Node): string => module.text.slice(start, end);
	const calls = handlers.map((handler) => `${source(callee)}(${source(event)}, ${source(handler)})`);
	return {
		title: handlers.length === 1 ? "Register the function itself" : "Register each function by a call of its own",
		explanation: "add_event_handler takes one function; those of an event run in the order in which they were registered.",
		applicability: "safe",
		edits: [replaceText(module, call.start, call.end, calls.join(`\n${indentAt(module.text, statement.start)}`))],
	};
}
