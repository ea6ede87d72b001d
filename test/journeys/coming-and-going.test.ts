import { expect, test } from "vitest";
import { keys } from "./support/terminal.ts";
import { decideStory, scratchRepository, startWizard } from "./support/wizard.ts";

test("quitting keeps everything, and the next run goes on where it stopped", async () => {
	const repository = scratchRepository();
	const first = startWizard(repository);
	await first.waitFor("▸ ● DEPENDENCY-001");
	await first.press("y");
	await first.waitFor("▸ ● IMPORT-001");
	await first.press("q");
	expect(await first.exit()).toBe(0);
	expect(first.transcript()).toContain("bootmend resume");
	expect(repository.status()).toBe("M backend/requirements.txt");

	const second = startWizard(repository, { args: ["resume"] });
	await second.waitFor("Welcome back", "1 accepted");
	await second.press(keys.enter);
	await second.waitFor("✓ DEPENDENCY-001", "▸ ● IMPORT-001");
	await second.press("u");
	await second.waitFor("▸ ● DEPENDENCY-001");
	expect(repository.status()).toBe("");
	await decideStory(second, "US1", "y");
	await second.press(keys.enter);
	await second.waitFor("US1 is committed");
	expect(repository.log()).toHaveLength(2);
	expect(repository.status()).toBe("");
});

test("a run that was killed is taken up again", async () => {
	const repository = scratchRepository();
	const first = startWizard(repository);
	await first.waitFor("▸ ● DEPENDENCY-001");
	await first.press("y");
	await first.waitFor("▸ ● IMPORT-001");
	first.kill("SIGKILL");
	await first.exit();

	const second = startWizard(repository);
	await second.waitFor("Welcome back");
	await second.press(keys.enter);
	await second.waitFor("✓ DEPENDENCY-001", "▸ ● IMPORT-001");
	expect(repository.read("backend/requirements.txt")).toContain("\nasyncpg");
});

test("the terminal is given back as it was, whichever way the wizard ends", async () => {
	for (const end of ["q", keys.ctrlC, "SIGTERM"] as const) {
		const repository = scratchRepository();
		const run = startWizard(repository);
		await run.waitFor("▸ ● DEPENDENCY-001");
		expect(run.isInAlternateScreen).toBe(true);
		if (end === "SIGTERM") run.kill(end);
		else await run.press(end).catch(() => {});
		expect(await run.exit()).toBe(end === "SIGTERM" ? 143 : 0);
		expect(run.isInAlternateScreen).toBe(false);
		expect(run.output.split("\x1b[?1049h")).toHaveLength(2);
		expect(run.output.split("\x1b[?1049l")).toHaveLength(2);
		expect(run.output.lastIndexOf("\x1b[?25h")).toBeGreaterThan(run.output.lastIndexOf("\x1b[?25l"));
		expect(run.output).not.toContain("\x1b[3J");
	}
});

test("it draws in CI too, with colours, and without them where none are wanted", async () => {
	const colour = /\x1b\[3[0-7]m/;
	const environments = [{ CI: "true" }, { CI: "true", NO_COLOR: "1" }];
	for (const environment of environments) {
		const run = startWizard(scratchRepository(), { environment });
		await run.waitFor("▸ ● DEPENDENCY-001", "- 10  psycopg2-binary");
		await run.press("q");
		await run.exit();
		if ("NO_COLOR" in environment) expect(run.output).not.toMatch(colour);
		else expect(run.output).toMatch(colour);
	}
});
