import type { Standing } from "../../apply/write-files.ts";
import { jsonText } from "../../report/json-text.ts";
import { paintWith } from "../../report/paint.ts";
import type { InterruptedStep } from "../../session/interrupted-step.ts";
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
	else if (newest.interrupted !== null) lines.push(...interruptionText(newest.interrupted));
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
	if (session.interrupted !== null) return "interrupted";
	return session.finished ? "finished" : "open";
}

/** What a run was doing when it was stopped, how far it had come, and the ways on. */
function interruptionText({ what, files }: InterruptedStep): readonly string[] {
	return [
		`The run stopped while it ${showLine(what)}.`,
		...files.map(({ path, standing }) => `  ${showLine(path)} ${standingWords[standing]}`),
		"The next start finishes that step, or takes it back where a file was changed since. Nothing is done before.",
	];
}

const standingWords: Readonly<Record<Standing, string>> = {
	before: "is as it was before",
	after: "is written",
	same: "stays as it is",
	other: "was changed since, and is left as it is",
};

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
			interrupted: session.interrupted,
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
