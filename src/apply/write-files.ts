import { readProjectFile, removeProjectFile, removeTemporaryFile, writeProjectFile } from "../workspace/project-files.ts";
import { type FileChange, reverse } from "./file-change.ts";

/** Gives the bytes of an image by its hash; null where they are gone. */
export type ReadImage = (sha256: string) => Buffer | null;

export type WriteOutcome =
	| { readonly type: "done" }
	/** Nothing is changed: what had been written before the failure is as it was. `reason` is a sentence without a full stop. */
	| { readonly type: "refused"; readonly reason: string }
	/** Part of it stands, as even taking it back failed; the files are named in `reason`. */
	| { readonly type: "stuck"; readonly reason: string };

/** Where a file stands with respect to a change. `same`: the change does not change its bytes. */
export type Standing = "before" | "after" | "same" | "other";

/** Compares a file on disk with both sides of a change. */
export function standingOf(root: string, change: FileChange): Standing {
	const reading = readProjectFile(root, change.path);
	if (reading.type === "refused") return "other";
	const current = reading.type === "absent" ? null : reading.image.sha256;
	const before = change.before?.sha256 ?? null;
	const after = change.after?.sha256 ?? null;
	if (current === before) return before === after ? "same" : "before";
	return current === after ? "after" : "other";
}

/**
 * Writes the `after` side of every change, one file after the other, each atomically and only over the bytes that it is
 * meant to replace. Files go last: what is renamed is under its new name before it leaves the old one. Where one cannot be
 * written, those already written are taken back. `written` is told after each file.
 */
export function writeChanges(
	root: string,
	changes: readonly FileChange[],
	readImage: ReadImage,
	written: (path: string) => void,
): WriteOutcome {
	const done: FileChange[] = [];
	for (const change of [...changes.filter(({ after }) => after !== null), ...changes.filter(({ after }) => after === null)]) {
		const problem = writeChange(root, change, readImage);
		if (problem === null) {
			done.push(change);
			written(change.path);
			continue;
		}
		const stuck = done
			.reverse()
			.map((earlier) => writeChange(root, reverse(earlier), readImage))
			.filter((reason) => reason !== null);
		if (stuck.length === 0) return { type: "refused", reason: problem };
		return { type: "stuck", reason: [problem, ...stuck].join("; ") };
	}
	return { type: "done" };
}

function writeChange(root: string, change: FileChange, readImage: ReadImage): string | null {
	removeTemporaryFile(root, change.path);
	const standing = standingOf(root, change);
	if (standing === "after") return null;
	if (standing === "other") return `${change.path} was changed by someone meanwhile`;
	const replaces = change.before?.sha256 ?? null;
	if (change.after === null) {
		if (replaces === null) return null;
		const removal = removeProjectFile(root, change.path, change.folders, replaces);
		return removal.type === "done" ? null : removal.reason;
	}
	const bytes = readImage(change.after.sha256);
	if (bytes === null) return `the backup of ${change.path} is gone`;
	const writing = writeProjectFile(root, change.path, bytes, change.after, {
		replaces,
		...(change.twin !== undefined && { twin: change.twin }),
	});
	return writing.type === "done" ? null : writing.reason;
}
