import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, expect, test } from "vitest";
import { prepareView } from "../../scripts/boot/environments.ts";
import { fillEnvironment, stopPostgres } from "../../scripts/boot/prove.ts";
import { keys } from "../journeys/support/terminal.ts";
import { scratchRepository, startWizard } from "../journeys/support/wizard.ts";

const run = promisify(execFile);
afterAll(stopPostgres);

/** The tables of a database, by the driver that the project has. */
async function tablesOf(python: string, url: string): Promise<string[]> {
	const script = `import asyncio, asyncpg, json, sys
async def main():
    connection = await asyncpg.connect(sys.argv[1])
    rows = await connection.fetch("select tablename from pg_tables where schemaname = 'public' order by 1")
    print(json.dumps([row[0] for row in rows]))
asyncio.run(main())`;
	const { stdout } = await run(python, ["-c", script, url]);
	return JSON.parse(stdout) as string[];
}

test("D: the configured database is touched after a yes alone, with its host before the person's eyes and its password masked", async () => {
	const repository = scratchRepository("todo-fixed");
	const { python } = await prepareView({
		pool: "2026",
		manifest: join(repository.folder, "backend/requirements.txt"),
		also: [],
		without: [],
	});
	const { url = "" } = await fillEnvironment({ url: "postgresql://{postgres}/postgres" });
	const { password, host } = new URL(url);
	const before = await tablesOf(python, url);
	expect(before).toEqual([]);
	const terminal = startWizard(repository, {
		args: ["--python", python],
		environment: { DATABASE_URL: url.replace("postgresql://", "postgresql+asyncpg://"), SECRET_KEY: "only-for-this-test" },
		columns: 120,
		rows: 40,
		patience: 120_000,
	});
	await terminal.waitFor("Shall it be booted once as it is");
	await terminal.press(keys.enter);
	await terminal.waitFor("boots and answers");
	expect(await tablesOf(python, url)).toEqual([]);

	await terminal.press("D");
	await terminal.waitFor("Boot it with the database that it is configured with?", `:••••@${host}/postgres`);
	await terminal.press(keys.escape);
	expect(await tablesOf(python, url)).toEqual([]);
	await terminal.press("D", "y");
	await terminal.waitFor("it boots and answers, as before, on its own database");
	expect(await tablesOf(python, url)).not.toEqual([]);
	await terminal.press("q");
	expect(await terminal.exit()).toBe(0);
	expect(terminal.output).not.toContain(password);
	expect(repository.status()).toBe("");
}, 400_000);
