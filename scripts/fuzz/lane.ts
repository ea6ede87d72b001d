import * as fc from "fast-check";
import type { Target } from "./target.ts";
import { journals } from "./targets/journals.ts";
import { manifests } from "./targets/manifests.ts";
import { projects } from "./targets/projects.ts";
import { differences, dotenv, gate, python, tracebacks } from "./targets/texts.ts";

/** What the watching process asks a lane to do: runs of one target, the numbers of which follow from the seed. */
export interface Order {
	readonly target: string;
	readonly seed: number;
	readonly runs: number;
	/** Goes to one run, as an earlier report named it. */
	readonly path?: string;
	/** Looks for a smaller input that fails in the same way. */
	readonly shrink: boolean;
}

/** What a lane tells: that a run begins, that it took long, how a batch ended. */
export type Word =
	| { readonly type: "run"; readonly number: number }
	| { readonly type: "slow"; readonly number: number; readonly milliseconds: number }
	| { readonly type: "done"; readonly failure: Failure | null; readonly heap: number };

export interface Failure {
	readonly path: string | null;
	readonly error: string;
	readonly input: string;
}

/** Each target with its own type of input. */
const targets = [python, gate, dotenv, differences, tracebacks, manifests, projects, journals] as const;

/** Names and weights, for the process that shares out the time. */
export const targetWeights: readonly (readonly [name: string, weight: number])[] = targets.map(({ name, weight }) => [
	name,
	weight,
]);

let isFirst = true;

/** More than this in one run is reported, in milliseconds of the processor: others may be at work on the machine. */
const slow = 4_000;

async function carryOut(order: Order): Promise<void> {
	const target = targets.find(({ name }) => name === order.target);
	if (target === undefined) throw new Error(`there is no target ${order.target}`);
	// The union of the targets cannot be applied to its own inputs in one go.
	await carryOutOf(target as unknown as Target<unknown>, order);
}

async function carryOutOf<Input>(target: Target<Input>, order: Order): Promise<void> {
	let number = 0;
	const property = fc.asyncProperty(target.input, async (input) => {
		tell({ type: "run", number });
		// The word is on its way before the work holds the thread.
		await new Promise((resolve) => setImmediate(resolve));
		const started = process.cpuUsage();
		const first = await target.run(input);
		const { user, system } = process.cpuUsage(started);
		const milliseconds = (user + system) / 1000;
		// The first run of a process reads the texts that the others start from.
		if (milliseconds > slow && !isFirst) tell({ type: "slow", number, milliseconds });
		if (number % 4 === 0 && (await target.run(input)) !== first) throw new Error("broken law: a second run gives another result");
		number++;
		isFirst = false;
	});
	const result = await fc.check(property, {
		seed: order.seed,
		numRuns: order.runs,
		endOnFailure: !order.shrink,
		interruptAfterTimeLimit: 120_000,
		markInterruptAsFailure: false,
		...(order.path !== undefined && { path: order.path }),
	});
	const failure = result.failed
		? {
				path: result.counterexamplePath,
				error:
					result.errorInstance instanceof Error
						? (result.errorInstance.stack ?? result.errorInstance.message)
						: String(result.errorInstance),
				input: JSON.stringify(result.counterexample),
			}
		: null;
	tell({ type: "done", failure, heap: process.memoryUsage().heapUsed });
}

function tell(word: Word): void {
	process.send?.(word);
}

if (process.send !== undefined) {
	process.on("message", (order: Order) => void carryOut(order));
	process.on("disconnect", () => process.exit());
}
