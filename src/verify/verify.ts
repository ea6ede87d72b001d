import type { Issue } from "../audit/issue.ts";
import type { Project } from "../project/project.ts";
import type { FileMove } from "../text/tree-change.ts";
import { realPath } from "../workspace/boot/real-path.ts";
import { copyProject, moveInCopy, writeOverlay } from "../workspace/boot/scratch-copy.ts";
import { type Supervisor, startSupervisor } from "../workspace/boot/supervisor.ts";
import { type StageLimits, usualLimits } from "./boot-course.ts";
import type { Answer, BootReport, BootStage, DatabaseChoice, StageVerdict } from "./boot-report.ts";
import { bootServer } from "./boot-server.ts";
import { composeReport, unavailableReport } from "./compose-report.ts";
import { readDatabaseSettings } from "./database-settings.ts";
import { whatIsMissing } from "./interpreter-advice.ts";
import { type Probe, probeServer } from "./probe.ts";
import { makeScratchDatabase, rewriteEnvFiles, type ScratchDatabase } from "./scratch-database.ts";
import { gateFor } from "./shown-text.ts";

/** What to boot, and how. */
export interface VerifyRequest {
	readonly project: Project;
	/** The audit's issues, to join a failure with. */
	readonly issues: readonly Issue[];
	readonly database: DatabaseChoice;
	/** Variables that a process cannot do without (`PATH`, `HOME`, `LANG`), under those that count as the server's. */
	readonly base: Readonly<Record<string, string>>;
	/** Longest times, in milliseconds; what is not named has its usual one. */
	readonly limits?: Partial<StageLimits>;
	/**
	 * What the copy gets in place of files on disk, by their paths relative to the root: a fix that is tried before it is accepted.
	 * `project` is to be understood with it.
	 */
	readonly overlay?: ReadonlyMap<string, string | Uint8Array>;
	/** Files of the copy that get another path, or go, before `overlay` is written. */
	readonly moves?: readonly FileMove[];
	/** Ends the boot at once; what is reported then says nothing. */
	readonly signal?: AbortSignal;
	/** bootmend's own, for a bug report. */
	readonly version: string;
	readonly onStage?: (stage: BootStage, verdict: StageVerdict | "running") => void;
	readonly onAnswer?: (answer: Answer) => void;
}

/**
 * Boots a project for real, stage by stage: in a copy of it (with `configured` in its own folder), on a free loopback port, with
 * throw-away databases unless told otherwise. Whatever happens, no process and no folder is left. Rejects where Python cannot be run at all.
 */
export async function verify(request: VerifyRequest): Promise<BootReport> {
	const { project } = request;
	const missing = whatIsMissing(project);
	if (missing !== null) return unavailableReport(missing, request.database);
	const { report, needsPostgres } = await verifyOnce(request, false);
	return needsPostgres ? (await verifyOnce(request, true)).report : report;
}

/** A boot, and whether it was stopped for want of a PostgreSQL that nothing but its code names. */
interface Verified {
	readonly report: BootReport;
	readonly needsPostgres: boolean;
}

async function verifyOnce(request: VerifyRequest, insisting: boolean): Promise<Verified> {
	const { project } = request;
	const supervisor = await startSupervisor(project.environment.pythonPath ?? "");
	const abort = (): void => void supervisor.end();
	request.signal?.addEventListener("abort", abort, { once: true });
	try {
		return await verifyWith(supervisor, request, insisting);
	} finally {
		request.signal?.removeEventListener("abort", abort);
		await supervisor.end();
	}
}

const noScratch: ScratchDatabase = { variables: {}, replaced: {}, postgres: null, lacking: null };

async function verifyWith(supervisor: Supervisor, request: VerifyRequest, insisting: boolean): Promise<Verified> {
	const { project, database } = request;
	const root = realPath(project.root);
	const isTrial = (request.overlay?.size ?? 0) + (request.moves?.length ?? 0) > 0;
	const isCopied = database !== "configured" || isTrial;
	const place = isCopied ? await copyProject(root, supervisor.folder, project.backend) : root;
	if (isTrial) await moveInCopy(place, request.moves ?? []);
	if (isTrial) await writeOverlay(place, request.overlay ?? new Map());
	const settings = readDatabaseSettings(project);
	const scratch =
		database === "scratch"
			? await makeScratchDatabase(project, supervisor, { root, copy: place }, request.base.HOME ?? null, insisting)
			: noScratch;
	if (isCopied) await writeOverlay(place, rewriteEnvFiles(project, scratch));
	const environment = serverEnvironment(request, root, place, scratch.variables);
	const shown = gateFor(
		[...settings.variables, ...Object.entries(environment)],
		isCopied ? { path: place, of: project.root } : null,
	);
	const limits = { ...usualLimits, ...request.limits };
	let probe: Probe | null = null;
	let probed = 0;
	const observation = await bootServer(
		supervisor,
		{
			python: project.environment.pythonPath ?? "",
			root: place,
			copyOf: isCopied ? root : null,
			workingDirectory: project.workingDirectory === "" ? place : `${place}/${project.workingDirectory}`,
			target: `${project.target?.module}:${project.target?.attribute}`,
			factory: project.target?.factory === true,
			environment,
			guarded: database !== "configured",
			postgres: scratch.postgres,
			importOnly: database === "none" || scratch.lacking !== null,
			limits,
			...(request.onStage ? { onStage: request.onStage } : {}),
		},
		async (server) => {
			request.onStage?.("answers", "running");
			const began = Date.now();
			probe = await probeServer(server, {
				posts: database === "scratch",
				emptyDatabase: database === "scratch",
				...(request.onAnswer ? { onAnswer: request.onAnswer } : {}),
			});
			probed = Date.now() - began;
			request.onStage?.("answers", probe.everyRequestFails || probe.failed !== null ? "failed" : "passed");
		},
	);
	const report = composeReport({
		request,
		observation,
		probe,
		probed,
		scratch,
		roots: [...new Set([place, root, project.root])],
		shown,
		limits,
	});
	const { stop } = observation;
	const lacksPostgres = database === "scratch" && scratch.postgres === null && scratch.lacking === null;
	const isStopped = stop?.kind === "foreign" && /^(postgres|cockroachdb)/.test(stop.database?.scheme ?? "");
	return { report, needsPostgres: lacksPostgres && isStopped && request.signal?.aborted !== true };
}

/** The server's variables: those of its shell and of `--env-file`, with the scratch databases over them. */
function serverEnvironment(
	request: VerifyRequest,
	root: string,
	place: string,
	scratch: Readonly<Record<string, string>>,
): Record<string, string> {
	const environment = { ...request.base, ...request.project.processEnvironment, ...scratch };
	const { PYTHONPATH } = environment;
	const entries = (PYTHONPATH?.split(":") ?? []).map((entry) =>
		entry === root || entry.startsWith(`${root}/`) ? place + entry.slice(root.length) : entry,
	);
	// What `--app-dir` or the PYTHONPATH of a start command puts before the packages.
	const { searchPath, workingDirectory } = request.project;
	const own = searchPath
		.filter((folder) => folder !== workingDirectory)
		.map((folder) => (folder === "" ? place : `${place}/${folder}`));
	return own.length + entries.length === 0 ? environment : { ...environment, PYTHONPATH: [...own, ...entries].join(":") };
}
