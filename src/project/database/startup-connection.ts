import type { Call } from "../imports/trace.ts";
import type { Value } from "../imports/values.ts";
import type { Project } from "../project.ts";
import { isMadeBy } from "./sqlalchemy-values.ts";

/** The first call by which start-up opens a connection of an engine, in its lifespan or while modules are imported; null where none is seen. */
export function findStartupConnection(project: Project, engine: Call): Call | null {
	const calls = project.trace.calls.filter(
		({ callee, reached, order }) => reached && order > engine.order && callee.kind === "bound-method" && opens(callee, engine),
	);
	return calls.find(({ guarded }) => !guarded) ?? calls[0] ?? null;
}

const connectingMethods = new Set(["begin", "connect", "raw_connection"]);
const queryingMethods = new Set(["execute", "exec", "scalar", "scalars", "get", "commit", "flush", "connection", "run_sync"]);

/** Is it a method that needs a connection, of the engine or of a session that its factory made? */
function opens(callee: Value & { kind: "bound-method" }, engine: Call): boolean {
	const { receiver, name } = callee;
	if (receiver === engine.result) return connectingMethods.has(name);
	return queryingMethods.has(name) && isSessionOf(receiver, engine);
}

/** A session made by `AsyncSession(engine)`, or by calling a factory that was made for the engine. */
function isSessionOf(value: Value, engine: Call): boolean {
	if (value.kind !== "instance" || value.call === null) return false;
	const { callee, args, keywords } = value.call;
	const maker = callee.kind === "instance" ? callee.call : value.call;
	if (maker === null) return false;
	const isFactory = isMadeBy(callee, "async_sessionmaker") || isMadeBy(callee, "sessionmaker");
	const bound = isFactory ? (maker.keywords.get("bind") ?? maker.args[0]) : (keywords.get("bind") ?? args[0]);
	return bound === engine.result;
}
