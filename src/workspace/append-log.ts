import { closeSync, existsSync, fsyncSync, ftruncateSync, openSync, readFileSync } from "node:fs";
import { dirname } from "node:path";
import { syncFolder, writeAll } from "./durable.ts";

/** A file of lines that only grows; each line is on the disk before `append` returns. */
export interface AppendLog {
	/** Throws what node:fs throws (a full disk, say); the log is then as it was before. */
	append(line: string): void;
	close(): void;
}

/** Opens a log for appending, made with mode 0600 where it is missing. The rest of a line that a crash cut short is removed. */
export function openAppendLog(path: string): AppendLog {
	const isNew = !existsSync(path);
	const file = openSync(path, "a", 0o600);
	if (isNew) syncFolder(dirname(path));
	let length = isNew ? 0 : wholeLength(readFileSync(path));
	ftruncateSync(file, length);
	return {
		append(line) {
			const bytes = Buffer.from(`${line}\n`, "utf8");
			try {
				writeAll(file, bytes);
				fsyncSync(file);
				length += bytes.length;
			} catch (error) {
				// The next line must not continue one that a full disk cut short.
				ftruncateSync(file, length);
				throw error;
			}
		},
		close() {
			closeSync(file);
		},
	};
}

/** The whole lines of a log; a last line without its line break was cut short by a crash and does not count. Null where it cannot be read. */
export function readLogLines(path: string): readonly string[] | null {
	try {
		const bytes = readFileSync(path);
		const text = bytes.subarray(0, wholeLength(bytes)).toString("utf8");
		return text === "" ? [] : text.slice(0, -1).split("\n");
	} catch {
		return null;
	}
}

function wholeLength(bytes: Buffer): number {
	return bytes.lastIndexOf(0x0a) + 1;
}
