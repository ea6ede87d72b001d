import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { realpathSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import type { ProbeRequest } from "./case-file.ts";
import { findFreePort } from "./free-port.ts";
import { type Outcome, type PathNames, readException } from "./outcome.ts";

export interface BootRequest {
	readonly python: string;
	/** Absolute path of the project's root; error lines name files relative to it. */
	readonly root: string;
	/** Absolute path of the folder that uvicorn runs in. */
	readonly workingDirectory: string;
	readonly target: string;
	/** Added to a bare environment of PATH, HOME and LANG. */
	readonly environment: Readonly<Record<string, string>>;
	readonly requests: readonly ProbeRequest[];
}

/** Longest time for the imports, and for the start-up after them, in milliseconds. */
const importLimit = 60_000;
const startupLimit = 8_000;
const answerLimit = 10_000;

/** Boots a project with `python -m uvicorn` in a process group of its own, asks it a few things, and kills it for certain. */
export async function bootServer(request: BootRequest): Promise<Outcome & { readonly output: string }> {
	const port = await findFreePort();
	const server = spawn(request.python, ["-m", "uvicorn", request.target, "--port", String(port)], {
		cwd: request.workingDirectory,
		env: bareEnvironment(request),
		detached: true,
		stdio: ["ignore", "pipe", "pipe"],
	});
	const log = collectOutput(server);
	try {
		const outcome = await observe(server, log, port, request);
		return { ...outcome, output: log.text };
	} finally {
		killGroup(server);
	}
}

interface Log {
	text: string;
	exited: boolean;
}

async function observe(server: ChildProcess, log: Log, port: number, request: BootRequest): Promise<Outcome> {
	const names = pathNames(request);
	const started = Date.now();
	let startupSince: number | null = null;
	let asked = started;
	while (!log.exited && !log.text.includes("Uvicorn running on")) {
		const now = Date.now();
		// A project may silence uvicorn's own log, so silence is no proof.
		if (now - asked > 1_000) {
			if ((await ask(`http://127.0.0.1:${port}/`, { method: "GET" })) !== null) break;
			asked = Date.now();
		}
		if (startupSince === null && log.text.includes("Waiting for application startup")) startupSince = now;
		if (startupSince !== null && now - startupSince > startupLimit) return failure("startup", "Start-up does not come to an end");
		if (now - started > importLimit) return failure("import", "Importing the application does not come to an end");
		await sleep(20);
	}
	if (log.exited) {
		await sleep(20);
		const stage = /Waiting for application startup|uvicorn\/lifespan\/on\.py/.test(log.text) ? "startup" : "import";
		const exception = readException(log.text, names);
		return { stage, ...exception, error: exception.error ?? `Exited with status ${server.exitCode}`, everyRequestFails: false };
	}
	return probe(log, `http://127.0.0.1:${port}`, request.requests, names);
}

function failure(stage: "import" | "startup", error: string): Outcome {
	return { stage, error, detail: [], at: null, everyRequestFails: false };
}

async function probe(log: Log, base: string, requests: readonly ProbeRequest[], names: PathNames): Promise<Outcome> {
	const everyRequestFails = ((await ask(`${base}/no-such-path`, { method: "GET" }))?.status ?? 500) >= 500;
	const openapi: ProbeRequest = { method: "GET", path: "/openapi.json", body: null, status: 200, contains: "" };
	for (const request of [openapi, ...requests]) {
		const before = log.text.length;
		const answer = await ask(base + request.path, {
			method: request.method,
			...(request.body === null ? {} : { body: request.body, headers: { "content-type": "application/json" } }),
		});
		const wanted = request === openapi ? [200, 404] : [request.status];
		if (answer !== null && wanted.includes(answer.status) && answer.body.includes(request.contains)) continue;
		await sleep(100);
		const said = log.text.slice(before);
		const exception = said.includes("Traceback") ? readException(said, names) : { error: null, detail: [], at: null };
		const words =
			`${request.method} ${request.path} answered ${answer?.status ?? "nothing"}, not ${request.status} ${request.contains}`.trimEnd();
		return { stage: "request", ...exception, error: exception.error ?? words, everyRequestFails };
	}
	return { stage: "boots", error: null, detail: [], at: null, everyRequestFails };
}

/** An answer, or null when there is none in time. */
async function ask(url: string, init: RequestInit): Promise<{ status: number; body: string } | null> {
	try {
		const response = await fetch(url, { ...init, redirect: "manual", signal: AbortSignal.timeout(answerLimit) });
		return { status: response.status, body: await response.text() };
	} catch {
		return null;
	}
}

function bareEnvironment(request: BootRequest): Record<string, string> {
	return { PATH: process.env.PATH ?? "", HOME: request.root, LANG: "C.UTF-8", NO_COLOR: "1", ...request.environment };
}

/** The folders of a boot that an error line may name: the environment's packages, the standard library and the project. */
function pathNames(request: BootRequest): PathNames {
	const environment = request.python.replace(/\/bin\/[^/]*$/, "");
	const standardLibrary = realpathSync(request.python).replace(/\/bin\/[^/]*$/, "");
	const names: [string, string][] = [];
	for (const version of ["3.10", "3.11", "3.12", "3.13", "3.14"]) {
		names.push([`${environment}/lib/python${version}/site-packages`, "<site-packages>"]);
		names.push([`${standardLibrary}/lib/python${version}`, "<stdlib>"]);
	}
	names.push([realpathSync(request.root), ""], [request.root, ""]);
	return names;
}

function collectOutput(server: ChildProcess): Log {
	const log: Log = { text: "", exited: false };
	const append = (chunk: Buffer) => {
		log.text += chunk.toString("utf8");
	};
	server.stdout?.on("data", append);
	server.stderr?.on("data", append);
	server.on("close", () => {
		log.exited = true;
	});
	server.on("error", (error) => {
		log.text += `\n${error.message}\n`;
		log.exited = true;
	});
	return log;
}

function killGroup(server: ChildProcess): void {
	if (server.pid === undefined) return;
	try {
		process.kill(-server.pid, "SIGKILL");
	} catch {
		// The whole group has ended already.
	}
}

/** The base interpreter's version as `3.11`; error lines are compared only where it is the one on record. */
export function pythonVersion(python: string): string {
	return execFileSync(python, ["-c", "import sys; print('%d.%d' % sys.version_info[:2])"], { encoding: "utf8" }).trim();
}
