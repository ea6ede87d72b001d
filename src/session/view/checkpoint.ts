import { type Story, stories } from "../../audit/issue.ts";
import { showLine } from "../../text/gate.ts";
import type { SessionState } from "../session.ts";
import { type Item, pendingItems, uncommittedFixes } from "./items.ts";
import { type Line, lineOf, span, wrapLine } from "./line.ts";
import { phaseFiles } from "./phases.ts";
import { newestVerdict } from "./verify-words.ts";
import { count, storyTitle } from "./words.ts";

export type CheckpointChoice = "commit" | "go-on" | "look" | "rollback" | "stop";

export interface MenuItem {
	readonly value: CheckpointChoice;
	readonly label: string;
	/** What it means, beside the label where there is room. */
	readonly note: string;
}

/** What has been decided in a story, which error that takes away, and what start-up meets next by the newest audit. */
export function checkpointRows(state: SessionState, items: readonly Item[], story: Story, width: number): readonly Line[] {
	const own = items.filter((item) => item.issue.story === story);
	const accepted = own.filter((item) => item.decided?.decision.type === "accepted");
	const skipped = own.filter((item) => item.decided?.decision.type === "skipped").length;
	// Another issue may stop start-up with the very same words, which are not gone then.
	const left = new Set(blockers(items).map(({ issue }) => issue.expectedError));
	const failing = accepted.filter(({ issue }) => issue.expectedError !== null && !left.has(issue.expectedError));
	// What stops it on this machine comes before what would stop it on another.
	const first = failing.find((item) => item.issue.failsOn.includes("this-machine")) ?? failing[0];
	const before = first?.issue.expectedError ?? null;
	return [
		...wrapLine([span(`${story} is decided`, "strong"), span(`: ${accepted.length} accepted, ${skipped} skipped`)], width),
		...wrapLine([span(storyTitle(state, story), "dim")], width),
		[],
		...(before === null ? [] : wrapLine([span("gone  ", "dim"), span(showLine(before))], width, 6)),
		...wrapLine([span("now   ", "dim"), ...nextBlocker(items)], width, 6),
		...bootRows(state, width),
	];
}

/** What the newest boot came to, where one was seen. */
function bootRows(state: SessionState, width: number): readonly Line[] {
	const verdict = newestVerdict(state.boots, state.revision);
	return verdict === null ? [] : wrapLine([span("boot  ", "dim"), span(verdict)], width, 6);
}

/** The ways on from a checkpoint, the expected one first. */
export function checkpointMenu(state: SessionState, items: readonly Item[], story: Story): readonly MenuItem[] {
	const toCommit = uncommittedFixes(state, story).length > 0;
	const next = stories.find(
		(candidate) => stories.indexOf(candidate) > stories.indexOf(story) && pendingItems(items, candidate).length > 0,
	);
	const goal = next === undefined ? "finish" : `go on to ${next}`;
	const files = phaseFiles(state, story);
	const commit: MenuItem =
		state.git === null
			? { value: "commit", label: `Keep ${story} and ${goal}`, note: "no git here; the backups keep the way back" }
			: { value: "commit", label: `Commit ${story} and ${goal}`, note: `one commit; ${count(files.length, "file")} changed` };
	const goOn: MenuItem = { value: "go-on", label: next === undefined ? "Finish" : `Go on to ${next}`, note: "nothing to commit" };
	return [
		toCommit ? commit : goOn,
		{ value: "look", label: "Look at the decisions again", note: "" },
		...(toCommit
			? [
					{
						value: "rollback",
						label: `Take ${story} back`,
						note: `restores ${count(files.length, "file")} from the backup`,
					} as const,
				]
			: []),
		{ value: "stop", label: "Stop here", note: "everything is kept; `bootmend resume` goes on" },
	];
}

/** What is promised about the files, below the menu. */
export function checkpointNotes(state: SessionState, story: Story, width: number): readonly Line[] {
	const files = phaseFiles(state, story);
	if (files.length === 0) return [];
	const backups = `Backups lie in .bootmend/sessions/${showLine(state.id)}. A file that git ignores, such as .env, is backed up and never committed.`;
	return [
		...files.flatMap((path) => wrapLine([span(`  ${showLine(path)}`, "dim")], width, 4)),
		[],
		...wrapLine([span(backups, "dim")], width),
	];
}

function nextBlocker(items: readonly Item[]): Line {
	const [first] = blockers(items);
	if (first === undefined) return lineOf("the audit finds nothing more that stops start-up");
	const error = first.issue.expectedError ?? first.issue.problem;
	return [span(`stops at ${first.label}: `), span(showLine(error))];
}

/** What still stops start-up, the first of it first. */
function blockers(items: readonly Item[]): readonly Item[] {
	return items.filter((item) => item.issue.blocksStartup && item.decided?.decision.type !== "accepted");
}
