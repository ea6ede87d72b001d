import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { bootmend, brokenBackend, commitAll, folderWith, git, soundBackend } from "./support.ts";

function repository(): string {
	const folder = folderWith(brokenBackend);
	commitAll(folder);
	return folder;
}

const textOf = (folder: string, path: string) => readFileSync(join(folder, path), "utf8");

describe("bootmend fix", () => {
	it("mends what it is allowed to, and commits each phase", async () => {
		const folder = repository();
		const { status, stdout } = await bootmend(folder, "fix", "--yes", "--review");
		for (const [path, text] of Object.entries(soundBackend)) expect(textOf(folder, path)).toBe(text);
		expect(stdout).toMatch(/✓ IMPORT-001/);
		expect(status).toBe(0);
		expect(git(folder, "log", "--format=%s")).toBe("fix(US1): resolve import and dependency errors\nBegin\n");
		expect(git(folder, "status", "--short")).toBe("");
	});

	it("mends the rest where a fault has no fix, and says what is left", async () => {
		const folder = folderWith({
			...soundBackend,
			"app/main.py": `${soundBackend["app/main.py"]}\nraise RuntimeError("not on this host")\n`,
		});
		const { status, stdout } = await bootmend(folder, "fix", "--yes", "--review");
		expect(status).toBe(1);
		expect(stdout).toMatch(/Left\n.*ENTRYPOINT-001.*no change of the code is certain/);
	});

	it("mends the rest where a fix is a guess, and says what is left", async () => {
		const folder = folderWith({ ...brokenBackend, "app/main.py": brokenBackend["app/main.py"].replaceAll("settngs", "weather") });
		const { status, stdout } = await bootmend(folder, "fix", "--yes");
		expect(status).toBe(1);
		expect(stdout).toMatch(/Left\n.*IMPORT-001.*its fix wants a look first: --review applies it/);
		expect(textOf(folder, "app/main.py")).toContain("weather");
		expect(textOf(folder, "app/core.py")).toBe(soundBackend["app/core.py"]);
	});

	it("mends the one issue that is named", async () => {
		const folder = repository();
		expect((await bootmend(folder, "fix", "--issue", "IMPORT-001", "--no-commit")).status).toBe(0);
		expect(textOf(folder, "app/main.py")).toBe(soundBackend["app/main.py"]);
		expect(textOf(folder, "app/core.py")).toBe(brokenBackend["app/core.py"]);
		expect(git(folder, "log", "--format=%s")).toBe("Begin\n");
	});

	it("prints the patch of a dry run, and changes nothing", async () => {
		const folder = repository();
		const { status, stdout } = await bootmend(folder, "fix", "--yes", "--review", "--dry-run");
		expect(status).toBe(0);
		expect(stdout).toContain("-from app.core import settngs\n+from app.core import settings\n");
		expect(stdout).toContain("--- a/app/core.py");
		for (const [path, text] of Object.entries(brokenBackend)) expect(textOf(folder, path)).toBe(text);
		expect(git(folder, "status", "--short", "--ignored")).toBe("");
	});

	it("is taken back by rollback, with the history kept", async () => {
		const folder = repository();
		await bootmend(folder, "fix", "--yes", "--review");
		const list = await bootmend(folder, "rollback", "--list");
		expect(list.stdout).toMatch(/US1 {2}rolls back cleanly\n {2}will be restored +app\//);
		expect(git(folder, "log", "--format=%s").split("\n")).toHaveLength(3);
		const { status, stdout } = await bootmend(folder, "rollback", "--phase", "us1");
		expect(status).toBe(0);
		expect(stdout).toContain("app/main.py");
		for (const [path, text] of Object.entries(brokenBackend)) expect(textOf(folder, path)).toBe(text);
		expect(git(folder, "log", "--format=%s").split("\n")).toHaveLength(4);
		expect(git(folder, "status", "--short")).toBe("");
	});

	it("is told by status, and cleaned up by clean", async () => {
		const folder = repository();
		expect((await bootmend(folder, "status")).stdout).toContain("No session");
		await bootmend(folder, "fix", "--yes", "--review");
		const { stdout } = await bootmend(folder, "status");
		expect(stdout).toMatch(/US1 {2}committed [0-9a-f]{9}\n {2}accepted IMPORT-001/);
		const [session] = JSON.parse((await bootmend(folder, "status", "--json")).stdout).sessions;
		expect(session).toMatchObject({ state: "finished", backups_removed: false });
		expect((await bootmend(folder, "clean")).stdout).toContain(`Removed the backups of ${session.id}`);
		expect((await bootmend(folder, "clean")).stdout).toContain("no backups");
	});
});
