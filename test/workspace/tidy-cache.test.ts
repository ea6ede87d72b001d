import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { tidyCache, tidyCacheDaily } from "../../src/workspace/tidy-cache.ts";

const now = new Date("2026-03-01T12:00:00Z");
const bounds = { bytes: 250, age: 30 * 24 * 60 * 60 * 1_000 };

let folder = "";
beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), "bootmend-cache-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A file of a hundred bytes that was last used so many days ago. */
function cached(path: string, daysAgo: number): void {
	mkdirSync(join(folder, path, ".."), { recursive: true });
	writeFileSync(join(folder, path), "x".repeat(100));
	const used = new Date(now.getTime() - daysAgo * 24 * 60 * 60 * 1_000);
	utimesSync(join(folder, path), used, used);
}

test("removes what nobody has used for long, with folders of formats that are gone", () => {
	cached("tables-1/a", 40);
	cached("tables-2/b", 1);
	cached("code/old", 31);
	expect(tidyCache(folder, now, bounds)).toBe(200);
	expect(readdirSync(folder)).toEqual(["tables-2"]);
});

test("keeps within its bounds by what was used least recently", () => {
	for (const [name, days] of [
		["a", 3],
		["b", 1],
		["c", 2],
		["d", 4],
	] as const)
		cached(`tables-2/${name}`, days);
	expect(tidyCache(folder, now, bounds)).toBe(200);
	expect(readdirSync(join(folder, "tables-2")).sort()).toEqual(["b", "c"]);
});

test("touches nothing that is not its own, and follows no link", () => {
	cached("notes/mine", 100);
	cached("elsewhere/kept", 100);
	mkdirSync(join(folder, "tables-1"));
	symlinkSync("../elsewhere/kept", join(folder, "tables-1/link"));
	expect(tidyCache(folder, now, bounds)).toBe(0);
	expect(existsSync(join(folder, "notes/mine"))).toBe(true);
	expect(existsSync(join(folder, "tables-1/link"))).toBe(true);
});

test("looks once a day", () => {
	cached("code/old", 40);
	const today = new Date();
	expect(tidyCacheDaily(folder, today, bounds)).toBe(100);
	cached("code/old", 40);
	expect(tidyCacheDaily(folder, today, bounds)).toBe(0);
	expect(tidyCacheDaily(folder, new Date(today.getTime() + 25 * 60 * 60 * 1_000), bounds)).toBe(100);
});

test("a cache that is not there is no reason to fail", () => {
	expect(tidyCache(join(folder, "gone"), now, bounds)).toBe(0);
});
