import type { Issue, Severity, Stage, Story } from "../../audit/issue.ts";
import { showLine } from "../../text/gate.ts";
import type { SessionState } from "../session.ts";

const storyTitles: Readonly<Record<Story, string>> = {
	US1: "Imports and dependencies",
	US2: "Database and settings",
	US3: "Entrypoint and routers",
};

/** `Imports and dependencies`: the plan's own title for a story, or ours where the plan has no phase for it. */
export function storyTitle(state: SessionState, story: Story): string {
	const planned = state.report.phases.find((phase) => phase.story === story);
	return planned === undefined || planned.title === "" ? storyTitles[story] : showLine(planned.title);
}

/** What the fault does to the server, in a few words. */
export function impactOf(issue: Issue): string {
	const words: Readonly<Record<Stage, string>> = {
		import: issue.blocksStartup ? "stops the import" : "breaks an import",
		startup: issue.blocksStartup ? "stops start-up" : "shows at start-up",
		request: "fails on a request",
		none: "works today",
	};
	const onlyClean = issue.failsOn.length === 1 && issue.failsOn[0] === "clean-install";
	return onlyClean ? `${words[issue.stage]} on a clean install` : words[issue.stage];
}

/** What it means to leave an issue as it is. */
export function consequenceOf(issue: Issue): string {
	const words: Readonly<Record<Severity, string>> = {
		CRITICAL: "the server will not start",
		HIGH: "the server starts; requests or the database may fail",
		MEDIUM: "it works today and may break later",
		LOW: "only tidiness",
	};
	return words[issue.severity];
}

/** `src/core/database.py:7` */
export function placeOf(issue: Issue): string {
	return `${showLine(issue.at.path)}:${issue.at.line}`;
}

/** `1 file`, `3 files` */
export function count(number: number, one: string, many = `${one}s`): string {
	return `${number} ${number === 1 ? one : many}`;
}

/** What the accepted fixes want to be run, and where. */
export function fixCommands({ report }: SessionState, commands: readonly string[]): readonly string[] {
	const { backend } = report.project;
	return backend === "" || commands.length === 0 ? commands : [`cd ${backend}`, ...commands];
}

/** What starts the server, from the repository root, after `commands` have run; empty where no application was found. */
export function startCommands(state: SessionState, commands: readonly string[]): readonly string[] {
	const { backend, target } = state.report.project;
	if (target === null) return fixCommands(state, commands);
	return [...(backend === "" ? [] : [`cd ${backend}`]), ...commands, `uvicorn ${target}`];
}

/** The last part of an absolute path: what people call the project. */
export function projectName(root: string): string {
	return showLine(root.split(/[\\/]/).filter(Boolean).pop() ?? root);
}
