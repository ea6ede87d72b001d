import { type Category, categories, type Issue, stories, storyOf } from "../audit/issue.ts";
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

/** Ids by fingerprint: what earlier audits of the same session called an issue. */
export type KnownIds = ReadonlyMap<string, string>;

/** Orders and numbers the issues of an audit. An issue that has an id keeps it, and no other gets one that was ever given. */
export function planIssues(found: readonly FoundIssue[], known: KnownIds = new Map()): Plan {
	const ordered = [...found].sort(compareIssues);
	const ids = numbered(ordered, known);
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

/** `IMPORT-001`: each category counts for itself, in the order of the plan, on from the highest number that is taken. */
function numbered(ordered: readonly FoundIssue[], known: KnownIds): ReadonlyMap<FoundIssue, string> {
	const counts = new Map<Category, number>();
	for (const category of categories) counts.set(category, highestNumber(category, known));
	const ids = new Map<FoundIssue, string>();
	for (const issue of ordered) {
		const earlier = known.get(issue.fingerprint);
		const count = (counts.get(issue.category) ?? 0) + 1;
		if (earlier === undefined) counts.set(issue.category, count);
		ids.set(issue, earlier ?? `${issue.category}-${String(count).padStart(3, "0")}`);
	}
	return ids;
}

function highestNumber(category: Category, known: KnownIds): number {
	let highest = 0;
	for (const id of known.values())
		if (id.startsWith(`${category}-`)) highest = Math.max(highest, Number(id.slice(category.length + 1)));
	return highest;
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
