import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { acquireLock, lockHolder } from "../../src/workspace/process-lock.ts";

let folder = "";
let path = "";
beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), "bootmend-lock-"));
	path = join(folder, "lock");
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const now = new Date("2026-01-01T00:00:00Z");

test("keeps a second taker out until it is released", () => {
	const first = acquireLock(path, now);
	expect(acquireLock(path, now)).toMatchObject({ type: "taken", owner: { pid: process.pid } });
	if (first.type === "locked") first.release();
	expect(lockHolder(path)).toBeNull();
	expect(acquireLock(path, now).type).toBe("locked");
	expect(readdirSync(folder)).toEqual(["lock"]);
});

test("is taken over from a dead process, a reused process number and a torn file", () => {
	const { pid } = spawnSync(process.execPath, ["-e", ""]);
	const since = now.toISOString();
	const stale = [
		JSON.stringify({ pid, processStart: null, host: hostname(), since }),
		...(process.platform === "linux" ? [JSON.stringify({ pid: process.pid, processStart: "1", host: hostname(), since })] : []),
		"{",
	];
	for (const text of stale) {
		writeFileSync(path, text);
		expect(acquireLock(path, now).type).toBe("locked");
	}
});

test("of another machine counts as alive", () => {
	writeFileSync(path, JSON.stringify({ pid: 1, processStart: null, host: "elsewhere", since: now.toISOString() }));
	expect(acquireLock(path, now)).toMatchObject({ type: "taken", owner: { host: "elsewhere" } });
});
