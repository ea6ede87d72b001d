import { type Category, type Issue, stories, storyOf } from "../audit/issue.ts";
import type { FoundIssue } from "../audit/run-rules.ts";
import type { PlannedPhase } from "./audit-report.ts";
import { compareIssues, isOnCriticalPath } from "./critical-path.ts";
import { phaseTitles } from "./phase-titles.ts";

/** The issues in the order in which to mend them, numbered and related to one another, and what to do in which phase. */
export interface Plan {
	readonly issues: readonly Issue[];
	readonly criticalPath: readonly string[];
	readonly phases: readonly PlannedPhase[];
}

/** Orders and numbers the issues of an audit. */
export function planIssues(found: readonly FoundIssue[]): Plan {
	const ordered = [...found].sort(compareIssues);
	const ids = numbered(ordered);
	const idOf = (issue: FoundIssue) => ids.get(issue) ?? "";
	const surfacing = ordered
		.filter((issue) => issue.blocksStartup && issue.order !== null)
		.sort((a, b) => (a.order ?? 0) - (b.order ?? 0));
	const issues = ordered.map((issue): Issue => {
		const { order, ...rest } = issue;
		const turn = surfacing.indexOf(issue);
		const hides = turn < 0 ? [] : surfacing.slice(turn + 1).filter((later) => later.order !== order);
		return { ...rest, id: idOf(issue), related: relatedTo(issue, ordered).map(idOf), hides: hides.map(idOf) };
	});
	const criticalPath = ordered.filter(isOnCriticalPath).map(idOf);
	const phases = stories.map((story) => ({
		story,
		title: phaseTitles[story],
		issues: issues.filter((issue) => issue.story === story).map((issue) => issue.id),
	}));
	return { issues, criticalPath, phases };
}

/** `IMPORT-001`: each category counts for itself, in the order of the plan. */
function numbered(ordered: readonly FoundIssue[]): ReadonlyMap<FoundIssue, string> {
	const counts = new Map<Category, number>();
	const ids = new Map<FoundIssue, string>();
	for (const issue of ordered) {
		const count = (counts.get(issue.category) ?? 0) + 1;
		counts.set(issue.category, count);
		ids.set(issue, `${issue.category}-${String(count).padStart(3, "0")}`);
	}
	return ids;
}

/** Issues about the same lines, and those of another story that stand on the path in a file this one's fix touches: the nearest five. */
function relatedTo(issue: FoundIssue, all: readonly FoundIssue[]): readonly FoundIssue[] {
	const touched = new Set((issue.fix?.edits ?? []).map((edit) => edit.path));
	touched.add(issue.at.path);
	return all
		.filter((other) => other !== issue && isSameMatter(issue, other, touched))
		.sort((a, b) => Math.abs(a.at.line - issue.at.line) - Math.abs(b.at.line - issue.at.line))
		.slice(0, 5);
}

function isSameMatter(issue: FoundIssue, other: FoundIssue, touched: ReadonlySet<string>): boolean {
	const samePlace = other.at.path === issue.at.path && other.at.line <= issue.at.endLine && other.at.endLine >= issue.at.line;
	if (samePlace) return true;
	return (
		isOnCriticalPath(issue) && isOnCriticalPath(other) && touched.has(other.at.path) && storyOf(other.category) !== issue.story
	);
}
