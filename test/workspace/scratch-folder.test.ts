import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { makeScratchFolder } from "../../src/workspace/scratch-folder.ts";

let temporary: string;
beforeEach(() => {
	temporary = mkdtempSync(join(tmpdir(), "bootmend-scratch-test-"));
	vi.stubEnv("TMPDIR", temporary);
});
afterEach(() => {
	vi.unstubAllEnvs();
	rmSync(temporary, { recursive: true, force: true });
});

test("a folder is the owner's alone, and new each time", () => {
	const folder = makeScratchFolder("edit");
	expect(statSync(folder).mode & 0o777).toBe(0o700);
	expect(makeScratchFolder("edit")).not.toBe(folder);
	expect(existsSync(folder)).toBe(true);
});

test("what a dead process has left goes, what is another's or of another kind stays", () => {
	const { pid: dead } = spawnSync(process.execPath, ["-e", ""]);
	const folder = (name: string) => {
		mkdirSync(join(temporary, name, "deep"), { recursive: true });
		return join(temporary, name);
	};
	const left = folder(`bootmend-edit-${dead}-abc`);
	const kept = [
		folder(`bootmend-case-${dead}-abc`),
		folder(`bootmend-edit-${process.ppid}-abc`),
		folder("bootmend-edit-of-mine"),
		folder(`my-bootmend-edit-${dead}-abc`),
	];
	makeScratchFolder("edit");
	expect(existsSync(left)).toBe(false);
	expect(kept.filter((path) => !existsSync(path))).toEqual([]);
});
