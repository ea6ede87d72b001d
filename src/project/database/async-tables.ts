import type { Call } from "../imports/trace.ts";
import type { Value } from "../imports/values.ts";
import type { Project } from "../project.ts";
import { isAsyncConnection } from "./engine-connections.ts";
import { isAsyncEngine } from "./sqlalchemy-values.ts";

/** `create_all` and its like, which are sync, of an async engine. */
export interface AsyncTablesCall {
	readonly call: Call;
	/** `create_all`, `drop_all` or `reflect`. */
	readonly method: string;
	/** What it is given: the async engine itself, its sync side, or a connection of it. */
	readonly given: "engine" | "sync_engine" | "connection";
}

const methods = ["create_all", "drop_all", "reflect"];

/** Every call of start-up that makes, drops or reads the tables of an async engine without `run_sync`. */
export function asyncTablesCalls(project: Project): AsyncTablesCall[] {
	return project.trace.calls.flatMap((call) => {
		const { callee } = call.node;
		if (callee.type !== "Attribute" || !methods.includes(callee.attribute.name)) return [];
		const given = kindOf(call.args[0] ?? call.keywords.get("bind"));
		return given === null ? [] : [{ call, method: callee.attribute.name, given }];
	});
}

/** An engine, or what `engine.begin()` and `engine.connect()` give; null for all else. */
function kindOf(value: Value | undefined): AsyncTablesCall["given"] | null {
	if (isAsyncEngine(value)) return "engine";
	// Its sync side talks to the driver just as synchronously, and there is no greenlet to await in.
	if (value?.kind === "bound-method" && value.name === "sync_engine" && isAsyncEngine(value.receiver)) return "sync_engine";
	return isAsyncConnection(value) ? "connection" : null;
}
