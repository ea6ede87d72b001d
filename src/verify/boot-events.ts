import type { Exit, Supervisor } from "../workspace/boot/supervisor.ts";

/** One frame of a stack as Python has it: file, line, function. */
export type StackEntry = readonly [path: string, line: number, name: string];

/** A database engine that the server made. */
export interface EngineMade {
	/** `postgresql+asyncpg`. */
	readonly scheme: string;
	readonly host: string | null;
	readonly port: number | null;
	readonly database: string | null;
}

/** An address that a connection was led away from. */
export interface Redirected extends EngineMade {
	/** What stands behind it now. */
	readonly to: "postgresql" | "sqlite" | "duckdb";
}

/** What the server would answer to. */
export interface Application {
	/** Path of its OpenAPI document; null where it has none. */
	readonly openapi: string | null;
	/** Path and methods of each route that is no secret of its own. */
	readonly routes: readonly (readonly [path: string, methods: readonly string[]])[];
}

/** What `data/boot/serve.py` tells; `at` in milliseconds since the server's process began. */
export type BootEvent = { readonly at: number } & (
	| { readonly event: "python"; readonly version: string; readonly library: string; readonly packages: readonly string[] }
	| { readonly event: "no-server" | "unwatched" | "importing" | "lifespan" | "listening" | "shutdown" }
	| {
			readonly event: "imported";
			readonly modules: number;
			readonly own: number;
			readonly slowest: readonly (readonly [string, number])[];
	  }
	/** `exit`: it was `sys.exit`, and Python prints no traceback. */
	| {
			readonly event: "failed";
			readonly stage: "import" | "startup" | "shutdown";
			readonly exit: boolean;
			/** Modules of the project that were imported before. */
			readonly own?: number;
			readonly traceback: string;
	  }
	| ({ readonly event: "engine"; readonly allowed: boolean } & EngineMade)
	/** It has a database that is no scratch one, and was ended before its lifespan, or (`connecting`) before a connection. */
	| ({ readonly event: "foreign"; readonly connecting: boolean } & EngineMade)
	| ({ readonly event: "redirected" } & Redirected)
	| ({ readonly event: "application" } & Application)
	| { readonly event: "lifespan-over" | "shutdown-over"; readonly failed: boolean }
	| { readonly event: "stacks"; readonly stacks: readonly (readonly StackEntry[])[] }
);

export type BootEventName = BootEvent["event"];

/** What a wait ended with. */
export type Waited = BootEvent | { readonly event: "exit"; readonly exit: Exit } | { readonly event: "limit" };

/** The events of one server, in order, to be waited for. */
export class BootEvents {
	readonly all: BootEvent[] = [];
	#exit: Exit | null = null;
	#waiters: (() => void)[] = [];
	#next = 0;

	constructor(supervisor: Supervisor, id: string) {
		supervisor.onMarker((line) => {
			const event = parseEvent(line);
			if (event !== null) this.all.push(event);
			this.#wake();
		});
		void supervisor.exited(id).then((exit) => {
			// What it told last may still be on its way.
			setTimeout(() => {
				this.#exit = exit;
				this.#wake();
			}, 30);
		});
	}

	/** How the server ended; null while it runs. */
	get exit(): Exit | null {
		return this.#exit;
	}

	/** The newest event of a kind. */
	find<Name extends BootEventName>(name: Name): Extract<BootEvent, { event: Name }> | undefined {
		return this.all.findLast((event): event is Extract<BootEvent, { event: Name }> => event.event === name);
	}

	/** The next event of these kinds, or the server's end, or null when `limit` milliseconds have passed. Earlier events are passed over. */
	async wait(names: readonly BootEventName[], limit: number): Promise<Waited> {
		const until = Date.now() + limit;
		for (;;) {
			while (this.#next < this.all.length) {
				const event = this.all[this.#next++];
				if (event !== undefined && names.includes(event.event)) return event;
			}
			if (this.#exit !== null) return { event: "exit", exit: this.#exit };
			const left = until - Date.now();
			if (left <= 0) return { event: "limit" };
			await this.#changed(left);
		}
	}

	#changed(limit: number): Promise<void> {
		return new Promise((resolve) => {
			const timer = setTimeout(resolve, limit);
			this.#waiters.push(() => {
				clearTimeout(timer);
				resolve();
			});
		});
	}

	#wake(): void {
		const waiters = this.#waiters;
		this.#waiters = [];
		for (const waiter of waiters) waiter();
	}
}

/** The server's own code could write to the same descriptor, so a line that is no event of ours is passed over. */
function parseEvent(line: string): BootEvent | null {
	try {
		const value: unknown = JSON.parse(line);
		return typeof value === "object" && value !== null && "event" in value ? (value as BootEvent) : null;
	} catch {
		return null;
	}
}
