import { describe, expect, test } from "vitest";
import type { KeyPress } from "../../src/session/view/response.ts";
import { drive } from "./drive.ts";
import type { ScriptedProject } from "./scripted-session.ts";
import { todoProject } from "./todo-project.ts";

const key = (name: string): KeyPress => ({ name, text: name });

/** One issue whose fix changes many lines. */
const longChange: ScriptedProject = {
	files: { "a.txt": Array.from({ length: 60 }, (_, index) => `old ${index}`).join("\n") },
	faults: [
		{
			path: "a.txt",
			find: Array.from({ length: 60 }, (_, index) => `old ${index}`).join("\n"),
			replace: "new",
			category: "IMPORT",
			severity: "CRITICAL",
			problem: "everything is old",
		},
	],
};

describe("deciding", () => {
	test("y accepts what is shown and goes on to the next issue of the story", async () => {
		const wizard = await drive();
		expect(wizard.screen()).toContain("▸ ● DEPENDENCY-001");
		await wizard.keys("y");
		expect(wizard.session.files.get("backend/requirements.txt")).toContain("asyncpg>=0.29.0");
		expect(wizard.screen()).toContain("✓ DEPENDENCY-001");
		expect(wizard.screen()).toContain("▸ ● IMPORT-001");
	});

	test("a blocker that a fix brings to light comes next", async () => {
		const [first, ...others] = todoProject.faults;
		if (first === undefined) throw new Error("the project has no fault");
		const hidden = { ...first, find: "asyncpg>=0.29.0", replace: "asyncpg>=0.30.0", problem: "asyncpg 0.29 does not build here" };
		const wizard = await drive({ ...todoProject, faults: [hidden, first, ...others] });
		await wizard.keys("y");
		expect(wizard.screen()).toContain("▸ ● DEPENDENCY-002");
		expect(wizard.screen()).toContain("asyncpg 0.29 does not build here");
	});

	test("n skips, and the file stays as it was", async () => {
		const wizard = await drive();
		await wizard.keys("n");
		expect(wizard.session.files.get("backend/requirements.txt")).toBe(todoProject.files["backend/requirements.txt"]);
		expect(wizard.screen()).toContain("– DEPENDENCY-001");
	});

	test("keys typed in a burst decide once", async () => {
		const wizard = await drive();
		await wizard.burst("yyy");
		expect(wizard.session.commands.map((command) => command.type)).toEqual(["accept"]);
	});

	test("a decision just after the screen has changed is not taken", async () => {
		const wizard = await drive();
		await wizard.keys("]");
		wizard.clock += 100;
		wizard.runner.receive([key("y")]);
		expect(wizard.session.commands).toEqual([]);
		wizard.clock += 100;
		await wizard.keys("y");
		expect(wizard.session.commands).toHaveLength(1);
	});

	test("a change that is longer than the screen has to be seen to its end first", async () => {
		const wizard = await drive(longChange, { columns: 80, rows: 24 });
		await wizard.keys("y");
		expect(wizard.session.commands).toEqual([]);
		expect(wizard.screen()).toContain("y accepts once you have seen it all");
		await wizard.keys("G", "g", "y");
		expect(wizard.session.commands).toHaveLength(1);
	});

	test("Enter accepts a safe fix, and never one that wants a look", async () => {
		const wizard = await drive();
		await wizard.keys("enter");
		expect(wizard.session.commands).toHaveLength(1);
		await wizard.keys("]", "]", "]");
		expect(wizard.screen()).toContain("please review");
		await wizard.keys("enter");
		expect(wizard.session.commands).toHaveLength(1);
		expect(wizard.screen()).toContain("wants a decision of yours");
	});

	test("an issue without a fix shows the steps by hand and can only be skipped", async () => {
		const wizard = await drive();
		await wizard.keys("[");
		expect(wizard.screen()).toContain("Set DEBUG=false where it may not.");
		await wizard.keys("y", "e");
		expect(wizard.session.commands).toEqual([]);
		await wizard.keys("n");
		expect(wizard.session.commands).toMatchObject([{ type: "skip" }]);
	});

	test("x shows another fix, and that one is accepted", async () => {
		const wizard = await drive();
		await wizard.keys("x");
		expect(wizard.screen()).toContain("psycopg[binary]>=3.2");
		await wizard.keys("y");
		expect(wizard.session.files.get("backend/requirements.txt")).toContain("psycopg[binary]>=3.2");
	});

	test("u takes the newest decision back and shows its issue, U brings it back", async () => {
		const wizard = await drive();
		await wizard.keys("y", "u");
		expect(wizard.session.files.get("backend/requirements.txt")).toBe(todoProject.files["backend/requirements.txt"]);
		expect(wizard.screen()).toContain("▸ ● DEPENDENCY-001");
		await wizard.keys("U");
		expect(wizard.session.files.get("backend/requirements.txt")).toContain("asyncpg");
	});

	test("A lists the safe fixes of the story and applies them after a different key", async () => {
		const wizard = await drive();
		await wizard.keys("A");
		expect(wizard.screen()).toContain("Accept 3 safe fixes at once?");
		await wizard.keys("A", "escape");
		expect(wizard.session.commands).toEqual([]);
		await wizard.keys("A", "y");
		await expect.poll(() => wizard.screen()).toContain("US1 is decided: 3 accepted, 0 skipped");
	});
});

describe("checkpoints and phases", () => {
	async function decided() {
		const wizard = await drive();
		await wizard.keys("y", "y", "n");
		expect(wizard.screen()).toContain("US1 is decided: 2 accepted, 1 skipped");
		return wizard;
	}

	async function chooseAt(wizard: Awaited<ReturnType<typeof drive>>, choice: "commit" | "look" | "rollback" | "stop") {
		wizard.clock += 1000;
		wizard.runner.choose(choice);
		await wizard.keys();
		await expect.poll(() => wizard.view().isBusy).toBe(false);
	}

	test("a decided story says what start-up meets now, and its commit leads to the next story", async () => {
		const wizard = await decided();
		expect(wizard.screen()).toContain("now   stops at CONFIG-001");
		expect(wizard.screen()).toContain("Commit US1 and go on to US2  one commit; 2 files changed");
		await chooseAt(wizard, "commit");
		expect(wizard.session.commands.at(-1)).toEqual({ type: "commit-phase", story: "US1" });
		expect(wizard.screen()).toContain("▸ ● CONFIG-001");
	});

	test("looking again leads to the decisions, and Enter back to the checkpoint", async () => {
		const wizard = await decided();
		await chooseAt(wizard, "look");
		expect(wizard.screen()).toContain("▸ ✓ DEPENDENCY-001");
		await wizard.keys("]", "]", "u");
		expect(wizard.screen()).toContain("▸ · IMPORT-002");
		await wizard.keys("y");
		expect(wizard.screen()).toContain("US1 is decided: 3 accepted, 0 skipped");
	});

	test("taking a phase back asks first, with a key of its own", async () => {
		const wizard = await decided();
		await chooseAt(wizard, "rollback");
		expect(wizard.screen()).toContain("Take US1 back?");
		await wizard.keys("enter", "R");
		expect(wizard.session.commands.some((command) => command.type === "rollback-phase")).toBe(false);
		await wizard.keys("y");
		expect(wizard.session.files).toEqual(new Map(Object.entries(todoProject.files)));
		expect(wizard.screen()).toContain("▸ ● DEPENDENCY-001");
	});

	test("a committed phase is taken back from the phases screen", async () => {
		const wizard = await decided();
		await chooseAt(wizard, "commit");
		await wizard.keys("p", "k");
		expect(wizard.screen()).toContain("▸ US1  Imports and dependencies");
		expect(wizard.screen()).toContain("committed as 0123456: 2 accepted, 1 skipped");
		await wizard.keys("R", "y");
		expect(wizard.session.files).toEqual(new Map(Object.entries(todoProject.files)));
		expect(wizard.screen()).toContain("taken back: 3 to decide");
	});

	test("phases that have to go together are named before they are taken back", async () => {
		const wizard = await decided();
		await chooseAt(wizard, "commit");
		await wizard.keys("y", "y", "n");
		await chooseAt(wizard, "commit");
		await wizard.keys("p", "k", "R", "y");
		expect(wizard.screen()).toContain("Take US1 and US2 back?");
		expect(wizard.screen()).toMatch(/backend\/requirements\.txt +will be restored/);
		expect(wizard.session.files).not.toEqual(new Map(Object.entries(todoProject.files)));
		await wizard.keys("y");
		expect(wizard.session.files).toEqual(new Map(Object.entries(todoProject.files)));
		expect(wizard.screen()).toContain("backend/requirements.txt restored");
	});

	test("the end finishes the session and says what is left, how to go back and how to start", async () => {
		const wizard = await decided();
		await chooseAt(wizard, "commit");
		await wizard.keys("y", "y", "n");
		await chooseAt(wizard, "commit");
		await expect.poll(() => wizard.session.state.finished).toBe(true);
		const screen = wizard.screen();
		expect(screen).toContain("The audit finds nothing more that stops start-up.");
		expect(screen).toContain("– IMPORT-002  create_engine is imported and never used (backend/src/core/database.py:6); it");
		expect(screen).toContain("bootmend rollback --phase US1");
		expect(screen).toMatch(/cd backend\n +pip install -r requirements.txt\n +uvicorn src.main:app/);
	});
});

describe("editing a proposal", () => {
	test("the person's own editor gets the proposal, and what it saves is shown before it is accepted", async () => {
		const wizard = await drive();
		wizard.edit = (text, path) => ({
			type: "edited",
			text: text.replace("asyncpg>=0.29.0", `asyncpg>=0.30  # ${path.split("/").pop()}`),
		});
		await wizard.keys("e");
		expect(wizard.session.commands).toEqual([]);
		expect(wizard.screen()).toContain("asyncpg>=0.30  # requirements.txt");
		expect(wizard.screen()).toContain("edited by you");
		await wizard.keys("y");
		expect(wizard.session.commands).toMatchObject([{ type: "accept", edited: true }]);
		expect(wizard.session.files.get("backend/requirements.txt")).toContain("asyncpg>=0.30  # requirements.txt");
	});

	test("text that would break the file is kept for the next try, and nothing is changed", async () => {
		const wizard = await drive();
		const seen: string[] = [];
		wizard.edit = (text) => {
			seen.push(text);
			return { type: "edited", text: text.replace("import AsyncSession\n", "import (AsyncSession\n") };
		};
		await wizard.keys("]", "e");
		expect(wizard.screen()).toMatch(/Python would not parse line \d+/);
		await wizard.keys("e");
		expect(seen[1]).toContain("import (AsyncSession");
		expect(wizard.session.commands).toEqual([]);
	});

	test("an editor that fails says why and loses nothing", async () => {
		const wizard = await drive();
		wizard.edit = () => ({ type: "failed", reason: "The editor could not be started: ENOENT." });
		await wizard.keys("e");
		expect(wizard.screen()).toContain("could not be started");
		await wizard.keys("y");
		expect(wizard.session.commands).toHaveLength(1);
	});

	test("without an editor the built-in one takes the text, secrets masked", async () => {
		const wizard = await drive();
		await wizard.keys("[", "[", "[", "e");
		expect(wizard.screen()).toContain("#~ backend/.env");
		expect(wizard.screen()).not.toContain("hunter2secret");
		await wizard.keys("down", "end", "!", "ctrl-s");
		expect(wizard.screen()).toContain("edited by you");
		await wizard.keys("y");
		expect(wizard.session.files.get("backend/.env")).toContain(
			"app_owner:hunter2secret@db.example.com/neondb?ssl=require'\nDEBUG=true!\n",
		);
	});

	test("Esc drops the text, but asks once where something was typed", async () => {
		const wizard = await drive();
		await wizard.keys("e", "a", "escape");
		expect(wizard.screen()).toContain("Esc once more drops what you changed");
		await wizard.keys("escape", "y");
		expect(wizard.session.files.get("backend/requirements.txt")).toContain("\nasyncpg>=0.29.0");
	});
});

describe("coming and going", () => {
	test("a resumed session says so first", async () => {
		const wizard = await drive({ ...todoProject, resumedFrom: "The last run stopped after two fixes." });
		expect(wizard.screen()).toContain("The last run stopped after two fixes.");
		await wizard.keys("enter");
		expect(wizard.screen()).toContain("▸ ● DEPENDENCY-001");
	});

	test("q and Ctrl-C leave with everything kept", async () => {
		for (const way of ["q", "ctrl-c"]) {
			const wizard = await drive();
			await wizard.keys("y", way);
			expect(await wizard.runner.left).toMatchObject({ screen: { type: "issues" } });
			expect(wizard.session.files.get("backend/requirements.txt")).toContain("asyncpg");
		}
	});

	test("an edited text that is not accepted yet is asked after before leaving", async () => {
		for (const way of ["q", "ctrl-c"]) {
			const wizard = await drive();
			wizard.edit = (text) => ({ type: "edited", text: text.replace("asyncpg>=0.29.0", "asyncpg>=0.30.0") });
			await wizard.keys("e", way);
			expect(wizard.screen()).toContain("Your version of DEPENDENCY-001 is not accepted yet");
			await wizard.keys("]", way);
			expect(wizard.screen()).toContain("Your version of DEPENDENCY-001 is not accepted yet");
			await wizard.keys(way);
			expect(await wizard.runner.left).toMatchObject({ screen: { type: "issues" } });
			expect(wizard.session.commands).toEqual([]);
		}
	});

	test("a session in which nothing is wrong ends at once", async () => {
		const wizard = await drive({ files: {}, faults: [] });
		await expect.poll(() => wizard.session.state.finished).toBe(true);
		expect(wizard.screen()).toContain("The audit finds nothing wrong.");
	});

	test("a key is answered within a frame at 500 issues", async () => {
		const faults = Array.from({ length: 500 }, (_, index) => ({
			path: "a.txt",
			find: `word-${String(index).padStart(3, "0")}`,
			replace: "x",
			category: "IMPORT" as const,
			severity: "MEDIUM" as const,
			problem: `fault number ${index}`,
		}));
		const wizard = await drive({ files: { "a.txt": faults.map((fault) => fault.find).join("\n") }, faults });
		const times = Array.from({ length: 20 }, () => {
			const start = performance.now();
			wizard.runner.receive([key("]")]);
			return performance.now() - start;
		}).sort((a, b) => a - b);
		// The fastest, since a busy machine makes any of them slow and none fast.
		expect(times[0]).toBeLessThan(33);
	});
});
