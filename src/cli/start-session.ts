import { setTimeout as pause } from "node:timers/promises";
import type { KnownIds } from "../plan/plan.ts";
import { openSession, type SessionOptions } from "../session/open-session.ts";
import type { Session } from "../session/session.ts";
import { type Audited, auditOpened } from "./audit-project.ts";
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

/**
 * Opens a session on the repository of a path, with our audit behind it. `onProgress` is told about the first audit, which a person waits for;
 * `onAudited` has every audit as it ends.
 */
export function startSession(
	path: string | undefined,
	request: SessionRequest,
	io: ProcessIo,
	onProgress?: (step: AuditStep) => void,
	onAudited?: (audited: Audited) => void,
): Promise<Session> {
	let watch = onProgress;
	return openSession({
		root: placeOf(path, io).root,
		diagnose: async (known) => {
			const tell = watch;
			watch = undefined;
			const audited = await diagnose(path, request, io, known, tell);
			onAudited?.(audited);
			const { report, project } = audited;
			return { report, files: project.files };
		},
		commits: request.commit !== false,
		session: request.session ?? "continue",
	});
}

/** An audit whose issues keep their ids; told step by step, it takes a breath in between, or no screen would come to draw them. */
async function diagnose(
	path: string | undefined,
	options: CommonOptions,
	io: ProcessIo,
	ids: KnownIds,
	onProgress: ((step: AuditStep) => void) | undefined,
): Promise<Audited> {
	const started = process.uptime();
	const step = async (name: AuditStep) => {
		if (!onProgress) return;
		onProgress(name);
		await pause(frame);
	};
	await step("read");
	const place = placeOf(path, io);
	const files = readFiles(place);
	await step("simulate");
	const opened = understand(place, files, options, io);
	await step("audit");
	return auditOpened(opened, started, ids);
}
