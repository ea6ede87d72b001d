import type { AuditReport } from "../../plan/audit-report.ts";
import type { Project } from "../../project/project.ts";
import { showLine } from "../../text/gate.ts";
import type { BootReport } from "../../verify/boot-report.ts";
import { configuredDatabases } from "../../verify/configured-databases.ts";
import { renderBootJson } from "../../verify/render-json.ts";
import { formatTime, renderBoot, stageNames } from "../../verify/render-pretty.ts";
import { verify } from "../../verify/verify.ts";
import { auditProject } from "../audit-project.ts";
import { confirm } from "../confirm.ts";
import { exitStatus } from "../exit-status.ts";
import { type Output, outputOf, type ProcessIo } from "../io.ts";
import type { VerifyOptions } from "../options.ts";
import { serverBase } from "../server-base.ts";
import { UserError } from "../user-error.ts";
import { version } from "../version.ts";

/** `bootmend verify`: boots the target for real, and reports stage by stage. */
export async function verifyCommand(path: string | undefined, options: VerifyOptions, io: ProcessIo): Promise<number> {
	const output = outputOf(io, options);
	const { project, report } = auditProject(path, options, io);
	if (options.database === "configured") await askForDatabase(project, options, io);
	const interruption = new AbortController();
	const interrupt = (): void => interruption.abort();
	process.once("SIGINT", interrupt);
	process.once("SIGTERM", interrupt);
	try {
		const result = await boot(project, report, options, io, interruption.signal, output);
		if (interruption.signal.aborted) return exitStatus.interrupted;
		const asJson = options.json === true || options.format === "json";
		output.data(
			asJson
				? renderBootJson(result, { name: "bootmend", version })
				: renderBoot(result, { colour: output.colour, width: output.width, verbose: options.verbose === true }),
		);
		return statusOf(result, options);
	} finally {
		process.off("SIGINT", interrupt);
		process.off("SIGTERM", interrupt);
	}
}

async function boot(
	project: Project,
	report: AuditReport,
	options: VerifyOptions,
	io: ProcessIo,
	signal: AbortSignal,
	output: Output,
): Promise<BootReport> {
	output.say(
		`Booting ${showLine(report.project.target ?? "the application")} in ${showLine(report.project.backend || ".")}, Python ${showLine(report.project.python)}`,
	);
	const began = performance.now();
	const result = await verify({
		project,
		issues: report.issues,
		database: options.database,
		base: serverBase(io),
		...(options.timeout === undefined ? {} : { limits: limitsOf(options.timeout) }),
		signal,
		version,
		onStage: (stage, verdict) => {
			if (verdict === "running") output.say(`  ${stageNames[stage]} …`);
		},
	});
	output.say(`  ${signal.aborted ? "interrupted" : "done"} after ${formatTime(performance.now() - began)}`);
	return result;
}

function limitsOf(seconds: number): { readonly import: number; readonly lifespan: number } {
	return { import: seconds * 1000, lifespan: seconds * 1000 };
}

function statusOf(report: BootReport, options: VerifyOptions): number {
	if (report.boots) return exitStatus.ok;
	if (report.unavailable) return exitStatus.couldNotRun;
	return options.database === "none" && report.failure === null ? exitStatus.ok : exitStatus.found;
}

/** The configured database is touched only after a yes, with its host before the person's eyes. */
async function askForDatabase(project: Project, options: VerifyOptions, io: ProcessIo): Promise<void> {
	if (options.yes) return;
	const urls = configuredDatabases(project);
	const which = urls.length === 0 ? "the database that the project is configured with" : urls.join(", ");
	const answer = await confirm(io, `The server will connect to ${which}, and may change it. Go on?`);
	if (answer === "yes") return;
	if (answer === "no")
		throw new UserError("Nothing was started.", "Without --database configured, a boot brings throw-away databases.");
	throw new UserError(
		`A boot with --database configured connects to ${which}, and may change it.`,
		"Say that you mean it with --yes; without --database, a boot brings throw-away databases.",
	);
}
