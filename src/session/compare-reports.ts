import type { Issue } from "../audit/issue.ts";
import type { AuditReport } from "../plan/audit-report.ts";
import { count, listed } from "./session-context.ts";

/**
 * What the audit after a fix says against it, a sentence each: the fix's issue is still there, or something new stops
 * the server. What the commands of the fix settle, such as a lock that is to be written anew, speaks not against it.
 */
export function misgivings(before: AuditReport, after: AuditReport, fingerprints: readonly string[]): readonly string[] {
	const remaining = after.issues.filter((issue) => fingerprints.includes(issue.fingerprint));
	const known = new Set(before.issues.map((issue) => issue.fingerprint));
	const commands = before.issues
		.filter(({ fingerprint }) => fingerprints.includes(fingerprint))
		.flatMap(({ fix, alternatives }) => [...(fix?.commands ?? []), ...alternatives.flatMap((each) => each.commands)]);
	const isSettled = ({ fix, manualSteps }: Issue): boolean =>
		fix === null && manualSteps.some((step) => commands.some((command) => step.includes(command)));
	const news = after.issues.filter(
		(issue) => issue.severity === "CRITICAL" && !known.has(issue.fingerprint) && !isSettled(issue),
	);
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
