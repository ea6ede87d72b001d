import type { Severity } from "../audit/issue.ts";
import type { AuditReport } from "../plan/audit-report.ts";
import { show } from "../text/gate.ts";
import { comparedStarts, startFacts } from "./start-commands.ts";

/**
 * Workflow commands that GitHub Actions turns into annotations of the changed files
 * (https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands).
 */
export function renderGithub(report: AuditReport): string {
	const lines = report.issues.map((issue) => {
		const properties = [
			`file=${property(issue.at.path)}`,
			`line=${issue.at.line}`,
			`endLine=${issue.at.endLine}`,
			`col=${issue.at.column}`,
			`title=${property(`${issue.id} ${issue.rule}`)}`,
		].join(",");
		const parts = [issue.problem, issue.rootCause, issue.expectedError, issue.fix ? `Fix: ${issue.fix.title}` : null];
		return `::${levels[issue.severity]} ${properties}::${data(parts.filter((part) => part !== null).join("\n"))}`;
	});
	const starts = comparedStarts(report)
		.filter(({ verdict }) => verdict === "fails")
		.map((row) => {
			const facts = startFacts(row).map(({ label, text }) => `${label}: ${text}`);
			const text = data([`${row.command} fails`, ...facts].join("\n"));
			return `::warning file=${property(row.path)},line=${row.line},title=Start command::${text}`;
		});
	const notices = report.notices.map(
		(notice) => `::notice ${notice.path === "" ? "" : `file=${property(notice.path)}`}::${data(notice.message)}`,
	);
	return [...lines, ...starts, ...notices].map((line) => `${line}\n`).join("");
}

const levels: Readonly<Record<Severity, string>> = { CRITICAL: "error", HIGH: "error", MEDIUM: "warning", LOW: "notice" };

function data(text: string): string {
	return show(text).replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
}

function property(text: string): string {
	return data(text).replaceAll(":", "%3A").replaceAll(",", "%2C");
}
