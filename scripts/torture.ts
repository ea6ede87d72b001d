/**
 * `npm run torture -- --kills 2000`: kills runs of bootmend in the middle of what they do and looks whether anything is lost.
 * `--seed N` repeats the kills of an earlier one, `--workers N` sets how many run at a time. ^C ends it with what it has seen.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { openChamber, type Tally, torture } from "./torture/torture.ts";

const { values } = parseArgs({
	options: {
		kills: { type: "string", default: "200" },
		seed: { type: "string", default: String(Date.now() % 1_000_000) },
		workers: { type: "string", default: "2" },
	},
});
const kills = Number(values.kills);
const seed = Number(values.seed);
process.stdout.write(`seed ${seed}\n`);
const ending = new AbortController();
process.once("SIGINT", () => ending.abort());
const folder = mkdtempSync(join(tmpdir(), "bootmend-torture-"));
const tally = await torture(await openChamber(folder), {
	...{ kills, seed, workers: Number(values.workers), signal: ending.signal },
	onProgress: (done) => process.stderr.write(`${done} of ${kills} kills\n`),
	onLoss: (loss) => process.stderr.write(`LOST  ${loss}\n`),
});
rmSync(folder, { recursive: true, force: true });
process.stdout.write(render(tally));
process.exitCode = tally.losses.length === 0 ? 0 : 1;

function render({ killsByStep, kills: all, survivors, losses }: Tally): string {
	const rows = [...killsByStep]
		.sort(([a], [b]) => (a < b ? -1 : 1))
		.map(([step, count]) => `${String(count).padStart(6)}  ${step}`);
	return [
		...["kills  what was done: the last durable step before the kill", ...rows],
		`${all} kills, ${survivors} runs were through before theirs came`,
		...losses.map((loss) => `LOST  ${loss}`),
		`${losses.length} losses`,
		"",
	].join("\n");
}
