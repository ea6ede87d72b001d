import { type ChildProcess, spawn } from "node:child_process";
import type { Readable, Writable } from "node:stream";
import { bootScript } from "./boot-scripts.ts";

/** A process to start under a supervisor. */
export interface ProcessRequest {
	/** A name of ours, to tell its events by. */
	readonly id: string;
	/** Absolute path of the program, and its arguments. */
	readonly argv: readonly string[];
	/** Its whole environment. */
	readonly env: Readonly<Record<string, string>>;
	readonly cwd: string;
	/** File that takes its output; null for the output that {@link Supervisor.onOutput} hears. */
	readonly log: string | null;
	/** User and group to run as; null for our own. */
	readonly user?: { readonly uid: number; readonly gid: number } | null;
	/** Signal that ends it in peace; null for none. */
	readonly stop?: NodeJS.Signals | null;
}

/** How a process ended: by a status of its own, or by a signal. */
export interface Exit {
	readonly status: number | null;
	readonly signal: string | null;
}

/**
 * Keeps processes and a scratch folder, in a process of its own: when we end, in whatever way, it kills all of them,
 * what they have started included, and removes the folder.
 */
export interface Supervisor {
	/** Absolute path of an empty folder (mode 0700) that goes with the supervisor. */
	readonly folder: string;
	start(request: ProcessRequest): void;
	signal(id: string, name: NodeJS.Signals): void;
	/** Resolves when the process has ended. */
	exited(id: string): Promise<Exit>;
	onOutput(listener: (chunk: Uint8Array) => void): void;
	/** Called for each line that a process without a log writes to descriptor 3. */
	onMarker(listener: (line: string) => void): void;
	/** Ends everything, and resolves when nothing of it is left. */
	end(): Promise<void>;
}

/** Starts a supervisor with a Python interpreter, of which it uses the standard library only. Rejects where it cannot be run. */
export async function startSupervisor(python: string): Promise<Supervisor> {
	const child = spawn(python, ["-I", "-S", "-B", bootScript("supervise.py")], {
		detached: true,
		stdio: ["pipe", "pipe", "pipe", "pipe", "pipe"],
		env: { PATH: process.env.PATH ?? "", LANG: "C.UTF-8", ...(process.env.TMPDIR ? { TMPDIR: process.env.TMPDIR } : {}) },
		cwd: "/",
	});
	const running = new RunningSupervisor(child);
	await running.ready;
	return running;
}

interface SupervisorEvent {
	readonly ready?: string;
	readonly exited?: string;
	readonly status?: number | null;
	readonly signal?: string | null;
}

class RunningSupervisor implements Supervisor {
	folder = "";
	readonly ready: Promise<void>;
	readonly #child: ChildProcess;
	readonly #closed: Promise<void>;
	readonly #exits = new Map<string, { promise: Promise<Exit>; resolve: (exit: Exit) => void }>();
	readonly #outputListeners: ((chunk: Uint8Array) => void)[] = [];
	readonly #markerListeners: ((line: string) => void)[] = [];
	#complaint = "";

	constructor(child: ChildProcess) {
		this.#child = child;
		this.#closed = new Promise((resolve) => {
			child.once("close", () => resolve());
			child.once("error", () => resolve());
		});
		this.ready = new Promise((resolve, reject) => {
			child.once("error", reject);
			child.once("close", () => {
				for (const exit of this.#exits.values()) exit.resolve({ status: null, signal: "SIGKILL" });
				reject(new Error(`The supervisor of the boot did not start: ${this.#complaint.trim() || "it ended at once"}`));
			});
			eachLine(readable(child, 3), (line) => {
				const event = JSON.parse(line) as SupervisorEvent;
				if (event.ready !== undefined) {
					this.folder = event.ready;
					resolve();
				}
				if (event.exited !== undefined) {
					this.#exitOf(event.exited).resolve({ status: event.status ?? null, signal: event.signal ?? null });
				}
			});
		});
		eachLine(readable(child, 4), (line) => {
			for (const listener of this.#markerListeners) listener(line);
		});
		for (const stream of [child.stdout, child.stderr]) {
			stream?.on("data", (chunk: Uint8Array) => {
				if (this.folder === "") this.#complaint += Buffer.from(chunk).toString("utf8");
				for (const listener of this.#outputListeners) listener(chunk);
			});
		}
		// A supervisor that has gone closes its end; that is no error of ours.
		child.stdin?.on("error", () => undefined);
	}

	start(request: ProcessRequest): void {
		this.#exitOf(request.id);
		const user = request.user ? [request.user.uid, request.user.gid] : null;
		this.#command({ start: { ...request, user, stop: request.stop ?? null } });
	}

	signal(id: string, name: NodeJS.Signals): void {
		this.#command({ signal: { id, name } });
	}

	exited(id: string): Promise<Exit> {
		return this.#exitOf(id).promise;
	}

	onOutput(listener: (chunk: Uint8Array) => void): void {
		this.#outputListeners.push(listener);
	}

	onMarker(listener: (line: string) => void): void {
		this.#markerListeners.push(listener);
	}

	async end(): Promise<void> {
		(this.#child.stdin as Writable | null)?.end();
		await this.#closed;
	}

	#exitOf(id: string) {
		const known = this.#exits.get(id);
		if (known !== undefined) return known;
		let resolve: (exit: Exit) => void = () => undefined;
		const promise = new Promise<Exit>((settle) => {
			resolve = settle;
		});
		const made = { promise, resolve };
		this.#exits.set(id, made);
		return made;
	}

	#command(command: object): void {
		this.#child.stdin?.write(`${JSON.stringify(command)}\n`);
	}
}

function readable(child: ChildProcess, descriptor: number): Readable {
	return child.stdio[descriptor] as Readable;
}

/** A line longer than this is no message of ours. */
const longestLine = 1 << 20;

function eachLine(stream: Readable, listener: (line: string) => void): void {
	let pending = "";
	stream.setEncoding("utf8");
	stream.on("error", () => undefined);
	stream.on("data", (chunk: string) => {
		pending += chunk;
		for (let end = pending.indexOf("\n"); end >= 0; end = pending.indexOf("\n")) {
			listener(pending.slice(0, end));
			pending = pending.slice(end + 1);
		}
		if (pending.length > longestLine) pending = "";
	});
}
