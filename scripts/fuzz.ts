import { type ChildProcess, fork } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { build } from "esbuild";
import { type Order, targetWeights, type Word } from "./fuzz/lane.ts";

/**
 * Feeds damaged input to every reader of bootmend: crashes, hangs, results that change from run to run and memory without
 * bound are findings. Each is printed with the command that repeats it.
 *
 *   npm run fuzz -- [--minutes 10] [--seed 1] [--target NAME …] [--path N --runs 1]
 */
const { values } = parseArgs({
	options: {
		minutes: { type: "string", default: "10" },
		seed: { type: "string", default: String(Date.now() % 1_000_000) },
		target: { type: "string", multiple: true, default: [] },
		path: { type: "string" },
		runs: { type: "string", default: "60" },
	},
});

/** A run that takes longer hangs, in milliseconds of the processor; the first of a process also reads what the others start from. */
const bound = 60_000;
/** Of one lane, in megabytes; what needs more has no bound. */
const memory = 1_200;

const cache = fileURLToPath(new URL("../node_modules/.cache", import.meta.url));
const bundle = join(cache, `bootmend-fuzz-${process.pid}.mjs`);
const findings = join(cache, "bootmend-fuzz-findings");

interface Finding {
	readonly order: Order;
	readonly what: string;
	readonly input: string | null;
}

/** One process that does the work of a batch; a new one after each finding, as nobody knows what state it is in. */
class Lane {
	#child: ChildProcess | null = null;
	runs = 0;

	/** Carries out one batch. Returns what was found, and the largest number of the runs. */
	carryOut(order: Order): Promise<readonly Finding[]> {
		const child = this.#start();
		return new Promise((resolve) => {
			const found: Finding[] = [];
			let number = 0;
			let turns = 0;
			let timer: NodeJS.Timeout | undefined;
			const end = (finding: Finding | null): void => {
				clearTimeout(timer);
				child.removeAllListeners();
				this.runs += number + 1;
				if (finding !== null) {
					child.kill("SIGKILL");
					this.#child = null;
				}
				resolve(finding === null ? found : [...found, finding]);
			};
			const here = (): Order => ({ ...order, path: order.path ?? String(number) });
			const watch = (spentBefore = processorTime(child.pid)): void => {
				clearTimeout(timer);
				const patience = number === 0 ? 3 * bound : bound;
				timer = setTimeout(() => {
					// Others may be at work on the machine: a run that hardly had its turn does not hang, unless it waits for ever.
					const waits = processorTime(child.pid) - spentBefore < patience && ++turns < 10;
					if (waits) watch(spentBefore);
					else end({ order: here(), what: `hangs: more than ${bound / 1000} s`, input: null });
				}, patience);
			};
			watch();
			child.on("exit", (code, signal) => end({ order: here(), what: `the process ended: ${signal ?? code}`, input: null }));
			child.on("message", (word: Word) => {
				turns = 0;
				watch();
				if (word.type === "run") number = word.number;
				else if (word.type === "slow") {
					found.push({ order: here(), what: `slow: ${(word.milliseconds / 1000).toFixed(1)} s`, input: null });
				} else if (word.failure === null) end(null);
				else
					end({
						order: { ...order, path: word.failure.path ?? here().path ?? "" },
						what: word.failure.error,
						input: word.failure.input,
					});
			});
			child.send(order);
		});
	}

	stop(): void {
		this.#child?.kill("SIGKILL");
	}

	#start(): ChildProcess {
		this.#child ??= fork(bundle, { execArgv: [`--max-old-space-size=${memory}`], stdio: ["ignore", "ignore", "inherit", "ipc"] });
		return this.#child;
	}
}

async function fuzz(): Promise<number> {
	mkdirSync(findings, { recursive: true });
	await build({
		entryPoints: [fileURLToPath(new URL("fuzz/lane.ts", import.meta.url))],
		outfile: bundle,
		bundle: true,
		platform: "node",
		format: "esm",
		packages: "external",
		logLevel: "silent",
	});
	const turns = targetWeights
		.filter(([name]) => values.target.length === 0 || values.target.includes(name))
		.flatMap(([name, weight]) => Array.from({ length: weight }, () => name));
	if (turns.length === 0) {
		console.error(`There is no such target. There are ${targetWeights.map(([name]) => name).join(", ")}.`);
		return 2;
	}
	const lane = new Lane();
	const until = Date.now() + Number(values.minutes) * 60_000;
	const seen = new Set<string>();
	for (let batch = 0; batch === 0 || (Date.now() < until && values.path === undefined); batch++) {
		const order: Order = {
			target: turns[batch % turns.length] ?? "",
			seed: Number(values.seed) + batch,
			runs: Number(values.runs),
			shrink: true,
			...(values.path !== undefined && { path: values.path }),
		};
		for (const finding of await lane.carryOut(order)) report(finding, seen);
	}
	lane.stop();
	console.log(`${lane.runs} runs, ${seen.size} findings`);
	return seen.size === 0 ? 0 : 1;
}

/** What a process has had of the processor, in milliseconds; endless where the system does not say it. */
function processorTime(pid: number | undefined): number {
	try {
		const fields = readFileSync(`/proc/${pid}/stat`, "utf8")
			.replace(/^.*\) /s, "")
			.split(" ");
		// utime and stime, in hundredths of a second (https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html).
		return (Number(fields[11]) + Number(fields[12])) * 10;
	} catch {
		return Number.POSITIVE_INFINITY;
	}
}

/** Prints a finding once: the same words from the same place are the same finding. */
function report({ order, what, input }: Finding, seen: Set<string>): void {
	const key = `${order.target} ${what.split("\n").slice(0, 3).join("\n").replace(/\d+/g, "N")}`;
	if (seen.has(key)) return;
	seen.add(key);
	console.log(`\n${order.target}: ${what.slice(0, 2_000)}`);
	console.log(`  npm run fuzz -- --target ${order.target} --seed ${order.seed} --path ${order.path}`);
	if (input === null) return;
	const file = join(findings, `${order.target}-${order.seed}.json`);
	writeFileSync(file, input);
	console.log(`  input (${input.length} characters): ${input.length < 600 ? input : file}`);
}

try {
	process.exitCode = await fuzz();
} finally {
	rmSync(bundle, { force: true });
}
