import { expect, test } from "vitest";
import { projectTree } from "./support/repository.ts";
import { keys, type TerminalRun } from "./support/terminal.ts";
import { decideStory, scratchRepository, startWizard } from "./support/wizard.ts";

/** The last row stays free, and nothing is drawn beyond the right edge. */
function expectFrame(run: TerminalRun, columns: number, rows: number): void {
	expect(run.rows()).toHaveLength(rows);
	expect(run.rows()[rows - 1]).toBe("");
	expect(Math.max(...run.rows().map((row) => row.length))).toBeLessThanOrEqual(columns);
	expect(run.rows()[0]).toContain("bootmend");
}

test("60x20: one issue at a time, from the audit to the summary", async () => {
	const repository = scratchRepository();
	const run = startWizard(repository, { columns: 60, rows: 20 });
	await run.waitFor(/1 of \d+ · P1 · US1/, "DEPENDENCY-001", "+ 10  asyncpg>=0.29.0");
	expectFrame(run, 60, 20);
	await decideStory(run, "US1", "y");
	await run.waitFor("▸ Commit US1");
	expectFrame(run, 60, 20);
	await run.press(keys.enter);
	await decideStory(run, "US2", "y");
	await run.press(keys.enter);
	await run.waitFor("US2 is committed", "nothing more that stops start-up");
	expectFrame(run, 60, 20);
	expect(repository.tree()).toEqual(projectTree("todo-fixed"));
	expect(repository.log()).toHaveLength(3);
	expect(repository.status()).toBe("");
});

test("200x50: the list beside the issue, nothing cut off", async () => {
	const repository = scratchRepository();
	const run = startWizard(repository, { columns: 200, rows: 50 });
	await run.waitFor("P1 US1 Imports and dependencies", "▸ ● DEPENDENCY-001", "decided", "+ 10  asyncpg>=0.29.0");
	expectFrame(run, 200, 50);
	await run.press("y");
	await run.waitFor("▸ ● IMPORT-001", "cannot import name 'AsyncEngine' from 'sqlmodel.ext.asyncio.session'");
	expectFrame(run, 200, 50);
	expect(repository.status()).toBe("M backend/requirements.txt");
});

test("a window that changes its size in the middle is drawn anew, and the work goes on", async () => {
	const repository = scratchRepository();
	const run = startWizard(repository, { columns: 120, rows: 40 });
	await run.waitFor("▸ ● DEPENDENCY-001");
	run.resize({ columns: 60, rows: 20 });
	await run.waitFor(/1 of \d+ · P1 · US1/, "DEPENDENCY-001");
	await run.press("y");
	await run.waitFor(/2 of \d+ · P1 · US1/, "IMPORT-001");
	expectFrame(run, 60, 20);
	run.resize({ columns: 36, rows: 10 });
	await run.waitFor("This window is a little too small");
	run.resize({ columns: 110, rows: 34 });
	await run.waitFor("✓ DEPENDENCY-001", "▸ ● IMPORT-001");
	expectFrame(run, 110, 34);
	await run.press("u");
	await run.waitFor("▸ ● DEPENDENCY-001");
	expect(repository.status()).toBe("");
});
