import type { Story } from "../audit/issue.ts";

/** What each phase mends, as the headings of the wizard and the reports say it. */
export const phaseTitles: Readonly<Record<Story, string>> = {
	US1: "Imports and dependencies",
	US2: "Database and settings",
	US3: "Entrypoint and routers",
};
