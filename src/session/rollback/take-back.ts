import type { FileChange } from "../../apply/file-change.ts";
import { mergeTexts } from "../../text/merge.ts";
import { type FileImage, readProjectFile, sha256 } from "../../workspace/project-files.ts";
import { decodeSource, encodeSource } from "../../workspace/source-encoding.ts";
import type { LedgerEntry } from "../session.ts";
import { recall, type SessionView } from "../session-context.ts";
import type { RecordedDecision } from "../session-record.ts";

/** Files that were written in one go, and can be taken back so. */
export type RecordedWrite = Pick<RecordedDecision, "files"> & { readonly write: number; readonly committed: boolean };

/** A file as it would be after the rollback. */
export interface RolledBackFile {
	readonly path: string;
	readonly bytes: { readonly before: Buffer | null; readonly after: Buffer | null };
	readonly before: FileImage | null;
	readonly after: FileImage | null;
	readonly folders: readonly string[];
	/** As in a file change: the other path of a file that gets its old name back, or another name of the same file. */
	readonly twin?: string;
	readonly result: LedgerEntry["result"];
}

/** What is in the way of a rollback. */
export interface Obstacle {
	/** A sentence without a full stop. */
	readonly reason: string;
	readonly path: string;
	/** Counting from 1 in the file as it is; null where it is the file as a whole. */
	readonly line: number | null;
}

/** The files without these writes, or what is in the way and of which write. */
export type TakenBack =
	| { readonly files: readonly RolledBackFile[] }
	| { readonly obstacle: Obstacle; readonly write: RecordedWrite };

/** Takes writes out of the files as they are now, in the given order, newest first, without writing anything. */
export function takeBackAll(context: SessionView, writes: readonly RecordedWrite[]): TakenBack {
	const files = new FilesTakenBack(context);
	for (const write of writes) {
		const obstacle = files.takeBack(write.files);
		if (obstacle !== null) return { obstacle, write };
	}
	return { files: files.results() };
}

interface FileState {
	readonly path: string;
	readonly original: { readonly bytes: Buffer; readonly image: FileImage } | null;
	bytes: Buffer | null;
	image: FileImage | null;
	folders: readonly string[];
	/** Somebody's own changes stay in it. */
	merged: boolean;
	/** The path that the file has now, where it gets an earlier one back; of another name of a file, that file. */
	twin: string | null;
}

class FilesTakenBack {
	readonly #context: SessionView;
	readonly #states = new Map<string, FileState>();

	constructor(context: SessionView) {
		this.#context = context;
	}

	/** Takes one write out; says what is in the way, if anything is. */
	takeBack(changes: readonly FileChange[]): Obstacle | null {
		const byPath = new Map(changes.map((change) => [change.path, change]));
		const done = new Set<string>();
		for (const coming of changes) {
			const going = byPath.get(coming.twin ?? "");
			if (going === undefined || coming.before !== null || going.after !== null) continue;
			const renamed = this.#renameBack(coming, going);
			if (renamed === "not there") continue;
			if (renamed !== "done") return renamed;
			done.add(coming.path).add(going.path);
		}
		for (const change of changes) {
			const obstacle = done.has(change.path) ? null : this.#restoreOrMerge(change);
			if (obstacle !== null) return obstacle;
		}
		return null;
	}

	results(): readonly RolledBackFile[] {
		const states = [...this.#states.values()];
		const renamed = new Map(states.filter(isBackAgain).map((state) => [state.twin, state.path]));
		return states.map((state) => rolledBack(state, state.twin ?? renamed.get(state.path)));
	}

	/** What the writes taken out so far leave of a file; why not, where it cannot be read. */
	#stateOf(path: string): FileState | Obstacle {
		const known = this.#states.get(path);
		if (known !== undefined) return known;
		const reading = readProjectFile(this.#context.root, path);
		if (reading.type === "refused") return { reason: reading.reason, path, line: null };
		const original = reading.type === "absent" ? null : { bytes: reading.bytes, image: reading.image };
		const [bytes, image] = [original?.bytes ?? null, original?.image ?? null];
		const state: FileState = { path, original, bytes, image, folders: [], merged: false, twin: null };
		this.#states.set(path, state);
		return state;
	}

	/** The file goes back to its old name, with what somebody changed in it since. "not there": it is not under its new name any more. */
	#renameBack(coming: FileChange, going: FileChange): Obstacle | "done" | "not there" {
		const state = this.#stateOf(coming.path);
		if ("reason" in state) return state;
		const old = this.#stateOf(going.path);
		if ("reason" in old) return old;
		if (state.bytes === null || coming.after === null || going.before === null) return "not there";
		if (old.bytes !== null) {
			const isBack = sha256(old.bytes) === going.before.sha256;
			return isBack ? "not there" : { reason: `${old.path} is there again since`, path: old.path, line: null };
		}
		const obstacle =
			sha256(state.bytes) === coming.after.sha256
				? this.#restore(state, going.before)
				: this.#merge(state, going.before, coming.after);
		if (obstacle !== null) return obstacle;
		old.bytes = state.bytes;
		old.image = state.image;
		old.merged = state.merged;
		old.twin = state.twin ?? state.path;
		state.bytes = null;
		state.image = null;
		state.merged = false;
		state.twin = null;
		joinFolders(state, coming);
		joinFolders(old, going);
		return "done";
	}

	#restoreOrMerge(change: FileChange): Obstacle | null {
		const { path } = change;
		const state = this.#stateOf(path);
		if ("reason" in state) return state;
		const current = state.bytes === null ? null : sha256(state.bytes);
		joinFolders(state, change);
		if (change.twin !== undefined && change.before !== null && change.after !== null) state.twin = change.twin;
		if (current === (change.after?.sha256 ?? null)) return this.#restore(state, change.before);
		// Somebody has taken it back already, with git for example.
		if (current === (change.before?.sha256 ?? null)) return null;
		if (state.bytes === null) return { reason: `${path} was deleted since`, path, line: null };
		if (change.after === null) return { reason: `${path} is there again since`, path, line: null };
		if (change.before === null) return { reason: `you edited ${path} since it was made`, path, line: null };
		return this.#merge(state, change.before, change.after);
	}

	#restore(state: FileState, image: FileImage | null): Obstacle | null {
		const bytes = image === null ? null : recall(this.#context, image.sha256);
		if (image !== null && bytes === null) return { reason: `the backup of ${state.path} is gone`, path: state.path, line: null };
		state.bytes = bytes;
		state.image = image;
		return null;
	}

	/** Takes our change out of a file that has changed elsewhere since. */
	#merge(state: FileState, before: FileImage, after: FileImage): Obstacle | null {
		const { path } = state;
		const obstacle = (reason: string, line: number | null = null): Obstacle => ({ reason, path, line });
		const current = state.bytes === null ? null : decodeSource(path, state.bytes);
		const texts = [before, after].map((image) => {
			const bytes = recall(this.#context, image.sha256);
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
}

function rolledBack({ path, original, bytes, image, folders, merged }: FileState, twin: string | undefined): RolledBackFile {
	const unchanged = (original?.image.sha256 ?? null) === (image?.sha256 ?? null);
	return {
		path,
		bytes: { before: original?.bytes ?? null, after: bytes },
		before: original?.image ?? null,
		after: image,
		folders,
		...(twin !== undefined && { twin }),
		result: unchanged ? "unchanged" : bytes === null ? "removed" : merged ? "merged" : "restored",
	};
}

/** Does it stand where no file is now? */
function isBackAgain({ original, bytes }: FileState): boolean {
	return original === null && bytes !== null;
}

function joinFolders(state: FileState, change: FileChange): void {
	state.folders = [...new Set([...change.folders, ...state.folders])];
}
