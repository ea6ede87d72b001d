import { posix } from "node:path";
import { isSameError } from "../../src/text/same-error.ts";
import type { BootCase } from "./case-file.ts";
import type { RecordedOutcome, RecordedProof } from "./evidence.ts";
import type { Audit, ReportedIssue } from "./run-bootmend.ts";

/** How an audit compares with what a real boot showed. */
export interface Verdict {
	/** The fault was named with the severity that it deserves; for a decoy, nothing CRITICAL was. */
	readonly right: boolean;
	/** The first issue on the critical path stands where Python's traceback ends. */
	readonly sameFile: boolean;
	/** The server does not come up: start-up has a first error. */
	readonly stops: boolean;
	/** The issue that start-up meets first expects the line that Python printed. */
	readonly sameError: boolean;
	/** It says where Python's traceback ends. */
	readonly samePlace: boolean;
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
			stops: false,
			sameError: true,
			samePlace: true,
			words: audit.refusal ?? words,
		};
	}
	const outcome = truth.stage === "boots" && truth.cleanInstall !== undefined ? truth.cleanInstall : truth;
	const wanted = isCritical(outcome) ? critical : inOrder(audit).filter((issue) => isGrave(issue));
	const best = wanted.find((issue) => foretells(issue, outcome, boot)) ?? wanted[0];
	const first = [...wanted].sort((one, other) => other.hides.length - one.hides.length)[0];
	return {
		right: wanted.length > 0,
		sameFile: outcome.at === undefined || wanted.some((issue) => outcome.at?.startsWith(`${issue.file_path}:`)),
		stops: outcome.stage === "import" || outcome.stage === "startup",
		sameError: first !== undefined && foretells(first, outcome, boot),
		samePlace: first !== undefined && isRaisedAt(first, outcome, boot),
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

/** What ends without a word of Python's own cannot be foretold in its words. */
function foretells({ expected_error }: ReportedIssue, { error = "" }: RecordedOutcome, { workingDirectory }: BootCase): boolean {
	if (/^(GET|POST|PUT|PATCH|DELETE) \/|^Start-up does not come to an end/.test(error)) return true;
	// A path in the words begins at the root of the case, in a report at the backend's folder.
	const printed = workingDirectory === "" ? error : error.replace(`'${workingDirectory}/`, "'");
	return expected_error !== null && (isSameError(expected_error, printed) || isSameError(expected_error, error));
}

/** Records name places from the root of the case, reports from the folder of the backend. */
function isRaisedAt({ raised_at }: ReportedIssue, { at }: RecordedOutcome, { workingDirectory }: BootCase): boolean {
	if (at === undefined) return true;
	if (raised_at === null) return false;
	const place = `${raised_at.file_path}:${raised_at.line_number}`;
	return at === place || at === posix.join(workingDirectory, place);
}
