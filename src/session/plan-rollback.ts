import type { FileChange } from "../apply/file-change.ts";
import { type Story, stories } from "../audit/issue.ts";
import { mergeTexts } from "../text/merge.ts";
import { type FileImage, readProjectFile, sha256 } from "../workspace/project-files.ts";
import { decodeSource, encodeSource } from "../workspace/source-encoding.ts";
import type { LedgerEntry } from "./session.ts";
import { recall, type SessionView } from "./session-context.ts";
import { acceptedOf, type RecordedDecision } from "./session-record.ts";

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
			readonly decisions: readonly RecordedDecision[];
			readonly files: readonly RolledBackFile[];
	  }
	/** `reason` is a sentence without a full stop. */
	| { readonly type: "blocked"; readonly reason: string };

/**
 * What taking a phase back would do to each file, without doing it. The newest fix goes first; changes that somebody
 * made since to other lines stay. Later phases that changed the same lines have to go with it and are added to `stories`.
 */
export function planRollback(context: SessionView, story: Story): RollbackPlan {
	const chosen: Story[] = [story];
	for (;;) {
		const attempt = simulate(context, chosen);
		if (attempt.type !== "needs") return attempt;
		chosen.push(...attempt.stories);
	}
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
	const all = chosen.flatMap((story) => acceptedOf(context.journal.record, story));
	const decisions = [...all].sort((a, b) => (b.write ?? 0) - (a.write ?? 0));
	const states = new Map<string, FileState>();
	for (const decision of decisions) {
		for (const change of decision.files) {
			const state = states.get(change.path) ?? readState(context, change.path);
			if (typeof state === "string") return { type: "blocked", reason: state };
			states.set(change.path, state);
			const problem = takeBack(context, state, change);
			if (problem === null) continue;
			const later = laterStories(context, decision, change.path, chosen);
			return later.length > 0 ? { type: "needs", stories: later } : { type: "blocked", reason: problem };
		}
	}
	return { type: "possible", stories: chosen, decisions, files: [...states.values()].map(rolledBackFile) };
}

function readState(context: SessionView, path: string): FileState | string {
	const reading = readProjectFile(context.root, path);
	if (reading.type === "refused") return reading.reason;
	if (reading.type === "absent") return { path, original: null, bytes: null, image: null, folders: [], merged: false };
	return { path, original: reading, bytes: reading.bytes, image: reading.image, folders: [], merged: false };
}

/** Takes one change out of the state; says what is in the way, if anything is. */
function takeBack(context: SessionView, state: FileState, change: FileChange): string | null {
	const { path } = change;
	const current = state.bytes === null ? null : sha256(state.bytes);
	state.folders = [...new Set([...change.folders, ...state.folders])];
	if (current === (change.after?.sha256 ?? null)) return restore(context, state, change.before);
	// Somebody has taken it back already, with git for example.
	if (current === (change.before?.sha256 ?? null)) return null;
	if (state.bytes === null) return `${path} was deleted since`;
	if (change.before === null || change.after === null) return `${path} was changed since it was created`;
	return mergeBack(context, state, change.before, change.after);
}

function restore(context: SessionView, state: FileState, image: FileImage | null): string | null {
	const bytes = image === null ? null : recall(context, image.sha256);
	if (image !== null && bytes === null) return `the backup of ${state.path} is gone`;
	state.bytes = bytes;
	state.image = image;
	return null;
}

/** Takes our change out of a file that has changed elsewhere since. */
function mergeBack(context: SessionView, state: FileState, before: FileImage, after: FileImage): string | null {
	const { path } = state;
	const current = state.bytes === null ? null : decodeSource(path, state.bytes);
	const texts = [before, after].map((image) => {
		const bytes = recall(context, image.sha256);
		const decoded = bytes === null ? null : decodeSource(path, bytes);
		return decoded?.type === "text" ? decoded.text : null;
	});
	const [theirs, base] = texts;
	if (current?.type !== "text" || theirs == null || base == null)
		return `${path} was changed since, and its backup cannot be merged with that`;
	const merge = mergeTexts(base, current.text, theirs);
	if (merge.type === "conflict") return `${path} was changed since in line ${merge.line}, where the fix is`;
	const bytes = encodeSource(merge.text, current.encoding);
	if (bytes === null) return `${path} was changed since, and cannot be merged in ${current.encoding.name}`;
	state.bytes = bytes;
	state.image = { sha256: sha256(bytes), size: bytes.length, mode: state.image?.mode ?? before.mode, modifiedMs: null };
	state.merged = true;
	return null;
}

/** Phases with a newer fix in the same file that would stay: taken back first, they may clear the way. */
function laterStories(
	context: SessionView,
	decision: RecordedDecision,
	path: string,
	chosen: readonly Story[],
): readonly Story[] {
	const later = context.journal.record.decisions.filter(
		(other) => (other.write ?? 0) > (decision.write ?? 0) && other.files.some((file) => file.path === path),
	);
	return stories.filter((story) => !chosen.includes(story) && later.some((other) => other.record.story === story));
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
