import type { BootTrial, TryBoot } from "../session/boots/keep-progress.ts";
import type { BootReport } from "../verify/boot-report.ts";
import { verify } from "../verify/verify.ts";
import { auditProject } from "./audit-project.ts";
import type { Output, ProcessIo } from "./io.ts";
import type { CommonOptions } from "./options.ts";
import { serverBase } from "./server-base.ts";
import { version } from "./version.ts";

/** A way to boot the backend of a path as it is on disk at that moment, with throw-away databases. Where that is not possible it says so once. */
export function bootTrials(path: string | undefined, options: CommonOptions, io: ProcessIo, output: Output): TryBoot {
	let isPossible = true;
	return async () => {
		if (!isPossible) return null;
		const { project, report } = auditProject(path, options, io);
		const result = await verify({ project, issues: report.issues, database: "scratch", base: serverBase(io), version });
		isPossible = !result.unavailable;
		if (isPossible) return trialOf(result);
		const reason = result.stages.find(({ verdict }) => verdict === "unavailable")?.said ?? "";
		output.warn(`It cannot be booted here, so the fixes are not verified: ${reason}`);
		for (const step of result.nextSteps) output.warn(`  ${step}`);
		return null;
	};
}

function trialOf(report: BootReport): BootTrial {
	const { failure } = report;
	return {
		progress: report.progress,
		reaches: report.reaches,
		error: failure?.error ?? null,
		path: failure?.at?.path ?? null,
		awaitsInstall: failure?.issue.rule === "declared-not-installed",
	};
}
