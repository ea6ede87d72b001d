import type { Stop } from "./boot-course.ts";
import type { BootFailure, BootStage, Frame } from "./boot-report.ts";
import type { BootObservation } from "./boot-server.ts";
import type { ShownText } from "./shown-text.ts";
import {
	frameAt,
	type PathNames,
	type ReadException,
	readException,
	readFatalError,
	readFaultStack,
	readLastWords,
} from "./traceback.ts";

/** A failure before it is joined with an audit. */
export type UnjoinedFailure = Omit<BootFailure, "issue" | "bugReport">;

/** The folders that a boot's texts may name. `roots` are the project's root and whatever else it was reached by. */
export function pathNamesOf(observation: BootObservation, roots: readonly string[]): PathNames {
	const names: [string, string][] = roots.map((root) => [root, ""]);
	const { python } = observation;
	if (python !== null) {
		for (const folder of python.packages) names.push([folder, "<site-packages>"]);
		names.push([python.library, "<stdlib>"]);
	}
	return names.sort(([a], [b]) => b.length - a.length);
}

/** Makes sense of what stopped a server; `limit` is the stage's limit in milliseconds. */
export function explainStop(stop: Stop, observation: BootObservation, names: PathNames, shown: ShownText): UnjoinedFailure {
	const read = stop.kind === "hang" ? readHang(stop, names) : readEnd(stop, observation.output, names);
	const isEngine = stop.kind !== "hang" && read.frames.some(isEngineFrame);
	return {
		stage: isEngine ? "engine" : stop.stage,
		...shownException(read, shown),
		everyRequestFails: false,
	};
}

/** What an exception says, through the gate. */
export function shownException(read: ReadException, shown: ShownText): Pick<BootFailure, "error" | "detail" | "frames" | "at"> {
	return {
		error: shown.line(read.error ?? "It ended without a word"),
		detail: read.detail.map((line) => shown.line(line)),
		frames: read.frames.map((frame) => shownFrame(frame, shown)),
		at: read.at === null ? null : shownFrame(read.at, shown),
	};
}

function shownFrame(frame: Frame, shown: ShownText): Frame {
	return { ...frame, path: shown.line(frame.path), name: shown.line(frame.name) };
}

/** Sentences for what does not come to an end. */
const hanging: Readonly<Record<BootStage, string>> = {
	interpreter: "Python itself does not come up",
	import: "Importing the application does not come to an end",
	engine: "Making the database engine does not come to an end",
	lifespan: "Start-up does not come to an end",
	listening: "The server does not get to listen",
	answers: "The server does not answer",
	shutdown: "The server does not shut down",
};

function readHang(stop: Stop, names: PathNames): ReadException {
	const stacks = stop.stacks.map((stack) => stack.map(([path, line, name]) => frameAt(path, line, name, names)));
	// The first is the main thread's; where that only runs the event loop, a task says who waits for what.
	const told = [...stacks].reverse().find((stack) => stack.some((frame) => frame.ofProject)) ?? stacks[0];
	const frames = told ?? readFaultStack(stop.faults, names);
	return { error: hanging[stop.stage], detail: [], frames, at: frames.findLast((frame) => frame.ofProject) ?? null };
}

function readEnd(stop: Stop, output: string, names: PathNames): ReadException {
	const told = readException(stop.text, names);
	const printed = readException(output, names);
	const { exit } = stop;
	// What crashes while Python is ending, after it has said why it ends, is not the reason.
	if (exit?.signal != null && (stop.kind !== "exception" || told.error === null)) {
		const frames = readFaultStack(stop.faults, names);
		const error = readFatalError(stop.faults) ?? `Ended by ${exit.signal}`;
		return { error, detail: [], frames, at: frames.findLast((frame) => frame.ofProject) ?? null };
	}
	// uvicorn says in its own words what it could not import, and `sys.exit` prints what it was given.
	const isOwnWords = stop.kind === "exit" || /(^|\.)ImportFromStringError:/.test(told.error ?? "");
	if (!isOwnWords && told.error !== null) return told;
	if (stop.text === "" && printed.error !== null) return printed;
	const words = readLastWords(output, names) ?? (exit === null ? null : `Exited with status ${exit.status}`);
	return { ...told, error: words, detail: [] };
}

/** Does an engine come into being in this frame? (sqlalchemy/engine/create.py, sqlalchemy/ext/asyncio/engine.py) */
function isEngineFrame({ path, name }: Frame): boolean {
	return path.startsWith("<site-packages>/sqlalchemy/") && /^(create|create_async)_engine$/.test(name);
}

/** Was a connection to a database being opened? */
export function isConnecting(frames: readonly Frame[]): boolean {
	return frames.some(
		({ path, name }) =>
			(path.startsWith("<site-packages>/sqlalchemy/") && /^(connect|_do_connect|raw_connection|__connect)$/.test(name)) ||
			/^<site-packages>\/(asyncpg\/connect|psycopg\/connection|psycopg2\/__init__|aiosqlite\/core)/.test(path),
	);
}
