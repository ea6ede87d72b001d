import { versionSatisfies } from "../../../../environment/pep440.ts";
import type { InstanceValue, Value } from "../../values.ts";
import { unknown } from "../../values.ts";
import { classMember, constant } from "../external.ts";
import { type Frame, failAt, type Machine } from "../machine.ts";
import { failOnNoCoroutine } from "./awaited-arguments.ts";
import type { LibraryCall } from "./library-call.ts";

/** What is known of asyncio in one simulated process. */
interface LoopState {
	/** What is being executed, innermost last: `asyncio.run()` and its like, or a thread, which has no loop of its own. */
	readonly places: ("loop" | "thread")[];
	/** True once `asyncio.run()` has ended: it leaves the main thread without a current loop. */
	hasRun: boolean;
	/** True once something like nest_asyncio has changed the rules. */
	isPatched: boolean;
}

const states = new WeakMap<Machine, LoopState>();

function stateOf(machine: Machine): LoopState {
	let state = states.get(machine);
	if (state === undefined) {
		state = { places: [], hasRun: false, isPatched: false };
		states.set(machine, state);
	}
	return state;
}

/**
 * Does an event loop run where the machine stands? Start-up code of an application runs in the server's loop. Modules are imported inside
 * it by uvicorn up to 0.45, and before it by newer ones (https://github.com/Kludex/uvicorn/pull/2919), which have `Config.load_app`.
 */
function isLoopRunning(machine: Machine): boolean | null {
	const state = stateOf(machine);
	if (state.isPatched) return null;
	const place = state.places.at(-1);
	if (place !== undefined) return place === "loop";
	if (machine.stage === "startup") return true;
	const found = machine.environment.findModule("uvicorn.config");
	const looked = found.found === "present" ? found.module.lookup("Config") : null;
	if (looked?.found !== "present") return null;
	const loader = classMember(machine, looked.entry, "load_app");
	return loader === "unknown" ? null : loader === "absent";
}

const modules =
	/^(_?asyncio|anyio|nest_asyncio|apscheduler\.schedulers\.asyncio|aiohttp(\.client|\.connector)?\.(ClientSession|TCPConnector)$)(\.|$)/;

/** What a call of asyncio gives, with the RuntimeError that it raises where the event loop is not in the state it needs; null for all other calls. */
export function eventLoopCall(call: LibraryCall): Value | null {
	const { machine, frame, canonical, args, node, receiver } = call;
	if (!modules.test(canonical)) return null;
	const name = canonical.slice(canonical.lastIndexOf(".") + 1);
	const running = isLoopRunning(machine);
	const refuse = (asked: string, message: string): void => {
		failAt(machine, frame, node, {
			detail: { type: "event-loop", call: asked, loop: running === true ? "running" : "none" },
			exception: "RuntimeError",
			message,
		});
	};
	if (running === null) machine.doubts++;
	const [first] = args.args;
	if (canonical.startsWith("apscheduler")) {
		const version = machine.environment.distributions.get("apscheduler")?.version;
		const isStart = receiver !== null && name === "start" && receiver.call?.keywords.has("event_loop") === false;
		// It asks for the running loop since 3.11; before, it made one of its own.
		if (isStart && running === false && version !== undefined && versionSatisfies(version, ">=3.11,<4") === true)
			refuse("scheduler.start", "no running event loop");
		return null;
	}
	if (canonical.startsWith("aiohttp")) {
		const version = machine.environment.distributions.get("aiohttp")?.version;
		const asksForLoop = !args.open && !args.keywords.has("loop") && !args.keywords.has("connector");
		// Before 3.10 it made a loop of its own, with a warning.
		if (asksForLoop && running === false && version !== undefined && versionSatisfies(version, ">=3.10") === true)
			refuse(name, "no running event loop");
		return null;
	}
	if (receiver !== null) {
		if (name === "create_task") failOnNoCoroutine(call, name);
		if (name !== "run_until_complete" && name !== "run_forever") return null;
		const isCurrent = receiver.attributes.has(runningLoop);
		if (running === true && name === "run_until_complete")
			refuse(
				"run_until_complete",
				isCurrent ? alreadyRunning(machine) : "Cannot run the event loop while another loop is running",
			);
		return runCoroutine(machine, first, false);
	}
	if (canonical.startsWith("nest_asyncio")) {
		stateOf(machine).isPatched = true;
		return unknown;
	}
	if (canonical.startsWith("anyio")) {
		if (name !== "run" || running !== true) return null;
		refuse("anyio.run", "Already running asyncio in this thread");
		return unknown;
	}
	switch (name) {
		case "run":
			if (running === true) refuse("asyncio.run", "asyncio.run() cannot be called from a running event loop");
			else if (running === false) failOnNoCoroutine(call, name);
			return runCoroutine(machine, first, true);
		case "create_task":
		case "get_running_loop":
		case "current_task":
		case "all_tasks":
			if (running === false) refuse(`asyncio.${name}`, "no running event loop");
			else if (running === true && name === "create_task") failOnNoCoroutine(call, name);
			return name === "get_running_loop" ? loopObject(machine, frame, canonical, running === true) : null;
		case "ensure_future":
		case "get_event_loop": {
			if (running === false && hasNoCurrentLoop(machine))
				refuse(`asyncio.${name}`, "There is no current event loop in thread 'MainThread'.");
			else if (name === "ensure_future") failOnNoCoroutine(call, name);
			return name === "get_event_loop" ? loopObject(machine, frame, canonical, running === true) : null;
		}
		default:
			return null;
	}
}

/** Marks the loop object that is the running one; no attribute of Python's has such a name. */
const runningLoop = "(running)";

function loopObject(machine: Machine, _frame: Frame, canonical: string, isRunning: boolean): Value {
	machine.doubts++;
	const attributes = new Map<string, Value>(isRunning ? [[runningLoop, constant(true)]] : []);
	const of: InstanceValue["of"] = { kind: "external", name: canonical, canonical, isModule: false, entry: null };
	return { kind: "instance", of, attributes, call: null };
}

/** Python made a loop for the main thread on demand until 3.13, unless `asyncio.run()` had set it to none. */
function hasNoCurrentLoop(machine: Machine): boolean {
	return machine.environment.python.minor >= 14 || stateOf(machine).hasRun;
}

/** uvloop, which uvicorn prefers where it is installed, has words of its own. */
function alreadyRunning(machine: Machine): string {
	return machine.environment.findModule("uvloop").found === "present"
		? "this event loop is already running."
		: "This event loop is already running";
}

function runCoroutine(machine: Machine, coroutine: Value | undefined, endsLoop: boolean): Value | null {
	if (coroutine?.kind !== "coroutine") return null;
	const state = stateOf(machine);
	const isInThread = state.places.includes("thread");
	state.places.push("loop");
	try {
		return coroutine.run();
	} finally {
		state.places.pop();
		if (endsLoop && !isInThread) state.hasRun = true;
	}
}

/** Executes something in another thread than that of the event loop. */
export function insideThread<Result>(machine: Machine, execute: () => Result): Result {
	const { places } = stateOf(machine);
	places.push("thread");
	try {
		return execute();
	} finally {
		places.pop();
	}
}
