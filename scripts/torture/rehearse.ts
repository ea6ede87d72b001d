import { spawn } from "node:child_process";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { rollbackSession } from "../../src/session/rollback/rollback-session.ts";
import { openTestSession } from "../../test/session/support/repository.ts";
import { type Action, actions, perform } from "./actions.ts";
import { copyWorld, makeWorld, type Snapshot, takeSnapshot } from "./world.ts";

/** One action, with the repository before and after it. */
export interface Stage {
	readonly number: number;
	readonly action: Action;
	/** Copies of the repository, session and all. */
	readonly before: string;
	readonly after: string;
	readonly snapshots: {
		readonly before: Snapshot;
		/** After each but the last of several fixes or phases that one action goes through: each of them is whole by itself. */
		readonly between: readonly Snapshot[];
		readonly after: Snapshot;
	};
	/** Durable steps of a run that is not killed, the opening of its session among them. */
	readonly steps: readonly string[];
	/** Milliseconds that such a run takes from its first word on. */
	readonly duration: number;
}

/** What became of a run. */
export interface Run {
	/** Steps that it told of. */
	readonly steps: readonly string[];
	readonly signal: NodeJS.Signals | null;
	/** Everything else that it said. */
	readonly said: string;
	/** In milliseconds, from its first word on. */
	readonly duration: number;
}

/** Carries every action out once, undisturbed, and keeps the repository before and after each. */
export async function rehearse(
	victim: string,
	folder: string,
): Promise<{ readonly start: Snapshot; readonly stages: readonly Stage[] }> {
	const first = join(folder, "stage-0");
	makeWorld(first);
	const start = takeSnapshot(first);
	await (await openTestSession(first)).close();
	const stages: Stage[] = [];
	let before = first;
	for (const [number, action] of actions.entries()) {
		if (action.type === "rollback-from-history") before = forget(before);
		const after = join(folder, `stage-${number + 1}`);
		copyWorld(before, after);
		const snapshot = takeSnapshot(after);
		const run = await runVictim(victim, after, String(number), null);
		if (run.signal !== null || !run.said.includes("done: "))
			throw new Error(`The rehearsal of ${describeAction(action)} did not go well: ${run.said}`);
		stages.push({
			...{ number, action, before, after },
			snapshots: { before: snapshot, between: await piecemeal(before, action), after: takeSnapshot(after) },
			...{ steps: run.steps, duration: run.duration },
		});
		before = after;
	}
	return { start, stages };
}

/** A copy that only its commits tell of the session. */
function forget(world: string): string {
	const root = `${world}-forgotten`;
	copyWorld(world, root);
	rmSync(join(root, ".bootmend"), { recursive: true });
	return root;
}

/** What an action that does several things, each of them whole by itself, passes through. */
async function piecemeal(before: string, action: Action): Promise<readonly Snapshot[]> {
	const root = `${before}-piecemeal`;
	copyWorld(before, root);
	const snapshots: Snapshot[] = [];
	if (action.type === "accept-all") {
		for (const name of action.names.slice(0, -1)) {
			await perform(root, { type: "accept", name });
			snapshots.push(takeSnapshot(root));
		}
	} else if (action.type === "rollback-from-history") {
		for (const story of ["US3", "US2"] as const) {
			await rollbackSession({ root, commits: true, story, withLater: true });
			snapshots.push(takeSnapshot(root));
		}
	}
	return snapshots;
}

/** How a run is to end: after its n-th durable step, or so many milliseconds after it has begun. */
export type Death = { readonly step: number } | { readonly after: number };

/** Starts a run and waits for its end. */
export function runVictim(victim: string, root: string, action: string, death: Death | null): Promise<Run> {
	const fatal = death !== null && "step" in death ? String(death.step) : "never";
	const child = spawn(process.execPath, [victim, root, action, fatal], { stdio: ["ignore", "pipe", "pipe"] });
	let output = "";
	let begun: number | null = null;
	let timer: NodeJS.Timeout | undefined;
	const listen = (data: Buffer) => {
		output += data.toString("utf8");
		if (begun !== null) return;
		begun = performance.now();
		if (death !== null && "after" in death) timer = setTimeout(() => child.kill("SIGKILL"), death.after);
	};
	for (const stream of [child.stdout, child.stderr]) stream.on("data", listen);
	return new Promise((resolve) => {
		child.on("exit", (_, signal) => {
			clearTimeout(timer);
			// A git that the run had started holds the pipes open; what it says is of no interest.
			for (const stream of [child.stdout, child.stderr]) stream.destroy();
			const lines = output.split("\n").filter((line) => line !== "");
			const steps = lines.filter((line) => /^[a-z-]+$/.test(line));
			const said = lines.filter((line) => !steps.includes(line)).join("\n");
			resolve({
				steps: steps.filter((step) => step !== "begun"),
				signal,
				said,
				duration: performance.now() - (begun ?? performance.now()),
			});
		});
	});
}

/** `accept x`, `rollback US1`. */
export function describeAction(action: Action): string {
	const object =
		"name" in action ? action.name : "names" in action ? action.names.join("+") : "story" in action ? action.story : "";
	return `${action.type} ${object}`.trim();
}
