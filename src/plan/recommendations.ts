import type { Issue } from "../audit/issue.ts";
import type { Project } from "../project/project.ts";
import type { Recommendation } from "./audit-report.ts";
import { phaseTitles } from "./phase-titles.ts";

/** What to do next, most urgent first, in sentences that name issues by id. */
export function recommend(
	project: Project,
	issues: readonly Issue[],
	criticalPath: readonly string[],
): readonly Recommendation[] {
	const advice = [
		mendThePath(issues, criticalPath),
		install(issues),
		decide(issues),
		requests(issues, criticalPath),
		makeEnvironment(project, issues),
		tidy(issues),
	];
	return advice.filter((one) => one !== null).map((one, i) => ({ priority: i + 1, ...one }));
}

type Advice = Omit<Recommendation, "priority"> | null;

function mendThePath(issues: readonly Issue[], criticalPath: readonly string[]): Advice {
	if (criticalPath.length === 0) return null;
	const stops = issues.some((issue) => issue.blocksStartup);
	return {
		description: `Mend the critical path in its order: ${criticalPath.join(" → ")}`,
		impact: stops ? "The server comes up; before that, nothing else shows" : "The server answers requests as it should",
	};
}

function install(issues: readonly Issue[]): Advice {
	const commands = [...new Set(issues.flatMap((issue) => issue.fix?.commands ?? []))];
	if (commands.length === 0) return null;
	return {
		description: `After the manifest has changed, run ${commands.map((command) => `\`${command}\``).join(", ")}`,
		impact: "What is declared is also installed where the server runs",
	};
}

function decide(issues: readonly Issue[]): Advice {
	const open = issues.filter((issue) => issue.fix === null && (issue.severity === "CRITICAL" || issue.severity === "HIGH"));
	if (open.length === 0) return null;
	return {
		description: `Decide by hand: ${listed(open)} ${open.length === 1 ? "has" : "have"} no change of code that is certain`,
		impact: "Only you know what was meant there; the steps are listed with each issue",
	};
}

function requests(issues: readonly Issue[], criticalPath: readonly string[]): Advice {
	const rest = issues.filter((issue) => issue.severity === "HIGH" && !criticalPath.includes(issue.id));
	if (rest.length === 0) return null;
	return { description: `Then mend ${listed(rest)}`, impact: "These do not stop the server, but requests fail or misbehave" };
}

function makeEnvironment(project: Project, issues: readonly Issue[]): Advice {
	if (project.environment.kind !== "catalog" || issues.length === 0) return null;
	const command = project.manifests.find((manifest) => manifest.primary)?.installCommand;
	return {
		description: `Make a virtual environment${command ? ` and run \`${command}\`` : ""}, then audit again`,
		impact: "The audit then reads the packages you really have, where it now goes by what is declared",
	};
}

function tidy(issues: readonly Issue[]): Advice {
	const rest = issues.filter((issue) => issue.severity === "MEDIUM" || issue.severity === "LOW");
	if (rest.length === 0) return null;
	const stories = [...new Set(rest.map((issue) => phaseTitles[issue.story].toLowerCase()))].join("; ");
	return {
		description: `Tidy up ${rest.length === 1 ? "one smaller issue" : `${rest.length} smaller issues`} (${stories})`,
		impact: "Works today; cleaner code that is easier to trust",
	};
}

function listed(issues: readonly Issue[]): string {
	const ids = issues.map((issue) => issue.id);
	return ids.length > 6 ? `${ids.slice(0, 6).join(", ")} and ${ids.length - 6} more` : ids.join(", ");
}
