import type * as ast from "../../python/ast.ts";
import { nodeAt } from "../../python/node-at.ts";
import type { Failure } from "../imports/trace.ts";
import type { FunctionValue } from "../imports/values.ts";
import type { Module, Project } from "../project.ts";
import { asyncTablesCalls } from "./async-tables.ts";
import { sessionMismatches } from "./session-contexts.ts";
import { resolvedName } from "./session-kinds.ts";

/**
 * Does a rule about sessions and engines tell of a failure already? Of a session that is entered by the wrong statement, and of an `await` of a plain
 * function that has to become a coroutine function, for it enters an async session or makes the tables of an async engine.
 */
export function isToldOfDatabase(project: Project, { detail, module, range }: Failure): boolean {
	const misuse = detail.type === "raises" ? detail.misuse?.type : undefined;
	switch (misuse) {
		case "missing-async-with":
		case "needless-async-with":
			return sessionMismatches(project).some((each) => each.module === module && each.call.start === range.start);
		case "needless-await": {
			const awaited = nodeAt(module.tree, range, "Await")?.value;
			const names = project.trace.runs.get(module.name)?.namespace.names;
			if (awaited?.type !== "Call" || names === undefined) return false;
			const callee = resolvedName(project, names, awaited.callee);
			return callee?.kind === "function" && hasToBecomeAsync(project, callee);
		}
		default:
			return false;
	}
}

function hasToBecomeAsync(project: Project, { node: owner, module }: FunctionValue): boolean {
	if (owner.type !== "FunctionDef" || owner.isAsync) return false;
	const holds = (home: Module, node: ast.Call | ast.With) =>
		home === module && owner.start <= node.start && node.end <= owner.end;
	const entered = sessionMismatches(project).filter(({ kind }) => kind.isAsync);
	return (
		asyncTablesCalls(project).some(({ call }) => holds(call.module, call.node)) ||
		entered.some((each) => holds(each.module, each.statement))
	);
}
