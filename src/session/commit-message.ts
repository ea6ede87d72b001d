import type { Story } from "../audit/issue.ts";
import { showLine } from "../text/gate.ts";
import { phaseSubject, rollbackSubject } from "./phase-words.ts";
import type { DecidedIssue } from "./session.ts";
import type { RecordedCommit } from "./session-record.ts";

/** Columns of a commit message's body, git's own habit. */
const width = 72;

/**
 * The message of a phase's commit: each issue with its root cause and what was done, and trailers that name session, phase and
 * issues. `verified` is the trailer of a boot of these very files, or null.
 */
export function phaseMessage(
	sessionId: string,
	story: Story,
	decided: readonly DecidedIssue[],
	verified: string | null = null,
): string {
	const paragraphs = decided.map(({ issue, fix, decision }) => {
		const edited = decision.type === "accepted" && decision.edited ? " (edited by hand)" : "";
		return [
			...wrap(`${issue.id} ${issue.problem}`, ""),
			...wrap(`${issue.at.path}:${issue.at.line}`, "  "),
			...wrap(`Cause: ${issue.rootCause}`, "  "),
			...(fix === null ? [] : wrap(`Fix: ${sentence(fix.title)} ${fix.explanation}${edited}`, "  ")),
		].join("\n");
	});
	const trailers = [
		`Bootmend-Session: ${sessionId}`,
		`Bootmend-Phase: ${story}`,
		...decided.map(({ issue }) => `Bootmend-Issue: ${issue.id}`),
		...(verified === null ? [] : [verified]),
	];
	return [phaseSubject(story), ...paragraphs, trailers.join("\n")].join("\n\n");
}

/** The message of the commit that takes phases back. */
export function rollbackMessage(
	sessionId: string,
	stories: readonly Story[],
	write: number,
	commits: readonly RecordedCommit[],
): string {
	const body = commits.map((commit) => `This reverts commit ${commit.hash}\n("${showLine(commit.subject)}").`);
	const trailers = [
		`Bootmend-Session: ${sessionId}`,
		...stories.map((story) => `Bootmend-Phase: ${story}`),
		rollbackTrailer(write),
	];
	return [rollbackSubject(stories), ...body, trailers.join("\n")].join("\n\n");
}

/** The trailer that tells one rollback of a session from another. */
export function rollbackTrailer(write: number): string {
	return `Bootmend-Rollback: ${write}`;
}

function sentence(text: string): string {
	return /[.!?]$/.test(text.trim()) ? text.trim() : `${text.trim()}.`;
}

/** File-derived text passes the gate, and becomes lines of the body's width; a word that is longer stays whole. */
function wrap(text: string, indent: string): readonly string[] {
	const lines: string[] = [];
	let line = "";
	for (const word of showLine(text.replace(/\s+/g, " ").trim()).split(" ")) {
		if (line !== "" && indent.length + line.length + 1 + word.length > width) {
			lines.push(indent + line);
			line = word;
		} else line = line === "" ? word : `${line} ${word}`;
	}
	return line === "" ? lines : [...lines, indent + line];
}
