import type * as ast from "../../python/ast.ts";
import { statementsOf } from "../../python/rewrite/blocks.ts";
import { contains } from "../../python/walk.ts";
import type { Value } from "../imports/values.ts";
import type { Module, Project } from "../project.ts";
import { factoryKind, resolvedName, type SessionKind, sessionKindOf } from "./session-kinds.ts";

/** A session that is entered in the way of the other kind: a sync one by `async with`, or an async one by a plain `with`. */
export interface SessionMismatch {
	readonly module: Module;
	readonly statement: ast.With;
	readonly item: ast.WithItem;
	/** The call that makes the session. */
	readonly call: ast.Call;
	readonly kind: SessionKind;
	/** What is called: a factory, or the class itself. */
	readonly callee: Value | undefined;
}

const known = new WeakMap<Project, readonly SessionMismatch[]>();

/** Every session of the modules that start-up reaches that is entered by the wrong statement. */
export function sessionMismatches(project: Project): readonly SessionMismatch[] {
	let found = known.get(project);
	if (found === undefined) {
		found = [...project.trace.runs.values()].flatMap(({ module, reached, namespace }) =>
			reached && /\bwith\b/.test(module.text)
				? [...statementsOf(module.tree)].flatMap((statement) => mismatchesIn(project, module, namespace.names, statement))
				: [],
		);
		known.set(project, found);
	}
	return found;
}

function mismatchesIn(
	project: Project,
	module: Module,
	names: Parameters<typeof resolvedName>[1],
	statement: ast.Statement,
): SessionMismatch[] {
	if (statement.type !== "With") return [];
	return statement.items.flatMap((item) => {
		const call = item.context;
		if (call.type !== "Call") return [];
		const callee = resolvedName(project, names, call.callee);
		const kind = factoryKind(callee) ?? sessionKindOf(callee);
		if (kind === null || kind.isAsync === statement.isAsync) return [];
		return [{ module, statement, item, call, kind, callee }];
	});
}

/** Is a session asked for something in a block that enters it by the wrong statement? Who mends the statement mends its awaits too. */
export function isEnteredWrongly(project: Project, module: Module, { callee }: ast.Call): boolean {
	if (callee.type !== "Attribute" || callee.value.type !== "Name") return false;
	const { id, start } = callee.value;
	return sessionMismatches(project).some(
		({ module: home, statement, item }) =>
			home === module &&
			statement.items.length === 1 &&
			item.target?.type === "Name" &&
			item.target.id === id &&
			contains(statement, start),
	);
}
