import type { ObservedStage, StageLimits } from "./boot-course.ts";
import type { BootFailure, BootReport, BootStage, DatabaseChoice, StageResult, StageVerdict } from "./boot-report.ts";
import type { BootObservation } from "./boot-server.ts";
import { explainStop, pathNamesOf, shownException, type UnjoinedFailure } from "./explain-stop.ts";
import { bugReport, issueFromBoot, knowledgeOf } from "./found-by-boot.ts";
import { type Missing, serverSteps } from "./interpreter-advice.ts";
import { findForetold } from "./join-issue.ts";
import { missingTable, type Probe } from "./probe.ts";
import { progressOf, reachesOf } from "./reach.ts";
import type { ScratchDatabase } from "./scratch-database.ts";
import type { ShownText } from "./shown-text.ts";
import { describeStage } from "./stage-words.ts";
import { type PathNames, readException } from "./traceback.ts";
import type { VerifyRequest } from "./verify.ts";

/** All that a boot showed. */
export interface Shown {
	readonly request: VerifyRequest;
	readonly observation: BootObservation;
	/** Null where it never listened. */
	readonly probe: Probe | null;
	/** Milliseconds that the requests took. */
	readonly probed: number;
	readonly scratch: ScratchDatabase;
	/** Absolute paths under which the project may be named. */
	readonly roots: readonly string[];
	readonly shown: ShownText;
	readonly limits: StageLimits;
}

/** The stages in order. */
const bootStages: readonly BootStage[] = ["interpreter", "import", "engine", "lifespan", "listening", "answers", "shutdown"];

/** Characters of the output that a report holds. */
const longestOutput = 60_000;

/** Makes the report of a boot. */
export function composeReport(boot: Shown): BootReport {
	const { request, observation, probe, scratch, shown } = boot;
	const names = pathNamesOf(observation, boot.roots);
	const met = failureOf(boot, names);
	const unjoined = met !== null && wantsMigrations(met, request) ? null : met;
	const failure = unjoined === null ? null : join(unjoined, boot);
	const verdicts = verdictsOf(boot, unjoined, met);
	const stages = bootStages.map((stage): StageResult => {
		const { verdict, milliseconds } = verdicts.get(stage) ?? { verdict: "skipped" as const, milliseconds: 0 };
		return { stage, verdict, milliseconds, said: shown.line(describeStage(stage, verdict, boot)) };
	});
	const reached = { failure, verdicts: stages, ownModules: observation.ownModules };
	return {
		boots: probe !== null && !probe.everyRequestFails && probe.failed === null && observation.stop?.kind !== "foreign",
		unavailable: stages.some(({ verdict }) => verdict === "unavailable"),
		stages,
		failure,
		answers: (probe?.answers ?? []).map((answer) => ({
			...answer,
			path: shown.line(answer.path),
			body: shown.line(answer.body),
		})),
		moduleTimes: observation.moduleTimes.map(([module, milliseconds]) => ({ module: shown.line(module), milliseconds })),
		database: { choice: request.database, replaced: { ...scratch.replaced, ...replacedInCode(observation, shown) } },
		output: shown.text(observation.output.slice(-longestOutput)),
		reaches: reachesOf(reached),
		progress: progressOf(reached),
		nextSteps: nextStepsOf(boot),
	};
}

function failureOf({ observation, probe, shown }: Shown, names: PathNames): UnjoinedFailure | null {
	const { stop } = observation;
	if (stop !== null && stop.kind !== "no-server" && stop.kind !== "foreign") {
		const failure = explainStop(stop, observation, names, shown);
		return stop.kind === "hang" ? { ...failure, detail: waitingIn(failure) } : failure;
	}
	const failed = probe?.failed ?? null;
	if (failed === null || probe === null || stop?.kind === "foreign") return null;
	const { method, path, status } = failed.answer;
	const words = `${method} ${path} answered ${status ?? "nothing"}`;
	const read = readException(failed.printed, names);
	return {
		stage: "answers",
		...shownException({ ...read, error: read.error ?? words }, shown),
		everyRequestFails: probe.everyRequestFails,
	};
}

/** The innermost place where it stood, where that is not the project's own. */
function waitingIn({ frames, at }: UnjoinedFailure): readonly string[] {
	const innermost = frames.at(-1);
	const isAt = innermost?.path === at?.path && innermost?.line === at?.line;
	return innermost === undefined || isAt ? [] : [`waiting in ${innermost.path}:${innermost.line} ${innermost.name}`];
}

function join(failure: UnjoinedFailure, { request, observation }: Shown): BootFailure {
	const foretold = findForetold(failure, request.issues);
	if (foretold !== null) return { ...failure, issue: foretold, bugReport: null };
	const issue = issueFromBoot(failure, request.project.files);
	if (knowledgeOf({ ...failure, issue, bugReport: null }) === "unreachable") return { ...failure, issue, bugReport: null };
	const packages = new Set(
		failure.frames.flatMap(({ path }) => {
			const match = /^<site-packages>\/([^/.]+)/.exec(path);
			return match?.[1] === undefined ? [] : request.project.environment.distributionsFor(match[1]).slice(0, 1);
		}),
	);
	return {
		...failure,
		issue,
		bugReport: bugReport(failure, {
			version: request.version,
			python: observation.python?.version ?? null,
			packages: [...packages].map((name) =>
				`${name} ${request.project.environment.distributions.get(name)?.version ?? ""}`.trim(),
			),
		}),
	};
}

/** What the code itself names and a scratch database took the place of. */
function replacedInCode({ redirected }: BootObservation, shown: ShownText): Record<string, string> {
	return Object.fromEntries(
		redirected.map(({ to, host, port, database }) => {
			const server = `${host ?? ""}${port === null ? "" : `:${port}`}/${database ?? ""}`;
			const [address, instead] = to === "postgresql" ? [server, "postgresql (scratch)"] : [database ?? "", `${to} (copy)`];
			return [shown.line(address), instead];
		}),
	);
}

type Verdicts = ReadonlyMap<BootStage, Pick<ObservedStage, "verdict" | "milliseconds">>;

function verdictsOf(
	{ observation, probe, probed, scratch, request }: Shown,
	failure: UnjoinedFailure | null,
	met: UnjoinedFailure | null,
): Verdicts {
	const verdicts = new Map<BootStage, { verdict: StageVerdict; milliseconds: number }>(
		observation.stages.map(({ stage, verdict, milliseconds }) => [stage, { verdict, milliseconds }]),
	);
	// What failed and is held against nobody could not be tried.
	if (failure === null && met !== null) verdicts.set(met.stage, { verdict: "unavailable", milliseconds: 0 });
	if (failure?.stage === "engine") verdicts.set("engine", { verdict: "failed", milliseconds: 0 });
	else if (observation.engines.length > 0) verdicts.set("engine", { verdict: "passed", milliseconds: 0 });
	const { stop } = observation;
	if (stop?.kind === "foreign" && !stop.connecting && probe === null) {
		const { milliseconds } = verdicts.get("import") ?? { milliseconds: 0 };
		verdicts.set("import", { verdict: "passed", milliseconds });
		verdicts.set("lifespan", { verdict: "unavailable", milliseconds: 0 });
	} else if (stop === null && probe === null && scratch.lacking !== null && request.database === "scratch") {
		verdicts.set("lifespan", { verdict: "unavailable", milliseconds: 0 });
	}
	if (probe !== null && stop?.kind === "foreign") {
		verdicts.set("answers", { verdict: "unavailable", milliseconds: probed });
		verdicts.set("shutdown", { verdict: "skipped", milliseconds: 0 });
	} else if (probe !== null) {
		const failed = probe.everyRequestFails || probe.failed !== null;
		verdicts.set("answers", { verdict: failed ? "failed" : "passed", milliseconds: probed });
	}
	return verdicts;
}

/** Does start-up ask an empty scratch database for tables that the project's migrations make? That says nothing against its code. */
function wantsMigrations(
	{ error, stage }: Pick<UnjoinedFailure, "error" | "stage">,
	{ project, database }: VerifyRequest,
): boolean {
	if (database !== "scratch" || stage !== "lifespan") return false;
	const isWanting = missingTable.test(error) || /\b(alembic|aerich) upgrade\b|\brun (the )?migrations\b/i.test(error);
	return isWanting && [...project.files.keys()].some((path) => /(^|\/)(alembic|migrations?)\//.test(path));
}

function nextStepsOf({ observation, scratch, request }: Shown): readonly string[] {
	const { stop } = observation;
	if (stop?.kind === "no-server") return serverSteps(request.project);
	const configured = "Boot with the database as it is configured: bootmend verify --database configured";
	if (stop?.kind === "foreign") {
		const canBeScratch = /^(postgres|sqlite)/.test(stop.database?.scheme ?? "");
		const variable = "Let the URL come from an environment variable, so that a boot can bring a database of its own.";
		return [...(canBeScratch ? [variable] : []), configured, "Or look at the imports alone: bootmend verify --database none"];
	}
	if (stop !== null && wantsMigrations({ error: stop.text, stage: stop.stage }, request)) {
		return [configured, "Or look at the imports alone: bootmend verify --database none"];
	}
	if (scratch.lacking !== null) {
		return ["Install PostgreSQL (apt-get install postgresql, brew install postgresql@17); it need not run.", configured];
	}
	return [];
}

/** The report of a boot that could not even begin. */
export function unavailableReport(missing: Missing, choice: DatabaseChoice): BootReport {
	return {
		boots: false,
		unavailable: true,
		stages: bootStages.map((stage) => ({
			stage,
			verdict: stage === "interpreter" ? "unavailable" : "skipped",
			milliseconds: 0,
			said: stage === "interpreter" ? missing.reason : "",
		})),
		failure: null,
		answers: [],
		moduleTimes: [],
		database: { choice, replaced: {} },
		output: "",
		reaches: "nothing yet",
		progress: 0,
		nextSteps: missing.nextSteps,
	};
}
