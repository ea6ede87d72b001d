import { expect, test } from "vitest";
import { drive } from "./drive.ts";
import { bootReport, FakeBench } from "./fake-bench.ts";
import { todoProject } from "./todo-project.ts";

const size = { columns: 220, rows: 60 };
const importError = "ImportError: cannot import name 'AsyncEngine' from 'sqlmodel.ext.asyncio.session'";

async function open() {
	const bench = new FakeBench();
	const wizard = await drive(todoProject, size, bench);
	return { bench, ...wizard, wizard };
}

test("the first boot is asked for, and the person reads on meanwhile", async () => {
	const { bench, keys, screen, session, view } = await open();
	expect(screen()).toContain("Shall it be booted once as it is");
	expect(bench.requests).toHaveLength(0);
	await keys("enter");
	expect(bench.requests).toHaveLength(1);
	expect(view().isBooting).toBe(true);
	bench.requests[0]?.onStage("import");
	expect(screen()).toContain("Booting it in the background: import");
	await keys("w");
	expect(screen()).toMatch(/DEPENDENCY-001[\s\S]*why/);
	await keys("escape");
	await bench.end(bootReport(importError, session));
	expect(view().isBooting).toBe(false);
	expect(screen()).toContain(`reaches: the import of backend/src/core/database.py, and stops at: ${importError}`);
	expect(session.state.boots.first).toMatchObject({ error: importError, at: "backend/src/core/database.py:7", revision: 1 });
	await keys("V");
	expect(screen()).toMatch(/✗ Import +failed/);
});

test("nothing is run where the person does not want it", async () => {
	const { bench, keys, screen } = await open();
	await keys("escape", "y", "y", "n");
	expect(screen()).toContain("US1 is decided");
	expect(bench.requests).toHaveLength(0);
});

test("v tries a fix in a copy, and notes nothing of it", async () => {
	const { bench, keys, screen, session } = await open();
	await keys("escape", "v");
	const text = bench.requests[0]?.overlay.get("backend/requirements.txt");
	expect(text).toContain("asyncpg");
	expect(session.files.get("backend/requirements.txt")).toContain("psycopg2-binary");
	await bench.end(bootReport(null, session));
	expect(screen()).toContain("With DEPENDENCY-001 it boots and answers");
	expect(session.commands).toEqual([]);
});

test("each phase ends with a boot, the last one with a second start", async () => {
	const { bench, keys, screen, session, wizard } = await open();
	await keys("enter");
	await bench.end(bootReport(importError, session));
	await keys("y", "y", "n");
	expect(screen()).toContain("US1 is decided");
	expect(bench.requests).toHaveLength(2);
	await bench.end(bootReport(null, session));
	expect(screen()).toContain(`was: ${importError} → now boots and answers`);
	wizard.clock += 1000;
	wizard.runner.choose("commit");
	await expect.poll(() => session.commands.some((command) => command.type === "commit-phase")).toBe(true);
	await keys("y", "y", "n");
	expect(bench.requests).toHaveLength(3);
	await bench.end(bootReport(null, session));
	wizard.clock += 1000;
	wizard.runner.choose("commit");
	await expect.poll(screen).toContain("Polish: success criteria");
	await expect.poll(() => bench.requests.length).toBe(4);
	await bench.end(bootReport(null, session));
	expect(screen()).toMatch(
		/✓ SC-001[\s\S]*✓ SC-005[\s\S]*Database initialized[\s\S]*✓ SC-006[\s\S]*GET \/health 200[\s\S]*✓ restart/,
	);
	expect(bench.requests).toHaveLength(4);
	await keys("f");
	expect(bench.documents.size).toBe(0);
	await keys("y");
	expect(bench.documents.get("fixes-applied.md")).toMatch(/Fixes Applied[\s\S]*✅ \*\*SC-001\*\*/);
	await keys("c", "y");
	expect(session.state.backupsRemoved).toBe(true);
});

test("leaving gives up what is under way", async () => {
	const { bench, keys, runner } = await open();
	await keys("enter", "q");
	await runner.stop();
	expect(bench.requests[0]?.signal.aborted).toBe(true);
});

test("a machine without an environment says what it lacks, and installs once that is accepted", async () => {
	const bench = new FakeBench();
	bench.current = {
		...bench.current,
		lacks: { reason: "There is no environment that holds the backend's packages.", nextSteps: [] },
	};
	const { keys, screen } = await drive(todoProject, size, bench);
	expect(screen()).toContain("It cannot be booted yet: There is no environment");
	await keys("i");
	expect(screen()).toMatch(/A new virtual environment[\s\S]*pip install -r requirements.txt/);
	await keys("escape", "escape", "v");
	expect(screen()).toContain("It cannot be verified here: There is no environment");
	expect(bench.installed).toBe(0);
	await keys("i", "y");
	await expect.poll(screen).toContain("Everything that is declared is installed: asyncpg 0.30.0");
	expect(bench.installed).toBe(1);
	await keys("v");
	expect(bench.requests).toHaveLength(1);
});

test("X stops a boot, which does not begin again by itself", async () => {
	const { bench, keys, screen, view } = await open();
	await keys("enter");
	bench.requests[0]?.onStage("lifespan");
	await keys("X");
	expect(bench.requests[0]?.signal.aborted).toBe(true);
	expect(view().isBooting).toBe(false);
	expect(screen()).toContain("The boot was stopped at: lifespan; v boots it again.");
	await keys("X");
	expect(screen()).toContain("Nothing is under way");
	await keys("v");
	expect(bench.requests).toHaveLength(2);
});

test("X stops an installation, and what it had installed stays", async () => {
	const bench = new FakeBench();
	bench.isSlow = true;
	bench.current = { ...bench.current, lacks: { reason: "There is no environment.", nextSteps: [] } };
	const wizard = await drive(todoProject, size, bench);
	const { runner, keys, screen } = wizard;
	await keys("i");
	wizard.clock += 1000;
	runner.receive([{ name: "y", text: "y" }]);
	await expect.poll(screen).toContain("Installing: Collecting fastapi");
	expect(screen()).toContain("X stop installing");
	await keys("X");
	await expect.poll(screen).toContain("The installation was interrupted; what it had installed stays.");
	expect(screen()).not.toContain("X stop installing");
});

test("the configured database is used only after a look at which that is, and a yes", async () => {
	const { bench, keys, screen, session } = await open();
	await keys("D");
	expect(screen()).toMatch(
		/connects to[\s\S]*postgresql\+asyncpg:\/\/todo:••••@db\.example\.com\/todo[\s\S]*nothing takes that back/,
	);
	await keys("enter", "escape");
	expect(screen()).toContain("Shall it be booted once as it is");
	expect(bench.requests).toHaveLength(0);
	await keys("D", "y");
	expect(bench.requests).toMatchObject([{ database: "configured" }]);
	expect(screen()).toContain("Booting it with its own database");
	await bench.end(bootReport(null, session));
	expect(session.state.boots.newest).toMatchObject({ boots: true });
	await keys("v");
	expect(bench.requests[1]).toMatchObject({ database: "scratch" });
});

test("B writes a bug report about what only the boot found, and nothing about what was foreseen", async () => {
	const { bench, keys, screen, session } = await open();
	await keys("enter");
	const report = bootReport(importError, session);
	await bench.end(report);
	await keys("V", "B");
	expect(bench.documents.size).toBe(0);
	await keys("escape", "v");
	const { failure } = report;
	const issue = failure && { ...failure.issue, rule: "found-by-boot" };
	await bench.end({ ...report, failure: failure && issue && { ...failure, issue, bugReport: "A boot failed.\n" } });
	await keys("V");
	expect(screen()).toMatch(/Found by boot[\s\S]*B write a bug report/);
	await keys("B");
	expect(bench.documents).toEqual(new Map([["bootmend-bug-report.txt", "A boot failed.\n"]]));
	expect(screen()).toContain("The bug report is in bootmend-bug-report.txt");
});
