import { expect, test } from "vitest";
import { keys } from "./support/terminal.ts";
import { decideStory, scratchRepository, startWizard } from "./support/wizard.ts";

const requirements = "backend/requirements.txt";

test("a skipped issue stays as it is, and an edited proposal is applied as it was edited", async () => {
	const repository = scratchRepository();
	const database = repository.read("backend/src/core/database.py");
	const run = startWizard(repository, { environment: { EDITOR: "sed -i s/asyncpg>=0.29.0/asyncpg>=0.30.0/" } });

	await run.waitFor("▸ ● DEPENDENCY-001");
	await run.press("e");
	await run.waitFor("edited by you", "+ 10  asyncpg>=0.30.0");
	expect(repository.status()).toBe("");
	await run.press("y");
	await run.waitFor("▸ ● IMPORT-001");
	expect(repository.read(requirements)).toContain("\nasyncpg>=0.30.0\n");

	await decideStory(run, "US1", "n");
	await run.waitFor(
		/US1 is decided: 1 accepted, \d+ skipped/,
		"stops at IMPORT-001: ImportError: cannot import name 'AsyncEngine'",
	);
	await run.press(keys.enter);
	await run.waitFor("US1 is committed");
	expect(repository.git("show", "HEAD", "--name-only", "--format=")).toBe(requirements);
	expect(repository.git("show", "HEAD")).toContain("+asyncpg>=0.30.0");
	expect(repository.read("backend/src/core/database.py")).toBe(database);

	await run.press("q");
	expect(await run.exit()).toBe(0);
	expect(run.transcript()).toMatch(/Skipped[\s\S]*IMPORT-001[\s\S]*the server will not start/);
});

test("without an editor the small one here takes the text", async () => {
	const repository = scratchRepository();
	const run = startWizard(repository);
	await run.waitFor("▸ ● DEPENDENCY-001");
	await run.press("e");
	await run.waitFor("#~ backend/requirements.txt", "^S use this text");
	// The cursor stands below the line with #~, which is not a line of the file.
	const first = run.rows().findIndex((row) => row.includes("#~")) + 1;
	const lines = run.rows().findIndex((row) => row.includes("asyncpg>=0.29.0")) - first;
	await run.press(...Array.from({ length: lines }, () => keys.down), keys.end, ",<1", keys.ctrlS);
	await run.waitFor("edited by you", "+ 10  asyncpg>=0.29.0,<1");
	await run.press("y");
	await run.waitFor("▸ ● IMPORT-001");
	expect(repository.read(requirements)).toContain("\nasyncpg>=0.29.0,<1\n");
});

test("undo gives the file back byte for byte, and redo brings the fix again", async () => {
	const repository = scratchRepository();
	const before = repository.tree();
	const run = startWizard(repository);
	await run.waitFor("▸ ● DEPENDENCY-001");
	await run.press("y");
	await run.waitFor("✓ DEPENDENCY-001", "▸ ● IMPORT-001");
	await run.press("y");
	await run.waitFor("✓ IMPORT-001");
	const after = repository.tree();
	expect(after).not.toEqual(before);

	await run.press("u");
	await run.waitFor("▸ ● IMPORT-001");
	await run.press("u");
	await run.waitFor("▸ ● DEPENDENCY-001");
	expect(repository.tree()).toEqual(before);
	expect(repository.status()).toBe("");

	await run.press("U");
	await run.waitFor("✓ DEPENDENCY-001");
	await run.press("U");
	await run.waitFor("✓ IMPORT-001");
	expect(repository.tree()).toEqual(after);
	expect(repository.log()).toHaveLength(1);
});

test("another way to mend an issue can be chosen", async () => {
	const repository = scratchRepository();
	const run = startWizard(repository);
	await run.waitFor("▸ ● DEPENDENCY-001", "1 of 2");
	await run.press("x");
	await run.waitFor("2 of 2", /\+ 10 {2}psycopg/);
	await run.press("y");
	await run.waitFor("✓ DEPENDENCY-001");
	expect(repository.read(requirements)).toMatch(/\npsycopg\[?/);
});
