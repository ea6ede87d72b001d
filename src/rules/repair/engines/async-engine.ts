import type { FixProposal } from "../../../audit/fix.ts";
import { adaptUrl } from "../../../project/database/adapt-url.ts";
import { listEngineCalls } from "../../../project/database/engine-calls.ts";
import { factoryKind, sessionKindOf } from "../../../project/database/session-kinds.ts";
import { databaseOf, loadedDriver, preferredAsyncDriver } from "../../../project/database/sqlalchemy-driver.ts";
import { isMadeBy } from "../../../project/database/sqlalchemy-values.ts";
import type { Call } from "../../../project/imports/trace.ts";
import type { Project } from "../../../project/project.ts";
import { replaceText } from "../../../python/rewrite/source.ts";

/**
 * Makes a sync engine an async one, where asynchronous sessions are made from it and no sync ones: then the call of `create_engine` is
 * the mistake, and not what uses it.
 */
export function makeEngineAsync(project: Project, engine: Call): FixProposal | undefined {
	const found = listEngineCalls(project).find(({ call }) => call === engine);
	const { module, node } = engine;
	if (found?.url == null || node.callee.type !== "Name" || node.callee.id !== "create_engine") return undefined;
	if (!isForAsyncSessions(project, engine)) return undefined;
	const isAsyncUrl = loadedDriver(project, found.url)?.isAsync === true;
	const driver = preferredAsyncDriver(project, databaseOf(found.url));
	const adapted =
		isAsyncUrl || driver === null ? null : adaptUrl(project, found, `${driver.database}+${driver.name}`, driver.name);
	if (!isAsyncUrl && adapted === null) return undefined;
	return {
		title: "Make the engine with create_async_engine",
		explanation: "The sessions that are made from it are asynchronous, and what uses it awaits.",
		applicability: "safe",
		edits: [replaceText(module, node.callee.start, node.callee.end, "create_async_engine"), ...(adapted?.edits ?? [])],
		needs: [{ path: module.path, module: "sqlalchemy.ext.asyncio", name: "create_async_engine" }, ...(adapted?.needs ?? [])],
	};
}

/** Does an asynchronous factory or session get the engine, and no sync one? */
function isForAsyncSessions(project: Project, engine: Call): boolean {
	const kinds = project.trace.calls.flatMap((call) => {
		const isGiven = [...call.args, ...call.keywords.values()].includes(engine.result);
		return isGiven ? (asksAsync(call) ?? []) : [];
	});
	return kinds.length > 0 && kinds.every((isAsync) => isAsync);
}

/** Does what gets an engine ask it asynchronously? Null for what is no session, makes none and creates no tables. */
function asksAsync({ callee, result }: Call): boolean | null {
	if (callee.kind === "bound-method") return callee.name === "create_all" || callee.name === "drop_all" ? false : null;
	if (isMadeBy(result, "async_sessionmaker")) return true;
	if (isMadeBy(result, "sessionmaker")) return factoryKind(result)?.isAsync === true;
	return sessionKindOf(callee)?.isAsync ?? null;
}
