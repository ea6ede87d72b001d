import type { Story } from "../audit/issue.ts";

/** What a phase's commit says it does, after `fix(US1): `. */
const deeds: Readonly<Record<Story, string>> = {
	US1: "resolve import and dependency errors",
	US2: "correct the database and configuration",
	US3: "repair the entrypoint and its routers",
};

/** The subject of a phase's commit. */
export function phaseSubject(story: Story): string {
	return `fix(${story}): ${deeds[story]}`;
}

/** The subject of the commit that takes phases back. */
export function rollbackSubject(stories: readonly Story[]): string {
	return `revert(${stories.join(", ")}): take back "${whatOf(stories)}"`;
}

/** The subject of the commit that undoes a rollback. */
export function restoreSubject(stories: readonly Story[]): string {
	return `fix(${stories.join(", ")}): bring back "${whatOf(stories)}"`;
}

function whatOf(stories: readonly Story[]): string {
	const [only] = stories;
	return stories.length === 1 && only ? deeds[only] : "fixes of the session";
}
