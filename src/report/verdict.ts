import { type Severity, severities } from "../audit/issue.ts";
import type { AuditReport } from "../plan/audit-report.ts";

/** The one sentence that matters. */
export interface Verdict {
	readonly headline: string;
	/** True where the server does not come up. */
	readonly stops: boolean;
}

/** Says whether the server comes up, and what stands in its way. */
export function verdictOf(report: AuditReport): Verdict {
	const counted = severities
		.map((severity) => ({ severity, count: countOf(report, severity) }))
		.filter((entry) => entry.count > 0);
	const counts = counted.map(({ severity, count }) => `${count} ${severity.toLowerCase()}`).join(", ");
	const blocking = report.issues.filter((issue) => issue.blocksStartup);
	if (blocking.length === 0 && report.project.target === null) {
		return { headline: `No application to start was found${counts === "" ? "" : `; ${counts}`}.`, stops: true };
	}
	if (blocking.length === 0) {
		const headline = counts === "" ? "Nothing found that stops the server" : `Nothing found that stops the server; ${counts}`;
		return { headline: `${headline}.`, stops: false };
	}
	const here = blocking.some((issue) => issue.failsOn.includes("this-machine"));
	const where = here ? "The server does not come up" : "The server comes up on this machine only: a clean install fails";
	return { headline: `${where}: ${counts}.`, stops: true };
}

/** How many issues a report has of a severity. */
export function countOf(report: AuditReport, severity: Severity): number {
	return report.issues.filter((issue) => issue.severity === severity).length;
}
