import type { Issue } from "../audit/issue.ts";
import { isSameError } from "../text/same-error.ts";
import type { UnjoinedFailure } from "./explain-stop.ts";

/**
 * The issue of an audit that foretold a failure: the same error at the same place, the same place, or the same error of another
 * place that start-up passes; null where there is none. A file alone proves nothing.
 */
export function findForetold(failure: UnjoinedFailure, issues: readonly Issue[]): Issue | null {
	let best: Issue | null = null;
	let bestScore = 0;
	for (const issue of issues) {
		const score = scoreOf(issue, failure);
		if (score > bestScore) [best, bestScore] = [issue, score];
	}
	return best;
}

function scoreOf(issue: Issue, failure: UnjoinedFailure): number {
	const sameError = issue.expectedError !== null && isSameError(issue.expectedError, failure.error);
	const places = failure.frames.filter((frame) => frame.ofProject);
	const isAt = (line: number): boolean => issue.at.line <= line && line <= Math.max(issue.at.endLine, issue.at.line);
	const isForetoldPlace = failure.at?.path === issue.raisedAt?.path && failure.at?.line === issue.raisedAt?.line;
	const atPlace = failure.at !== null && (isForetoldPlace || (failure.at.path === issue.at.path && isAt(failure.at.line)));
	const onTheWay = places.some((frame) => frame.path === issue.at.path && isAt(frame.line));
	const sameFile = places.some((frame) => frame.path === issue.at.path);
	const sameKind = issue.expectedError !== null && kindOf(issue.expectedError) === kindOf(failure.error);
	const grave = issue.severity === "CRITICAL" ? 2 : issue.severity === "HIGH" ? 1 : 0;
	if (sameError) return 100 + (atPlace ? 30 : onTheWay ? 20 : sameFile ? 10 : 0) + grave;
	if (grave === 0) return 0;
	if (sameKind && (atPlace || onTheWay)) return 50 + (atPlace ? 10 : 0) + grave;
	if (atPlace) return 30 + grave;
	// What foretells no error, such as a start-up that never ends, is known by the way to it.
	return issue.expectedError === null && onTheWay ? 20 + grave : 0;
}

/** `ImportError`. */
function kindOf(error: string): string {
	return /^(?:\w+\.)*(\w+)/.exec(error)?.[1] ?? "";
}
