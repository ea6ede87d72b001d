import type { Fix } from "../audit/fix.ts";
import type { Issue, Severity } from "../audit/issue.ts";
import type { AuditReport, StartCommandRow } from "../plan/audit-report.ts";
import { show, showLine } from "../text/gate.ts";
import { moveLines, touchedFiles } from "../text/tree-change.ts";
import { diffLines } from "./diff-lines.ts";
import { editsOrRemoval, lineEditsOf, type Texts } from "./line-edits.ts";
import { type Paint, paintWith, wrap } from "./paint.ts";
import { comparedStarts, startFacts, startPlace, startsHeadline } from "./start-commands.ts";
import { verdictOf } from "./verdict.ts";

export interface PrettyOptions {
	readonly colour: boolean;
	/** Columns. */
	readonly width: number;
	/** Leaves out causes, diffs and small issues' details. */
	readonly brief?: boolean;
}

/** The report for a person at a terminal: the verdict first, then the issues by story along the critical path. */
export function renderPretty(report: AuditReport, texts: Texts, options: PrettyOptions): string {
	const paint = paintWith(options.colour);
	const width = Math.min(options.width, 110);
	const parts = [header(report, paint), verdict(report, paint, width)];
	for (const phase of report.phases) {
		const issues = phase.issues.flatMap((id) => report.issues.find((issue) => issue.id === id) ?? []);
		if (issues.length === 0) continue;
		parts.push(`${paint.accent(paint.bold(phase.story))} ${paint.bold(phase.title)}`);
		for (const issue of issues) parts.push(issueBlock(issue, texts, paint, width, options.brief === true));
	}
	const starts = comparedStarts(report);
	if (starts.length > 0) parts.push(startCommands(starts, paint, width));
	if (report.otherApplications.length > 0) parts.push(otherApplications(report, paint));
	if (report.notices.length > 0) parts.push(notices(report, paint, width));
	if (report.issues.length > 0) parts.push(nextSteps(report, paint, width));
	return `${parts.join("\n\n")}\n`;
}

function header(report: AuditReport, paint: Paint): string {
	const { project } = report;
	const place = project.backend === "" ? project.root : `${project.root}/${project.backend}`;
	const target = project.target ? `uvicorn ${project.target}` : "no application found";
	const facts = [place, target, `Python ${project.python}`].map((fact) => showLine(fact)).join(" · ");
	return `${paint.accent(paint.bold("bootmend"))}  ${facts}`;
}

function verdict(report: AuditReport, paint: Paint, width: number): string {
	const { headline, stops } = verdictOf(report);
	const lines = [stops ? paint.bold(paint.red(headline)) : paint.bold(paint.green(headline))];
	const files = report.filesScanned === 1 ? "1 file" : `${report.filesScanned} files`;
	lines.push(paint.dim(`${files} in ${report.durationSeconds.toFixed(2)} s`));
	if (report.criticalPath.length > 0) {
		lines.push(`${paint.dim("Path to a running server")}  ${wrap([...report.criticalPath, "boots"].join(" → "), width, 26)}`);
	}
	return lines.join("\n");
}

function issueBlock(issue: Issue, texts: Texts, paint: Paint, width: number, brief: boolean): string {
	const fact = (label: string, text: string) => `  ${paint.dim(label.padEnd(8))} ${wrap(show(text), width, 11)}`;
	const title = `${markOf(issue.severity, paint)} ${paint.bold(issue.id)}  ${severityName(issue.severity, paint)}  ${paint.dim(`${showLine(issue.at.path)}:${issue.at.line}`)}`;
	const lines = [title, `  ${wrap(show(issue.problem), width, 2)}`];
	if (issue.expectedError !== null) lines.push(fact("Python", issue.expectedError));
	if (brief || issue.severity === "LOW") return lines.join("\n");
	lines.push(fact("Cause", issue.rootCause));
	if (issue.importChain.length > 1) lines.push(fact("Reached", issue.importChain.join(" → ")));
	if (issue.hides.length > 0) lines.push(fact("Hides", issue.hides.join(", ")));
	if (issue.fix) lines.push(...fixBlock(issue.fix, texts, paint, width));
	for (const step of issue.manualSteps) lines.push(fact("To do", step));
	return lines.join("\n");
}

function fixBlock(fix: Fix, texts: Texts, paint: Paint, width: number): readonly string[] {
	const name = fix.applicability === "safe" ? "Fix" : "Fix?";
	const lines = [`  ${paint.dim(name.padEnd(8))} ${wrap(show(fix.title), width, 11)}`];
	for (const file of touchedFiles(fix)) {
		const moved = moveLines(file);
		for (const line of moved.length === 0 ? [file.path] : moved) lines.push(`           ${paint.dim(showLine(line))}`);
		let shift = 0;
		for (const edit of lineEditsOf(editsOrRemoval(file, texts), texts)) {
			for (const line of diffLines(edit, shift)) {
				const text = `${String(line.number).padStart(14)} ${line.sign} ${line.text}`;
				lines.push(line.sign === "-" ? paint.red(text) : line.sign === "+" ? paint.green(text) : paint.dim(text));
			}
			shift += edit.newText.split("\n").length - edit.oldText.split("\n").length;
		}
	}
	for (const command of fix.commands) lines.push(`  ${paint.dim("Then run")} ${showLine(command)}`);
	return lines;
}

function startCommands(rows: readonly StartCommandRow[], paint: Paint, width: number): string {
	const lines = rows.flatMap((row) => {
		const word = row.verdict.padEnd(8);
		const mark = row.verdict === "fails" ? paint.red(word) : row.verdict === "starts" ? paint.green(word) : paint.dim(word);
		const audited = row.isAudited ? paint.dim("  as audited") : "";
		const facts = startFacts(row).map(
			({ label, text }) => `           ${paint.dim(label.padEnd(8))} ${wrap(show(text), width, 20)}`,
		);
		return [`  ${mark} ${showLine(startPlace(row))}  ${paint.bold(showLine(row.command))}${audited}`, ...facts];
	});
	return [`${paint.bold("Start commands")}: ${startsHeadline(rows)}`, ...lines].join("\n");
}

function otherApplications({ otherApplications: rows }: AuditReport, paint: Paint): string {
	const places = rows.map(({ path, target, factory }) => `${showLine(path)}  ${showLine(target)}${factory ? "()" : ""}`);
	const width = Math.max(...places.map((place) => place.length));
	const lines = rows.map(({ command }, index) => `  ${places[index]?.padEnd(width)}  ${paint.dim(showLine(command))}`);
	const count = rows.length === 1 ? "one more in this repository" : `${rows.length} more in this repository`;
	return [`${paint.bold("Other applications")}: ${count}, which this report is not about`, ...lines].join("\n");
}

function notices(report: AuditReport, paint: Paint, width: number): string {
	const lines = report.notices.map((notice) => {
		const text = notice.path === "" ? show(notice.message) : `${showLine(notice.path)}: ${show(notice.message)}`;
		return `  ${wrap(text, width, 4)}`;
	});
	return [paint.yellow("Not audited"), ...lines].join("\n");
}

function nextSteps(report: AuditReport, paint: Paint, width: number): string {
	const lines = report.recommendations.map(
		(advice) =>
			`  ${advice.priority}. ${wrap(show(advice.description), width, 5)}\n     ${paint.dim(wrap(show(advice.impact), width, 5))}`,
	);
	return [paint.bold("Next"), ...lines].join("\n");
}

function markOf(severity: Severity, paint: Paint): string {
	if (severity === "CRITICAL") return paint.red("●");
	return severity === "HIGH" ? paint.yellow("●") : paint.dim("·");
}

function severityName(severity: Severity, paint: Paint): string {
	if (severity === "CRITICAL") return paint.red(severity);
	return severity === "HIGH" ? paint.yellow(severity) : paint.dim(severity);
}
