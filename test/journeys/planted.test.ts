import { expect, test } from "vitest";
import { acting, planted, plantIn, token } from "../hostile/plant.ts";
import { projectTree } from "./support/repository.ts";
import { keys, type TerminalRun } from "./support/terminal.ts";
import { scratchRepository, startWizard } from "./support/wizard.ts";

/** What `acting` would make a terminal do, and what the wizard never has it do for its own sake. */
const obeyed = /\u001b\](?:52|0|8);|\u009b|[\u0008\u0085\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]/u;

test("a planted secret and a planted escape sequence show on no screen of the wizard", async () => {
	const files = Object.entries(projectTree("todo-broken")).map(([path, text]) => [path, plantIn(path, text)] as const);
	const repository = scratchRepository(Object.fromEntries(files));
	repository.git("config", "user.name", `Ada ${token}${acting}`);
	repository.git("commit", "--quiet", "--allow-empty", "--message", `Again ${token} PASSWORD=${planted}${acting}`);
	const run = startWizard(repository, { columns: 110, rows: 45 });

	await run.waitFor("▸ ●");
	await lookAround(run);
	while (!run.screen().includes("▸ · DATABASE-001")) await run.press("]");
	await run.press("e");
	await run.waitFor("^S use this text");
	await run.press(keys.escape, "y");
	await run.waitFor("✓ DATABASE-001");
	await run.press("p", "c", keys.enter, keys.escape, "q");
	await run.exit();
	expect(run.transcript()).toMatch(/US2 Database and settings {2}[0-9a-f]{7}/);

	expect(run.output).not.toContain(planted);
	expect(obeyed.exec(run.output)?.[0]).toBeUndefined();
	expect(repository.journals()).not.toContain(planted);
});

/** Why, and the list of safe fixes. */
async function lookAround(run: TerminalRun): Promise<void> {
	for (const key of ["w", "A"]) await run.press(key, "j", keys.escape);
}
