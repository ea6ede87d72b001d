import { openSession, type SessionOptions } from "../session/open-session.ts";
import type { Session } from "../session/session.ts";
import { auditProject } from "./audit-project.ts";
import type { ProcessIo } from "./io.ts";
import type { LoadingStage } from "./open-project.ts";
import type { CommonOptions } from "./options.ts";
import { placeOf } from "./place.ts";

export interface SessionRequest extends CommonOptions {
	readonly commit?: boolean;
	/** Which session to go on with; the newest unfinished one unless told. */
	readonly session?: NonNullable<SessionOptions["session"]>;
}

/** Opens a session on the repository of a path, with our audit behind it. */
export function startSession(
	path: string | undefined,
	request: SessionRequest,
	io: ProcessIo,
	onProgress: (stage: LoadingStage) => void = () => {},
): Promise<Session> {
	return openSession({
		root: placeOf(path, io).root,
		diagnose: async () => {
			const { report, project } = auditProject(path, request, io, onProgress);
			return { report, files: project.files };
		},
		commits: request.commit !== false,
		session: request.session ?? "continue",
	});
}
