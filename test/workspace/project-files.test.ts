import {
	chmodSync,
	existsSync,
	lstatSync,
	mkdirSync,
	mkdtempSync,
	readdirSync,
	readFileSync,
	rmSync,
	statSync,
	symlinkSync,
	writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { readProjectFile, removeProjectFile, sha256, writeProjectFile } from "../../src/workspace/project-files.ts";

let root = "";
let outside = "";
beforeEach(() => {
	root = mkdtempSync(join(tmpdir(), "bootmend-files-"));
	outside = mkdtempSync(join(tmpdir(), "bootmend-outside-"));
});
afterEach(() => {
	for (const folder of [root, outside]) rmSync(folder, { recursive: true, force: true });
});

const bytes = Buffer.from("new\n");
const plain = { mode: 0o644, modifiedMs: null };
const old = { replaces: sha256(Buffer.from("old\n")) };
const nothing = { replaces: null };

describe("writing", () => {
	test("replaces the file, keeps its mode, and leaves nothing else behind", () => {
		writeFileSync(join(root, "run.sh"), "old\n");
		chmodSync(join(root, "run.sh"), 0o750);
		const reading = readProjectFile(root, "run.sh");
		if (reading.type !== "file") throw new Error("not read");
		expect(writeProjectFile(root, "run.sh", bytes, { ...reading.image, modifiedMs: null }, old)).toEqual({ type: "done" });
		expect(readFileSync(join(root, "run.sh"))).toEqual(bytes);
		expect(statSync(join(root, "run.sh")).mode & 0o777).toBe(0o750);
		expect(readdirSync(root)).toEqual(["run.sh"]);
	});

	test("goes through a link inside the root and keeps the link", () => {
		writeFileSync(join(root, "real.py"), "old\n");
		symlinkSync("real.py", join(root, "link.py"));
		expect(writeProjectFile(root, "link.py", bytes, plain, old)).toEqual({ type: "done" });
		expect(lstatSync(join(root, "link.py")).isSymbolicLink()).toBe(true);
		expect(readFileSync(join(root, "real.py"))).toEqual(bytes);
	});

	test("never leaves the root, by link or by name", () => {
		writeFileSync(join(outside, "a.py"), "theirs\n");
		symlinkSync(join(outside, "a.py"), join(root, "a.py"));
		symlinkSync(outside, join(root, "folder"));
		symlinkSync(join(outside, "new.py"), join(root, "dangling.py"));
		const wrong = [
			"a.py",
			"folder/a.py",
			"folder/new.py",
			"dangling.py",
			"../x.py",
			"/etc/x.py",
			"a/../../x.py",
			"C:/x.py",
			"a\\b.py",
			"",
			"./x.py",
			"x\0.py",
		];
		for (const path of wrong) expect([path, writeProjectFile(root, path, bytes, plain, nothing).type]).toEqual([path, "refused"]);
		expect(readFileSync(join(outside, "a.py"), "utf8")).toBe("theirs\n");
		expect(readdirSync(outside)).toEqual(["a.py"]);
	});

	test("never touches git's folder or our own, however they are spelt", () => {
		mkdirSync(join(root, ".git"));
		symlinkSync(".git", join(root, "innocent"));
		for (const path of [
			".git/config",
			".GIT/config",
			".git./config",
			"sub/.git/hooks/pre-commit",
			".bootmend/x",
			"innocent/config",
		]) {
			expect([path, writeProjectFile(root, path, bytes, plain, nothing).type]).toEqual([path, "refused"]);
		}
		expect(readdirSync(join(root, ".git"))).toEqual([]);
	});

	test("says in words why a file cannot be written", () => {
		mkdirSync(join(root, "folder.py"));
		expect(writeProjectFile(root, "folder.py", bytes, plain, nothing)).toEqual({
			type: "refused",
			reason: "folder.py is a folder",
		});
		writeFileSync(join(root, "file"), "");
		expect(writeProjectFile(root, "file/x.py", bytes, plain, nothing)).toMatchObject({ type: "refused" });
	});
});

test("removing a new file takes the folders with it that were made for it, if they are empty", () => {
	const missing = readProjectFile(root, "a/b/new.py");
	expect(missing).toEqual({ type: "absent", missingFolders: ["a", "a/b"] });
	writeProjectFile(root, "a/b/new.py", bytes, plain, nothing);
	writeFileSync(join(root, "a/mine.txt"), "");
	removeProjectFile(root, "a/b/new.py", ["a", "a/b"], sha256(bytes));
	expect([existsSync(join(root, "a/b")), existsSync(join(root, "a/mine.txt"))]).toEqual([false, true]);
});
