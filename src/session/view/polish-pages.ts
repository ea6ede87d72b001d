import { stories } from "../../audit/issue.ts";
import { showLine } from "../../text/gate.ts";
import { fixesReportName } from "../fixes-report.ts";
import type { SessionState } from "../session.ts";
import { type Criterion, restartCriterion, successCriteria } from "../success-criteria.ts";
import { phaseOf, uncommittedFixes } from "./items.ts";
import { type Line, lineOf, type Span, span, wrapLine } from "./line.ts";

const signs: Readonly<Record<Criterion["status"], Span>> = {
	met: span("✓ ", "accent"),
	missed: span("✗ ", "warning"),
	open: span("· ", "dim"),
};

/** The success criteria as a checklist, each with its evidence; empty in a session in which nothing was decided or booted. */
export function criteriaRows(state: SessionState, width: number): readonly Line[] {
	if (state.decided.length === 0 && state.boots.newest === null) return [];
	const restart = restartCriterion(state);
	return [
		lineOf("Polish: success criteria", "strong"),
		...[...successCriteria(state), ...(restart === null ? [] : [restart])].flatMap((criterion) =>
			criterionRows(criterion, width),
		),
	];
}

function criterionRows({ id, promise, status, evidence }: Criterion, width: number): readonly Line[] {
	const note = { met: "", missed: "not met: ", open: "not proved: " }[status];
	return [
		...wrapLine([span("  "), signs[status], span(`${id}  `, "dim"), span(promise)], width, 4),
		...wrapLine([span(`      ${note}`, status === "missed" ? "warning" : "dim"), span(showLine(evidence), "dim")], width, 6),
	];
}

/** Was there anything worth a fixes report? */
export function canWriteReport({ decided }: SessionState): boolean {
	return decided.some(({ decision }) => decision.type === "accepted");
}

/** Backups may go once every phase is closed: until then they are the way back. */
export function canRemoveBackups(state: SessionState): boolean {
	return !state.backupsRemoved && canWriteReport(state) && stories.every((story) => uncommittedFixes(state, story).length === 0);
}

/** "Write the fixes report?" (T046) */
export function writeReportRows(state: SessionState, width: number): readonly Line[] {
	const accepted = state.decided.filter(({ decision }) => decision.type === "accepted").length;
	const words = `It tells of the ${accepted} fixes with old and new code, root cause and explanation, of what is left, and of the success criteria with their evidence. Passwords and keys are masked.`;
	return [
		lineOf("Write the fixes report?", "strong"),
		[],
		...wrapLine(
			[
				span(`A new file ${fixesReportName} at the root of ${showLine(state.report.project.root)}. It is not committed. `),
				span(words, "dim"),
			],
			width,
		),
		[],
		...wrapLine([key("y"), span(" writes it    "), key("Esc"), span(" goes back")], width),
	];
}

/** "Remove the backups?" (T047) */
export function removeBackupsRows(state: SessionState, width: number): readonly Line[] {
	const isKept = stories.some((story) => phaseOf(state, story).status === "kept");
	const loss = isKept
		? "There are phases without a commit: they cannot be taken back any more."
		: "Phases that are committed can still be taken back with git revert; files that git ignores, such as .env, cannot be restored any more.";
	return [
		lineOf("Remove the backups of this session?", "strong"),
		[],
		...wrapLine([span(`They lie in .bootmend/sessions/${showLine(state.id)}. `), span(loss)], width),
		[],
		...wrapLine([key("y"), span(" removes them    "), key("Esc"), span(" keeps them")], width),
	];
}

function key(name: string): Span {
	return span(name, "accent");
}
