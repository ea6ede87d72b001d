import type { Fix } from "../audit/fix.ts";
import type { Issue } from "../audit/issue.ts";
import type { AuditReport, StartCommandRow } from "../plan/audit-report.ts";
import { showLine } from "../text/gate.ts";
import { moveLines, touchedFiles } from "../text/tree-change.ts";
import { diffLines } from "./diff-lines.ts";
import { editsOrRemoval, lineEditsOf, type Texts } from "./line-edits.ts";
import { comparedStarts, startFacts, startPlace, startsHeadline } from "./start-commands.ts";
import { countOf, verdictOf } from "./verdict.ts";

/** The report as a Markdown document, for a pull request or a ticket. */
export function renderMarkdown(report: AuditReport, texts: Texts): string {
	const { project } = report;
	const parts = [
		"# Backend audit",
		`**${prose(verdictOf(report).headline)}**`,
		[
			`- Backend: ${code(project.backend === "" ? "." : project.backend)}`,
			`- Target: ${project.target === null ? "none found" : code(project.target)}`,
			`- Python: ${prose(project.python)}`,
			`- Files: ${report.filesScanned}, audited in ${report.durationSeconds.toFixed(2)} s`,
			`- Issues: ${countOf(report, "CRITICAL")} critical, ${countOf(report, "HIGH")} high, ${countOf(report, "MEDIUM")} medium, ${countOf(report, "LOW")} low`,
		].join("\n"),
	];
	if (report.criticalPath.length > 0) parts.push("## Critical path", [...report.criticalPath, "boots"].join(" → "));
	for (const phase of report.phases) {
		const issues = phase.issues.flatMap((id) => report.issues.find((issue) => issue.id === id) ?? []);
		if (issues.length > 0)
			parts.push(`## ${phase.story}: ${phase.title}`, ...issues.flatMap((issue) => issueParts(issue, texts)));
	}
	const starts = comparedStarts(report);
	if (starts.length > 0)
		parts.push("## Start commands", `They differ: ${startsHeadline(starts)}.`, starts.map((row) => startItem(row)).join("\n"));
	if (report.recommendations.length > 0) {
		parts.push("## Recommendations");
		parts.push(
			report.recommendations
				.map((advice) => `${advice.priority}. ${prose(advice.description)}. ${prose(advice.impact)}.`)
				.join("\n"),
		);
	}
	if (report.otherApplications.length > 0) {
		const rows = report.otherApplications.map(
			({ path, target, factory, command }) => `- ${code(`${target}${factory ? "()" : ""}`)} in ${code(path)}: ${code(command)}`,
		);
		parts.push("## Other applications", "This report is not about them.", rows.join("\n"));
	}
	if (report.notices.length > 0) {
		parts.push("## Not audited");
		parts.push(
			report.notices
				.map((notice) => `- ${notice.path === "" ? "" : `${code(notice.path)}: `}${prose(notice.message)}`)
				.join("\n"),
		);
	}
	return `${parts.join("\n\n")}\n`;
}

function startItem(row: StartCommandRow): string {
	const facts = startFacts(row).map(({ label, text }) => `  - **${label}**: ${prose(text)}`);
	const audited = row.isAudited ? ", as audited" : "";
	return [`- **${row.verdict}**${audited}: ${code(row.command)} (${code(startPlace(row))})`, ...facts].join("\n");
}

function issueParts(issue: Issue, texts: Texts): readonly string[] {
	const facts = [
		`- **Severity**: ${issue.severity}${issue.blocksStartup ? ", stops start-up" : ""}`,
		`- **Where**: ${code(`${issue.at.path}:${issue.at.line}`)}`,
		`- **Root cause**: ${prose(issue.rootCause)}`,
	];
	if (issue.expectedError !== null) facts.push(`- **Python says**: ${code(issue.expectedError)}`);
	if (issue.importChain.length > 1) facts.push(`- **Reached by**: ${code(issue.importChain.join(" → "))}`);
	if (issue.hides.length > 0) facts.push(`- **Hides**: ${issue.hides.join(", ")}`);
	if (issue.related.length > 0) facts.push(`- **Related**: ${issue.related.join(", ")}`);
	const parts = [`### ${issue.id}: ${prose(issue.problem)}`, facts.join("\n")];
	if (issue.fix)
		parts.push(
			`**Fix** (${issue.fix.applicability}): ${prose(issue.fix.title)}. ${prose(issue.fix.explanation)}`,
			...diffParts(issue.fix, texts),
		);
	if (issue.manualSteps.length > 0)
		parts.push("**To do by hand**", issue.manualSteps.map((step) => `- ${prose(step)}`).join("\n"));
	return parts;
}

function diffParts(fix: Fix, texts: Texts): readonly string[] {
	const diffs = touchedFiles(fix).map((file) => {
		const lines = lineEditsOf(editsOrRemoval(file, texts), texts).flatMap((edit) => [
			`@@ line ${edit.startLine} @@`,
			...diffLines(edit).map((line) => `${line.sign}${line.text}`),
		]);
		const to = file.to === null ? "/dev/null" : file.to;
		const names = lines.length === 0 ? [] : [`--- ${showLine(file.path)}`, `+++ ${showLine(to)}`];
		return fenced("diff", [...moveLines(file).map((line) => showLine(line)), ...names, ...lines].join("\n"));
	});
	if (fix.commands.length > 0) diffs.push(fenced("sh", fix.commands.map((command) => showLine(command)).join("\n")));
	return diffs;
}

/** A fence longer than any run of back ticks in what it holds. */
export function fenced(language: string, text: string): string {
	const longest = Math.max(2, ...(text.match(/`+/g) ?? []).map((run) => run.length));
	const fence = "`".repeat(longest + 1);
	return `${fence}${language}\n${text}\n${fence}`;
}

/** File-derived text must not turn into markup; names such as `snake_case` stay as they are. */
export function prose(text: string): string {
	return showLine(text).replace(/[\\<>[\]|#]|(?<!\w)[*_]|[*_](?!\w)/g, (character) => `\\${character}`);
}

/** Text as code on one line. */
export function code(text: string): string {
	const shown = showLine(text);
	const fence = "`".repeat(Math.max(0, ...(shown.match(/`+/g) ?? []).map((run) => run.length)) + 1);
	return shown.includes("`") ? `${fence} ${shown} ${fence}` : `${fence}${shown}${fence}`;
}
