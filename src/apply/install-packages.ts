import { openEnvironment } from "../environment/open-environment.ts";
import { explainInstallFailure } from "../project/manifests/install-failure.ts";
import { type InstallPlan, type InstallRefusal, missingPackages, planInstallation } from "../project/manifests/install-plan.ts";
import type { Project } from "../project/project.ts";
import { isOnPath, runProgram } from "../workspace/install/run-program.ts";
import { environmentOfPython, keepOutOfGit } from "../workspace/install/virtual-environment.ts";
import { openPackageFiles } from "../workspace/package-files.ts";

/** A backend whose packages are to be installed. */
export interface InstallRequest {
	/** Absolute path of the repository root. */
	readonly root: string;
	readonly project: Project;
	/** Variables of the shell. */
	readonly variables: Readonly<Record<string, string | undefined>>;
}

/** What the person sees while it runs. */
export interface InstallProgress {
	/** A command begins; as a person would type it. */
	readonly onStep: (shown: string) => void;
	/** A line that it printed, untreated. */
	readonly onLine: (line: string) => void;
	readonly signal?: AbortSignal;
}

export type InstallOutcome =
	/** `changes` are packages that came, went or changed their version. */
	| { readonly type: "installed"; readonly changes: readonly PackageChange[] }
	/** The commands ended well, and the environment lacks something all the same. */
	| { readonly type: "incomplete"; readonly missing: readonly string[] }
	| { readonly type: "failed"; readonly command: string; readonly message: string; readonly nextStep: string }
	| { readonly type: "interrupted" };

export interface PackageChange {
	readonly name: string;
	/** Null where it was not installed before. */
	readonly before: string | null;
	/** Null where it is no longer installed. */
	readonly after: string | null;
}

/** What installing would run; nothing is changed. */
export function planPackages({ root, project, variables }: InstallRequest): InstallPlan | InstallRefusal {
	const { pythonPath, pythonEvidence } = project.environment;
	// Nobody said that an environment which only stands on the PATH is this project's: it may be anyone's.
	const python = pythonEvidence === "python3 on PATH" ? null : pythonPath;
	const folder = python === null ? null : environmentOfPython(python);
	const own = python === null || folder === null ? null : { folder, python, hasPip: versionsIn(root, folder).has("pip") };
	return planInstallation(project, {
		backend: project.backend === "" ? root : `${root}/${project.backend}`,
		own,
		has: (program) => isOnPath(program, variables.PATH),
		platform: process.platform,
	});
}

/** Carries a plan out, command by command, and looks afterwards whether everything that is declared is there. Never throws. */
export async function installPackages(
	request: InstallRequest,
	plan: InstallPlan,
	progress: InstallProgress,
): Promise<InstallOutcome> {
	const { root, project, variables } = request;
	const cwd = project.backend === "" ? root : `${root}/${project.backend}`;
	const before = versionsIn(root, plan.environment);
	for (const { program, args, shown } of plan.steps) {
		progress.onStep(shown);
		const env = { ...variables, ...plan.variables };
		const ended = await runProgram({ program, args, cwd, env, ...progress });
		// After its first step it is there, whatever becomes of the others.
		if (plan.creates) keepOutOfGit(plan.environment);
		if (ended.type === "interrupted") return ended;
		if (ended.type === "not-started") {
			const nextStep = "Check that it is installed and may be run, then try again.";
			return { type: "failed", command: shown, message: `It could not be started: ${ended.reason}.`, nextStep };
		}
		if (ended.status !== 0) return { type: "failed", command: shown, ...explainInstallFailure(ended.output) };
	}
	const after = versionsIn(root, plan.environment);
	const missing = missingPackages(project, after);
	return missing.length > 0 ? { type: "incomplete", missing } : { type: "installed", changes: changesBetween(before, after) };
}

/** Versions of what is installed in an environment, by PEP 503 name. */
function versionsIn(root: string, folder: string): Map<string, string> {
	const environment = openEnvironment({
		files: openPackageFiles(),
		search: { root, backend: root, override: folder, variables: {}, projectName: null },
		requirements: [],
		locked: new Map(),
		pythonHints: [],
	});
	if (environment.kind !== "interpreter") return new Map();
	return new Map([...environment.distributions].map(([name, { version }]) => [name, version]));
}

function changesBetween(before: ReadonlyMap<string, string>, after: ReadonlyMap<string, string>): PackageChange[] {
	return [...new Set([...before.keys(), ...after.keys()])]
		.sort()
		.map((name) => ({ name, before: before.get(name) ?? null, after: after.get(name) ?? null }))
		.filter((change) => change.before !== change.after);
}
