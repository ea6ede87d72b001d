import { execFileSync } from "node:child_process";
import { realpathSync } from "node:fs";
import { usualLimits } from "../../src/verify/boot-course.ts";
import { bootServer, type RunningServer } from "../../src/verify/boot-server.ts";
import { printedBy } from "../../src/verify/probe.ts";
import { startSupervisor } from "../../src/workspace/boot/supervisor.ts";
import type { ProbeRequest } from "./case-file.ts";
import { type Outcome, outcomeOf, type WrongAnswer } from "./outcome.ts";

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

/** A case starts quickly or never; its import may have to wait for a busy machine. */
const limits = { ...usualLimits, interpreter: 60_000, import: 60_000, lifespan: 8_000 };

/** Boots a project by the code of `bootmend verify`, in its own folder and with the databases that it names, and asks it a few things. */
export async function bootProject(request: BootRequest): Promise<Outcome & { readonly output: string }> {
	const root = realpathSync(request.root);
	const supervisor = await startSupervisor(request.python);
	try {
		let everyRequestFails = false;
		let wrong: WrongAnswer | null = null;
		const observation = await bootServer(
			supervisor,
			{
				python: request.python,
				root,
				copyOf: null,
				workingDirectory: realpathSync(request.workingDirectory),
				target: request.target,
				factory: false,
				environment: { PATH: process.env.PATH ?? "", HOME: request.root, LANG: "C.UTF-8", ...request.environment },
				guarded: false,
				postgres: null,
				importOnly: false,
				limits,
			},
			async (server) => {
				const nowhere = await server.ask({ method: "GET", path: "/no-such-path", body: null });
				everyRequestFails = (nowhere?.status ?? 500) >= 500;
				wrong = await askEverything(server, request.requests);
			},
		);
		return { ...outcomeOf(observation, root, wrong, everyRequestFails), output: observation.output };
	} finally {
		await supervisor.end();
	}
}

/** A project may do without its OpenAPI document, but not fail to make it. */
const openapi: ProbeRequest = { method: "GET", path: "/openapi.json", body: null, status: 200, contains: "" };

/** The first request that a sound backend would have answered otherwise. */
async function askEverything(server: RunningServer, requests: readonly ProbeRequest[]): Promise<WrongAnswer | null> {
	for (const request of [openapi, ...requests]) {
		const mark = server.printed;
		const answer = await server.ask(request);
		const wanted = request === openapi ? [200, 404] : [request.status];
		if (answer !== null && wanted.includes(answer.status) && answer.body.includes(request.contains)) continue;
		const words = `${request.method} ${request.path} answered ${answer?.status ?? "nothing"}, not ${request.status} ${request.contains}`;
		return { words: words.trimEnd(), printed: await printedBy(server, mark) };
	}
	return null;
}

/** The base interpreter's version as `3.11`; error lines are compared only where it is the one on record. */
export function pythonVersion(python: string): string {
	return execFileSync(python, ["-c", "import sys; print('%d.%d' % sys.version_info[:2])"], { encoding: "utf8" }).trim();
}
