import { stories } from "../audit/issue.ts";
import type { Repository } from "../workspace/git.ts";
import { decidedIssue } from "./decision-details.ts";
import type { Diagnosis } from "./diagnosis.ts";
import { fixesOnOwnWork } from "./own-work.ts";
import { forecastPhases } from "./rollback/forecast-rollback.ts";
import type { DecidedIssue, PhaseState, SessionState } from "./session.ts";
import type { SessionContext } from "./session-context.ts";
import { acceptedOf, type RecordedDecision, type SessionRecord } from "./session-record.ts";
import { newestOpenDecision } from "./undo-decision.ts";

/** What git says of the working tree at the moment; null without git. */
async function gitState(repository: Repository | null): Promise<SessionState["git"]> {
	if (repository === null) return null;
	const { branch, commit, dirtyFiles } = await repository.workingTree();
	return { branch, head: commit, dirtyFiles };
}

/** Builds states; what a decision looked like is read from the backups once. */
export class StateBuilder {
	readonly #decided = new Map<string, DecidedIssue>();

	constructor(readonly context: SessionContext) {}

	async build(diagnosis: Diagnosis, resumedFrom: string | null): Promise<SessionState> {
		const git = await gitState(this.context.repository);
		const { record } = this.context.journal;
		return {
			id: record.id,
			report: diagnosis.report,
			sources: editedSources(diagnosis),
			decided: record.decisions.map((decision) => this.#decidedIssue(decision)),
			phases: phaseStates(record),
			canUndo: newestOpenDecision(record.decisions) !== undefined,
			canRedo: record.undone.length > 0,
			git,
			onOwnWork: await fixesOnOwnWork(this.context, diagnosis, git?.dirtyFiles ?? []),
			rollbacks: await forecastPhases(this.context),
			finished: record.finished,
			backupsRemoved: record.backupsRemoved,
			boots: record.boots,
			revision: record.nextWrite,
			resumedFrom,
		};
	}

	#decidedIssue(decision: RecordedDecision): DecidedIssue {
		const key = `${decision.record.fingerprint} ${decision.record.details} ${decision.write} ${decision.reason}`;
		const known = this.#decided.get(key) ?? decidedIssue(this.context, decision);
		this.#decided.set(key, known);
		return known;
	}
}

/** Where each phase stands. */
export function phaseStates(record: SessionRecord): readonly PhaseState[] {
	return stories.map((story) => {
		const { status, commits } = record.phases[story];
		const newest = status === "committed" ? commits.at(-1) : undefined;
		const files = acceptedOf(record, story).flatMap((decision) => decision.files.map((file) => file.path));
		return { story, status, commit: newest?.hash ?? null, files: [...new Set(files)], subject: newest?.subject ?? null };
	});
}

function editedSources({ report, files }: Diagnosis): ReadonlyMap<string, string> {
	const fixes = report.issues.flatMap((issue) => [...(issue.fix ? [issue.fix] : []), ...issue.alternatives]);
	const sources = new Map<string, string>();
	for (const { path } of fixes.flatMap((fix) => [...fix.edits, ...(fix.moves ?? [])])) {
		const text = files.get(path)?.text;
		if (text !== undefined) sources.set(path, text);
	}
	return sources;
}
