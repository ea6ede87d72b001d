import type { SourceTree } from "../project/project.ts";
import { applyEdits, editsByPath } from "../text/edit.ts";
import type { TextEdit } from "../text/range.ts";
import { type FileImage, readProjectFile, sha256 } from "../workspace/project-files.ts";
import { decodeSource, encodeSource } from "../workspace/source-encoding.ts";

/** One file that a fix will write. */
export interface PlannedFile {
	readonly path: string;
	readonly before: { readonly bytes: Buffer; readonly image: FileImage } | null;
	readonly after: { readonly bytes: Buffer; readonly image: FileImage };
	/** The decoded text after the fix, without its byte order mark. */
	readonly text: string;
	readonly folders: readonly string[];
}

export type PlannedFix =
	| { readonly type: "planned"; readonly files: readonly PlannedFile[] }
	/** The file is no longer what the audit saw: audit again. */
	| { readonly type: "stale"; readonly path: string }
	/** A whole sentence without a full stop. */
	| { readonly type: "refused"; readonly reason: string };

/**
 * What applying `edits` to the tree on disk means, byte for byte, without writing anything. Every file must be what the
 * audit saw in `files`, with the edits `taken` of other fixes from the same audit applied since. Encoding, byte order
 * mark and mode bits stay; bytes outside the edits do not change.
 */
export function planFix(root: string, files: SourceTree, taken: readonly TextEdit[], edits: readonly TextEdit[]): PlannedFix {
	const takenByPath = editsByPath(taken);
	const planned: PlannedFile[] = [];
	for (const [path, ofPath] of editsByPath(edits)) {
		const file = planFile(
			root,
			path,
			files.get(path)?.sha256 ?? null,
			files.get(path)?.text ?? "",
			takenByPath.get(path) ?? [],
			ofPath,
		);
		if (file === null) continue;
		if ("type" in file) return file;
		planned.push(file);
	}
	return planned.length === 0 ? { type: "refused", reason: "The fix changes nothing" } : { type: "planned", files: planned };
}

/** Null where the file already is as the edits would leave it. */
function planFile(
	root: string,
	path: string,
	auditedHash: string | null,
	auditedText: string,
	taken: readonly TextEdit[],
	edits: readonly TextEdit[],
): PlannedFile | Exclude<PlannedFix, { type: "planned" }> | null {
	const reading = readProjectFile(root, path);
	if (reading.type === "refused") return { type: "refused", reason: reading.reason };
	const text = applyEdits(auditedText, [...taken, ...edits]);
	if (text === null) return { type: "refused", reason: `Two changes of ${path} claim the same place` };
	if (reading.type === "absent") {
		if (auditedHash !== null || taken.length > 0) return { type: "stale", path };
		return {
			path,
			before: null,
			after: imageOf(Buffer.from(text, "utf8"), newFileMode(path)),
			text,
			folders: reading.missingFolders,
		};
	}
	const decoding = decodeSource(path, reading.bytes);
	const decoded = decoding.type === "text" ? decoding : decoding.recovered;
	if (decoded === undefined) {
		const why = decoding.type === "unreadable" ? decoding.reason : "no text";
		return { type: "refused", reason: `${path} is ${why}` };
	}
	const expected = applyEdits(auditedText, taken);
	const fresh = taken.length === 0 ? reading.image.sha256 === auditedHash : decoded.text === expected;
	if (!fresh) return { type: "stale", path };
	if (decoded.text === text) return null;
	const bytes = encodeSource(text, decoded.encoding);
	if (bytes === null) {
		return {
			type: "refused",
			reason: `${path} is saved as ${decoded.encoding.name}, which cannot hold the new text; change it by hand`,
		};
	}
	return {
		path,
		before: { bytes: reading.bytes, image: reading.image },
		after: imageOf(bytes, reading.image.mode),
		text,
		folders: [],
	};
}

function imageOf(bytes: Buffer, mode: number): PlannedFile["after"] {
	return { bytes, image: { sha256: sha256(bytes), size: bytes.length, mode, modifiedMs: null } };
}

/** Settings may hold secrets, so a new `.env` is the owner's alone. */
function newFileMode(path: string): number {
	return /(^|\/)\.env[^/]*$/.test(path) ? 0o600 : 0o666 & ~process.umask();
}
