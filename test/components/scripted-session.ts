import type { Fix } from "../../src/audit/fix.ts";
import { type Category, type Issue, type Severity, type Stage, stories, storyOf } from "../../src/audit/issue.ts";
import { noBoots, type SeenBoots, withBoot } from "../../src/session/boots/verify-record.ts";
import type { Command, DecidedIssue, Outcome, PhaseState, Session, SessionState } from "../../src/session/session.ts";
import { applyToFiles } from "../../src/text/edit.ts";
import { LineIndex } from "../../src/text/line-index.ts";

/** A fault of the scripted project: it is there as long as `find` stands in the file, and mended by `replace`. */
export interface ScriptedFault {
	readonly path: string;
	readonly find: string;
	readonly replace: string | null;
	readonly category: Category;
	readonly severity: Severity;
	readonly problem: string;
	readonly error?: string;
	readonly stage?: Stage;
	readonly review?: boolean;
	readonly alternative?: string;
	readonly steps?: readonly string[];
	readonly commands?: readonly string[];
}

export interface ScriptedProject {
	readonly files: Readonly<Record<string, string>>;
	readonly faults: readonly ScriptedFault[];
	readonly resumedFrom?: string;
	readonly git?: boolean;
	readonly onOwnWork?: SessionState["onOwnWork"];
	readonly rollbacks?: SessionState["rollbacks"];
}

/** A session in memory that keeps the contract of a real one, for the screen's own tests: every audit looks at the texts as they are. */
export class ScriptedSession implements Session {
	readonly commands: Command[] = [];
	files: ReadonlyMap<string, string>;
	closed = false;
	private decided: DecidedIssue[] = [];
	private undone: DecidedIssue[] = [];
	private phases: PhaseState[] = stories.map((story) => ({ story, status: "open", commit: null, files: [], subject: null }));
	private finished = false;
	private backupsRemoved = false;
	private boots: SeenBoots = noBoots;
	private revision = 1;
	private readonly listeners = new Set<(state: SessionState) => void>();
	state: SessionState;

	constructor(private readonly project: ScriptedProject) {
		this.files = new Map(Object.entries(project.files));
		this.state = this.audit();
	}

	subscribe(listener: (state: SessionState) => void): () => void {
		this.listeners.add(listener);
		return () => this.listeners.delete(listener);
	}

	async dispatch(command: Command): Promise<Outcome> {
		// Looking changes nothing, and the screen does it by itself.
		if (command.type !== "look") this.commands.push(command);
		if (/^(accept|undo|redo|rollback)/.test(command.type)) this.revision++;
		const outcome = this.carryOut(command);
		this.state = this.audit();
		for (const listener of this.listeners) listener(this.state);
		return outcome;
	}

	async close(): Promise<void> {
		this.closed = true;
	}

	private carryOut(command: Command): Outcome {
		switch (command.type) {
			case "accept":
				return this.accept(command.fingerprint, command.fix, command.edited);
			case "accept-all": {
				for (const fingerprint of command.fingerprints) {
					const fix = this.find(fingerprint)?.fix;
					if (fix != null) this.accept(fingerprint, fix, false);
					this.state = this.audit();
				}
				return done(`${command.fingerprints.length} fixes applied.`);
			}
			case "skip": {
				const issue = this.find(command.fingerprint);
				if (issue === undefined) return refused("There is no such issue.");
				this.decide({
					issue,
					decision: { type: "skipped", reason: command.reason },
					story: issue.story,
					files: [],
					fix: null,
					before: new Map(),
				});
				return done(`Skipped ${issue.id}.`);
			}
			case "undo": {
				const last = this.decided.pop();
				if (last === undefined) return refused("Nothing to undo.");
				this.undone.push(last);
				this.files = new Map([...this.files, ...last.before]);
				return done(`Took the decision on ${last.issue.id} back.`);
			}
			case "redo": {
				const last = this.undone.pop();
				if (last === undefined) return refused("Nothing to do again.");
				if (last.fix !== null) this.files = new Map([...this.files, ...(applyToFiles(this.files, last.fix.edits) ?? [])]);
				this.decided.push(last);
				return done(`Decided ${last.issue.id} again.`);
			}
			case "commit-phase": {
				const files = [...new Set(this.decided.filter((issue) => issue.story === command.story).flatMap((issue) => issue.files))];
				const subject = `fix(${command.story}): resolve ${command.story} errors`;
				this.setPhase({ story: command.story, status: "committed", commit: "0123456789abcdef", files, subject });
				this.undone = [];
				return done(`Committed ${command.story}: ${subject}`);
			}
			case "look":
				return done("Looked.");
			case "restore-phase":
				return refused("Nothing was taken back.");
			case "rollback-phase": {
				const later = stories.filter(
					(story) => story > command.story && this.phases.some((phase) => phase.story === story && phase.status === "committed"),
				);
				if (later.length > 0 && command.withLater !== true) {
					return {
						type: "refused",
						message: `${later.join(" and ")} changed the same lines.`,
						nextStep: "Take both back.",
						later,
					};
				}
				for (const story of later) this.carryOut({ type: "rollback-phase", story });
				const own = this.decided.filter((issue) => issue.story === command.story);
				for (const issue of own.reverse()) this.files = new Map([...this.files, ...issue.before]);
				this.decided = this.decided.filter((issue) => issue.story !== command.story);
				this.setPhase({ story: command.story, status: "rolled-back", commit: null, files: [], subject: null });
				return {
					...done(`Took ${command.story} back.`),
					ledger: own.flatMap((issue) => issue.files).map((path) => ({ path, result: "restored" as const })),
				};
			}
			case "audit":
				return done("Audited again.");
			case "note-boot":
				this.boots = withBoot(this.boots, command.boot, command.restart);
				return done("Noted.");
			case "remove-backups":
				this.backupsRemoved = true;
				return done("The backups are removed.");
			case "finish":
				this.finished = true;
				return done("Finished.");
		}
	}

	private accept(fingerprint: string, fix: Fix, edited: boolean): Outcome {
		const issue = this.find(fingerprint);
		const after = applyToFiles(this.files, fix.edits);
		if (issue === undefined || after === null) return refused("The file has changed.");
		const before = new Map([...after.keys()].map((path) => [path, this.files.get(path) ?? ""]));
		this.files = new Map([...this.files, ...after]);
		this.decide({
			issue,
			decision: { type: "accepted", edited, write: 1 },
			story: issue.story,
			files: [...after.keys()],
			fix,
			before,
		});
		return done(`Applied ${issue.id}.`);
	}

	private decide(decided: DecidedIssue): void {
		this.decided.push(decided);
		this.undone = [];
		this.phases = this.phases.map((phase) =>
			phase.story === decided.story && phase.status === "rolled-back" ? { ...phase, status: "open" } : phase,
		);
	}

	private find(fingerprint: string): Issue | undefined {
		return this.state.report.issues.find((issue) => issue.fingerprint === fingerprint);
	}

	private setPhase(phase: PhaseState): void {
		this.phases = this.phases.map((candidate) => (candidate.story === phase.story ? phase : candidate));
	}

	private audit(): SessionState {
		const skipped = new Set(
			this.decided.filter((issue) => issue.decision.type === "skipped").map((issue) => issue.issue.fingerprint),
		);
		const numbers = new Map<Category, number>();
		const issues = this.project.faults.flatMap((fault, index): Issue[] => {
			const text = this.files.get(fault.path) ?? "";
			const start = text.indexOf(fault.find);
			if (start < 0) return [];
			const number = (numbers.get(fault.category) ?? 0) + 1;
			numbers.set(fault.category, number);
			return [issueOf(fault, `fault-${index}`, `${fault.category}-${String(number).padStart(3, "0")}`, text, start)];
		});
		return {
			id: "20260206-120000",
			report: {
				project: {
					root: "/home/someone/todo",
					backend: "backend",
					target: "src.main:app",
					targetEvidence: "backend/src/main.py builds a FastAPI app",
					packageRoot: "src",
					python: "3.11 (.venv)",
					manifests: ["backend/requirements.txt"],
				},
				filesScanned: this.files.size,
				durationSeconds: 0.1,
				issues: issues.filter((issue) => !skipped.has(issue.fingerprint) || issue.blocksStartup),
				criticalPath: issues.filter((issue) => issue.blocksStartup || issue.severity === "HIGH").map((issue) => issue.id),
				phases: [],
				recommendations: [],
				dependencies: [],
				importGraph: { modules: [], edges: [], cycles: [] },
				startCommands: [],
				otherApplications: [],
				notices: [],
			},
			sources: this.files,
			decided: [...this.decided],
			phases: this.phases,
			canUndo: this.decided.length > 0,
			canRedo: this.undone.length > 0,
			onOwnWork: this.project.onOwnWork ?? new Map(),
			rollbacks: this.project.rollbacks ?? [],
			git: this.project.git === false ? null : { branch: "main", head: "abc", dirtyFiles: [] },
			finished: this.finished,
			backupsRemoved: this.backupsRemoved,
			boots: this.boots,
			revision: this.revision,
			resumedFrom: this.project.resumedFrom ?? null,
		};
	}
}

function issueOf(fault: ScriptedFault, fingerprint: string, id: string, text: string, start: number): Issue {
	const range = { start, end: start + fault.find.length };
	const { line, column } = new LineIndex(text).positionAt(start);
	const stage = fault.stage ?? (fault.severity === "CRITICAL" ? "import" : "none");
	const fixTo = (newText: string, title: string): Fix => ({
		title,
		explanation: `It makes ${fault.path} say what the installed versions offer.`,
		applicability: fault.review === true ? "review" : "safe",
		edits: [{ path: fault.path, range, newText }],
		commands: fault.commands ?? [],
	});
	return {
		id,
		rule: "scripted-fault",
		fingerprint,
		severity: fault.severity,
		category: fault.category,
		story: storyOf(fault.category),
		stage,
		blocksStartup: fault.severity === "CRITICAL",
		reachedFromTarget: true,
		failsOn: fault.severity === "CRITICAL" ? ["this-machine", "clean-install"] : [],
		at: { path: fault.path, range, line, column, endLine: line },
		problem: fault.problem,
		rootCause: `The installed versions decide this: ${fault.problem}.`,
		expectedError: fault.error ?? null,
		raisedAt: { path: fault.path, line },
		importChain: ["src.main", "src.core.database"],
		fix: fault.replace === null ? null : fixTo(fault.replace, `Mend ${fault.problem}`),
		alternatives: fault.alternative === undefined ? [] : [fixTo(fault.alternative, `Another way for ${fault.problem}`)],
		manualSteps: fault.steps ?? [],
		related: [],
		hides: [],
	};
}

function done(message: string): Extract<Outcome, { type: "done" }> {
	return { type: "done", message };
}

function refused(message: string): Outcome {
	return { type: "refused", message, nextStep: "Press r to audit again." };
}
