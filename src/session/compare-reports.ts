import type { AuditReport } from "../plan/audit-report.ts";
import { count, listed } from "./session-context.ts";

/**
 * What the audit after a fix says against it, a sentence each: the fix's issue is still there, or something new stops
 * the server. Issues that an earlier audit expected behind the fixed one (`hides`) are no news.
 */
export function misgivings(before: AuditReport, after: AuditReport, fingerprints: readonly string[]): readonly string[] {
	const remaining = after.issues.filter((issue) => fingerprints.includes(issue.fingerprint));
	const known = new Set(before.issues.map((issue) => issue.fingerprint));
	const news = after.issues.filter((issue) => issue.severity === "CRITICAL" && !known.has(issue.fingerprint));
	return [
		...(remaining.length === 0 ? [] : [`The audit still finds ${listed(remaining.map((issue) => issue.id))}.`]),
		...(news.length === 0
			? []
			: [
					`The audit now finds ${count(news.length, "critical issue")} that it did not see before: ` +
						`${listed(news.map((issue) => `${issue.id} (${issue.problem})`))}. Undo takes the fix back.`,
				]),
	];
}
