import type { SessionEvent } from "../../src/session/journal/events.ts";
import { rollbackSession } from "../../src/session/rollback/rollback-session.ts";
import { listSessionIds, readBackup, readJournalLines } from "../../src/workspace/session-folder.ts";
import { openTestSession } from "../../test/session/support/repository.ts";
import { perform } from "./actions.ts";
import type { Stage } from "./rehearse.ts";
import { git, readFiles, type Snapshot, takeSnapshot } from "./world.ts";

/** Name of a file that a killed write has left, for the next start to remove. */
const leftover = /(^|\/)\.bootmend-[0-9a-f]{16}\.tmp$/;

/** Looks at a repository as the kill has left it; says what is lost, a sentence each. */
export function judgeWreck(root: string, { snapshots }: Stage): readonly string[] {
	const losses: string[] = [];
	const { before, after } = snapshots;
	const files = readFiles(root);
	for (const path of new Set([...files.keys(), ...before.files.keys(), ...after.files.keys()])) {
		const now = files.get(path);
		if (now === before.files.get(path) || now === after.files.get(path)) continue;
		if (!leftover.test(path)) losses.push(`${path} is neither what it was before nor what it was to be (${now ?? "gone"})`);
	}
	return [...losses, ...lostBackups(root)];
}

/** Both sides of every announced write must be in the backups, or a later run could neither finish nor undo it. */
function lostBackups(root: string): readonly string[] {
	const losses: string[] = [];
	for (const id of listSessionIds(root)) {
		for (const line of readJournalLines(root, id) ?? []) {
			const { event } = JSON.parse(line) as { event: SessionEvent };
			if (event.type !== "write-intended") continue;
			for (const { path, before, after } of event.files)
				for (const image of [before, after])
					if (image !== null && readBackup(root, id, image.sha256) === null) losses.push(`the backup of ${path} is not whole`);
		}
	}
	return losses;
}

/**
 * Starts again after a kill, as a person would: the repository must be as before the action or as after it, and the action must go
 * through where it has not. Says what is lost, a sentence each.
 */
export async function judgeNextStart(root: string, stage: Stage): Promise<readonly string[]> {
	const losses: string[] = [];
	await (await openTestSession(root)).close();
	const side = sideOf(takeSnapshot(root), stage);
	if (side === null) losses.push(`after the next start: ${difference(takeSnapshot(root), stage.snapshots.after)}`);
	const fsck = git(root, "fsck", "--no-dangling", "--strict");
	if (fsck !== "") losses.push(`git fsck: ${fsck.trim()}`);
	if (side === "before" || side === "between") {
		const outcome = await perform(root, stage.action);
		if (outcome.type !== "done") losses.push(`the action is refused afterwards: ${outcome.message}`);
		else if (sideOf(takeSnapshot(root), stage) === null)
			losses.push(`done again: ${difference(takeSnapshot(root), stage.snapshots.after)}`);
	}
	return losses;
}

/** Takes everything back, after which the repository must be what it was at the very beginning, but for commits that say so. */
export async function judgeWayBack(root: string, start: Snapshot): Promise<readonly string[]> {
	const losses: string[] = [];
	const refusal = await rollbackEverything(root);
	if (refusal !== null) return [`it does not roll back: ${refusal}`];
	const end = takeSnapshot(root);
	if (!isSame(end.files, start.files) || end.status !== start.status) losses.push(`rolled back: ${difference(end, start)}`);
	if (end.history.split("\n")[0]?.split(" ").at(-1) !== start.history.split("\n")[0]?.split(" ").at(-1))
		losses.push("rolled back: the newest commit does not hold what the first one held");
	return losses;
}

/** What was refused, or null. */
async function rollbackEverything(root: string): Promise<string | null> {
	try {
		const outcomes = await rollbackSession({ root, commits: true, story: null, withLater: true });
		return outcomes.find((outcome) => outcome.type === "refused")?.message ?? null;
	} catch (error) {
		const message = error instanceof Error ? error.message : String(error);
		return message.includes("No session has an applied fix") ? null : message;
	}
}

/** Files, staged changes and history belong together: a mixture is neither side. */
function sideOf(now: Snapshot, { snapshots }: Stage): "before" | "between" | "after" | null {
	if (isEqual(now, snapshots.after)) return "after";
	if (snapshots.between.some((snapshot) => isEqual(now, snapshot))) return "between";
	return isEqual(now, snapshots.before) ? "before" : null;
}

function isEqual(a: Snapshot, b: Snapshot): boolean {
	return isSame(a.files, b.files) && a.status === b.status && a.history === b.history;
}

function isSame(a: ReadonlyMap<string, string>, b: ReadonlyMap<string, string>): boolean {
	return a.size === b.size && [...a].every(([path, image]) => b.get(path) === image);
}

function difference(now: Snapshot, wanted: Snapshot): string {
	const paths = [...new Set([...now.files.keys(), ...wanted.files.keys()])];
	const words = paths.filter((path) => now.files.get(path) !== wanted.files.get(path));
	if (now.status !== wanted.status)
		words.push(`status ${JSON.stringify(now.status)} instead of ${JSON.stringify(wanted.status)}`);
	if (now.history !== wanted.history)
		words.push(`history ${JSON.stringify(now.history)} instead of ${JSON.stringify(wanted.history)}`);
	return `not as it should be: ${words.join(", ")}`;
}
