import { execFileSync, spawnSync } from "node:child_process";
import {
	chmodSync,
	chownSync,
	linkSync,
	lstatSync,
	mkdirSync,
	mkdtempSync,
	readFileSync,
	rmSync,
	statSync,
	symlinkSync,
	writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { FileChange } from "../../src/apply/file-change.ts";
import { type PlannedFix, planFix } from "../../src/apply/plan-fix.ts";
import { type WriteOutcome, writeChanges } from "../../src/apply/write-files.ts";
import type { TreeChange } from "../../src/text/tree-change.ts";
import { readSourceTree } from "../../src/workspace/read-source-tree.ts";

// Properties take their time on a busy machine.
vi.setConfig({ testTimeout: 60_000 });

let root = "";
beforeEach(() => {
	root = mkdtempSync(join(tmpdir(), "bootmend-bytes-"));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const edit = (path: string, start: number, end: number, newText: string) => ({ path, range: { start, end }, newText });

function plan(change: TreeChange): PlannedFix {
	return planFix(root, readSourceTree(root).files, [], change);
}

/** Plans and writes a change, and says how to take it back. */
function carryOut(change: TreeChange): { readonly outcome: WriteOutcome; readonly back: () => WriteOutcome } {
	const planned = plan(change);
	if (planned.type !== "planned") throw new Error(JSON.stringify(planned));
	const kept = new Map(
		planned.files.flatMap(({ before, after }) =>
			[before, after].flatMap((side) => (side === null ? [] : [[side.image.sha256, side.bytes] as const])),
		),
	);
	const changes = planned.files.map(
		({ path, before, after, folders, twin }): FileChange => ({
			...{ path, before: before?.image ?? null, after: after?.image ?? null, folders, status: null },
			...(twin !== undefined && { twin }),
		}),
	);
	const write = (each: readonly FileChange[]) =>
		writeChanges(
			root,
			each,
			(hash) => kept.get(hash) ?? null,
			() => {},
		);
	const reversed = changes.map((each): FileChange => ({ ...each, before: each.after, after: each.before }));
	return { outcome: write(changes), back: () => write(reversed) };
}

/** How a text lies on the disk in an encoding: mark, cookie, and one character's bytes after the other. */
const encodings = {
	"utf-8": { head: "", mark: [], encode: (text: string) => Buffer.from(text, "utf8") },
	"utf-8 with a mark": { head: "", mark: [0xef, 0xbb, 0xbf], encode: (text: string) => Buffer.from(text, "utf8") },
	"latin-1 cookie": { head: "# -*- coding: latin-1 -*-\n", mark: [], encode: (text: string) => Buffer.from(text, "latin1") },
	"cp1252 cookie": { head: "#!/usr/bin/env python\n# vim: set fileencoding=cp1252 :\r\n", mark: [], encode: windows1252 },
	"iso-8859-15 cookie": { head: "# coding=iso-8859-15\r", mark: [], encode: (text: string) => Buffer.from(text, "latin1") },
} as const;

function windows1252(text: string): Buffer {
	return Buffer.from(Array.from(text, (character) => (character === "\u20ac" ? 0x80 : character.charCodeAt(0))));
}

const piece = fc.constantFrom("a", "\u00e9", "#", " ", "\n", "\r\n", "\r", "\t", "\f", "x = 1", "\\", "'''", "");

test.each(Object.entries(encodings))(
	"bytes outside the edits never change on the disk, and all come back: %s",
	(name, { head, mark, encode }) => {
		const pieces = name.startsWith("cp1252") ? fc.oneof(piece, fc.constant("\u20ac")) : piece;
		const parts = fc.array(
			fc.tuple(
				fc.array(pieces, { maxLength: 8 }).map((each) => each.join("")),
				fc.boolean(),
			),
			{ minLength: 1, maxLength: 6 },
		);
		const path = join(root, "a.py");
		fc.assert(
			fc.property(parts, fc.constantFrom(0o644, 0o600, 0o755, 0o464), (stretches, mode) => {
				const body = stretches.map(([text]) => text).join("");
				const before = Buffer.concat([Buffer.from(mark), encode(head + body)]);
				rmSync(path, { force: true });
				writeFileSync(path, before);
				chmodSync(path, mode);
				// Every second stretch is replaced; what lies between is not to change by a byte.
				let offset = head.length;
				const edits = [];
				const expected: Buffer[] = [Buffer.from(mark), encode(head)];
				for (const [text, isEdited] of stretches) {
					if (isEdited && text !== "") edits.push(edit("a.py", offset, offset + text.length, "N\u00e9W"));
					expected.push(encode(isEdited && text !== "" ? "N\u00e9W" : text));
					offset += text.length;
				}
				if (edits.length === 0) return;
				const { outcome, back } = carryOut({ edits });
				expect(outcome).toEqual({ type: "done" });
				expect(readFileSync(path)).toEqual(Buffer.concat(expected));
				expect(statSync(path).mode & 0o7777).toBe(mode);
				expect(back()).toEqual({ type: "done" });
				expect(readFileSync(path)).toEqual(before);
				expect(statSync(path).mode & 0o7777).toBe(mode);
			}),
			{ numRuns: 20 },
		);
	},
);

test("UTF-16 of other files keeps its byte order and its mark", () => {
	for (const [name, mark, swap] of [
		["le.txt", [0xff, 0xfe], false],
		["be.txt", [0xfe, 0xff], true],
	] as const) {
		const encode = (text: string) => {
			const bytes = Buffer.from(text, "utf16le");
			return Buffer.concat([Buffer.from(mark), swap ? bytes.swap16() : bytes]);
		};
		mkdirSync(join(root, "requirements"), { recursive: true });
		const path = `requirements/${name}`;
		writeFileSync(join(root, path), encode("fastapi\r\nuvicorn"));
		expect(carryOut({ edits: [edit(path, 0, 7, "starlette")] }).outcome).toEqual({ type: "done" });
		expect(readFileSync(join(root, path))).toEqual(encode("starlette\r\nuvicorn"));
	}
});

test("text that the file's encoding cannot hold is refused, and the file named", () => {
	writeFileSync(join(root, "a.py"), Buffer.from("# coding: latin-1\nx = '\u00e9'\n", "latin1"));
	expect(plan({ edits: [edit("a.py", 18, 19, "\u03b1")] })).toEqual({
		type: "refused",
		reason: "a.py is saved as latin-1, which cannot hold the new text; change it by hand",
	});
});

describe("a file that has several names", () => {
	test("is changed under all of them, stays one file, and comes back so", () => {
		writeFileSync(join(root, "a.py"), "x = 1\n");
		mkdirSync(join(root, "copy"));
		linkSync(join(root, "a.py"), join(root, "copy/b.py"));
		const { outcome, back } = carryOut({ edits: [edit("a.py", 4, 5, "2")] });
		expect(outcome).toEqual({ type: "done" });
		for (const path of ["a.py", "copy/b.py"]) expect(readFileSync(join(root, path), "utf8")).toBe("x = 2\n");
		expect(statSync(join(root, "a.py")).ino).toBe(statSync(join(root, "copy/b.py")).ino);
		expect(back()).toEqual({ type: "done" });
		for (const path of ["a.py", "copy/b.py"]) expect(readFileSync(join(root, path), "utf8")).toBe("x = 1\n");
		expect(statSync(join(root, "a.py")).ino).toBe(statSync(join(root, "copy/b.py")).ino);
	});

	test("is left alone where one of them lies outside the repository", () => {
		const outside = mkdtempSync(join(tmpdir(), "bootmend-outside-"));
		writeFileSync(join(outside, "backup.py"), "x = 1\n");
		linkSync(join(outside, "backup.py"), join(root, "a.py"));
		expect(plan({ edits: [edit("a.py", 4, 5, "2")] })).toMatchObject({
			type: "refused",
			reason: expect.stringMatching(/^a\.py has another name outside the repository, a hard link, /),
		});
		rmSync(outside, { recursive: true });
	});
});

test("a symbolic link inside the root stays one, and the file that it names is changed", () => {
	mkdirSync(join(root, "real"));
	writeFileSync(join(root, "real/settings.py"), "x = 1\r\n");
	symlinkSync("real/settings.py", join(root, "settings.py"));
	expect(carryOut({ edits: [edit("settings.py", 4, 5, "2")] }).outcome).toEqual({ type: "done" });
	expect(lstatSync(join(root, "settings.py")).isSymbolicLink()).toBe(true);
	expect(readFileSync(join(root, "real/settings.py"), "utf8")).toBe("x = 2\r\n");
});

test("a symbolic link out of the root is not followed", () => {
	const outside = mkdtempSync(join(tmpdir(), "bootmend-outside-"));
	writeFileSync(join(outside, "theirs.py"), "x = 1\n");
	symlinkSync(join(outside, "theirs.py"), join(root, "a.py"));
	expect(plan({ edits: [edit("a.py", 0, 0, "y = 2\n")] })).toMatchObject({ type: "refused" });
	expect(readFileSync(join(outside, "theirs.py"), "utf8")).toBe("x = 1\n");
	rmSync(outside, { recursive: true });
});

test.runIf(process.getuid?.() === 0)("the owner of a file stays, also where it is renamed, edited and brought back", () => {
	writeFileSync(join(root, "a.py"), "x = 1\n");
	chownSync(join(root, "a.py"), 12, 34);
	const { back } = carryOut({ edits: [edit("a.py", 4, 5, "2")], moves: [{ path: "a.py", to: "lib/b.py" }] });
	expect(statSync(join(root, "lib/b.py"))).toMatchObject({ uid: 12, gid: 34 });
	expect(back()).toEqual({ type: "done" });
	expect(statSync(join(root, "a.py"))).toMatchObject({ uid: 12, gid: 34 });
});

/** Python can set extended attributes on Linux; Node cannot. */
const attributes = {
	set: "import os,sys; os.setxattr(sys.argv[1], 'user.note', b'mine')",
	get: "import os,sys; sys.stdout.write(os.getxattr(sys.argv[1], 'user.note').decode())",
};

function canSetAttributes(): boolean {
	const folder = mkdtempSync(join(tmpdir(), "bootmend-attributes-"));
	const path = join(folder, "probe");
	writeFileSync(path, "");
	const { status } = spawnSync("python3", ["-c", attributes.set, path], { stdio: "ignore" });
	rmSync(folder, { recursive: true });
	return process.platform === "linux" && status === 0;
}

const noteOf = (at: string) => execFileSync("python3", ["-c", attributes.get, at], { encoding: "utf8" });

test.runIf(canSetAttributes())("extended attributes stay, also where the file is renamed and edited", () => {
	const path = join(root, "a.py");
	writeFileSync(path, "x = 1\n");
	execFileSync("python3", ["-c", attributes.set, path]);
	const { back } = carryOut({ edits: [edit("a.py", 4, 5, "2")] });
	expect(noteOf(path)).toBe("mine");
	back();
	expect(noteOf(path)).toBe("mine");
	const moved = carryOut({ edits: [edit("a.py", 4, 5, "3")], moves: [{ path: "a.py", to: "b.py" }] });
	expect(noteOf(join(root, "b.py"))).toBe("mine");
	moved.back();
	expect(noteOf(path)).toBe("mine");
});

test.runIf(canSetAttributes())("a cp that copies them with the content, as that of macOS, leaves the new bytes", () => {
	const path = join(root, "a.py");
	writeFileSync(path, "a_longer_name = 1\n");
	execFileSync("python3", ["-c", attributes.set, path]);
	const programs = mkdtempSync(join(tmpdir(), "bootmend-programs-"));
	const cp = execFileSync("which", ["cp"], { encoding: "utf8" }).trim();
	writeFileSync(join(programs, "cp"), `#!/bin/sh\n[ "$1 $2" = "-p --" ] || exit 64\nexec ${cp} --preserve=all -- "$3" "$4"\n`, {
		mode: 0o755,
	});
	vi.stubEnv("PATH", `${programs}:${process.env.PATH}`);
	const platform = vi.spyOn(process, "platform", "get").mockReturnValue("darwin");
	try {
		const { back } = carryOut({ edits: [edit("a.py", 0, 17, "b = 2")] });
		expect(noteOf(path)).toBe("mine");
		expect(readFileSync(path, "utf8")).toBe("b = 2\n");
		back();
		expect(noteOf(path)).toBe("mine");
		expect(readFileSync(path, "utf8")).toBe("a_longer_name = 1\n");
	} finally {
		platform.mockRestore();
		vi.unstubAllEnvs();
		rmSync(programs, { recursive: true });
	}
});
