import { setTimeout as pause } from "node:timers/promises";
import type { Diagnosis } from "../session/diagnosis.ts";
import { openSession, type SessionOptions } from "../session/open-session.ts";
import type { Session } from "../session/session.ts";
import { auditOpened, auditProject } from "./audit-project.ts";
import type { ProcessIo } from "./io.ts";
import { understand } from "./open-project.ts";
import type { CommonOptions } from "./options.ts";
import { placeOf, readFiles } from "./place.ts";

export interface SessionRequest extends CommonOptions {
	readonly commit?: boolean;
	/** Which session to go on with; the newest unfinished one unless told. */
	readonly session?: NonNullable<SessionOptions["session"]>;
}

/** The steps of an audit that a person waits for. */
export type AuditStep = "read" | "simulate" | "audit";

/** Long enough for a screen to draw one frame, in milliseconds. */
const frame = 35;

/** Opens a session on the repository of a path, with our audit behind it. `onProgress` is told about the first audit, which a person waits for. */
export function startSession(
	path: string | undefined,
	request: SessionRequest,
	io: ProcessIo,
	onProgress?: (stage: AuditStep) => void,
): Promise<Session> {
	let isFirst = true;
	return openSession({
		root: placeOf(path, io).root,
		diagnose: async () => {
			const watched = isFirst && onProgress;
			isFirst = false;
			if (watched) return diagnoseWatched(path, request, io, watched);
			const { report, project } = auditProject(path, request, io);
			return { report, files: project.files };
		},
		commits: request.commit !== false,
		session: request.session ?? "continue",
	});
}

/** The same audit with a breath between its steps: the engine never waits for anything, so a screen would not come to draw them. */
async function diagnoseWatched(
	path: string | undefined,
	request: CommonOptions,
	io: ProcessIo,
	onProgress: (stage: AuditStep) => void,
): Promise<Diagnosis> {
	const started = performance.now();
	onProgress("read");
	await pause(frame);
	const place = placeOf(path, io);
	const files = readFiles(place);
	onProgress("simulate");
	await pause(frame);
	const opened = understand(place, files, request, io);
	onProgress("audit");
	await pause(frame);
	const { report, project } = auditOpened(opened, started);
	return { report, files: project.files };
}
