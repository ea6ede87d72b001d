import { capitalised } from "../../text/sentences.ts";
import type { BootReport, BootStage } from "../../verify/boot-report.ts";
import { stageNames } from "../../verify/render-pretty.ts";
import type { BenchFacts } from "../boots/verify-bench.ts";
import { type SeenBoot, seenBoot } from "../boots/verify-record.ts";
import type { SessionState } from "../session.ts";
import { newestVerdict, trialVerdict, verdictOf } from "./verify-words.ts";

/** What is booted: the files as they are, the same once more after it came up, or with a fix that is not accepted yet. */
export type BootSubject =
	| { readonly type: "tree" }
	| { readonly type: "restart" }
	/** The files as they are, with the database that they are configured with. */
	| { readonly type: "configured" }
	/** `commands` are what the fix wants to be run besides, which no copy can show. */
	| { readonly type: "trial"; readonly label: string; readonly commands: readonly string[] };

/** A boot that is under way while the person reads on. */
export interface RunningBoot {
	readonly subject: BootSubject;
	readonly revision: number;
	readonly stage: BootStage | null;
}

/** A boot that has ended, whole, for the page that shows it stage by stage. */
export interface EndedBoot {
	readonly subject: BootSubject;
	readonly report: BootReport;
	readonly verdict: string;
}

/** What the screen knows about boots and the environment; what lasts is in the session. */
export interface BenchState {
	/** Null where this wizard has no workbench. */
	readonly facts: BenchFacts | null;
	/** Has the person said that the project's code may be run? */
	readonly mayBoot: boolean;
	readonly running: RunningBoot | null;
	readonly ended: EndedBoot | null;
	/** Is an installation under way? */
	readonly isInstalling: boolean;
	/** Have packages come since the newest boot? */
	readonly hasNewPackages: boolean;
}

const noBench: BenchState = {
	facts: null,
	mayBoot: false,
	running: null,
	ended: null,
	isInstalling: false,
	hasNewPackages: false,
};

/** The workbench as a session opens; one whose session has booted before may do so again. */
export function openBench(facts: BenchFacts | null, state: SessionState): BenchState {
	return { ...noBench, facts, mayBoot: state.boots.first !== null };
}

export function canBoot({ facts }: BenchState): boolean {
	return facts !== null && facts.lacks === null;
}

/** Did the newest boot find something that the audit had not foreseen? */
export function hasBugReport({ ended }: BenchState): boolean {
	return ended?.report.failure?.bugReport != null;
}

/** Is there something to install, and a way to? */
export function canInstall({ facts }: BenchState, state: SessionState): boolean {
	if (facts === null || facts.install.type === "refused") return false;
	return facts.lacks !== null || state.report.issues.some((issue) => issue.rule === "declared-not-installed");
}

/** Would a boot of the files as they are tell anything that the newest one does not? */
export function wantsBoot(bench: BenchState, state: SessionState): boolean {
	if (!bench.mayBoot || !canBoot(bench)) return false;
	const running = bench.running?.subject.type;
	if (bench.running !== null && (running === "tree" || running === "configured"))
		return bench.running.revision !== state.revision;
	return bench.hasNewPackages || state.boots.newest?.revision !== state.revision;
}

/** A boot has ended: what the session is to keep of it (nothing of a trial), and its verdict. */
export function endBoot(
	bench: BenchState,
	report: BootReport,
	state: SessionState,
): { readonly bench: BenchState; readonly boot: SeenBoot; readonly verdict: string } {
	const subject = bench.running?.subject ?? { type: "tree" };
	const boot = seenBoot(report, bench.running?.revision ?? state.revision);
	const words =
		subject.type === "trial" ? trialWords(subject, state.boots.newest, boot) : capitalised(verdictOf(state.boots.first, boot));
	const verdict = words + otherWay(bench, report);
	return {
		bench: {
			...bench,
			running: null,
			ended: { subject, report, verdict },
			hasNewPackages: bench.hasNewPackages && subject.type !== "tree",
		},
		boot,
		verdict,
	};
}

/** Where only the scratch database is missing, the configured one is another way. */
function otherWay({ facts }: BenchState, { unavailable, stages }: BootReport): string {
	const isDatabase = stages.some(({ stage, verdict }) => verdict === "unavailable" && stage !== "interpreter");
	return unavailable && isDatabase && (facts?.databases.length ?? 0) > 0 ? ". D boots it with its own database." : "";
}

function trialWords({ label, commands }: Extract<BootSubject, { type: "trial" }>, without: SeenBoot | null, boot: SeenBoot) {
	const besides =
		commands.length === 0 || boot.boots ? "" : `. This is without \`${commands.join("; ")}\`, which the fix wants besides.`;
	return trialVerdict(label, without, boot) + besides;
}

/** `words` is the same several times over, the shortest last. */
export interface BootLine {
	readonly words: readonly string[];
	readonly isRunning: boolean;
	readonly boots: boolean;
}

/** One line on the boots: what is under way, else what the newest came to; null where there is nothing to say. */
export function bootLine(bench: BenchState, state: SessionState): BootLine | null {
	const { running } = bench;
	if (running !== null) {
		const what = {
			tree: "Booting it",
			restart: "Starting it once more",
			configured: "Booting it with its own database",
			trial: "Trying the fix",
		}[running.subject.type];
		const label = running.subject.type === "trial" ? ` of ${running.subject.label} in a copy` : "";
		const stage = running.stage === null ? "" : `: ${stageNames[running.stage].toLowerCase()}`;
		return { words: [`${what}${label} in the background${stage}`, `${what}${stage}`], isRunning: true, boots: false };
	}
	const { newest } = state.boots;
	const verdict = newestVerdict(state.boots, state.revision);
	if (newest === null || verdict === null) return null;
	const isOld = newest.revision !== state.revision;
	const words = [
		`boot  ${verdict}`,
		...(isOld ? [] : [`boot  ${verdictOf(null, newest)}`]),
		isOld
			? `boot  ${newest.boots ? "came up" : `reached ${newest.reaches}`} before the newest changes`
			: `boot  ${newest.boots ? "boots" : `reaches ${newest.reaches}`}`,
	];
	return { words, isRunning: false, boots: newest.boots };
}
