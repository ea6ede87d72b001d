import type { BootCase } from "./case-file.ts";
import type { RecordedOutcome, RecordedProof } from "./evidence.ts";
import type { Audit, ReportedIssue } from "./run-bootmend.ts";

/** How an audit compares with what a real boot showed. */
export interface Verdict {
	/** The fault was named with the severity that it deserves; for a decoy, nothing CRITICAL was. */
	readonly right: boolean;
	/** The first issue on the critical path stands where Python's traceback ends. */
	readonly sameFile: boolean;
	/** Its expected error is the line that Python printed. */
	readonly sameError: boolean;
	/** For a person: what was said and what is true. */
	readonly words: string;
}

/** Judges an audit of a case by its recorded boots. */
export function judge(boot: BootCase, truth: RecordedProof, audit: Audit): Verdict {
	const critical = criticalIssues(audit);
	if (boot.kind === "decoy") {
		const words = critical.map(describe).join("; ");
		return {
			right: critical.length === 0 && audit.refusal === null,
			sameFile: true,
			sameError: true,
			words: audit.refusal ?? words,
		};
	}
	const outcome = truth.stage === "boots" && truth.cleanInstall !== undefined ? truth.cleanInstall : truth;
	const wanted = isCritical(outcome) ? critical : inOrder(audit).filter((issue) => isGrave(issue));
	const best = wanted.find((issue) => isSameError(issue, outcome)) ?? wanted[0];
	const first = wanted[0];
	return {
		right: wanted.length > 0,
		sameFile: outcome.at === undefined || wanted.some((issue) => outcome.at?.startsWith(`${issue.file_path}:`)),
		sameError: first !== undefined && isSameError(first, outcome),
		words: `${outcome.stage}: ${outcome.error} ${outcome.at ?? ""}\n        said: ${best === undefined ? (audit.refusal ?? "nothing") : describe(best)}`,
	};
}

/** Does the server not come up, or answer nothing but internal errors? */
function isCritical(outcome: RecordedOutcome): boolean {
	return outcome.stage === "import" || outcome.stage === "startup" || outcome.everyRequestFails === true;
}

function isGrave(issue: ReportedIssue): boolean {
	return issue.severity === "HIGH" || issue.severity === "CRITICAL";
}

/** The CRITICAL issues, in the order in which start-up meets them. */
export function criticalIssues(audit: Audit): readonly ReportedIssue[] {
	return inOrder(audit).filter((issue) => issue.severity === "CRITICAL");
}

function inOrder(audit: Audit): readonly ReportedIssue[] {
	const position = (issue: ReportedIssue) => (audit.criticalPath.indexOf(issue.id) + audit.issues.length) % audit.issues.length;
	return [...audit.issues].sort((a, b) => position(a) - position(b));
}

/** One issue in a line. */
export function describe(issue: ReportedIssue): string {
	return `${issue.severity} ${issue.rule} ${issue.file_path}:${issue.line_number} ${issue.expected_error ?? issue.problem_description}`;
}

function isSameError(issue: ReportedIssue, outcome: RecordedOutcome): boolean {
	return issue.expected_error !== null && outcome.error !== undefined && plain(issue.expected_error) === plain(outcome.error);
}

/** Paths, suggestions and the exception's own module are no part of what an audit must foresee. */
function plain(error: string): string {
	return (error.split("\n")[0] ?? "")
		.replace(/ \([^()]*\.(py|so)\)$| \(unknown location\)$/, "")
		.replace(/[.?]? Did you mean: '[^']*'\?$/, "")
		.replace(/^(?:\w+\.)+(?=\w+(:|$))/, "")
		.trim();
}
