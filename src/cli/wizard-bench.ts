import { installPackages, planPackages } from "../apply/install-packages.ts";
import { neededSettings } from "../project/settings/needed-settings.ts";
import type { BenchFacts, Workbench } from "../session/boots/verify-bench.ts";
import type { GitStanding } from "../session/settings-form.ts";
import { configuredDatabases } from "../verify/configured-databases.ts";
import { whatIsMissing } from "../verify/interpreter-advice.ts";
import { verify } from "../verify/verify.ts";
import { kindOfPath } from "../workspace/find-repository-root.ts";
import { openRepository, type PathStatus } from "../workspace/git.ts";
import { writeReport } from "../workspace/write-report.ts";
import type { Audited } from "./audit-project.ts";
import { withTexts } from "./commands/dry-run.ts";
import type { ProcessIo } from "./io.ts";
import { understand } from "./open-project.ts";
import type { CommonOptions } from "./options.ts";
import { serverBase } from "./server-base.ts";
import { version } from "./version.ts";

/** The wizard's workbench, and how it learns of each audit: it boots and installs what the newest one understood. */
export interface OpenWorkbench {
	readonly workbench: Workbench;
	readonly takeAudit: (audited: Audited) => void;
}

/** What the wizard boots, installs and writes with. */
export function openWorkbench(options: CommonOptions, io: ProcessIo): OpenWorkbench {
	let newest: Audited | null = null;
	const audited = (): Audited => {
		if (newest === null) throw new Error("nothing is audited yet");
		return newest;
	};
	const installRequest = () => ({ root: audited().place.root, project: audited().project, variables: io.env });
	const workbench: Workbench = {
		facts: () => {
			const plan = planPackages(installRequest());
			const lacks = whatIsMissing(audited().project);
			const install: BenchFacts["install"] =
				"type" in plan
					? plan
					: {
							type: "possible",
							environment: plan.environment,
							creates: plan.creates,
							commands: plan.steps.map(({ shown }) => shown),
						};
			return { lacks, databases: configuredDatabases(audited().project), install };
		},
		boot: ({ overlay, moves, database, signal, onStage }) => {
			const { project, report, place } = audited();
			// What a tried fix changes may be what the databases are made by.
			const tried =
				overlay.size + moves.length === 0
					? project
					: understand(
							place,
							{
								...project,
								files: withTexts(project.files, new Map([...moves.map(({ path }) => [path, null] as const), ...overlay])),
							},
							options,
							io,
						).project;
			return verify({
				project: tried,
				issues: report.issues,
				database,
				base: serverBase(io),
				overlay,
				moves,
				signal,
				version,
				onStage: (stage, verdict) => {
					if (verdict === "running") onStage(stage);
				},
			});
		},
		install: async (progress) => {
			const request = installRequest();
			const plan = planPackages(request);
			if ("type" in plan) return { type: "failed", command: "The installation", message: plan.message, nextStep: plan.nextStep };
			const { telling } = await import("./commands/install.ts");
			return installPackages(request, plan, {
				signal: progress.signal,
				onStep: progress.onLine,
				onLine: (line) => {
					if (telling.test(line)) progress.onLine(line);
				},
			});
		},
		settings: async (files) => {
			const { project, place } = audited();
			const repository = await openRepository(place.root);
			const status = (await repository?.statusOf(files)) ?? null;
			const standing = new Map(files.map((path) => [path, standingOf(status?.get(path) ?? null, repository !== null)]));
			return { settings: neededSettings(project), standing, ignoreFile: project.files.get(".gitignore")?.text ?? null };
		},
		writeDocument: (name, text) => {
			const { root } = audited().place;
			const free = freeName(root, name);
			const reason = writeReport(`${root}/${free}`, text);
			return reason === null ? { path: free } : { reason };
		},
	};
	return {
		workbench,
		takeAudit: (next) => {
			newest = next;
		},
	};
}

function standingOf(status: PathStatus | null, hasGit: boolean): GitStanding {
	if (!hasGit || status === null) return "none";
	return status === "ignored" || status === "untracked" ? status : "tracked";
}

/** `fixes-applied.md`, or with a number where the person has one already. */
function freeName(root: string, name: string): string {
	const dot = name.lastIndexOf(".");
	for (let number = 1; ; number++) {
		const candidate = number === 1 ? name : `${name.slice(0, dot)}-${number}${name.slice(dot)}`;
		if (kindOfPath(`${root}/${candidate}`) === "missing") return candidate;
	}
}
