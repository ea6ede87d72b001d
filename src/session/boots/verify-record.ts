import { showLine } from "../../text/gate.ts";
import type { BootReport, BootStage, StageVerdict } from "../../verify/boot-report.ts";

/** What a session keeps of a boot: enough to compare it with later ones, and to prove the success criteria by. */
export interface SeenBoot {
	/** The session's {@link SessionState.revision} when it began: tells whether files have changed since. */
	readonly revision: number;
	readonly boots: boolean;
	/** A stage could not be tried on this machine; `reason` says which and why. */
	readonly unavailable: boolean;
	readonly reason: string | null;
	/** The end of a sentence: `the database connection`. */
	readonly reaches: string;
	/** The higher the farther. */
	readonly progress: number;
	/** What stops it, and `path:line` of the project where it does. */
	readonly error: string | null;
	readonly at: string | null;
	/** Did the audit foresee what stops it? Null where nothing does. */
	readonly foretold: boolean | null;
	readonly stages: readonly { readonly stage: BootStage; readonly verdict: StageVerdict; readonly said: string }[];
	readonly answers: readonly { readonly method: string; readonly path: string; readonly status: number | null }[];
	/** What stood behind the database URLs: `postgresql (scratch)`; {@link ownDatabase} where nothing took their place. */
	readonly databases: readonly string[];
	/** Lines that the server itself printed about its start-up, the newest of them. */
	readonly log: readonly string[];
}

/** The boots that a session has seen. */
export interface SeenBoots {
	/** The oldest that could be tried: what later ones are compared with. */
	readonly first: SeenBoot | null;
	readonly newest: SeenBoot | null;
	/** A second start of the same files, right after the first. */
	readonly restarted: SeenBoot | null;
}

export const noBoots: SeenBoots = { first: null, newest: null, restarted: null };

/** What stands in {@link SeenBoot.databases} where the boot was one with the database that the backend is configured with. */
export const ownDatabase = "its own database";

const mostAnswers = 30;
const mostLogLines = 12;

/** What is kept of a boot's report; `revision` is the session's when the boot began. */
export function seenBoot(report: BootReport, revision: number): SeenBoot {
	const { failure } = report;
	return {
		revision,
		boots: report.boots,
		unavailable: report.unavailable,
		reason: report.stages.find(({ verdict }) => verdict === "unavailable")?.said ?? null,
		reaches: report.reaches,
		progress: report.progress,
		error: failure === null ? null : showLine(failure.error),
		at: failure === null || failure.at === null ? null : `${failure.at.path}:${failure.at.line}`,
		foretold: failure === null ? null : failure.bugReport === null,
		stages: report.stages.map(({ stage, verdict, said }) => ({ stage, verdict, said })),
		answers: report.answers.slice(0, mostAnswers).map(({ method, path, status }) => ({ method, path, status })),
		databases: report.database.choice === "configured" ? [ownDatabase] : [...new Set(Object.values(report.database.replaced))],
		log: report.output
			.split("\n")
			.map((line) => showLine(line.trimEnd()))
			.filter((line) => /start|database|error|running/i.test(line))
			.slice(-mostLogLines),
	};
}

/** One more boot. */
export function withBoot(boots: SeenBoots, boot: SeenBoot, restart: boolean): SeenBoots {
	if (restart) return { ...boots, restarted: boot };
	return { first: boots.first ?? (boot.unavailable ? null : boot), newest: boot, restarted: null };
}
