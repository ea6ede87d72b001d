import type { AuditReport, StartCommandRow } from "../plan/audit-report.ts";

/** The start commands of a report where they do not all do the same; none where there is nothing to compare. */
export function comparedStarts(report: AuditReport): readonly StartCommandRow[] {
	const { startCommands } = report;
	const outcomes = new Set([
		...startCommands.filter(({ verdict }) => verdict !== "unknown").map(outcomeOf),
		auditedOutcome(report),
	]);
	return outcomes.size > 1 || startCommands.some(({ needs }) => needs.length > 0) ? startCommands : [];
}

function outcomeOf({ verdict, stop }: StartCommandRow): string {
	return stop === null ? verdict : `${stop.path}:${stop.line}:${stop.problem}`;
}

/** What the audit itself says, which may follow a target that no start command names. */
function auditedOutcome({ startCommands, issues, criticalPath }: AuditReport): string {
	const audited = startCommands.find(({ isAudited }) => isAudited);
	if (audited !== undefined) return outcomeOf(audited);
	return issues.some(({ id, blocksStartup }) => blocksStartup && criticalPath.includes(id)) ? "fails" : "starts";
}

/** One sentence that says how the commands compare. */
export function startsHeadline(rows: readonly StartCommandRow[]): string {
	const failing = rows.filter(({ verdict }) => verdict === "fails").length;
	const starting = rows.filter(({ verdict }) => verdict === "starts").length;
	if (failing > 0 && starting > 0) return "what works with one fails with the other";
	if (failing > 0) return "they stop at different places";
	return "some need settings from outside";
}

/** What is to be known of one command, a sentence each. */
export function startFacts({
	differences,
	stop,
	needs,
	verdict,
	correction,
}: StartCommandRow): readonly { readonly label: string; readonly text: string }[] {
	const facts: { label: string; text: string }[] = [];
	if (stop !== null) facts.push({ label: "Stops at", text: `${stop.path}:${stop.line}  ${stop.error ?? stop.problem}` });
	if (differences.length > 0 && (stop !== null || verdict === "unknown"))
		facts.push({ label: "Differs", text: differences.join("; ") });
	if (correction !== null) facts.push({ label: "Instead", text: correction });
	if (needs.length > 0) facts.push({ label: "Needs", text: `${needs.join(", ")} from the container's environment` });
	return facts;
}

/** `Dockerfile:7`, with the service of a compose file. */
export function startPlace({ path, line, service }: StartCommandRow): string {
	return `${path}:${line}${service === null ? "" : ` (${service})`}`;
}
