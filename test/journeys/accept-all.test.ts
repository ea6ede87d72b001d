import { expect, test } from "vitest";
import { projectTree } from "./support/repository.ts";
import { keys } from "./support/terminal.ts";
import { decideStory, scratchRepository, startWizard } from "./support/wizard.ts";

test("accepting everything, phase by phase, gives the repaired backend and one commit a phase; a phase can be taken back", async () => {
	const repository = scratchRepository();
	const run = startWizard(repository);

	await run.waitFor(
		"todo/backend · src.main:app",
		"P1 US1",
		"P2 US2",
		"P3 US3",
		"▸ ● DEPENDENCY-001",
		"- 10  psycopg2-binary>=2.9.9",
		"+ 10  asyncpg>=0.29.0",
	);
	await decideStory(run, "US1", "y");
	await run.waitFor("▸ Commit US1 and go on to US2", "now   stops at");
	expect(repository.log()).toHaveLength(1);
	await run.press(keys.enter);
	await run.waitFor("US1 is committed", "● imports");
	expect(repository.log()[0]).toMatch(/^fix\(US1\): /);
	expect(repository.status()).toBe("");
	const afterFirstPhase = repository.tree();

	await decideStory(run, "US2", "y");
	await run.press(keys.enter);
	await run.waitFor(
		"The audit finds nothing more that stops start-up.",
		"● boots",
		"bootmend rollback --phase US1",
		"To start the server",
		"uvicorn src.main:app",
	);
	expect(repository.log().map((subject) => subject.slice(0, 8))).toEqual(["fix(US2)", "fix(US1)", "The back"]);
	expect(repository.git("log", "-1", "--format=%(trailers:key=Bootmend-Phase,valueonly)").trim()).toBe("US2");
	expect(repository.git("log", "-1", "--name-only", "--format=").split("\n")).toEqual(["backend/src/core/database.py"]);
	expect(repository.status()).toBe("");
	expect(repository.tree()).toEqual(projectTree("todo-fixed"));

	await run.press("p", "j");
	await run.waitFor("▸ US2");
	await run.press("R");
	await run.waitFor("Take US2 back?");
	await run.press("y");
	await run.waitFor("taken back");
	expect(repository.tree()).toEqual(afterFirstPhase);
	expect(repository.status()).toBe("");
	expect(repository.log()).toHaveLength(4);

	await run.press("q");
	expect(await run.exit()).toBe(0);
	expect(run.isInAlternateScreen).toBe(false);
	expect(run.transcript()).toContain("US1 Imports and dependencies");
});

test("A accepts the safe fixes of a story together, after a look at the list", async () => {
	const repository = scratchRepository();
	const run = startWizard(repository);
	await run.waitFor("▸ ● DEPENDENCY-001");
	await run.press("A");
	await run.waitFor(/Accept \d+ safe fixes at once\?/, "DEPENDENCY-001", "IMPORT-001");
	expect(repository.status()).toBe("");
	await run.press("y");
	await run.waitFor(/▸|US1 is decided/);
	await decideStory(run, "US1", "y");
	await run.press(keys.enter);
	await run.waitFor("US1 is committed");
	expect(repository.log()).toHaveLength(2);
});
