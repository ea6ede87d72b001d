import { CappedOutput } from "../workspace/boot/capped-output.ts";
import { findFreePort } from "../workspace/boot/free-port.ts";
import { askServer, type HttpAnswer, type HttpRequest } from "../workspace/boot/http-request.ts";
import { type ServerSetup, serverCommand } from "../workspace/boot/server-process.ts";
import type { Supervisor } from "../workspace/boot/supervisor.ts";
import { Course, type CourseRequest, type ObservedStage, type Stop, serverId } from "./boot-course.ts";
import { type Application, BootEvents, type EngineMade, type Redirected } from "./boot-events.ts";

/** What is started, and how. */
export interface ServerRequest extends CourseRequest, ServerSetup {}

/** A server that listens, for as long as it is visited. */
export interface RunningServer {
	/** Null where it is no application of Starlette's kind. */
	readonly application: Application | null;
	ask(request: HttpRequest): Promise<HttpAnswer | null>;
	/** A mark in what it prints. */
	readonly printed: number;
	printedSince(mark: number): string;
}

export interface BootObservation {
	readonly stages: readonly ObservedStage[];
	readonly stop: Stop | null;
	/** Version and folders of the interpreter that ran; null where none did. */
	readonly python: { readonly version: string; readonly library: string; readonly packages: readonly string[] } | null;
	/** Modules of the project that were imported, in part too. */
	readonly ownModules: number;
	/** All modules that the target's import brought in; null where it failed. */
	readonly modules: number | null;
	/** Milliseconds of each module's own top level, slowest first. */
	readonly moduleTimes: readonly (readonly [string, number])[];
	readonly engines: readonly EngineMade[];
	/** Addresses of the project's own that scratch databases took the place of. */
	readonly redirected: readonly Redirected[];
	readonly output: string;
}

/** Starts the server, follows it stage by stage, lets `visit` ask it things once it listens, and shuts it down. */
export async function bootServer(
	supervisor: Supervisor,
	request: ServerRequest,
	visit: (server: RunningServer) => Promise<void>,
): Promise<BootObservation> {
	const port = await findFreePort();
	const output = new CappedOutput();
	supervisor.onOutput((chunk) => output.append(chunk));
	const events = new BootEvents(supervisor, serverId);
	const course = new Course(supervisor, events, request, output);
	supervisor.start(serverCommand(serverId, { ...request, folder: supervisor.folder, port }));
	if (await course.comesUp()) {
		await visit({
			application: events.find("application") ?? null,
			ask: (asked) => askServer(port, asked, request.limits.answers),
			get printed() {
				return output.length;
			},
			printedSince: (mark) => output.since(mark),
		});
		await course.shutsDown();
	}
	const python = events.find("python");
	const imported = events.find("imported");
	return {
		stages: course.stages,
		stop: course.stop,
		python: python ?? null,
		ownModules: imported?.own ?? events.find("failed")?.own ?? 0,
		modules: imported?.modules ?? null,
		moduleTimes: imported?.slowest ?? [],
		engines: events.all.filter((event) => event.event === "engine"),
		redirected: events.all.filter((event) => event.event === "redirected"),
		output: output.text,
	};
}
