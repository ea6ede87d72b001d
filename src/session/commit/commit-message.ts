import type { Story } from "../../audit/issue.ts";
import { showLine } from "../../text/gate.ts";
import { sentence } from "../../text/sentences.ts";
import { phaseSubject, restoreSubject, rollbackSubject } from "../phase-words.ts";
import type { DecidedIssue } from "../session.ts";
import type { RecordedCommit } from "../session-record.ts";

/** Columns of a commit message's body, git's own habit. */
const width = 72;

/** What a commit message takes in besides what was decided. */
export interface MessageExtras {
	/** The trailer of a boot of these very files, or null. */
	readonly verified: string | null;
	/** The person's own message template, without comments; the empty text where there is none. */
	readonly template: string;
}

/**
 * The message of a phase's commit: each issue with its root cause and what was done, the text of the person's template, and
 * trailers that name session, phase and issues.
 */
export function phaseMessage(
	sessionId: string,
	story: Story,
	decided: readonly DecidedIssue[],
	{ verified, template }: MessageExtras = { verified: null, template: "" },
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
	const own = templateParts(template);
	const trailers = [
		...own.trailers,
		`Bootmend-Session: ${sessionId}`,
		`Bootmend-Phase: ${story}`,
		...decided.map(({ issue }) => `Bootmend-Issue: ${issue.id}`),
		...(verified === null ? [] : [verified]),
	];
	return [phaseSubject(story), ...paragraphs, ...own.paragraphs, trailers.join("\n")].join("\n\n");
}

/** A template's last paragraph counts as trailers where all its lines are (git-interpret-trailers(1)): ours join them. */
function templateParts(template: string): { readonly paragraphs: readonly string[]; readonly trailers: readonly string[] } {
	const paragraphs = template.split(/\n{2,}/).filter((paragraph) => paragraph.trim() !== "");
	const last = (paragraphs.at(-1) ?? "").split("\n");
	const isTrailers = last.every((line) => /^[A-Za-z][\w-]*: ?/.test(line));
	return isTrailers ? { paragraphs: paragraphs.slice(0, -1), trailers: last } : { paragraphs, trailers: [] };
}

/** The message of the commit that takes phases back. */
export function rollbackMessage(
	sessionId: string,
	stories: readonly Story[],
	write: number,
	commits: readonly RecordedCommit[],
): string {
	const body = commits.map((commit) => `This reverts commit ${commit.hash}\n("${showLine(commit.subject)}").`);
	return [rollbackSubject(stories), ...body, wayBackTrailers(sessionId, stories, write)].join("\n\n");
}

/** The message of the commit that undoes a rollback; `undone` is the commit that had recorded it. */
export function restoreMessage(sessionId: string, stories: readonly Story[], write: number, undone: string | null): string {
	const body = undone === null ? [] : [`This reverts commit ${undone}.`];
	return [restoreSubject(stories), ...body, wayBackTrailers(sessionId, stories, write)].join("\n\n");
}

function wayBackTrailers(sessionId: string, stories: readonly Story[], write: number): string {
	const phases = stories.map((story) => `Bootmend-Phase: ${story}`);
	return [`Bootmend-Session: ${sessionId}`, ...phases, rollbackTrailer(write)].join("\n");
}

/** The trailer that tells one rollback of a session from another. */
export function rollbackTrailer(write: number): string {
	return `Bootmend-Rollback: ${write}`;
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
