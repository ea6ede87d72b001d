import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { bootmend, brokenBackend, commitAll, folderWith, git } from "./support.ts";

const main = brokenBackend["app/main.py"];

function repository(): string {
	const folder = folderWith(brokenBackend);
	commitAll(folder);
	return folder;
}

describe("bootmend rollback", () => {
	it("says beforehand what it would do, in a form that stays, with and without .bootmend", async () => {
		const folder = repository();
		await bootmend(folder, "fix", "--yes", "--review");
		const phase = { needs: [], blocked_by: null, files: [], commit: [] };
		const expected = {
			schema_version: 1,
			session: { id: expect.any(String), started_at: expect.any(String), source: "journal" },
			phases: [
				{
					...phase,
					story: "US1",
					verdict: "clean",
					summary: "rolls back cleanly",
					files: expect.arrayContaining([{ file_path: "app/main.py", result: "restored" }]),
					commit: expect.arrayContaining(["app/main.py"]),
				},
				{ ...phase, story: "US2", verdict: "nothing", summary: "nothing to take back" },
				{ ...phase, story: "US3", verdict: "nothing", summary: "nothing to take back" },
			],
		};
		const listed = await bootmend(folder, "rollback", "--list", "--json");
		expect(JSON.parse(listed.stdout)).toEqual(expected);
		rmSync(join(folder, ".bootmend"), { recursive: true });
		const again = await bootmend(folder, "rollback", "--list", "--json");
		expect(JSON.parse(again.stdout)).toEqual({ ...expected, session: { ...expected.session, source: "history" } });
	});

	it("names the line that is in the way, and leaves everything as it is", async () => {
		const folder = repository();
		await bootmend(folder, "fix", "--yes", "--review");
		const mine = readFileSync(join(folder, "app/main.py"), "utf8").replace("import settings", "import settings  # mine");
		writeFileSync(join(folder, "app/main.py"), mine);
		const listed = await bootmend(folder, "rollback", "--list");
		expect(listed.status).toBe(1);
		expect(listed.stdout).toContain("US1  blocked: you edited app/main.py line 3 since\n");
		const refused = await bootmend(folder, "rollback");
		expect(refused.status).toBe(1);
		expect(refused.stdout).toContain("  refused   app/main.py\n");
		expect(readFileSync(join(folder, "app/main.py"), "utf8")).toBe(mine);
	});

	it("undoes itself", async () => {
		const folder = repository();
		await bootmend(folder, "fix", "--yes", "--review");
		const fixed = readFileSync(join(folder, "app/main.py"), "utf8");
		expect((await bootmend(folder, "rollback", "--list")).stdout).toContain("  will be restored app/main.py\n");
		expect((await bootmend(folder, "rollback")).stdout).toContain("  restored  app/main.py\n");
		expect(readFileSync(join(folder, "app/main.py"), "utf8")).toBe(main);
		expect((await bootmend(folder, "rollback", "--list")).stdout).toContain("US1  taken back; that can be undone (--undo)\n");
		expect((await bootmend(folder, "rollback", "--undo")).status).toBe(0);
		expect(readFileSync(join(folder, "app/main.py"), "utf8")).toBe(fixed);
		expect(git(folder, "status", "--short")).toBe("");
	});
});

describe("fixes on lines that are changed and not committed", () => {
	it("are held back unless asked for", async () => {
		const folder = repository();
		writeFileSync(join(folder, "app/main.py"), main.replace("import settngs", "import settngs  # mine"));
		const held = await bootmend(folder, "fix", "--yes", "--review");
		expect(held.status).toBe(1);
		expect(held.stdout).toMatch(/Left\n.*IMPORT-001.*is held back: it lies on changes of your own .*\(app\/main\.py line 3\)/);
		expect(readFileSync(join(folder, "app/main.py"), "utf8")).toContain("import settngs  # mine");
		const asked = await bootmend(folder, "fix", "--yes", "--review", "--on-my-changes");
		expect(asked.status).toBe(0);
		expect(git(folder, "show", "HEAD:app/main.py")).toBe(main);
	});
});

describe("bootmend clean", () => {
	it("removes what commits hold and keeps what nothing else holds", async () => {
		const folder = repository();
		await bootmend(folder, "fix", "--yes", "--review", "--no-commit");
		expect((await bootmend(folder, "clean")).stdout).toMatch(
			/Kept the backups of \S+ \(\d+ kB\): they are the only way back of US1/,
		);
		expect((await bootmend(folder, "clean", "--all")).stdout).toMatch(/Removed the backups of/);
		expect((await bootmend(folder, "clean")).stdout).toBe("There are no backups to remove.\n");
	});
});
