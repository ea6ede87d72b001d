import { statementsOf } from "../../python/rewrite/blocks.ts";
import { contains } from "../../python/walk.ts";
import { sessionOf } from "../imports/simulator/library/session-objects.ts";
import type { Call } from "../imports/trace.ts";
import type { Project } from "../project.ts";
import { isMadeBy } from "./sqlalchemy-values.ts";

/** The first call by which start-up opens a connection of an engine, in its lifespan or while modules are imported, behind a place in it; null where none is seen. */
export function findStartupConnection(project: Project, engine: Call, after = engine.order): Call | null {
	const calls = project.trace.calls.filter(({ reached, order }) => reached && order > after);
	const connecting = calls.filter((call) => isConnecting(call, engine) || isQuerying(call, calls, engine));
	return connecting.find(({ guarded }) => !guarded) ?? connecting[0] ?? null;
}

const connectingMethods = new Set(["begin", "connect", "raw_connection"]);
/** Methods of a MetaData or a Table that get the engine as `bind`. */
const schemaMethods = new Set(["create_all", "drop_all", "reflect", "create", "drop"]);
const queryingMethods = new Set(["execute", "exec", "scalar", "scalars", "get", "flush", "connection", "run_sync"]);

/** Methods that send what `session.query(…)` has put together. */
const fetchingMethods = new Set(["all", "first", "one", "one_or_none", "scalar", "count", "delete", "update"]);

function isConnecting(call: Call, engine: Call): boolean {
	const { callee } = call;
	if (callee.kind === "bound-method" && callee.receiver === engine.result) return connectingMethods.has(callee.name);
	const { node, args, keywords } = call;
	const method = node.callee.type === "Attribute" ? node.callee.attribute.name : "";
	return schemaMethods.has(method) && (args[0] === engine.result || keywords.get("bind") === engine.result);
}

/** `session.execute(...)` inside `with factory() as session:`, where the factory makes sessions of the engine. */
function isQuerying(call: Call, calls: readonly Call[], engine: Call): boolean {
	const { callee: value } = call;
	if (value.kind === "bound-method" && value.receiver.kind === "instance") {
		const session = queryingMethods.has(value.name)
			? value.receiver
			: fetchingMethods.has(value.name)
				? sessionOf(value.receiver)
				: null;
		if (session?.kind === "instance" && session.call !== null && opensSession(session.call, engine)) return true;
	}
	const { callee } = call.node;
	if (callee.type !== "Attribute" || callee.value.type !== "Name" || !queryingMethods.has(callee.attribute.name)) return false;
	const session = callee.value.id;
	return calls.some((opening) => {
		if (opening.module !== call.module || !opensSession(opening, engine)) return false;
		return [...statementsOf(call.module.tree)].some(
			(statement) =>
				statement.type === "With" &&
				contains(statement, call.node.start) &&
				statement.items.some(
					({ context, target }) => context === opening.node && target?.type === "Name" && target.id === session,
				),
		);
	});
}

/** `AsyncSession(engine)`, or the call of a factory that was made for the engine. */
function opensSession({ callee, args, keywords }: Call, engine: Call): boolean {
	if (isMadeBy(callee, "async_sessionmaker") || isMadeBy(callee, "sessionmaker")) {
		const maker = callee.kind === "instance" ? callee.call : null;
		return (maker?.keywords.get("bind") ?? maker?.args[0]) === engine.result;
	}
	const isSessionClass = callee.kind === "class" || callee.kind === "external";
	return isSessionClass && (keywords.get("bind") ?? args[0]) === engine.result;
}
