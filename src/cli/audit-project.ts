import { runRules } from "../audit/run-rules.ts";
import type { AuditReport } from "../plan/audit-report.ts";
import { buildReport } from "../plan/build-report.ts";
import { compareStarts } from "../plan/compare-starts.ts";
import type { KnownIds } from "../plan/plan.ts";
import { dependencyRows } from "../project/manifests/dependency-rows.ts";
import { rules } from "../rules/index.ts";
import type { ProcessIo } from "./io.ts";
import { type OpenedProject, openProject } from "./open-project.ts";
import type { CommonOptions } from "./options.ts";

/** A project with what the rules say about it. */
export interface Audited extends OpenedProject {
	readonly report: AuditReport;
}

/** Reads, understands and audits the backend that a person named. Changes nothing, runs nothing of it. */
export function auditProject(path: string | undefined, options: CommonOptions, io: ProcessIo): Audited {
	const started = process.uptime();
	return auditOpened(openProject(path, options, io), started);
}

/**
 * Asks the rules about a project that is understood already; `started` is when the work on it began, as `process.uptime()`
 * has it. `knownIds` holds what earlier audits called their issues, where there were some.
 */
export function auditOpened(opened: OpenedProject, started: number, knownIds: KnownIds = new Map()): Audited {
	const result = runRules(opened.project, rules);
	const dependencies = dependencyRows(opened.project);
	const startCommands = compareStarts(opened.project, result, rules);
	const durationSeconds = process.uptime() - started;
	return { ...opened, report: buildReport(opened.project, { result, dependencies, startCommands, durationSeconds, knownIds }) };
}
