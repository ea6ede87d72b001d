import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { fixtures } from "../../scripts/boot/corpus.ts";
import { type BootBench, openBootBench } from "./support/verify-bench.ts";

const project = join(fixtures, "projects/todo-fixed");

let bench: BootBench;
beforeAll(async () => {
	bench = await openBootBench(readFileSync(join(project, "backend/requirements.txt"), "utf8"));
});
afterAll(() => bench.remove());

test("the seed's backend, mended, boots again and again: it answers each time, and no run leaves a process, a port or a folder", async () => {
	for (let run = 0; run < 4; run++) {
		const { report } = await bench.verify(project);
		expect(report.output).toContain("Database initialized successfully");
		expect(report.answers).toContainEqual(
			expect.objectContaining({ path: "/health", status: 200, body: '{"status":"healthy","environment":"development"}' }),
		);
		expect(report.answers).toContainEqual(expect.objectContaining({ method: "POST", path: "/api/auth/signup", status: 422 }));
	}
});
