import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { readSourceTree } from "../../src/workspace/read-source-tree.ts";

let root = "";
beforeEach(() => {
	root = mkdtempSync(join(tmpdir(), "bootmend-tree-"));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function write(path: string, text: string | Buffer = "x = 1\n"): void {
	mkdirSync(dirname(join(root, path)), { recursive: true });
	writeFileSync(join(root, path), text);
}

const paths = () => [...readSourceTree(root).files.keys()];

test("reads what a start depends on and leaves tools' folders out", () => {
	for (const path of [
		"app/main.py",
		"requirements.txt",
		".env",
		".env.local",
		"Dockerfile",
		"compose.yaml",
		"Procfile",
		"pyproject.toml",
		"start.sh",
	])
		write(path);
	for (const path of [
		"node_modules/a.py",
		"app/__pycache__/a.py",
		".git/config.py",
		".bootmend/a.py",
		"package-lock.json",
		"photo.png",
		"a.pyc",
	])
		write(path);
	write("myenv/pyvenv.cfg");
	write("myenv/lib/python3.11/site-packages/a.py");
	expect(paths()).toEqual([
		".env",
		".env.local",
		"Dockerfile",
		"Procfile",
		"app/main.py",
		"compose.yaml",
		"pyproject.toml",
		"requirements.txt",
		"start.sh",
	]);
});

test("follows links inside the root, into no loop, and never out of it", () => {
	write("shared/tool.py");
	mkdirSync(join(root, "app"));
	symlinkSync("../shared", join(root, "app/shared"));
	symlinkSync("..", join(root, "app/up"));
	symlinkSync("/etc/hostname", join(root, "app/.env"));
	symlinkSync("nowhere.py", join(root, "app/gone.py"));
	const { files, unreadable } = readSourceTree(root);
	expect([...files.keys()]).toEqual(["app/shared/tool.py", "shared/tool.py"]);
	expect(unreadable.map(({ path, reason, kind }) => [path, reason, kind])).toEqual([
		["app/.env", "a link to a file outside the repository", "access"],
		["app/gone.py", "a link that leads nowhere", "access"],
	]);
});

test("names what it cannot read and reads the rest", () => {
	write("bad.py", Buffer.from("\ufeffx = 1\n", "utf16le"));
	write("latin.py", Buffer.from([0x78, 0xff]));
	write("nulls.py", "x = 1\0\n");
	symlinkSync("nowhere.py", join(root, "broken.py"));
	execFileSync("mkfifo", [join(root, "pipe.py")]);
	write("huge.py", "x".repeat(3_000_000));
	write("fine.py");
	write("closed/a.py");
	chmodSync(join(root, "closed"), 0o000);
	const { files, unreadable } = readSourceTree(root);
	chmodSync(join(root, "closed"), 0o700);
	expect(files.has("fine.py")).toBe(true);
	const named = new Map(unreadable.map(({ path, kind }) => [path, kind]));
	expect([named.get("bad.py"), named.get("huge.py")]).toEqual(["bytes", "size"]);
	expect([named.get("broken.py"), named.get("pipe.py")]).toEqual(["access", "access"]);
	// Bytes that Python refuses are a syntax error like any other.
	expect(files.get("latin.py")).toMatchObject({ text: "xÿ", undecodable: true });
	expect(files.get("nulls.py")?.text).toBe("x = 1\0\n");
	// The superuser may read everything.
	if (process.geteuid?.() !== 0) expect(named.get("closed")).toBe("access");
});

test("stops at its bounds and says so", () => {
	for (let i = 0; i < 10; i++) write(`m${i}.py`);
	const { files, unreadable } = readSourceTree(root, { files: 5 });
	expect(files.size).toBe(5);
	expect(unreadable[0]).toMatchObject({ path: "m5.py", kind: "omitted", reason: expect.stringContaining("at most 5 files") });
	// What was not read is there all the same, and an import of it is no fault.
	expect(unreadable.map(({ path }) => path)).toEqual(["m5.py", "m6.py", "m7.py", "m8.py", "m9.py"]);
});

test("reads no more Python than memory holds, and the rest whatever comes before it", () => {
	for (let i = 0; i < 4; i++) write(`a/m${i}.py`, `x = "${"y".repeat(100)}"\n`);
	write("a/z.toml", "x = 1\n");
	const { files, unreadable } = readSourceTree(root, { pythonTotal: 150 });
	expect([...files.keys()]).toEqual(["a/m0.py", "a/m1.py", "a/z.toml"]);
	expect(unreadable.map(({ path, kind }) => [path, kind])).toEqual([
		["a/m2.py", "omitted"],
		["a/m3.py", "omitted"],
	]);
});

test("leaves out a file of nothing but blanks, and names it", () => {
	write("app/main.py", `x = 1\n${" ".repeat(20_000)}\n`);
	write("app/long.py", `x = "${"y".repeat(50_000)}"\n${"\n".repeat(500)}`);
	const { files, unreadable } = readSourceTree(root);
	expect([...files.keys()]).toEqual(["app/long.py"]);
	expect(unreadable).toMatchObject([{ path: "app/main.py", kind: "size", reason: expect.stringContaining("blanks in a row") }]);
});

test("reads what a list of requirements includes, of whatever name, and no other text", () => {
	write("requirements.txt", "-r base.txt\n--constraint=pins/all.txt\n-r ../outside.txt\n-r photo.png\n");
	write("base.txt", "-r deeper.in\n");
	write("deeper.in", "-r base.txt\n");
	write("pins/all.txt", "");
	write("photo.png", "");
	write("words.txt", "");
	expect(paths()).toEqual(["requirements.txt", "base.txt", "pins/all.txt", "deeper.in"]);
});
