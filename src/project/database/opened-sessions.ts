import type * as ast from "../../python/ast.ts";
import { visitOwn } from "../../python/own-nodes.ts";
import { dottedName } from "../../python/walk.ts";
import type { ModuleRun } from "../imports/trace.ts";
import type { Project } from "../project.ts";
import { factoryKind, resolvedName, type SessionKind, sessionKindOf } from "./session-kinds.ts";

/** The kind of the session that the function of a `Depends(get_session)` among some expressions opens and yields; null where that is not seen. */
export function yieldedKind(project: Project, run: ModuleRun, expressions: readonly ast.Expression[]): SessionKind | null {
	const [depends] = expressions.filter((each) => each.type === "Call" && dottedName(each.callee)?.endsWith("Depends"));
	const [given] = depends?.type === "Call" ? depends.args : [];
	const dependency = given === undefined ? undefined : resolvedName(project, run.namespace.names, given);
	if (dependency?.kind !== "function" || dependency.node.type !== "FunctionDef") return null;
	const { node } = dependency;
	const home = project.trace.runs.get(dependency.module.name);
	const yielded = new Set<string>();
	visitOwn(node, (each) => {
		if (each.type === "Yield" && each.value?.type === "Name") yielded.add(each.value.id);
	});
	const sessions = home === undefined ? [] : openedSessions(project, home, node).filter(([name]) => yielded.has(name));
	const [only, ...others] = sessions;
	return only !== undefined && others.length === 0 && yielded.size === 1 ? only[1] : null;
}

/** `async with factory() as session`, `with Session(engine) as session` and `session = factory()`, with the kind that just that makes. */
export function openedSessions(project: Project, run: ModuleRun, owner: ast.FunctionDef): readonly [string, SessionKind][] {
	const found: [string, SessionKind][] = [];
	const kindOf = (expression: ast.Expression): SessionKind | null => {
		if (expression.type !== "Call") return null;
		const callee = resolvedName(project, run.namespace.names, expression.callee);
		return factoryKind(callee) ?? sessionKindOf(callee);
	};
	visitOwn(owner, (node) => {
		if (node.type === "With") {
			for (const { context, target } of node.items) {
				const kind = kindOf(context);
				if (kind !== null && target?.type === "Name" && kind.isAsync === node.isAsync) found.push([target.id, kind]);
			}
		} else if (node.type === "Assign") {
			const [target] = node.targets;
			const kind = kindOf(node.value);
			if (kind !== null && target?.type === "Name") found.push([target.id, kind]);
		}
	});
	return found;
}
