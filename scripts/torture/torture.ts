import { mkdirSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";
import { sha256 } from "../../src/workspace/project-files.ts";
import { judgeNextStart, judgeWayBack, judgeWreck } from "./judge.ts";
import { type Death, describeAction, rehearse, runVictim, type Stage } from "./rehearse.ts";
import { copyWorld, type Snapshot } from "./world.ts";

export interface TortureOptions {
	readonly kills: number;
	/** Same seed, same kills but for what the clock decides. */
	readonly seed: number;
	/** Runs at a time. */
	readonly workers: number;
	/** Ends it early, with what has been seen by then. */
	readonly signal?: AbortSignal;
	readonly onProgress?: (kills: number) => void;
	readonly onLoss?: (loss: string) => void;
}

/** What all kills share. */
export interface Chamber {
	/** Path of the program that is killed. */
	readonly victim: string;
	/** The repository at the very beginning. */
	readonly start: Snapshot;
	readonly stages: readonly Stage[];
	/** Where it all lies; the caller removes it. */
	readonly folder: string;
}

/** Bundles the program, and carries every action out once, undisturbed. `folder` is empty. */
export async function openChamber(folder: string): Promise<Chamber> {
	const victim = await bundleVictim();
	return { victim, folder, ...(await rehearse(victim, join(folder, "rehearsal"))) };
}

export interface Tally {
	/** Runs that were killed, by the action and the durable step that had happened last. */
	readonly killsByStep: ReadonlyMap<string, number>;
	readonly kills: number;
	/** Runs that were through before the kill came. */
	readonly survivors: number;
	/** Sentences; empty where nothing was lost. */
	readonly losses: readonly string[];
}

/** How often everything is taken back in the end, which costs as much as all the rest. */
const chanceOfWayBack = 0.4;

/** How often the run after a killed one is killed in its turn. */
const chanceOfAnother = 0.6;

/**
 * Kills runs of bootmend with SIGKILL, after each durable step in turn and at random moments, and often also the run that was to mend
 * what the one before had left; looks each time whether anything is lost.
 */
export async function torture({ victim, start, stages, folder }: Chamber, options: TortureOptions): Promise<Tally> {
	const random = randomNumbers(options.seed);
	const plan = plannedDeaths(stages, random);
	const killsByStep = new Map<string, number>();
	const losses: string[] = [];
	let kills = 0;
	let survivors = 0;

	const work = async (worker: number): Promise<void> => {
		while (kills < options.kills && options.signal?.aborted !== true) {
			const { stage, death } = plan.next().value;
			const root = join(folder, `worker-${worker}`);
			copyWorld(stage.before, root);
			const story = [await kill(root, death, String(stage.number), describeAction(stage.action))];
			const found = [...judgeWreck(root, stage)];
			// The run that is to mend what the first one left is killed too, and the one after that.
			while (found.length === 0 && random() < chanceOfAnother) {
				story.push(await kill(root, deathOfResume(stage, random), "none", `resume of ${stage.action.type}`));
				found.push(...judgeWreck(root, stage));
			}
			found.push(...(await nextStart(root, stage, leadsBack(stage) && random() < chanceOfWayBack ? start : null)));
			const told = found.map((loss) => `${story.join(", then ")}: ${loss}`);
			losses.push(...told);
			for (const loss of told) options.onLoss?.(loss);
		}
	};
	const kill = async (root: string, death: Death, action: string, words: string): Promise<string> => {
		const run = await runVictim(victim, root, action, death);
		const step = `${words}: ${run.steps.at(-1) ?? "started"}`;
		if (run.signal === null) {
			survivors++;
			if (!/^$|done: /.test(run.said)) losses.push(`${step}: ${run.said}`);
		} else {
			kills++;
			killsByStep.set(step, (killsByStep.get(step) ?? 0) + 1);
			if (kills % 50 === 0) options.onProgress?.(kills);
		}
		return `${step}${"after" in death ? ` (${Math.round(death.after)} ms)` : ""}`;
	};
	await Promise.all(Array.from({ length: options.workers }, (_, worker) => work(worker)));
	return { killsByStep, kills, survivors, losses };
}

/** Without its folder a session has no backup of what git does not track, so that this stays as the fixes have left it. */
function leadsBack({ action }: Stage): boolean {
	return action.type !== "rollback-from-history";
}

async function nextStart(root: string, stage: Stage, start: Snapshot | null): Promise<readonly string[]> {
	try {
		const losses = await judgeNextStart(root, stage);
		return losses.length > 0 || start === null ? losses : await judgeWayBack(root, start);
	} catch (error) {
		return [`the next start breaks down: ${error instanceof Error ? error.message : String(error)}`];
	}
}

interface PlannedDeath {
	readonly stage: Stage;
	readonly death: Death;
}

/** Every step of every action in turn, and between two of them a random moment. */
function* plannedDeaths(stages: readonly Stage[], random: () => number): Generator<PlannedDeath, never> {
	const steps = stages.flatMap((stage) => stage.steps.map((_, index) => ({ stage, death: { step: index + 1 } })));
	for (;;) {
		for (const planned of shuffled(steps, random)) {
			yield planned;
			const stage = stages[Math.floor(random() * stages.length)] ?? planned.stage;
			yield { stage, death: randomDeath(stage, random) };
		}
	}
}

function randomDeath({ duration }: Stage, random: () => number): Death {
	return { after: duration * random() };
}

/** A session that is opened goes through few steps, and most of what it does when there is something to mend. */
function deathOfResume(stage: Stage, random: () => number): Death {
	return random() < 0.5 ? { step: 1 + Math.floor(random() * 6) } : randomDeath(stage, random);
}

function shuffled<Item>(items: readonly Item[], random: () => number): readonly Item[] {
	return items
		.map((item) => ({ item, place: random() }))
		.sort((a, b) => a.place - b.place)
		.map(({ item }) => item);
}

/** Mulberry32: small, seeded, and random enough to choose moments. */
function randomNumbers(seed: number): () => number {
	let state = seed >>> 0;
	return () => {
		state = (state + 0x6d2b79f5) >>> 0;
		let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
		mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
		return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
	};
}

/** The program that is killed: bundled once, and beside node_modules so that native packages are found: a run starts in a fraction of a second then. */
export async function bundleVictim(): Promise<string> {
	const folder = join(import.meta.dirname, "../../node_modules/.cache/bootmend-torture");
	mkdirSync(folder, { recursive: true });
	const { outputFiles } = await build({
		entryPoints: [join(import.meta.dirname, "victim.ts")],
		write: false,
		bundle: true,
		platform: "node",
		format: "esm",
		external: ["tree-sitter", "tree-sitter-python"],
		banner: { js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);' },
		logLevel: "silent",
	});
	const program = outputFiles[0]?.contents ?? new Uint8Array();
	// Named by its content: another process may be running another version at the same time.
	const path = join(folder, `victim-${sha256(program).slice(0, 16)}.mjs`);
	writeFileSync(`${path}.${process.pid}`, program);
	renameSync(`${path}.${process.pid}`, path);
	return path;
}
