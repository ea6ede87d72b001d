import { type InstallOutcome, installPackages, type PackageChange, planPackages } from "../../apply/install-packages.ts";
import { showLine } from "../../text/gate.ts";
import type { Output, ProcessIo } from "../io.ts";
import { openProject } from "../open-project.ts";
import type { CommonOptions } from "../options.ts";

/** How an installation that was asked for went. */
export type InstallResult = "installed" | "failed" | "interrupted";

/** Installs what the backend's manifest declares into its own virtual environment, saying what it does. */
export async function installDeclared(
	path: string | undefined,
	options: CommonOptions,
	io: ProcessIo,
	output: Output,
): Promise<InstallResult> {
	const { place, project } = openProject(path, options, io);
	const request = { root: place.root, project, variables: io.env };
	const plan = planPackages(request);
	if ("type" in plan) {
		output.warn(`Nothing was installed. ${showLine(plan.message)} ${showLine(plan.nextStep)}`);
		return "failed";
	}
	output.say(
		plan.creates
			? `Installing into ${showLine(plan.environment)}, a new virtual environment`
			: `Installing into ${showLine(plan.environment)}`,
	);
	const interruption = new AbortController();
	const interrupt = (): void => interruption.abort();
	process.once("SIGINT", interrupt);
	try {
		const outcome = await installPackages(request, plan, {
			onStep: (shown) => output.say(`$ ${showLine(shown)}`),
			onLine: (line) => {
				if (options.verbose || telling.test(line)) output.say(`  ${showLine(line.trim())}`);
			},
			signal: interruption.signal,
		});
		return say(outcome, plan.manifest, output);
	} finally {
		process.off("SIGINT", interrupt);
	}
}

/** The lines of pip, uv, poetry, pdm and pipenv that tell how far they are; all others only with `--verbose`. */
export const telling =
	/^\s*(?:Collecting|Building|Preparing|Installing|Successfully|Found existing|Resolv|Prepared|Installed|Uninstalled|Audited|Creating|Updating|Locking|Writing lock|[-+~✔] ?\S|ERROR|error)/;

function say(outcome: InstallOutcome, manifest: string, output: Output): InstallResult {
	switch (outcome.type) {
		case "installed":
			output.say(`Everything that ${showLine(manifest)} declares is installed${changesInWords(outcome.changes)}`);
			return "installed";
		case "incomplete":
			output.warn(
				`The installation ended well, and ${showLine(outcome.missing.join(", "))} is still not there. Is another environment in use? --python names the one that is meant.`,
			);
			return "failed";
		case "failed":
			output.warn(`${showLine(outcome.command)} failed. ${showLine(outcome.message)} ${showLine(outcome.nextStep)}`);
			return "failed";
		case "interrupted":
			output.warn("The installation was interrupted; what it had installed stays. Run the command again to go on.");
			return "interrupted";
	}
}

function changesInWords(changes: readonly PackageChange[]): string {
	if (changes.length === 0) return "; nothing had to change.";
	const words = changes.map(({ name, before, after }) =>
		after === null ? `${name} removed` : before === null ? `${name} ${after}` : `${name} ${before} → ${after}`,
	);
	return `: ${words.length > 8 ? `${words.slice(0, 7).join(", ")} and ${words.length - 7} more` : words.join(", ")}.`;
}
