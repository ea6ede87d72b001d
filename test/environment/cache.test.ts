import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { readDistributions } from "../../src/environment/distributions.ts";
import type { SourceContext } from "../../src/environment/outline/simple-statement-reader.ts";
import { loadTable } from "../../src/environment/table-store.ts";
import { writeTable } from "../../src/environment/written-table.ts";
import { openPackageFiles } from "../../src/workspace/package-files.ts";
import { type MemoryPackageFiles, memoryPackageFiles } from "./memory-package-files.ts";

const context: SourceContext = { module: "pkg.big", isPackage: false, python: { major: 3, minor: 11 }, platform: "linux" };
const big = `from .other import name\n__all__ = ["a"]\na = 1\n${"# filling\n".repeat(2000)}`;
const folders: string[] = [];

afterEach(() => {
	for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

test("a table comes back from the cache as it was written", () => {
	const files = memoryPackageFiles({});
	const first = loadTable(files, big, context);
	const [key] = [...files.cache.keys()];
	const slot = { kind: "unknown" } as const;
	files.cache.set(key ?? "", writeTable({ ...first, names: new Map([["fromCache", { slot, stars: 0 }]]) }));
	const { names } = loadTable(files, big, context);
	expect([...names.keys()]).toEqual(["fromCache"]);
	expect([names.get("fromCache"), names.has("constructor"), names.get("constructor")]).toEqual([
		{ slot, stars: 0 },
		false,
		undefined,
	]);
});

test("another text, module or version of Python is another entry", () => {
	const files = memoryPackageFiles({});
	loadTable(files, big, context);
	loadTable(files, `${big}b = 1\n`, context);
	loadTable(files, big, { ...context, module: "other.big" });
	loadTable(files, big, { ...context, python: { major: 3, minor: 12 } });
	expect(files.cache.size).toBe(4);
	expect(loadTable(files, `${big}b = 1\n`, context).names.has("b")).toBe(true);
});

test("a broken entry is read anew and replaced", () => {
	const files = memoryPackageFiles({});
	const whole = loadTable(files, big, context);
	const written = writeTable(whole);
	for (const broken of [
		"",
		"{",
		"null",
		"[]",
		'{"names":1}',
		written.slice(0, 40),
		written.slice(0, written.lastIndexOf("\t")),
	]) {
		for (const key of files.cache.keys()) files.cache.set(key, broken);
		expect([...loadTable(files, big, context).names.keys()]).toEqual([...whole.names.keys()]);
		expect([...files.cache.values()][0]).toBe(written);
	}
	for (const key of files.cache.keys()) files.cache.set(key, written.replace(/\t[^\t]*$/, "\t{"));
	const last = [...whole.names.keys()].at(-1) ?? "";
	expect(loadTable(files, big, context).names.get(last)?.slot.kind).toBe("maybe");
});

test("the import names of distributions are read once, and again where a list of files changed", () => {
	const files = {
		"/site/one-1.0.dist-info/RECORD": "one/__init__.py,sha256=x,1\n",
		"/site/two-1.0.dist-info/RECORD": "two.py,sha256=x,1\n",
		"/site/two-1.0.dist-info/top_level.txt": "two\n_two\n",
	};
	const ask = (machine: MemoryPackageFiles) => [...readDistributions(machine, ["/site"])].map(([, { topLevel }]) => topLevel);
	const first = memoryPackageFiles(files);
	expect(ask(first)).toEqual([["one"], ["two", "_two"]]);
	const [[key = "", kept = ""] = []] = first.cache;
	const askWith = (text: string, changed: Readonly<Record<string, string>> = {}) => {
		const machine = memoryPackageFiles({ ...files, ...changed });
		machine.cache.set(key, text);
		return { names: ask(machine), reads: machine.reads.filter((path) => path.endsWith("RECORD")) };
	};
	expect(askWith(kept)).toEqual({ names: [["one"], ["two", "_two"]], reads: [] });
	const installedAnew = { "/site/one-1.0.dist-info/RECORD": "one/__init__.py,sha256=x,1\nmore/__init__.py,sha256=x,1\n" };
	expect(askWith(kept, installedAnew)).toEqual({
		names: [
			["one", "more"],
			["two", "_two"],
		],
		reads: ["/site/one-1.0.dist-info/RECORD"],
	});
	for (const broken of ["", "{", "null", '{"a":1}', '[["/site/one-1.0.dist-info",["26",[1]]]]', kept.slice(0, 50)])
		expect(askWith(broken).names, broken).toEqual([["one"], ["two", "_two"]]);
});

test("the cache folder on disk is made when needed, and done without where it cannot be", () => {
	const folder = mkdtempSync(join(tmpdir(), "bootmend-cache-"));
	folders.push(folder);
	const files = openPackageFiles({ cacheFolder: join(folder, "deep", "cache") });
	files.writeCache("tables-1/abc", "text");
	expect(files.readCache("tables-1/abc")).toBe("text");
	expect(readdirSync(join(folder, "deep", "cache", "tables-1"))).toEqual(["abc"]);
	const path = join(folder, "deep", "cache", "tables-1", "abc");
	const whole = readFileSync(path, "utf8");
	for (const broken of ["", "text", whole.slice(0, -1), `${whole}s`, whole.replace("text", "tent"), `\0${whole.slice(1)}`]) {
		writeFileSync(path, broken);
		expect(files.readCache("tables-1/abc"), broken).toBeNull();
	}
	writeFileSync(join(folder, "deep", "cache", "tables-1", "other"), whole);
	expect(files.readCache("tables-1/other")).toBeNull();
	writeFileSync(join(folder, "file"), "");
	const without = openPackageFiles({ cacheFolder: join(folder, "file", "cache") });
	without.writeCache("tables-1/abc", "text");
	expect([without.readCache("tables-1/abc"), openPackageFiles({ cacheFolder: null }).readCache("x")]).toEqual([null, null]);
});
