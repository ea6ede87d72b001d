import type { FileChange } from "../apply/file-change.ts";
import { type Story, stories } from "../audit/issue.ts";
import { mergeTexts } from "../text/merge.ts";
import { type FileImage, readProjectFile, sha256 } from "../workspace/project-files.ts";
import { decodeSource, encodeSource } from "../workspace/source-encoding.ts";
import type { LedgerEntry } from "./session.ts";
import { recall, type SessionView } from "./session-context.ts";
import { acceptedOf, type RecordedDecision, type RecordedRollback, type SessionRecord } from "./session-record.ts";

/** A file as it would be after the rollback. */
export interface RolledBackFile {
	readonly path: string;
	readonly bytes: { readonly before: Buffer | null; readonly after: Buffer | null };
	readonly before: FileImage | null;
	readonly after: FileImage | null;
	readonly folders: readonly string[];
	readonly result: LedgerEntry["result"];
}

export type RollbackPlan =
	| {
			readonly type: "possible";
			/** The phase that was asked for, then those that must go with it. */
			readonly stories: readonly Story[];
			/** Newest first. */
			readonly writes: readonly RecordedWrite[];
			readonly files: readonly RolledBackFile[];
	  }
	| ({ readonly type: "blocked" } & Obstacle);

/** What is in the way of a rollback. */
export interface Obstacle {
	/** A sentence without a full stop. */
	readonly reason: string;
	readonly path: string;
	/** Counting from 1 in the file as it is; null where it is the file as a whole. */
	readonly line: number | null;
}

/** Files that were written in one go, and can be taken back so. */
export type RecordedWrite = Pick<RecordedDecision, "files"> & { readonly write: number; readonly committed: boolean };

/**
 * What taking a phase back would do to each file, without doing it. The newest fix goes first; changes that somebody
 * made since to other lines stay. Later phases that changed the same lines have to go with it and are added to `stories`.
 */
export function planRollback(context: SessionView, story: Story): RollbackPlan {
	const chosen: Story[] = [story];
	for (;;) {
		const attempt = simulate(context, chosen);
		if (attempt.type !== "needs") return attempt;
		// Where one of them is enough, the others stay.
		for (const later of attempt.stories.length > 1 ? attempt.stories : []) {
			const smaller = simulate(context, [...chosen, later]);
			if (smaller.type === "possible") return smaller;
		}
		chosen.push(...attempt.stories);
	}
}

/** What the return of a rollback would do to each file, without doing it: the rollback is itself a write that is taken back. */
export function planRestore(context: SessionView, rollback: RecordedRollback): RollbackPlan {
	const writes = [{ write: rollback.write, files: rollback.files, committed: rollback.commit !== null }];
	const states = takeBackAll(context, writes);
	if ("obstacle" in states) return { type: "blocked", ...states.obstacle };
	return { type: "possible", stories: rollback.stories, writes, files: states.files };
}

/** Everything that was written for these phases and stands, newest first: fixes, and what hooks made of them. */
export function standingWrites(record: SessionRecord, chosen: readonly Story[]): readonly RecordedWrite[] {
	const fixes = chosen
		.flatMap((story) => acceptedOf(record, story))
		.flatMap(({ write, files, committed }) => {
			return write === null ? [] : [{ write, files, committed }];
		});
	const hooked = record.hookChanges.filter((change) => chosen.includes(change.story));
	return [...fixes, ...hooked].sort((a, b) => b.write - a.write);
}

type Simulation = RollbackPlan | { readonly type: "needs"; readonly stories: readonly Story[] };

interface FileState {
	readonly path: string;
	readonly original: { readonly bytes: Buffer; readonly image: FileImage } | null;
	bytes: Buffer | null;
	image: FileImage | null;
	folders: readonly string[];
	merged: boolean;
}

function simulate(context: SessionView, chosen: readonly Story[]): Simulation {
	const writes = standingWrites(context.journal.record, chosen);
	const states = takeBackAll(context, writes);
	if (!("obstacle" in states)) return { type: "possible", stories: chosen, writes, files: states.files };
	const later = laterStories(context, states.write, states.obstacle.path, chosen);
	return later.length > 0 ? { type: "needs", stories: later } : { type: "blocked", ...states.obstacle };
}

type TakenBack = { readonly files: readonly RolledBackFile[] } | { readonly obstacle: Obstacle; readonly write: RecordedWrite };

function takeBackAll(context: SessionView, writes: readonly RecordedWrite[]): TakenBack {
	const states = new Map<string, FileState>();
	for (const write of writes) {
		for (const change of write.files) {
			const state = states.get(change.path) ?? readState(context, change.path);
			if (typeof state === "string") return { obstacle: { reason: state, path: change.path, line: null }, write };
			states.set(change.path, state);
			const problem = takeBack(context, state, change);
			if (problem !== null) return { obstacle: problem, write };
		}
	}
	return { files: [...states.values()].map(rolledBackFile) };
}

function readState(context: SessionView, path: string): FileState | string {
	const reading = readProjectFile(context.root, path);
	if (reading.type === "refused") return reading.reason;
	if (reading.type === "absent") return { path, original: null, bytes: null, image: null, folders: [], merged: false };
	return { path, original: reading, bytes: reading.bytes, image: reading.image, folders: [], merged: false };
}

/** Takes one change out of the state; says what is in the way, if anything is. */
function takeBack(context: SessionView, state: FileState, change: FileChange): Obstacle | null {
	const { path } = change;
	const current = state.bytes === null ? null : sha256(state.bytes);
	state.folders = [...new Set([...change.folders, ...state.folders])];
	if (current === (change.after?.sha256 ?? null)) return restore(context, state, change.before);
	// Somebody has taken it back already, with git for example.
	if (current === (change.before?.sha256 ?? null)) return null;
	if (state.bytes === null) return { reason: `${path} was deleted since`, path, line: null };
	if (change.after === null) return { reason: `${path} is there again since`, path, line: null };
	if (change.before === null) {
		const how = change.twin === undefined ? "made" : "renamed";
		return { reason: `you edited ${path} since it was ${how}`, path, line: null };
	}
	return mergeBack(context, state, change.before, change.after);
}

function restore(context: SessionView, state: FileState, image: FileImage | null): Obstacle | null {
	const bytes = image === null ? null : recall(context, image.sha256);
	if (image !== null && bytes === null) return { reason: `the backup of ${state.path} is gone`, path: state.path, line: null };
	state.bytes = bytes;
	state.image = image;
	return null;
}

/** Takes our change out of a file that has changed elsewhere since. */
function mergeBack(context: SessionView, state: FileState, before: FileImage, after: FileImage): Obstacle | null {
	const { path } = state;
	const obstacle = (reason: string, line: number | null = null): Obstacle => ({ reason, path, line });
	const current = state.bytes === null ? null : decodeSource(path, state.bytes);
	const texts = [before, after].map((image) => {
		const bytes = recall(context, image.sha256);
		const decoded = bytes === null ? null : decodeSource(path, bytes);
		return decoded?.type === "text" ? decoded.text : null;
	});
	const [theirs, base] = texts;
	if (current?.type !== "text" || theirs == null || base == null)
		return obstacle(`you edited ${path} since, and its backup cannot be merged with that`);
	const merge = mergeTexts(base, current.text, theirs);
	if (merge.type === "conflict") return obstacle(`you edited ${path} line ${merge.line} since`, merge.line);
	const bytes = encodeSource(merge.text, current.encoding);
	if (bytes === null) return obstacle(`you edited ${path} since, and it cannot be merged in ${current.encoding.name}`);
	state.bytes = bytes;
	state.image = { sha256: sha256(bytes), size: bytes.length, mode: state.image?.mode ?? before.mode, modifiedMs: null };
	state.merged = true;
	return null;
}

/** Phases with a newer fix in the same file that would stay: taken back first, they may clear the way. */
function laterStories(context: SessionView, write: RecordedWrite, path: string, chosen: readonly Story[]): readonly Story[] {
	const { decisions, hookChanges } = context.journal.record;
	const others = [...decisions.map((one) => ({ ...one, story: one.record.story })), ...hookChanges];
	const later = others.filter((other) => (other.write ?? 0) > write.write && other.files.some((file) => file.path === path));
	return stories.filter((story) => !chosen.includes(story) && later.some((other) => other.story === story));
}

function rolledBackFile(state: FileState): RolledBackFile {
	const { path, original, bytes, image, folders } = state;
	const unchanged = (original?.image.sha256 ?? null) === (image?.sha256 ?? null);
	const result = unchanged ? "unchanged" : bytes === null ? "removed" : state.merged ? "merged" : "restored";
	return {
		path,
		bytes: { before: original?.bytes ?? null, after: bytes },
		before: original?.image ?? null,
		after: image,
		folders,
		result,
	};
}
