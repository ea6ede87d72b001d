import type { SourceTree } from "../project/project.ts";
import { applyEdits, editsByPath } from "../text/edit.ts";
import type { TextEdit } from "../text/range.ts";
import { isEnvFile } from "../text/secrets.ts";
import type { TreeChange } from "../text/tree-change.ts";
import { otherNames } from "../workspace/hard-links.ts";
import { type FileImage, readProjectFile, sha256 } from "../workspace/project-files.ts";
import { decodeSource, encodeSource } from "../workspace/source-encoding.ts";
import { planMove } from "./plan-move.ts";

/** One side of a planned file: its bytes, and what else belongs to it. */
export interface PlannedSide {
	readonly bytes: Buffer;
	readonly image: FileImage;
}

/** One file that a fix will write, or take away. */
export interface PlannedFile {
	readonly path: string;
	readonly before: PlannedSide | null;
	readonly after: PlannedSide | null;
	/** The decoded text after the fix, without its byte order mark; null where it is no text, or the file goes. */
	readonly text: string | null;
	readonly folders: readonly string[];
	/** See `FileChange`. */
	readonly twin?: string;
}

export type PlannedFix =
	| { readonly type: "planned"; readonly files: readonly PlannedFile[] }
	/** The file is no longer what the audit saw: audit again. */
	| { readonly type: "stale"; readonly path: string }
	/** A whole sentence without a full stop. */
	| { readonly type: "refused"; readonly reason: string };

/** Why a file cannot be planned. */
export type PlanObstacle = Exclude<PlannedFix, { type: "planned" }>;

/**
 * What applying a change to the tree on disk means, byte for byte, without writing anything. Every file must be what the
 * audit saw in `files`, with the edits `taken` of other fixes from the same audit applied since. Encoding, byte order
 * mark and mode bits stay, but for `.env` files, which become UTF-8 as their readers want them; bytes outside the edits do not change; a file that has several names (hard links) keeps them.
 */
export function planFix(root: string, files: SourceTree, taken: readonly TextEdit[], change: TreeChange): PlannedFix {
	const takenByPath = editsByPath(taken);
	const editsOf = editsByPath(change.edits);
	const moves = new Map((change.moves ?? []).map(({ path, to }) => [path, to]));
	const planned: PlannedFile[] = [];
	for (const path of new Set([...editsOf.keys(), ...moves.keys()])) {
		const edits = editsOf.get(path) ?? [];
		const edited = planEdits(root, path, files.get(path), takenByPath.get(path) ?? [], edits);
		if (edited !== null && "type" in edited) return edited;
		const to = moves.get(path);
		const whole = to === undefined ? withOtherNames(root, edited) : planMove(root, path, to, edited);
		if ("type" in whole) return whole;
		planned.push(...whole.files);
	}
	return planned.length === 0 ? { type: "refused", reason: "The fix changes nothing" } : { type: "planned", files: planned };
}

/** Null where the file already is as the edits would leave it. */
function planEdits(
	root: string,
	path: string,
	audited: { readonly text: string; readonly sha256: string } | undefined,
	taken: readonly TextEdit[],
	edits: readonly TextEdit[],
): PlannedFile | PlanObstacle | null {
	const reading = readProjectFile(root, path);
	if (reading.type === "refused") return { type: "refused", reason: reading.reason };
	if (audited === undefined && taken.length === 0 && edits.length === 0) return null;
	const auditedText = audited?.text ?? "";
	const text = applyEdits(auditedText, [...taken, ...edits]);
	if (text === null) return { type: "refused", reason: `Two changes of ${path} claim the same place` };
	if (reading.type === "absent") {
		if (audited !== undefined || taken.length > 0) return { type: "stale", path };
		const after = sideOf(Buffer.from(text, "utf8"), { mode: newFileMode(path) });
		return { path, before: null, after, text, folders: reading.missingFolders };
	}
	const decoding = decodeSource(path, reading.bytes);
	const decoded = decoding.type === "text" ? decoding : decoding.recovered;
	if (decoded === undefined) {
		const why = decoding.type === "unreadable" ? decoding.reason : "no text";
		return { type: "refused", reason: `${path} is ${why}` };
	}
	const expected = applyEdits(auditedText, taken);
	const fresh = taken.length === 0 ? reading.image.sha256 === audited?.sha256 : decoded.text === expected;
	if (!fresh) return { type: "stale", path };
	if (decoded.text === text) return null;
	// Settings are read as UTF-8 without a mark, whatever an editor or shell has made of them.
	const bytes = encodeSource(text, isEnvFile(path) ? undefined : decoded.encoding);
	if (bytes === null) {
		return {
			type: "refused",
			reason: `${path} is saved as ${decoded.encoding.name}, which cannot hold the new text; change it by hand`,
		};
	}
	return { path, before: reading, after: sideOf(bytes, reading.image), text, folders: [] };
}

/** A file that has several names is changed under all of them; where one may lie outside the repository, under none. */
function withOtherNames(root: string, file: PlannedFile | null): { readonly files: readonly PlannedFile[] } | PlanObstacle {
	if (file === null) return { files: [] };
	if (file.before === null) return { files: [file] };
	const names = otherNames(root, file.path);
	if (names === null) return { type: "stale", path: file.path };
	if (!names.isComplete) {
		const inside = names.others.length === 0 ? "" : ` (besides ${names.others.join(", ")})`;
		const reason = `${file.path} has another name outside the repository${inside}, a hard link, which the change would tear apart or reach; make it a file of its own first: cp -p it to a new name and move that over it`;
		return { type: "refused", reason };
	}
	return { files: [file, ...names.others.map((path) => ({ ...file, path, twin: file.path }))] };
}

/** What a file is once these bytes are in it. */
function sideOf(bytes: Buffer, { mode, owner }: Pick<FileImage, "mode" | "owner">): PlannedSide {
	return { bytes, image: { sha256: sha256(bytes), size: bytes.length, mode, modifiedMs: null, ...(owner && { owner }) } };
}

/** Settings may hold secrets, so a new `.env` is the owner's alone. */
function newFileMode(path: string): number {
	return isEnvFile(path) ? 0o600 : 0o666 & ~process.umask();
}
