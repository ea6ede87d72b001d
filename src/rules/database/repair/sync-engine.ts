import type { FixProposal } from "../../../audit/fix.ts";
import { adaptUrl } from "../../../project/database/adapt-url.ts";
import { listEngineCalls } from "../../../project/database/engine-calls.ts";
import { databaseOf } from "../../../project/database/sqlalchemy-driver.ts";
import { syncDriver } from "../../../project/database/sync-driver.ts";
import type { Value } from "../../../project/imports/values.ts";
import type { Project } from "../../../project/project.ts";
import { replaceText } from "../../../python/rewrite/source.ts";

/** Is nothing in the modules that start-up reaches written for async sessions or connections, apart from the engine itself? */
function isSyncCode(project: Project): boolean {
	for (const { module, reached } of project.trace.runs.values())
		if (
			reached &&
			/\b(AsyncSession|async_sessionmaker|AsyncConnection|run_sync|async_scoped_session)\b|\bawait\s+(self\.)?\w*(session|db|conn\w*)\.|async\s+with\s+\w*engine\b/.test(
				module.text,
			)
		)
			return false;
	return true;
}

/** Makes an async engine a sync one: `create_engine`, and a URL that names a sync driver. For backends that use it as a sync one everywhere. */
export function makeEngineSync(project: Project, engine: Value | undefined): FixProposal | undefined {
	const call = engine?.kind === "instance" ? engine.call : null;
	const found = listEngineCalls(project).find((each) => each.call === call);
	if (call === null || found === undefined || found.url === null || !isSyncCode(project)) return undefined;
	const { module, node } = call;
	const isPlain = node.callee.type === "Name" && node.callee.id === "create_async_engine";
	const driver = syncDriver(project, databaseOf(found.url));
	const adapted = driver === null || !isPlain ? null : adaptUrl(project, found, driver.scheme, driver.name);
	if (adapted === null || driver === null) return undefined;
	return {
		title: "Make the engine with create_engine",
		explanation: `All that uses the engine is sync: a sync engine with the ${driver.name} driver suits it, and nothing else has to change.`,
		applicability: "review",
		edits: [replaceText(module, node.callee.start, node.callee.end, "create_engine"), ...adapted.edits, ...driver.edits],
		needs: [{ path: module.path, module: "sqlalchemy", name: "create_engine" }, ...adapted.needs],
		...(driver.commands.length === 0 ? {} : { commands: driver.commands }),
	};
}
