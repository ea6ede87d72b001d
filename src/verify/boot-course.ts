import type { CappedOutput } from "../workspace/boot/capped-output.ts";
import { readScratchText } from "../workspace/boot/server-process.ts";
import type { Exit, Supervisor } from "../workspace/boot/supervisor.ts";
import type { BootEvents, EngineMade, StackEntry, Waited } from "./boot-events.ts";
import type { BootStage, StageVerdict } from "./boot-report.ts";

/** Longest time for each stage, in milliseconds. */
export interface StageLimits {
	readonly interpreter: number;
	readonly import: number;
	readonly lifespan: number;
	readonly listening: number;
	/** For each request. */
	readonly answers: number;
	readonly shutdown: number;
}

export const usualLimits: StageLimits = {
	interpreter: 30_000,
	import: 60_000,
	lifespan: 30_000,
	listening: 10_000,
	answers: 10_000,
	shutdown: 8_000,
};

/** How far a server is to go, and who is told. */
export interface CourseRequest {
	/** Stop before the lifespan? */
	readonly importOnly: boolean;
	readonly limits: StageLimits;
	/** Told about a stage when it begins and when it ends. */
	readonly onStage?: (stage: BootStage, verdict: StageVerdict | "running") => void;
}

/** How far one stage came. */
export interface ObservedStage {
	readonly stage: BootStage;
	readonly verdict: StageVerdict;
	readonly milliseconds: number;
}

/** What stopped the server, before anybody has made sense of it. */
export interface Stop {
	readonly stage: BootStage;
	/** `exception`: Python's text of it; `exit`: the process ended; `hang`: a limit passed; `foreign`: kept from a database; `no-server`: no uvicorn. */
	readonly kind: "exception" | "exit" | "hang" | "foreign" | "no-server";
	/** Python's text of the exception; `""` where it gave none. */
	readonly text: string;
	readonly exit: Exit | null;
	/** Stacks of what hangs, or of what crashed, innermost last. */
	readonly stacks: readonly (readonly StackEntry[])[];
	/** What faulthandler wrote. */
	readonly faults: string;
	readonly database: EngineMade | null;
	/** True where it was stopped at a connection, before the place where a lifespan begins. */
	readonly connecting: boolean;
}

/** The name of the server among the processes of its supervisor. */
export const serverId = "server";

/** The stages of one server, in order. */
export class Course {
	readonly stages: ObservedStage[] = [];
	stop: Stop | null = null;
	readonly #supervisor: Supervisor;
	readonly #events: BootEvents;
	readonly #request: CourseRequest;
	readonly #output: CappedOutput;
	#began = Date.now();

	constructor(supervisor: Supervisor, events: BootEvents, request: CourseRequest, output: CappedOutput) {
		this.#supervisor = supervisor;
		this.#events = events;
		this.#request = request;
		this.#output = output;
	}

	/** Follows the server until it listens; false where it does not come so far, or is not meant to. */
	async comesUp(): Promise<boolean> {
		const { limits, importOnly } = this.#request;
		this.#begin("interpreter");
		const loaded = await this.#events.wait(["importing", "no-server"], limits.interpreter);
		if (loaded.event !== "importing") {
			const python = this.#events.find("python") !== undefined;
			// An interpreter that runs has passed; what then keeps uvicorn from importing is the project's.
			if (python && loaded.event === "exit") this.#end("interpreter", "passed");
			await this.#stopAt(python && loaded.event === "exit" ? "import" : "interpreter", loaded);
			return false;
		}
		this.#end("interpreter", "passed");
		this.#begin("import");
		const imported = await this.#events.wait(["lifespan", "foreign"], limits.import);
		const stoppedAsAsked = importOnly && imported.event === "lifespan";
		if (imported.event !== "lifespan") {
			await this.#stopAt("import", imported);
			return false;
		}
		this.#end("import", "passed");
		if (stoppedAsAsked) return false;
		this.#begin("lifespan");
		const started = await this.#events.wait(["lifespan-over", "foreign"], limits.lifespan);
		if (started.event !== "lifespan-over" || started.failed) {
			await this.#stopAt("lifespan", started);
			return false;
		}
		this.#end("lifespan", "passed");
		this.#begin("listening");
		const listening = await this.#events.wait(["listening", "foreign"], limits.listening);
		if (listening.event !== "listening") {
			await this.#stopAt("listening", listening);
			return false;
		}
		this.#end("listening", "passed");
		return true;
	}

	/** Asks the server to end as ^C would, and waits. */
	async shutsDown(): Promise<void> {
		this.#begin("shutdown");
		if (this.#events.exit === null) this.#supervisor.signal(serverId, "SIGINT");
		const ended = await this.#events.wait([], this.#request.limits.shutdown);
		const failed = this.#events.all.some(
			(event) => (event.event === "failed" && event.stage === "shutdown") || (event.event === "shutdown-over" && event.failed),
		);
		const isPeace = endedInPeace(this.#events.exit) || this.#isAborted();
		if (ended.event === "limit" || failed || !isPeace) await this.#stopAt("shutdown", ended);
		else this.#end("shutdown", "passed");
	}

	/** uvicorn 0.29 and 0.30 leave the interrupt that they were ended by to click, which says so and ends with 1. */
	#isAborted(): boolean {
		const isOver = this.#events.find("shutdown-over") !== undefined;
		return isOver && this.#events.exit?.status === 1 && this.#output.text.trimEnd().endsWith("Aborted!");
	}

	#begin(stage: BootStage): void {
		this.#began = Date.now();
		this.#request.onStage?.(stage, "running");
	}

	#end(stage: BootStage, verdict: StageVerdict): void {
		this.stages.push({ stage, verdict, milliseconds: Date.now() - this.#began });
		this.#request.onStage?.(stage, verdict);
	}

	async #stopAt(stage: BootStage, waited: Waited): Promise<void> {
		const told = this.#events.all.findLast((event) => event.event === "failed");
		const foreign = this.#events.find("foreign");
		const common = { stage, text: told?.traceback ?? "", exit: null, stacks: [], faults: "", database: null, connecting: false };
		if (waited.event === "no-server") {
			this.#end(stage, "unavailable");
			this.stop = { ...common, kind: "no-server" };
		} else if (foreign !== undefined) {
			this.#end(stage, "unavailable");
			this.stop = { ...common, kind: "foreign", database: foreign, connecting: foreign.connecting };
		} else if (waited.event === "limit") {
			const stacks = await this.#whereItHangs();
			this.#end(stage, "hung");
			this.stop = { ...common, kind: "hang", ...stacks };
		} else {
			// After the exception Python still has to print it, and to end.
			if (waited.event !== "exit") await this.#events.wait([], 2_000);
			this.#end(stage, "failed");
			const faults = readScratchText(this.#supervisor.folder, "stacks.txt");
			const isException = told !== undefined && !told.exit;
			this.stop = { ...common, kind: isException ? "exception" : "exit", exit: this.#events.exit, faults };
		}
	}

	/** Asks Python for its stacks: once in its own way, and once past it, where its own way is blocked. */
	async #whereItHangs(): Promise<Pick<Stop, "stacks" | "faults">> {
		this.#supervisor.signal(serverId, "SIGUSR1");
		const told = await this.#events.wait(["stacks"], 500);
		if (told.event === "stacks") return { stacks: told.stacks, faults: "" };
		this.#supervisor.signal(serverId, "SIGUSR2");
		await this.#events.wait(["stacks"], 500);
		return { stacks: [], faults: readScratchText(this.#supervisor.folder, "stacks.txt") };
	}
}

/** uvicorn hands the signal on to itself once it has shut down; older ones just end. */
function endedInPeace(exit: Exit | null): boolean {
	return exit !== null && (exit.status === 0 || exit.status === 130 || exit.signal === "SIGINT");
}
