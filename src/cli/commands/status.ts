import { jsonText } from "../../report/json-text.ts";
import { paintWith } from "../../report/paint.ts";
import { listSessions, type SessionListing, type SessionSummary } from "../../session/list-sessions.ts";
import { showLine } from "../../text/gate.ts";
import { exitStatus } from "../exit-status.ts";
import { type Output, outputOf, type ProcessIo } from "../io.ts";
import type { StatusOptions } from "../options.ts";
import { placeOf } from "../place.ts";

/** `bootmend status`: where the newest session stands, from its journal alone. */
export async function statusCommand(path: string | undefined, options: StatusOptions, io: ProcessIo): Promise<number> {
	const output = outputOf(io, options);
	const listing = listSessions(placeOf(path, io).root);
	for (const sentence of listing.unreadable) output.warn(showLine(sentence));
	if (options.json) output.data(jsonText(statusJson(listing)));
	else output.data(statusText(listing, output));
	return exitStatus.ok;
}

function statusText({ sessions, running }: SessionListing, output: Output): string {
	const [newest, ...older] = sessions;
	if (!newest) return "No session has been started here. Begin one: bootmend\n";
	const paint = paintWith(output.colour);
	const lines = [`${paint.bold(newest.id)}  ${stateOf(newest)}, since ${dateOf(newest.startedAt)}`];
	if (running) lines.push(`At work now: process ${running.pid} on ${showLine(running.host)}.`);
	for (const phase of newest.phases) {
		const decisions = newest.decisions.filter((decision) => decision.story === phase.story);
		if (decisions.length === 0) continue;
		const commit = phase.commit === null ? "" : ` ${phase.commit.slice(0, 9)}`;
		lines.push(`${phase.story}  ${phase.status}${commit}`);
		for (const decision of decisions) {
			const files = decision.files.length > 0 ? paint.dim(`  ${decision.files.map((file) => showLine(file)).join(", ")}`) : "";
			lines.push(`  ${decision.decision.padEnd(8)} ${decision.issueId}  ${showLine(decision.problem)}${files}`);
		}
	}
	if (older.length > 0) lines.push(paint.dim(`${older.length === 1 ? "1 older session" : `${older.length} older sessions`}`));
	if (!newest.finished) lines.push("Go on: bootmend resume");
	if (newest.accepted > 0) lines.push("Take it back: bootmend rollback");
	return `${lines.join("\n")}\n`;
}

function stateOf(session: SessionSummary): string {
	if (session.interrupted) return "interrupted";
	return session.finished ? "finished" : "open";
}

function dateOf(iso: string): string {
	return `${iso.slice(0, 16).replace("T", " ")} UTC`;
}

function statusJson({ sessions, running }: SessionListing): object {
	return {
		running: running === null ? null : { pid: running.pid, host: running.host, since: running.since },
		sessions: sessions.map((session) => ({
			id: session.id,
			state: stateOf(session),
			started_at: session.startedAt,
			last_at: session.lastAt,
			backups_removed: session.backupsRemoved,
			phases: session.phases.map(({ story, status, commit, files, subject }) => ({ story, status, commit, files, subject })),
			decisions: session.decisions.map(({ issueId, problem, story, decision, files }) => ({
				issue: issueId,
				problem,
				story,
				decision,
				files,
			})),
		})),
	};
}
