import { touchedFiles } from "../text/tree-change.ts";
import { removeBackups } from "../workspace/session-folder.ts";
import { describeSystemError } from "../workspace/system-error.ts";
import { acceptFix } from "./accept-fix.ts";
import { acceptPass } from "./accept-pass.ts";
import { commitPhase } from "./commit/commit-phase.ts";
import { misgivings } from "./compare-reports.ts";
import { keepDecision } from "./decision-details.ts";
import type { Diagnose, Diagnosis } from "./diagnosis.ts";
import { onOwnWorkWords } from "./own-work.ts";
import { recover } from "./recover.ts";
import { restorePhase, rollbackPhase } from "./rollback/rollback-phase.ts";
import type { Command, Outcome, Session, SessionState } from "./session.ts";
import { count, done, listed, refused, type SessionContext } from "./session-context.ts";
import { StateBuilder } from "./session-state.ts";
import { redoDecision, undoDecision } from "./undo-decision.ts";

/** Fixes may reveal fixes; a chain longer than this is going in circles. */
const mostPasses = 10;

/** The session as the commands see it. Commands queue up: each begins when the one before is done. */
export class RunningSession implements Session {
	readonly #context: SessionContext;
	readonly #diagnose: Diagnose;
	readonly #builder: StateBuilder;
	readonly #release: () => void;
	readonly #listeners = new Set<(state: SessionState) => void>();
	#diagnosis: Diagnosis;
	#state: SessionState;
	#queue: Promise<unknown> = Promise.resolve();
	#closed = false;

	private constructor(
		context: SessionContext,
		diagnose: Diagnose,
		diagnosis: Diagnosis,
		state: SessionState,
		builder: StateBuilder,
		release: () => void,
	) {
		this.#context = context;
		this.#diagnose = diagnose;
		this.#diagnosis = diagnosis;
		this.#state = state;
		this.#builder = builder;
		this.#release = release;
	}

	/** Audits, and opens the session for commands. */
	static async start(
		context: SessionContext,
		diagnose: Diagnose,
		resumedFrom: string | null,
		release: () => void,
	): Promise<RunningSession> {
		const diagnosis = await diagnose(context.journal.record.ids);
		noteAudit(context, diagnosis);
		const builder = new StateBuilder(context);
		const state = await builder.build(diagnosis, resumedFrom);
		return new RunningSession(context, diagnose, diagnosis, state, builder, release);
	}

	get state(): SessionState {
		return this.#state;
	}

	dispatch(command: Command): Promise<Outcome> {
		const result = this.#queue.then(() => this.#carryOut(command));
		this.#queue = result.catch(() => undefined);
		return result;
	}

	subscribe(listener: (state: SessionState) => void): () => void {
		this.#listeners.add(listener);
		return () => this.#listeners.delete(listener);
	}

	async close(): Promise<void> {
		await this.#queue;
		if (this.#closed) return;
		this.#closed = true;
		this.#release();
	}

	async #carryOut(command: Command): Promise<Outcome> {
		if (this.#closed) return refused("The session is closed", "Start bootmend again; it goes on where it stopped.");
		try {
			const { openWrite, openRollback, openCommit } = this.#context.journal.record;
			if (openWrite ?? openRollback ?? openCommit) {
				await recover(this.#context);
				await this.#audit();
			}
			return await this.#run(command);
		} catch (error) {
			// A file system that fails under the journal or the backups: nothing is written without them.
			if (!(error instanceof Error && "code" in error)) throw error;
			return refused(
				`.bootmend ${describeSystemError(error)}`,
				"Nothing is changed without a journal and a backup. Make room or mend the permissions, then try again.",
			);
		} finally {
			await this.#refresh();
		}
	}

	async #run(command: Command): Promise<Outcome> {
		switch (command.type) {
			case "accept":
				return this.#accept(command);
			case "accept-all":
				return this.#acceptAll(command.fingerprints, command.onOwnWork === true);
			case "skip":
				return this.#skip(command.fingerprint, command.reason);
			case "undo":
				return this.#audited(undoDecision(this.#context));
			case "redo":
				return this.#audited(redoDecision(this.#context));
			case "commit-phase":
				await this.#audit();
				return commitPhase(this.#context, command.story);
			case "rollback-phase":
				return this.#audited(await rollbackPhase(this.#context, command.story, command.withLater === true));
			case "restore-phase":
				return this.#audited(await restorePhase(this.#context, command.story));
			case "look":
				return done("Everything is as it stands");
			case "audit":
				await this.#audit();
				return done(`The audit finds ${count(this.#diagnosis.report.issues.length, "issue")}`);
			case "note-boot":
				this.#context.journal.append({ type: "booted", boot: command.boot, restart: command.restart });
				return done("The boot is noted");
			case "remove-backups":
				return this.#removeBackups();
			case "finish":
				this.#context.journal.append({ type: "finished" });
				return done("The session is finished; its backups stay until `bootmend clean`");
		}
	}

	async #accept(command: Extract<Command, { type: "accept" }>): Promise<Outcome> {
		const before = this.#diagnosis;
		const issue = this.#issue(command.fingerprint);
		if (issue === undefined)
			return refused("The audit no longer finds this issue", "There is nothing to accept; go on with the next one.");
		const own = this.#state.onOwnWork.get(issue.fingerprint);
		const shown = command.shown ?? null;
		const unseen = shown && touchedFiles(command.fix).find(({ path }) => shown.get(path) !== before.files.get(path)?.text);
		if (unseen) return refused(`${unseen.path} was audited again since this was shown`, "Look at the fresh proposal.");
		const result = await acceptFix(this.#context, { issue, fix: command.fix, edited: command.edited }, before.files, []);
		if (result.type === "stale") {
			await this.#audit();
			return refused(`${result.path} changed since the audit`, "It was audited again: look at the fresh proposal.");
		}
		if (result.type === "refused")
			return refused(
				`The fix of ${issue.id} is not applied: ${result.reason}`,
				result.isSound
					? "Nothing was changed. See to what is named, then accept it again."
					: command.edited
						? "Edit it again, or skip it."
						: "Edit it, or skip it.",
			);
		await this.#audit();
		const onTop = own === undefined ? [] : [`It stays out of the phase's commit: ${onOwnWorkWords(own)}.`];
		return done(`${issue.id} is fixed in ${listed(result.files)}`, [
			...onTop,
			...misgivings(before.report, this.#diagnosis.report, [issue.fingerprint]),
		]);
	}

	/** Pass by pass: all fixes that leave each other alone, then an audit, until none of those asked for is left. */
	async #acceptAll(fingerprints: readonly string[], onOwnWork: boolean): Promise<Outcome> {
		const first = this.#diagnosis.report;
		const applied: string[] = [];
		const problems = new Map<string, string>();
		for (let pass = 0; pass < mostPasses; pass++) {
			const wanted = fingerprints.filter((fingerprint) => !applied.includes(fingerprint));
			const accepted = await acceptPass(this.#context, this.#diagnosis, { fingerprints: wanted, onOwnWork }, problems);
			if (accepted.length === 0) break;
			applied.push(...accepted);
			await this.#audit();
		}
		const warnings = [...problems]
			.filter(([fingerprint]) => this.#issue(fingerprint) !== undefined)
			.map(([, problem]) => problem);
		if (applied.length === 0)
			return refused("No fix was applied", warnings.join(" ") || "The audit has no fix for these issues.");
		return done(`${count(applied.length, "fix", "fixes")} applied`, [
			...warnings,
			...misgivings(first, this.#diagnosis.report, applied),
		]);
	}

	#skip(fingerprint: string, reason: string | null): Outcome {
		const issue = this.#issue(fingerprint);
		if (issue === undefined)
			return refused("The audit no longer finds this issue", "There is nothing to skip; go on with the next one.");
		const decision = keepDecision(this.#context, issue, issue.fix);
		this.#context.journal.append({ type: "skipped", decision, reason });
		return done(`${issue.id} is skipped`);
	}

	#removeBackups(): Outcome {
		const { root, journal } = this.#context;
		if (journal.record.decisions.some((decision) => decision.type === "accepted" && !decision.closed))
			return refused("A phase is still open, and its way back is the backups", "Commit it or take it back first.");
		journal.append({ type: "backups-removed" });
		const bytes = removeBackups(root, journal.record.id);
		return done(`The backups of this session are removed (${Math.ceil(bytes / 1000)} kB); git still has every commit`);
	}

	#issue(fingerprint: string) {
		return this.#diagnosis.report.issues.find((issue) => issue.fingerprint === fingerprint);
	}

	async #audited(outcome: Outcome): Promise<Outcome> {
		if (outcome.type === "done") await this.#audit();
		return outcome;
	}

	async #audit(): Promise<void> {
		this.#diagnosis = await this.#diagnose(this.#context.journal.record.ids);
		noteAudit(this.#context, this.#diagnosis);
	}

	async #refresh(): Promise<void> {
		this.#state = await this.#builder.build(this.#diagnosis, this.#state.resumedFrom);
		for (const listener of this.#listeners) listener(this.#state);
	}
}

function noteAudit(context: SessionContext, { report }: Diagnosis): void {
	const critical = report.issues.filter((issue) => issue.severity === "CRITICAL").length;
	const { ids } = context.journal.record;
	const news = report.issues.filter((issue) => ids.get(issue.fingerprint) !== issue.id);
	context.journal.append({
		type: "audited",
		issues: report.issues.length,
		critical,
		...(news.length > 0 && { ids: Object.fromEntries(news.map((issue) => [issue.fingerprint, issue.id])) }),
	});
}
