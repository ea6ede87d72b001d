import { type Category, categories, severities } from "../audit/issue.ts";
import type { FoundIssue } from "../audit/run-rules.ts";

/**
 * Is the issue on the way to a running server? Whatever stops start-up is, and so is what breaks the database behind it:
 * a server that answers no query is not up for anybody.
 */
export function isOnCriticalPath(issue: FoundIssue): boolean {
	if (issue.blocksStartup) return true;
	const guardsDatabase = issue.category === "DATABASE" || issue.category === "CONFIG";
	return issue.severity === "HIGH" && guardsDatabase && issue.reachedFromTarget;
}

/**
 * The order in which to mend: along the critical path (dependencies, imports, database, configuration, entrypoint), inside
 * a category as start-up meets the issues; behind these the others by severity and place.
 */
export function compareIssues(a: FoundIssue, b: FoundIssue): number {
	const [onPathA, onPathB] = [isOnCriticalPath(a), isOnCriticalPath(b)];
	if (onPathA !== onPathB) return onPathA ? -1 : 1;
	const bySeverity = severities.indexOf(a.severity) - severities.indexOf(b.severity);
	if (!onPathA && bySeverity !== 0) return bySeverity;
	const byCategory = rank(a.category) - rank(b.category);
	if (byCategory !== 0) return byCategory;
	const byOrder = (a.order ?? Number.POSITIVE_INFINITY) - (b.order ?? Number.POSITIVE_INFINITY);
	// Two issues without an order differ by NaN.
	if (byOrder < 0 || byOrder > 0) return byOrder;
	return bySeverity || compareText(a.at.path, b.at.path) || a.at.range.start - b.at.range.start || compareText(a.rule, b.rule);
}

/** Categories stand in the order of the critical path. */
function rank(category: Category): number {
	return categories.indexOf(category);
}

function compareText(a: string, b: string): number {
	return a < b ? -1 : a > b ? 1 : 0;
}
