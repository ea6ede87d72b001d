import { chmodSync, existsSync, mkdirSync, readdirSync, rmSync, statSync, symlinkSync, utimesSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, test, vi } from "vitest";
import { rollbackSession } from "../../src/session/rollback/rollback-session.ts";
import type { Session } from "../../src/session/session.ts";
import { accepting, openTestSession, type TestFolder, testFolder, testRepository } from "./support/repository.ts";

vi.setConfig({ testTimeout: 120_000 });

let folder: TestFolder | null = null;
afterEach(() => folder?.remove());

// The mark asks for a rename: `secrets.py` to `moved_secrets.py`, with its own text and that of its importer mended.
const before = {
	"app/secrets.py": "# caf\u00e9, and enough lines for git to know it again\r\nx = BROKEN_US1_move_x\r\n",
	"app/main.py": "# keeps BROKEN company\n",
};
const mended = before["app/secrets.py"].replace("BROKEN_US1", "FIXED");

function python(of: TestFolder): readonly string[] {
	return readdirSync(join(of.root, "app"))
		.filter((name) => name.endsWith(".py"))
		.sort();
}

async function accepted(of: TestFolder): Promise<Session> {
	const session = await openTestSession(of.root);
	expect(await session.dispatch(accepting(session, "move_x"))).toMatchObject({ type: "done" });
	return session;
}

test("a rename keeps mode and times of a file whose text stays, and undo and redo carry it back and forth", async () => {
	folder = testFolder(before);
	chmodSync(join(folder.root, "app/secrets.py"), 0o750);
	const session = await accepted(folder);
	expect(python(folder)).toEqual(["made.py", "main.py", "moved_secrets.py"]);
	expect(folder.read("app/moved_secrets.py")).toBe(mended);
	expect(statSync(join(folder.root, "app/moved_secrets.py")).mode & 0o777).toBe(0o750);

	await session.dispatch({ type: "undo" });
	expect(python(folder)).toEqual(["main.py", "secrets.py"]);
	expect(folder.read("app/secrets.py")).toBe(before["app/secrets.py"]);
	expect(statSync(join(folder.root, "app/secrets.py")).mode & 0o777).toBe(0o750);
	await session.dispatch({ type: "redo" });
	expect(folder.read("app/moved_secrets.py")).toBe(mended);
	await session.close();
});

test("a file that is only renamed stays the same file: its times and its node are kept", async () => {
	folder = testFolder({ "app/keep.py": "y = 1\n", "app/db.py": "x = BROKEN_US1_x\n" });
	const path = join(folder.root, "app/keep.py");
	utimesSync(path, 1_600_000_000, 1_600_000_000);
	const { ino } = statSync(path);
	const session = await openTestSession(folder.root);
	const command = accepting(session, "x");
	if (command.type !== "accept") throw new Error("no accept");
	const moves = [{ path: "app/keep.py", to: "library/deep/kept.py" }];
	expect(await session.dispatch({ ...command, fix: { ...command.fix, moves } })).toMatchObject({ type: "done" });
	const moved = statSync(join(folder.root, "library/deep/kept.py"));
	expect([moved.ino, moved.mtimeMs, moved.nlink]).toEqual([ino, 1_600_000_000_000, 1]);
	await session.dispatch({ type: "undo" });
	expect(statSync(path).ino).toBe(ino);
	expect(existsSync(join(folder.root, "library"))).toBe(false);
	await session.close();
});

test("the last file of a folder takes the folder along, and brings it back", async () => {
	folder = testFolder({ "email/__init__.py": "", "app/db.py": "x = BROKEN_US1_x\n" });
	const session = await openTestSession(folder.root);
	const command = accepting(session, "x");
	if (command.type !== "accept") throw new Error("no accept");
	const moves = [{ path: "email/__init__.py", to: null }];
	expect(await session.dispatch({ ...command, fix: { ...command.fix, moves } })).toMatchObject({ type: "done" });
	expect(existsSync(join(folder.root, "email"))).toBe(false);
	await session.dispatch({ type: "undo" });
	expect(folder.read("email/__init__.py")).toBe("");
	await session.close();
});

test("a rename never lands on a file that is there, and never moves a link", async () => {
	folder = testFolder({ ...before, "app/moved_secrets.py": "mine\n" });
	const session = await openTestSession(folder.root);
	expect(await session.dispatch(accepting(session, "move_x"))).toMatchObject({
		type: "refused",
		message: expect.stringContaining("app/moved_secrets.py is there already"),
	});
	expect(folder.read("app/moved_secrets.py")).toBe("mine\n");
	expect(folder.read("app/secrets.py")).toBe(before["app/secrets.py"]);
	await session.close();
	folder.remove();

	folder = testFolder({ "real.txt": "x\n", "app/db.py": "x = BROKEN_US1_x\n" });
	mkdirSync(join(folder.root, "lib"));
	symlinkSync("../real.txt", join(folder.root, "lib/link.txt"));
	const other = await openTestSession(folder.root);
	const command = accepting(other, "x");
	if (command.type !== "accept") throw new Error("no accept");
	const moves = [{ path: "lib/link.txt", to: "lib/other.txt" }];
	expect(await other.dispatch({ ...command, fix: { ...command.fix, moves } })).toMatchObject({
		type: "refused",
		message: expect.stringContaining("lib/link.txt is a link"),
	});
	expect(readdirSync(join(folder.root, "lib"))).toEqual(["link.txt"]);
	await other.close();
});

test("a phase with a rename is one commit that git knows as a rename, and goes back in one", async () => {
	folder = testRepository(before);
	const session = await accepted(folder);
	expect(await session.dispatch({ type: "commit-phase", story: "US1" })).toMatchObject({ type: "done" });
	expect(folder.git("status", "--porcelain")).toBe("");
	expect(folder.git("show", "--format=", "--name-status", "-M30").split("\n").sort()).toEqual([
		"A\tapp/made.py",
		"M\tapp/main.py",
		expect.stringMatching(/^R\d+\tapp\/secrets.py\tapp\/moved_secrets.py$/),
	]);
	expect(await session.dispatch({ type: "rollback-phase", story: "US1" })).toMatchObject({ type: "done" });
	expect(folder.git("status", "--porcelain")).toBe("");
	expect(folder.git("diff", "--stat", "HEAD~2")).toBe("");
	expect(folder.read("app/secrets.py")).toBe(before["app/secrets.py"]);
	await session.close();
});

test("an untracked file of the person's own stays untracked under its new name", async () => {
	folder = testRepository({ "app/main.py": "x = 1\n" });
	folder.write("app/secrets.py", before["app/secrets.py"]);
	const session = await accepted(folder);
	await session.dispatch({ type: "commit-phase", story: "US1" });
	expect(folder.git("status", "--porcelain")).toBe("?? app/moved_secrets.py");
	expect(folder.read("app/moved_secrets.py")).toBe(mended);
	expect(await session.dispatch({ type: "rollback-phase", story: "US1" })).toMatchObject({ type: "done" });
	expect(folder.git("status", "--porcelain")).toBe("?? app/secrets.py");
	expect(folder.read("app/secrets.py")).toBe(before["app/secrets.py"]);
	await session.close();
});

test("what somebody changed in a renamed file goes along to its old name, and comes back when that is undone", async () => {
	folder = testRepository(before);
	const session = await accepted(folder);
	expect(await session.dispatch({ type: "commit-phase", story: "US1" })).toMatchObject({ type: "done" });
	folder.write("app/moved_secrets.py", `${mended}mine = 1\r\n`);
	expect(await session.dispatch({ type: "rollback-phase", story: "US1" })).toMatchObject({
		type: "done",
		ledger: expect.arrayContaining([
			{ path: "app/moved_secrets.py", result: "removed" },
			{ path: "app/secrets.py", result: "merged" },
			{ path: "app/main.py", result: "restored" },
		]),
	});
	expect(python(folder)).toEqual(["main.py", "secrets.py"]);
	expect(folder.read("app/secrets.py")).toBe(`${before["app/secrets.py"]}mine = 1\r\n`);
	expect(folder.git("show", "HEAD:app/secrets.py")).toBe(before["app/secrets.py"].trimEnd());
	expect(folder.git("status", "--porcelain")).toBe(" M app/secrets.py");

	folder.write("app/secrets.py", `${before["app/secrets.py"]}mine = 2\r\n`);
	expect(await session.dispatch({ type: "restore-phase", story: "US1" })).toMatchObject({ type: "done" });
	expect(python(folder)).toEqual(["made.py", "main.py", "moved_secrets.py"]);
	expect(folder.read("app/moved_secrets.py")).toBe(`${mended}mine = 2\r\n`);
	expect(folder.git("show", "HEAD:app/moved_secrets.py")).toBe(mended.trimEnd());
	await session.close();
});

test("a change in the lines that a rename changed too is named, and nothing of the phase goes back", async () => {
	folder = testRepository(before);
	const session = await accepted(folder);
	const edited = mended.replace("FIXED", "MINE");
	folder.write("app/moved_secrets.py", edited);
	expect(await session.dispatch({ type: "rollback-phase", story: "US1" })).toMatchObject({
		type: "refused",
		message: "US1 cannot be taken back: you edited app/moved_secrets.py line 2 since.",
		ledger: expect.arrayContaining([
			{ path: "app/moved_secrets.py", result: "refused" },
			{ path: "app/main.py", result: "kept" },
		]),
	});
	expect(folder.read("app/moved_secrets.py")).toBe(edited);
	expect(folder.read("app/main.py")).toBe("# keeps MENDED company\n");
	folder.write("app/moved_secrets.py", mended);
	folder.write("app/secrets.py", "somebody's new file\n");
	expect(await session.dispatch({ type: "rollback-phase", story: "US1" })).toMatchObject({
		type: "refused",
		message: "US1 cannot be taken back: app/secrets.py is there again since.",
	});
	expect(folder.read("app/secrets.py")).toBe("somebody's new file\n");
	await session.close();
});

test("without .bootmend too, the commit tells which file was renamed, and the person's later lines go along", async () => {
	folder = testRepository(before);
	const session = await accepted(folder);
	expect(await session.dispatch({ type: "commit-phase", story: "US1" })).toMatchObject({ type: "done" });
	await session.close();
	rmSync(join(folder.root, ".bootmend"), { recursive: true });
	folder.write("app/moved_secrets.py", `${mended}mine = 1\r\n`);
	const { root } = folder;
	expect(await rollbackSession({ root, commits: true, story: "US1", withLater: false })).toMatchObject([{ type: "done" }]);
	expect(python(folder)).toEqual(["main.py", "secrets.py"]);
	expect(folder.read("app/secrets.py")).toBe(`${before["app/secrets.py"]}mine = 1\r\n`);
	expect(folder.git("status", "--porcelain")).toBe(" M app/secrets.py");
});
