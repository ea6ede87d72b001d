import { spawnSync } from "node:child_process";
import {
	chmodSync,
	chownSync,
	mkdirSync,
	mkdtempSync,
	readdirSync,
	readFileSync,
	renameSync,
	rmSync,
	symlinkSync,
	unlinkSync,
	writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { bundleVictim } from "../../scripts/torture/torture.ts";
import { listSessions } from "../../src/session/list-sessions.ts";
import type { Command, Session } from "../../src/session/session.ts";
import { accepting, openTestSession, type TestFolder, testFolder, testRepository } from "./support/repository.ts";

vi.setConfig({ testTimeout: 90_000, hookTimeout: 60_000 });

let folder: TestFolder | null = null;
afterEach(() => folder?.remove());

const backend = { "app/db.py": "x = BROKEN_US1_x\n", "app/main.py": "m = BROKEN_US1_m\n" };
const fixed = "x = FIXED_x\n";

describe("between the audit and the write", () => {
	/** What happens to the file, and what is said of it. */
	const disturbances: readonly (readonly [
		what: string,
		disturb: (root: string) => void,
		message: string,
		left: string | null,
	])[] = [
		[
			"is changed",
			(root) => writeFileSync(join(root, "app/db.py"), "mine = 1\n"),
			"app/db.py changed since the audit",
			"mine = 1\n",
		],
		["is deleted", (root) => unlinkSync(join(root, "app/db.py")), "app/db.py changed since the audit", null],
		[
			"is replaced by a link out of the repository",
			(root) => {
				unlinkSync(join(root, "app/db.py"));
				symlinkSync("/etc/hosts", join(root, "app/db.py"));
			},
			"app/db.py leads out of the repository through a link",
			readFileSync("/etc/hosts", "utf8"),
		],
		[
			"is replaced by a link to another file",
			(root) => {
				unlinkSync(join(root, "app/db.py"));
				symlinkSync("main.py", join(root, "app/db.py"));
			},
			"app/db.py changed since the audit",
			backend["app/main.py"],
		],
		[
			"is replaced by a folder",
			(root) => {
				unlinkSync(join(root, "app/db.py"));
				mkdirSync(join(root, "app/db.py"));
			},
			"app/db.py is not a plain file",
			null,
		],
		[
			"loses its folder to another name",
			(root) => renameSync(join(root, "app"), join(root, "application")),
			"app/db.py changed since the audit",
			null,
		],
	];

	test.each(disturbances)("a file that %s is left alone, and said to be so", async (_, disturb, message, left) => {
		folder = testFolder(backend);
		const session = await openTestSession(folder.root);
		const command = accepting(session, "x");
		disturb(folder.root);
		const outcome = await session.dispatch(command);
		expect(outcome).toMatchObject({ type: "refused", message: expect.stringContaining(message) });
		if (left !== null) expect(folder.read("app/db.py")).toBe(left);
		expect(readdirSync(folder.root).filter((name) => name.endsWith(".tmp"))).toEqual([]);
		expect(session.state.decided).toEqual([]);
		await session.close();
	});

	test("a fix that was shown before the newest audit is offered afresh", async () => {
		folder = testFolder(backend);
		const session = await openTestSession(folder.root);
		const command: Command = { ...accepting(session, "x"), shown: session.state.sources } as Command;
		folder.write("app/db.py", `# mine\n${backend["app/db.py"]}`);
		await session.dispatch({ type: "audit" });
		expect(await session.dispatch(command)).toEqual({
			type: "refused",
			message: "app/db.py was audited again since this was shown.",
			nextStep: "Look at the fresh proposal.",
		});
		expect(folder.read("app/db.py")).toBe(`# mine\n${backend["app/db.py"]}`);
		await session.close();
	});
});

test("a read-only file is not replaced, and its way out is named", async () => {
	folder = testFolder(backend);
	chmodSync(join(folder.root, "app/db.py"), 0o444);
	const session = await openTestSession(folder.root);
	expect(await session.dispatch(accepting(session, "x"))).toEqual({
		type: "refused",
		message: "The fix of IMPORT-001 is not applied: app/db.py is read-only (chmod u+w makes it writable).",
		nextStep: "Nothing was changed. See to what is named, then accept it again.",
	});
	expect(folder.read("app/db.py")).toBe(backend["app/db.py"]);
	chmodSync(join(folder.root, "app/db.py"), 0o644);
	expect(await session.dispatch(accepting(session, "x"))).toMatchObject({ type: "done" });
	await session.close();
});

describe("as somebody without the rights", () => {
	let victim = "";
	beforeAll(async () => {
		victim = await bundleVictim();
	});

	/** The user `nobody` where this runs as root, for whom no permission counts. */
	function runVictimUnprivileged(root: string) {
		const isRoot = process.getuid?.() === 0;
		const nobody = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"];
		if (isRoot) for (const path of ["", "app", "app/db.py", "app/main.py"]) chownSync(join(root, path), 65534, 65534);
		const [program = "", ...args] = [...(isRoot ? nobody : []), process.execPath, victim, root, "0"];
		return spawnSync(program, args, { encoding: "utf8", env: { PATH: process.env.PATH, HOME: root } });
	}
	const canDrop = process.getuid?.() !== 0 || spawnSync("setpriv", ["--version"]).status === 0;

	test.runIf(canDrop)("a read-only folder is left as it is", () => {
		folder = testFolder(backend);
		chmodSync(join(folder.root, "app"), 0o555);
		const { stdout, stderr } = runVictimUnprivileged(folder.root);
		expect(stdout + stderr).toContain(
			"refused: The fix of IMPORT-001 is not applied: app/db.py may not be read or changed by you (permission denied).",
		);
		expect(readdirSync(join(folder.root, "app")).sort()).toEqual(["db.py", "main.py"]);
		expect(folder.read("app/db.py")).toBe(backend["app/db.py"]);
	});

	test.runIf(canDrop)("a repository where nothing may be kept is not touched, and the reason is said at the start", () => {
		folder = testFolder(backend);
		chmodSync(folder.root, 0o555);
		const { stderr } = runVictimUnprivileged(folder.root);
		expect(stderr).toContain("/.bootmend may not be read or changed by you (permission denied).");
		chmodSync(folder.root, 0o755);
		expect(folder.read("app/db.py")).toBe(backend["app/db.py"]);
	});
});

describe("when the disk is full", () => {
	const mount = mkdtempSync(join(tmpdir(), "bootmend-full-"));
	const canMount =
		process.platform === "linux" && spawnSync("mount", ["-t", "tmpfs", "-o", "size=512k", "bootmend-test", mount]).status === 0;
	if (canMount) spawnSync("umount", [mount]);
	rmSync(mount, { recursive: true });

	/** Fills what is left of the small disk but for so many bytes. */
	function fill(path: string, spare: number): void {
		for (let size = 65_536; size >= 512; size /= 2) {
			for (;;) {
				try {
					writeFileSync(path, Buffer.alloc(size), { flag: "a" });
				} catch {
					break;
				}
			}
		}
		const { length } = readFileSync(path);
		rmSync(path);
		writeFileSync(path, Buffer.alloc(Math.max(0, length - spare)));
	}

	test.runIf(canMount)("each fix is applied or refused, never in part, and goes through once there is room", async () => {
		const outcomes = new Set<string>();
		for (const spare of [0, 4_096, 12_288, 20_480, 28_672, 36_864, 45_056, 61_440, 90_112]) {
			const disk = mkdtempSync(join(tmpdir(), "bootmend-full-"));
			spawnSync("mount", ["-t", "tmpfs", "-o", "size=512k", "bootmend-test", disk]);
			try {
				const root = join(disk, "repository");
				const padding = `# ${"x".repeat(9_000)}\n`;
				mkdirSync(join(root, "app"), { recursive: true });
				const before = `x = BROKEN_US1_x\n${padding}`;
				writeFileSync(join(root, "app/db.py"), before);
				writeFileSync(join(root, "app/other.py"), `# BROKEN company\n${padding}`);
				const session: Session = await openTestSession(root);
				fill(join(disk, "filler"), spare);
				const outcome = await session.dispatch(accepting(session, "x"));
				outcomes.add(outcome.type);
				const isDone = outcome.type === "done";
				if (!isDone) expect(outcome.message).toContain("does not fit: the disk is full");
				expect(readFileSync(join(root, "app/db.py"), "utf8")).toBe(isDone ? fixed + padding : before);
				expect(readFileSync(join(root, "app/other.py"), "utf8")).toBe(`# ${isDone ? "MENDED" : "BROKEN"} company\n${padding}`);
				expect(readdirSync(join(root, "app")).sort()).toEqual(["db.py", ...(isDone ? ["made.py"] : []), "other.py"]);
				rmSync(join(disk, "filler"));
				if (!isDone) expect(await session.dispatch(accepting(session, "x"))).toMatchObject({ type: "done" });
				expect(readFileSync(join(root, "app/db.py"), "utf8")).toBe(fixed + padding);
				await session.close();
			} finally {
				spawnSync("umount", ["-l", disk]);
				rmSync(disk, { recursive: true, force: true });
			}
		}
		expect([...outcomes].sort()).toEqual(["done", "refused"]);
	});
});

test("sessions keep their order when the clock is set back", async () => {
	folder = testRepository(backend);
	const first = await openTestSession(folder.root, { now: () => new Date("2026-06-30T23:59:59Z") });
	await first.dispatch(accepting(first, "x"));
	await first.close();
	const second = await openTestSession(folder.root, { session: "new", now: () => new Date("2020-01-01T00:00:00Z") });
	await second.dispatch(accepting(second, "m"));
	await second.close();
	expect(listSessions(folder.root).sessions.map(({ id }) => id.slice(0, 15))).toEqual(["20260701-000000", "20260630-235959"]);
	const third = await openTestSession(folder.root, { now: () => new Date("2019-01-01T00:00:00Z") });
	expect(third.state.id).toBe(second.state.id);
	await third.dispatch({ type: "undo" });
	expect([folder.read("app/db.py"), folder.read("app/main.py")]).toEqual([fixed, backend["app/main.py"]]);
	await third.close();
});
