import type { Issue, Severity, Story } from "../audit/issue.ts";
import { severities } from "../audit/issue.ts";
import type { AuditReport } from "../plan/audit-report.ts";
import type { FixOptions } from "./options.ts";
import { UserError } from "./user-error.ts";

/** Which issues a `fix` is about. */
export interface Selection {
	readonly phase: Story | null;
	readonly severity: Severity | null;
	/** Fingerprints of the issues that were named one by one; null where none was. */
	readonly named: ReadonlySet<string> | null;
	/** Fixes marked for review too? Always where issues were named one by one. */
	readonly review: boolean;
	/** Fixes on lines too that the person has changed and not committed? Always where issues were named one by one. */
	readonly onOwnWork: boolean;
}

/** Reads the selection from the options; issues may be named by id or fingerprint, and ids are those of this report. */
export function selectionOf(options: FixOptions, report: AuditReport): Selection {
	const named = options.issue?.map((name) => {
		const wanted = name.toUpperCase();
		const issue = report.issues.find((one) => one.id === wanted || one.fingerprint === name.toLowerCase());
		if (issue) return issue.fingerprint;
		const known = report.issues.map((one) => one.id).join(", ");
		throw new UserError(
			`There is no issue ${name}.`,
			known === "" ? "The audit finds none at all." : `The audit finds ${known}.`,
		);
	});
	return {
		phase: options.phase ?? null,
		severity: options.severity ?? null,
		named: named ? new Set(named) : null,
		review: options.review === true || named !== undefined,
		onOwnWork: options.onMyChanges === true || named !== undefined,
	};
}

/** Is the issue among those asked for, whether or not it can be mended? */
export function isWanted(issue: Issue, selection: Selection): boolean {
	if (selection.named && !selection.named.has(issue.fingerprint)) return false;
	if (selection.phase && issue.story !== selection.phase) return false;
	return selection.severity === null || severities.indexOf(issue.severity) <= severities.indexOf(selection.severity);
}

/** May its fix be applied without anybody looking? */
export function isApplicable(issue: Issue, selection: Selection): boolean {
	return issue.fix !== null && isWanted(issue, selection) && (issue.fix.applicability === "safe" || selection.review);
}

/** Is the work not done while this issue is still there? A small one whose fix nobody allowed is no failure. */
export function matters(issue: Issue, selection: Selection): boolean {
	if (!isWanted(issue, selection)) return false;
	return issue.severity === "CRITICAL" || issue.severity === "HIGH" || selection.named !== null || isApplicable(issue, selection);
}

/** Why an issue that was asked for is left, in half a sentence. */
export function reasonLeft(issue: Issue, { review }: Selection): string {
	if (!issue.fix) return "no change of the code is certain";
	return issue.fix.applicability === "review" && !review
		? "its fix wants a look first: --review applies it"
		: "its fix was not kept; the reason stands above";
}
