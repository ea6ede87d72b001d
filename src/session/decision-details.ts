import type { Fix } from "../audit/fix.ts";
import type { Issue } from "../audit/issue.ts";
import { showLine } from "../text/gate.ts";
import { decodeSource } from "../workspace/source-encoding.ts";
import type { DecisionRecord } from "./journal/events.ts";
import type { DecidedIssue } from "./session.ts";
import { keep, recall, type SessionContext } from "./session-context.ts";
import type { RecordedDecision } from "./session-record.ts";

interface Details {
	readonly issue: Issue;
	readonly fix: Fix | null;
}

/** Puts issue and fix into the backups, as they may hold secrets, and gives what the journal may say of them. */
export function keepDecision(context: SessionContext, issue: Issue, fix: Fix | null): DecisionRecord {
	const details: Details = { issue: { ...issue, fix: null, alternatives: [] }, fix };
	return {
		fingerprint: issue.fingerprint,
		issueId: issue.id,
		rule: issue.rule,
		severity: issue.severity,
		story: issue.story,
		problem: showLine(issue.problem),
		details: keep(context, Buffer.from(JSON.stringify(details), "utf8")),
	};
}

/** A decision with all that a screen or a commit message says about it. */
export function decidedIssue(context: SessionContext, decision: RecordedDecision): DecidedIssue {
	const { issue, fix } = recallDetails(context, decision) ?? { issue: issueOf(decision), fix: null };
	const before = new Map<string, string>();
	for (const { path, before: image } of decision.files) {
		const bytes = image === null ? null : recall(context, image.sha256);
		const decoded = bytes === null ? null : decodeSource(path, bytes);
		if (decoded?.type === "text") before.set(path, decoded.text);
	}
	return {
		issue,
		decision:
			decision.write === null
				? { type: "skipped", reason: decision.reason }
				: { type: "accepted", edited: decision.edited, write: decision.write },
		story: decision.record.story,
		files: decision.files.map((file) => file.path),
		fix,
		before,
	};
}

function recallDetails(context: SessionContext, decision: RecordedDecision): Details | null {
	const bytes = recall(context, decision.record.details);
	if (bytes === null) return null;
	const value: unknown = JSON.parse(bytes.toString("utf8"));
	// The hash that names these bytes says that they are what `keepDecision` wrote.
	return value as Details;
}

/** What the journal alone knows of an issue, once its backups are gone. */
function issueOf({ record, files }: RecordedDecision): Issue {
	return {
		id: record.issueId,
		rule: record.rule,
		fingerprint: record.fingerprint,
		severity: record.severity,
		category: record.story === "US1" ? "IMPORT" : record.story === "US2" ? "DATABASE" : "ENTRYPOINT",
		story: record.story,
		stage: "none",
		blocksStartup: record.severity === "CRITICAL",
		reachedFromTarget: true,
		failsOn: [],
		at: { path: files[0]?.path ?? "", range: { start: 0, end: 0 }, line: 1, column: 1, endLine: 1 },
		problem: record.problem,
		rootCause: "",
		expectedError: null,
		raisedAt: null,
		importChain: [],
		fix: null,
		alternatives: [],
		manualSteps: [],
		related: [],
		hides: [],
	};
}
