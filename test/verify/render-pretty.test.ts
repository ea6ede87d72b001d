import { expect, it } from "vitest";
import type { BootReport } from "../../src/verify/boot-report.ts";
import { renderBootJson } from "../../src/verify/render-json.ts";
import { renderBoot } from "../../src/verify/render-pretty.ts";

const report: BootReport = {
	boots: false,
	unavailable: true,
	stages: [
		{ stage: "interpreter", verdict: "passed", milliseconds: 120, said: "Python 3.12.4" },
		{ stage: "import", verdict: "passed", milliseconds: 2100, said: "imported 3 modules of the project, 400 in all" },
		{ stage: "engine", verdict: "passed", milliseconds: 0, said: "mysql+pymysql at localhost" },
		{
			stage: "lifespan",
			verdict: "unavailable",
			milliseconds: 0,
			said: "not entered: there are scratch databases for PostgreSQL and SQLite, none for mysql",
		},
		{ stage: "listening", verdict: "skipped", milliseconds: 0, said: "" },
		{ stage: "answers", verdict: "skipped", milliseconds: 0, said: "" },
		{ stage: "shutdown", verdict: "skipped", milliseconds: 0, said: "" },
	],
	failure: null,
	answers: [],
	moduleTimes: [
		{ module: "fastapi.openapi.models", milliseconds: 180.4 },
		{ module: "src.main", milliseconds: 3 },
	],
	database: { choice: "scratch", replaced: {} },
	output: "",
	reaches: "the end of its imports",
	progress: 2.9999,
	nextSteps: ["Boot with the database as it is configured: bootmend verify --database configured"],
};

it("draws a line for each stage, within the width, and ends with the verdict and what to do", () => {
	expect(renderBoot(report, { colour: false, width: 80, verbose: false })).toBe(
		`✓ Interpreter      120 ms  Python 3.12.4
✓ Import            2.1 s  imported 3 modules of the project, 400 in all
                           slowest: fastapi.openapi.models 180 ms
✓ Database engine          mysql+pymysql at localhost
! Lifespan                 unavailable: not entered: there are scratch databases
                           for PostgreSQL and SQLite, none for mysql
· Listening                skipped
· Answers                  skipped
· Shutdown                 skipped

It cannot be verified here: not entered: there are scratch databases for
PostgreSQL and SQLite, none for mysql.
  Boot with the database as it is configured: bootmend verify --database
  configured
`,
	);
});

it("gives JSON in the spelling of the published report", () => {
	expect(JSON.parse(renderBootJson(report, { name: "bootmend", version: "1" }))).toMatchObject({
		schema_version: "1.0",
		boots: false,
		module_times: [{ module: "fastapi.openapi.models" }, {}],
		next_steps: [expect.any(String)],
		failure: null,
	});
});
