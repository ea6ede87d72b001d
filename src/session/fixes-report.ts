import type { Fix } from "../audit/fix.ts";
import { stories } from "../audit/issue.ts";
import { type LineEdit, lineEditsOf, spanOf, type Texts } from "../report/line-edits.ts";
import { code, fenced, prose } from "../report/markdown.ts";
import { show, showLine } from "../text/gate.ts";
import { type TouchedFile, touchedFiles } from "../text/tree-change.ts";
import { maskValuesOf } from "../text/typed-values.ts";
import type { DecidedIssue, SessionState } from "./session.ts";
import { type Criterion, restartCriterion, successCriteria } from "./success-criteria.ts";
import { verdictOf } from "./view/verify-words.ts";

/** Name of the document, in the repository's root. */
export const fixesReportName = "fixes-applied.md";

/** Everything that a session mended, as a Markdown document: old code, new code, why, and what proves it. `date` is ISO 8601. */
export function renderFixesReport(state: SessionState, date: string): string {
	const applied = state.decided.filter((decided) => decided.decision.type === "accepted");
	const { backend, target, python } = state.report.project;
	const isMet = state.boots.newest?.boots === true && state.boots.newest.revision === state.revision;
	const parts = [
		"# Backend Stability Audit - Fixes Applied",
		[
			`**Date**: ${date.slice(0, 10)}`,
			`**Backend**: ${prose(backend === "" ? "." : backend)}${target === null ? "" : ` (\`uvicorn ${showLine(target)}\`)`}, Python ${prose(python)}`,
			`**Status**: ${isMet ? "✅ the server boots and answers" : "⏳ not proved by a boot"}`,
		].join("  \n"),
		"## Summary",
		prose(summaryOf(state, applied)),
		"## Fixes Applied",
		...(applied.length === 0 ? ["None."] : []),
		...stories.flatMap((story) => applied.filter((decided) => decided.story === story)).flatMap(fixParts),
		...leftParts(state),
		"## Validation Results",
		"### Success Criteria Verification",
		...[...successCriteria(state), ...[restartCriterion(state)].filter((each) => each !== null)].map(criterionPart),
		...answerParts(state),
		"## Files Modified",
		fileList(applied),
		"## The Way Back",
		wayBack(state),
	];
	return `${parts.join("\n\n")}\n`;
}

function summaryOf({ boots }: SessionState, applied: readonly DecidedIssue[]): string {
	const count = `${applied.length} ${applied.length === 1 ? "issue was" : "issues were"} mended.`;
	return boots.newest === null
		? `${count} The backend was not booted.`
		: `${count} Boot: ${verdictOf(boots.first, boots.newest)}.`;
}

function fixParts({ issue, fix, before, files, decision }: DecidedIssue, index: number): readonly string[] {
	const facts = [
		`**File**: ${files.map((path) => code(path)).join(", ") || code(issue.at.path)}`,
		`**Line**: ${issue.at.line}`,
		`**Issue**: ${prose(issue.problem)}`,
		`**Root Cause**: ${prose(issue.rootCause)}`,
	];
	const edited = decision.type === "accepted" && decision.edited ? " (edited by hand)" : "";
	return [
		`### ${index + 1}. ${prose(fix?.title ?? issue.problem)} (${issue.severity}, ${issue.id})`,
		facts.join("  \n"),
		...(fix === null ? [] : codeParts(fix, before)),
		...(fix === null ? [] : [`**Explanation**: ${prose(fix.explanation)}${edited}`]),
		"---",
	];
}

/** Old and new lines of each place that the fix changes. */
function codeParts(fix: Fix, before: ReadonlyMap<string, string>): readonly string[] {
	const texts = new Map([...before].map(([path, text]) => [path, { text }]));
	const paths = [...new Set(fix.edits.map((edit) => edit.path))];
	const edits = paths.flatMap((path) => placesOf(fix, path, texts));
	const hidden = (text: string) => maskValuesOf(fix.typed ?? [], text);
	const moved = touchedFiles(fix).flatMap((file) => (file.to === file.path ? [] : [moveWords(file)]));
	const changed = edits.flatMap(({ path, startLine, oldText, newText }) => {
		const place = edits.length === 1 ? "" : ` (${code(path)}, line ${startLine})`;
		const isRemoval = newText.trim() === "";
		return [
			...(oldText === "" ? [] : [`**Old Code**${place}:`, codeBlock(path, hidden(oldText))]),
			isRemoval ? `**New Code**${place}: none; the lines go.` : `**New Code**${place}:`,
			...(isRemoval ? [] : [codeBlock(path, hidden(newText))]),
		];
	});
	return [...moved, ...changed];
}

function moveWords({ path, to }: TouchedFile): string {
	return to === null ? `**Removed**: ${code(path)}` : `**Renamed**: ${code(path)} to ${code(to)}`;
}

/** Changes that lie close together are one. */
function placesOf(fix: Fix, path: string, texts: Texts): readonly LineEdit[] {
	const own = fix.edits.filter((edit) => edit.path === path);
	const edits = lineEditsOf(own, texts);
	const [first, last] = [edits[0], edits.at(-1)];
	const isClose = first !== undefined && last !== undefined && last.endLine - first.startLine < mostLinesTogether;
	const together = isClose && edits.length > 1 ? spanOf(own, path, texts) : null;
	return together === null ? edits : [together];
}

const mostLinesTogether = 10;

function leftParts(state: SessionState): readonly string[] {
	const left = [
		...state.decided
			.filter((decided) => decided.decision.type === "skipped")
			.map(({ issue }) => `- ${issue.id} was skipped: ${prose(issue.problem)}`),
		...state.report.issues
			.filter((issue) => !state.decided.some((decided) => decided.issue.fingerprint === issue.fingerprint))
			.map((issue) => `- ${issue.id} is open: ${prose(issue.problem)}`),
	];
	return left.length === 0 ? [] : ["## Not Mended", left.join("\n")];
}

function criterionPart({ id, promise, status, evidence }: Criterion): string {
	const sign = { met: "✅", missed: "❌", open: "⏳" }[status];
	return `${sign} **${id === "restart" ? "Restart" : id}**: ${prose(promise)}\n- ${prose(evidence)}`;
}

function answerParts({ boots }: SessionState): readonly string[] {
	const { newest } = boots;
	if (newest === null || newest.unavailable) return [];
	const answers = newest.answers.map(({ method, path, status }) => `${method} ${path} -> ${status ?? "no answer"}`);
	return [
		"### Test Results",
		...(newest.log.length === 0 ? [] : ["**Server Startup Test**:", fenced("", newest.log.join("\n"))]),
		...(answers.length === 0 ? [] : ["**Requests**:", fenced("", answers.join("\n"))]),
	];
}

function fileList(applied: readonly DecidedIssue[]): string {
	const files = [...new Set(applied.flatMap((decided) => decided.files))];
	return files.length === 0 ? "None." : files.map((path, index) => `${index + 1}. ${code(path)}`).join("\n");
}

function wayBack(state: SessionState): string {
	const commits = state.phases
		.filter((phase) => phase.commit !== null)
		.map(
			(phase) =>
				`- ${phase.story}: commit ${code(phase.commit?.slice(0, 10) ?? "")}, \`bootmend rollback --phase ${phase.story}\``,
		);
	const session = `- everything: \`bootmend rollback --session ${showLine(state.id)}\`${state.backupsRemoved ? " (its backups are removed; files that git ignores cannot be restored)" : ""}`;
	return [...commits, session].join("\n");
}

/** Masked as on every screen. */
function codeBlock(path: string, text: string): string {
	return fenced(path.endsWith(".py") ? "python" : "", show(text, path).replace(/\n$/, ""));
}
