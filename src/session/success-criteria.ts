import { type Issue, severities } from "../audit/issue.ts";
import { showLine } from "../text/gate.ts";
import { capitalised, sentence } from "../text/sentences.ts";
import type { BootStage } from "../verify/boot-report.ts";
import type { SeenBoot } from "./boots/verify-record.ts";
import type { DecidedIssue, SessionState } from "./session.ts";
import { unavailableWords } from "./view/verify-words.ts";

/** One of the success criteria that a mended backend is held to (SC-001 … SC-008), with what speaks for or against it. */
export interface Criterion {
	readonly id: string;
	readonly promise: string;
	/** `open`: neither met nor missed, as long as nothing was booted or something is still undecided. */
	readonly status: "met" | "missed" | "open";
	/** A sentence or several, of what was seen. */
	readonly evidence: string;
}

/** The checklist of the polish phase. What only a boot can prove stays open without one. */
export function successCriteria(state: SessionState): readonly Criterion[] {
	const boot = currentBoot(state);
	return [
		startsWithoutImportErrors(state, boot),
		everythingFound(state, boot),
		everyIssueHasAFix(state),
		auditIsQuick(state),
		databaseComesUp(state, boot),
		routersAnswer(boot),
		noCircularImports(state),
		versionsAgree(state, boot),
	];
}

/** The restart test (T049): the same files started a second time. */
export function restartCriterion({ boots }: SessionState): Criterion | null {
	const { restarted } = boots;
	if (restarted === null || restarted.unavailable) return null;
	return {
		id: "restart",
		promise: "The fixes hold when the server is started again",
		status: restarted.boots ? "met" : "missed",
		evidence: restarted.boots ? "It was started a second time and answered again." : `The second start ${stopOf(restarted)}.`,
	};
}

type Judged = Pick<Criterion, "status" | "evidence">;

/** The newest boot, where it was of the files as they are and could be tried. */
function currentBoot({ boots, revision }: SessionState): SeenBoot | null {
	const { newest } = boots;
	return newest === null || newest.unavailable || newest.revision !== revision ? null : newest;
}

function startsWithoutImportErrors(state: SessionState, boot: SeenBoot | null): Criterion {
	const judge = (): Judged => {
		if (boot === null)
			return withoutBoot(
				state,
				state.report.issues.filter((issue) => issue.blocksStartup),
			);
		const passed = verdictOf(boot, "import") === "passed";
		if (!passed) return { status: "missed", evidence: `It ${stopOf(boot)}.` };
		const where = verdictOf(boot, "listening") === "passed" ? "The server came up" : "Everything was imported";
		return {
			status: boot.boots ? "met" : boot.stages.some(isFailed) ? "missed" : "open",
			evidence: `${where}; it reaches ${boot.reaches}.`,
		};
	};
	return { id: "SC-001", promise: "The server starts without ImportError or ModuleNotFoundError", ...judge() };
}

function everythingFound(state: SessionState, boot: SeenBoot | null): Criterion {
	const found = [...state.decided.map(({ issue }) => issue), ...state.report.issues];
	const critical = new Set(found.filter((issue) => issue.severity === severities[0]).map((issue) => issue.fingerprint)).size;
	const counted =
		critical === 0
			? "No fault that stops start-up found"
			: `${critical} ${critical === 1 ? "fault that stops" : "faults that stop"} start-up found`;
	const judge = (): Judged => {
		const seen = [state.boots.first, state.boots.newest].filter((each) => each !== null);
		if (seen.some((each) => each.foretold === false))
			return { status: "missed", evidence: `${counted}; a boot met one that the audit had not foreseen.` };
		const mended = critical === 0 ? "" : `${critical === 1 ? "with it" : "with them"} mended `;
		if (boot?.boots) return { status: "met", evidence: `${counted}, and ${mended}it boots: nothing was overlooked.` };
		const all = critical === 0 ? "that there is none" : "that there are no more";
		return { status: "open", evidence: `${counted}; only a boot that comes up proves ${all}.` };
	};
	return { id: "SC-002", promise: "All faults that stop start-up are identified", ...judge() };
}

function everyIssueHasAFix(state: SessionState): Criterion {
	const accepted = state.decided.filter(isAccepted).length;
	const left = state.report.issues.filter((issue) => issue.fix === null);
	const byHand =
		left.length === 0 ? "" : ` ${left.length} can only be mended by hand: ${left.map((issue) => issue.id).join(", ")}.`;
	const status = left.length === 0 ? "met" : left.some((issue) => issue.blocksStartup) ? "missed" : "open";
	return {
		id: "SC-003",
		promise: "Every issue comes with a fix that can be applied",
		status,
		evidence: accepted === 0 && state.report.issues.length === 0 ? "There was none to mend." : `${accepted} applied.${byHand}`,
	};
}

/** The specification's limit, in seconds. */
const auditLimit = 300;

function auditIsQuick({ report }: SessionState): Criterion {
	const { durationSeconds, filesScanned } = report;
	return {
		id: "SC-004",
		promise: "The audit takes less than five minutes",
		status: durationSeconds < auditLimit ? "met" : "missed",
		evidence: `${filesScanned} files in ${durationSeconds.toFixed(1)} s.`,
	};
}

function databaseComesUp(state: SessionState, boot: SeenBoot | null): Criterion {
	const judge = (): Judged => {
		if (boot === null)
			return withoutBoot(
				state,
				state.report.issues.filter(({ category, severity }) => category === "DATABASE" && severity === "CRITICAL"),
			);
		const verdict = verdictOf(boot, "lifespan");
		if (verdict === "unavailable") return { status: "open", evidence: capitalised(sentence(saidOf(boot, "lifespan"))) };
		if (verdict !== "passed") return { status: boot.stages.some(isFailed) ? "missed" : "open", evidence: `It ${stopOf(boot)}.` };
		const engine = [...new Set(saidOf(boot, "engine").split("; "))].join(", ");
		const on = boot.databases.length === 0 ? "" : ` on ${boot.databases.join(", ")}`;
		const line = boot.log.find((each) => /database/i.test(each) && !/error|fail/i.test(each));
		const logged = line === undefined ? "" : ` It printed: ${showLine(line.trim())}`;
		return { status: "met", evidence: `Start-up completed${on}${engine === "" ? "" : ` (${engine})`}.${logged}` };
	};
	return { id: "SC-005", promise: "The database connection comes up during start-up", ...judge() };
}

function routersAnswer(boot: SeenBoot | null): Criterion {
	const judge = (): Judged => {
		if (boot === null) return { status: "open", evidence: "Not booted as it is now." };
		if (boot.answers.length === 0)
			return { status: boot.stages.some(isFailed) ? "missed" : "open", evidence: "Nothing could be asked yet." };
		const words = boot.answers.slice(0, 8).map(({ method, path, status }) => `${method} ${path} ${status ?? "no answer"}`);
		const more = boot.answers.length > words.length ? ` and ${boot.answers.length - words.length} more` : "";
		return { status: boot.boots ? "met" : "missed", evidence: `${words.join(", ")}${more}.` };
	};
	return { id: "SC-006", promise: "All routers are registered and answer", ...judge() };
}

function noCircularImports(state: SessionState): Criterion {
	const broken = state.report.issues.filter((issue) => issue.rule === "circular-import");
	const cycles = state.report.importGraph.cycles.length;
	const harmless = `${cycles} import ${cycles === 1 ? "cycle" : "cycles"} that Python gets through`;
	return {
		id: "SC-007",
		promise: "No circular import fails",
		status: broken.length === 0 ? "met" : "missed",
		evidence:
			broken.length > 0
				? `${broken.map((issue) => issue.id).join(", ")} stands.`
				: cycles === 0
					? "No module imports itself by a detour."
					: `${harmless}.`,
	};
}

const databaseStack = new Set([
	"fastapi",
	"sqlmodel",
	"sqlalchemy",
	"pydantic",
	"asyncpg",
	"psycopg",
	"psycopg2",
	"psycopg2-binary",
	"aiosqlite",
	"uvicorn",
]);

function versionsAgree(state: SessionState, boot: SeenBoot | null): Criterion {
	const wrong = state.report.issues.filter(
		({ category, severity }) => category === "DEPENDENCY" && (severity === "CRITICAL" || severity === "HIGH"),
	);
	const stack = state.report.dependencies
		.filter((row) => databaseStack.has(row.name.toLowerCase()))
		.map((row) => `${row.name} ${row.installed ?? row.declared ?? ""}`.trim());
	const versions = stack.length === 0 ? "" : ` ${showLine(stack.join(", "))}.`;
	if (wrong.length > 0)
		return versionsCriterion(
			"missed",
			`${wrong.map((issue) => issue.id).join(", ")} ${wrong.length === 1 ? "stands" : "stand"}.${versions}`,
		);
	const isSeen = boot !== null && verdictOf(boot, "import") === "passed";
	return versionsCriterion(
		isSeen ? "met" : "open",
		`${isSeen ? "They were imported together." : "Nothing speaks against them; not booted as it is now."}${versions}`,
	);
}

function versionsCriterion(status: Criterion["status"], evidence: string): Criterion {
	return { id: "SC-008", promise: "The versions of the database stack fit together", status, evidence };
}

function withoutBoot({ boots }: SessionState, standing: readonly Issue[]): Judged {
	if (standing.length > 0)
		return {
			status: "missed",
			evidence: `${standing.map((issue) => issue.id).join(", ")} ${standing.length === 1 ? "stands" : "stand"} in the way, by the audit.`,
		};
	const why = boots.newest?.unavailable ? `it ${unavailableWords(boots.newest)}` : "not booted as it is now";
	return { status: "open", evidence: `The audit finds nothing in the way; ${why}.` };
}

function verdictOf(boot: SeenBoot, stage: BootStage) {
	return boot.stages.find((each) => each.stage === stage)?.verdict ?? "skipped";
}

function saidOf(boot: SeenBoot, stage: BootStage): string {
	return showLine(boot.stages.find((each) => each.stage === stage)?.said ?? "");
}

function isFailed({ verdict }: SeenBoot["stages"][number]): boolean {
	return verdict === "failed" || verdict === "hung";
}

function stopOf({ reaches, error }: SeenBoot): string {
	return error === null ? `reaches ${reaches}` : `stops at ${reaches}: ${error}`;
}

function isAccepted({ decision }: DecidedIssue): boolean {
	return decision.type === "accepted";
}
