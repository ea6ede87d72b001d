import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { runVictim } from "../../scripts/torture/rehearse.ts";
import { type Chamber, openChamber, torture } from "../../scripts/torture/torture.ts";
import { copyWorld, readFiles } from "../../scripts/torture/world.ts";
import { openTestSession } from "./support/repository.ts";

vi.setConfig({ testTimeout: 300_000, hookTimeout: 600_000 });

let chamber: Chamber;
beforeAll(async () => {
	chamber = await openChamber(mkdtempSync(join(tmpdir(), "bootmend-kill-")));
});
afterAll(() => rmSync(chamber.folder, { recursive: true, force: true }));

// `npm run torture -- --kills 2000` is the same at length.
test("runs that are killed lose nothing: the next start finishes or undoes the step, and everything goes back", async () => {
	const { kills, losses } = await torture(chamber, { kills: 12, seed: 8, workers: 2 });
	expect(losses).toEqual([]);
	expect(kills).toBeGreaterThanOrEqual(12);
});

test("a file that somebody changed after the kill is left alone and named, and the rest of the step is undone", async () => {
	const stage = chamber.stages.find(({ action }) => action.type === "accept-all");
	if (stage === undefined) throw new Error("no such stage");
	const root = join(chamber.folder, "changed-after-kill");
	copyWorld(stage.before, root);
	// One fix of several files: the settings that git ignores, a company file and a new one.
	const death = { step: stage.steps.indexOf("file-written") + 1 };
	expect((await runVictim(chamber.victim, root, String(stage.number), death)).signal).toBe("SIGKILL");
	const changed = [...readFiles(root)].filter(([path, image]) => stage.snapshots.before.files.get(path) !== image);
	const [path = ""] = changed[0] ?? [];
	writeFileSync(join(root, path), "mine = True\n");

	const session = await openTestSession(root);
	expect(session.state.resumedFrom).toContain(`${path} was changed since and is left as it is`);
	const now = readFiles(root);
	for (const [other, image] of stage.snapshots.before.files)
		if (other !== path) expect([other, now.get(other)]).toEqual([other, image]);
	expect(readdirSync(root).filter((name) => name.endsWith(".tmp"))).toEqual([]);
	await session.close();
});
