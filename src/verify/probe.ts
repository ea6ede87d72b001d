import type { HttpRequest } from "../workspace/boot/http-request.ts";
import type { Answer } from "./boot-report.ts";
import type { RunningServer } from "./boot-server.ts";
import { listSoundRequests } from "./sound-requests.ts";

/** What asking a server showed; nothing in it has passed the gate yet. */
export interface Probe {
	readonly answers: readonly Answer[];
	/** Even a path that does not exist is answered by an internal error. */
	readonly everyRequestFails: boolean;
	/** The first request that met an internal error, or none at all where an answer is due; null where all went well. */
	readonly failed: FailedRequest | null;
	/** Requests that failed for want of tables, which migrations would have made. */
	readonly withoutTables: readonly Answer[];
}

export interface FailedRequest {
	readonly answer: Answer;
	/** What the server printed meanwhile. */
	readonly printed: string;
}

export interface ProbeOptions {
	/** May a request without its required body be posted, to be refused? Its dependencies run before it is. */
	readonly posts: boolean;
	/** Is the database empty, so that a missing table says nothing against the code? */
	readonly emptyDatabase: boolean;
	readonly onAnswer?: (answer: Answer) => void;
}

/** A path that nobody has. */
const nowhere = "/no-such-path";
/** All requests together take no longer, in milliseconds. */
const allTheTime = 45_000;
const longestShownBody = 300;

/** Asks for the OpenAPI document, the health route and one sound request of each router. */
export async function probeServer(server: RunningServer, options: ProbeOptions): Promise<Probe> {
	const until = Date.now() + allTheTime;
	const answers: Answer[] = [];
	const withoutTables: Answer[] = [];
	let failed: FailedRequest | null = null;
	const ask = async (request: HttpRequest): Promise<{ answer: Answer; body: string }> => {
		const began = Date.now();
		const mark = server.printed;
		const got = await server.ask(request);
		const body = got?.body ?? "";
		const answer: Answer = {
			method: request.method,
			path: request.path,
			status: got?.status ?? null,
			body: body.slice(0, longestShownBody),
			milliseconds: Date.now() - began,
		};
		answers.push(answer);
		options.onAnswer?.(answer);
		if (answer.status === 500 || (answer.status === null && answers.length === 1)) {
			const printed = await printedBy(server, mark);
			if (options.emptyDatabase && missingTable.test(printed)) withoutTables.push(answer);
			else failed ??= { answer, printed };
		}
		return { answer, body };
	};
	const first = await ask({ method: "GET", path: nowhere, body: null });
	const everyRequestFails = (first.answer.status ?? 500) >= 500;
	if (!everyRequestFails) {
		// That it is not found is as it should be, and of no interest.
		answers.length = 0;
		const path = server.application === null ? "/openapi.json" : server.application.openapi;
		const openapi = path === null ? null : await ask({ method: "GET", path, body: null });
		const document = openapi?.answer.status === 200 ? openapi.body : "";
		const routes = server.application?.routes ?? [];
		for (const request of listSoundRequests({ document, routes, posts: options.posts })) {
			if (Date.now() < until) await ask(request);
		}
	}
	return { answers, everyRequestFails, failed, withoutTables };
}

/** Words of a database that has not a table that was asked for. */
export const missingTable = /\bUndefinedTable(Error)?\b|no such table|relation "[^"]*" does not exist/;

/** What a server printed since a mark about a request that failed: its traceback follows the answer, on a busy machine with a delay. */
export async function printedBy(server: RunningServer, mark: number): Promise<string> {
	const step = 50;
	let settled = 0;
	for (let waited = 0; waited < longestWait && settled < 2; waited += step) {
		const length = server.printed;
		await new Promise((resolve) => setTimeout(resolve, step));
		const hasCome = waited >= longestSilence || /^\S.*Error\b.*$/m.test(server.printedSince(mark).slice(-20_000));
		settled = hasCome && server.printed === length ? settled + 1 : 0;
	}
	return server.printedSince(mark);
}

/** In milliseconds: for all of it, and for its first word. */
const longestWait = 2_000;
const longestSilence = 600;
