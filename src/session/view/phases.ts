import { type Story, stories } from "../../audit/issue.ts";
import { showLine } from "../../text/gate.ts";
import type { LedgerEntry, RollbackForecast, SessionState } from "../session.ts";
import { canRestore, type Item, phaseOf, uncommittedFixes } from "./items.ts";
import { type Line, lineOf, type Span, span, wrapLine } from "./line.ts";
import { storyTitle } from "./words.ts";

/** The three stories, what became of each and what taking it back would mean at the moment. */
export function phaseRows(state: SessionState, items: readonly Item[], chosen: Story, width: number): readonly Line[] {
	const rows = stories.flatMap((story): readonly Line[] => {
		const isChosen = story === chosen;
		const phase = phaseOf(state, story);
		const subject = phase.subject === null ? "" : `  ${showLine(phase.subject)}`;
		return [
			[
				span(isChosen ? "▸ " : "  ", "accent"),
				span(`${story}  `, isChosen ? "accent" : "plain"),
				span(storyTitle(state, story), "strong"),
			],
			...wrapLine([span(`       ${phaseStatus(state, items, story)}`), span(subject, "dim")], width, 7),
			...forecastRows(state, story, width),
			...phaseFiles(state, story).flatMap((path) => wrapLine([span(`       ${showLine(path)}`, "dim")], width, 9)),
			[],
		];
	});
	return [lineOf("Phases", "strong"), [], ...rows];
}

/** Files that the accepted fixes of a story changed. */
export function phaseFiles(state: SessionState, story: Story): readonly string[] {
	const phase = phaseOf(state, story);
	if (phase.status === "rolled-back") return [];
	const decided = state.decided.filter((candidate) => candidate.story === story).flatMap((candidate) => candidate.files);
	return [...new Set([...phase.files, ...decided])];
}

/** "Take this phase back?", with what will happen to each file; `together` are later phases that have to go with it. */
export function rollbackRows(state: SessionState, story: Story, together: readonly Story[], width: number): readonly Line[] {
	const forecast = forecastOf(state, story);
	const phases = [story, ...(together.length > 0 ? together : (forecast?.later ?? []))];
	const others = phases.filter((phase) => phase !== story);
	const isCommitted = phases.some((phase) => phaseOf(state, phase).status === "committed");
	const how = isCommitted
		? "A new commit takes the changes out again; history is kept. "
		: "The files get back the bytes they had before, from the backup. ";
	const why =
		others.length > 0
			? `${others.join(" and ")} changed the same lines since and ${others.length === 1 ? "has" : "have"} to go with it. `
			: "";
	const promise = "Files that git ignores come from the backup. What someone has changed since is never overwritten.";
	const isBlocked = forecast?.type === "blocked";
	const files = fileRows(forecast?.ledger ?? phases.flatMap((phase) => phaseFiles(state, phase)).map(toBeRestored), width);
	const warning = isBlocked ? wrapLine([span(showLine(forecast.words), "warning")], width) : [];
	return [
		lineOf(`Take ${phases.join(" and ")} back?`, "strong"),
		[],
		...(isBlocked ? warning : wrapLine([span(why, "strong"), span(how + promise)], width)),
		[],
		...files,
		...(files.length > 0 ? [[] as Line] : []),
		...(isBlocked
			? wrapLine([span("It goes back whole or not at all, so nothing would change.    "), key("Esc"), span(" leaves it")], width)
			: wrapLine([key("y"), span(` takes ${phases.join(" and ")} back    `), key("Esc"), span(" leaves it")], width)),
	];
}

/** What taking this story back would mean at the moment. */
export function forecastOf(state: SessionState, story: Story): RollbackForecast | undefined {
	return state.rollbacks.find((forecast) => forecast.story === story);
}

function forecastRows(state: SessionState, story: Story, width: number): readonly Line[] {
	const forecast = forecastOf(state, story);
	if (forecast === undefined || (forecast.type === "nothing" && phaseOf(state, story).status !== "rolled-back")) return [];
	const isWarning = forecast.type === "blocked" || forecast.type === "with-later";
	const hint = canRestore(state, story) ? " (B)" : "";
	return wrapLine([span(`       ${showLine(forecast.words)}${hint}`, isWarning ? "warning" : "dim")], width, 7);
}

/** As a forecast: nothing has happened yet where this is shown. */
const ledgerWords: Readonly<Record<LedgerEntry["result"], string>> = {
	restored: "will be restored",
	merged: "will be restored, with what was changed elsewhere in it since",
	removed: "will be removed, as it was not there before",
	unchanged: "stays as it is: it was taken back already",
	kept: "stays",
	refused: "in the way",
};

function fileRows(ledger: readonly LedgerEntry[], width: number): readonly Line[] {
	return ledger.flatMap(({ path, result }) =>
		wrapLine([span(`  ${showLine(path)}`), span(`  ${ledgerWords[result]}`, result === "refused" ? "warning" : "dim")], width, 4),
	);
}

function toBeRestored(path: string): LedgerEntry {
	return { path, result: "restored" };
}

/** `committed as 3f2a1bc: 3 accepted, 1 skipped` */
function phaseStatus(state: SessionState, items: readonly Item[], story: Story): string {
	const own = items.filter((item) => item.issue.story === story);
	const phase = phaseOf(state, story);
	const accepted = own.filter((item) => item.decided?.decision.type === "accepted").length;
	const skipped = own.filter((item) => item.decided?.decision.type === "skipped").length;
	const pending = own.length - accepted - skipped;
	const parts = [
		...(accepted > 0 ? [`${accepted} accepted`] : []),
		...(skipped > 0 ? [`${skipped} skipped`] : []),
		...(pending > 0 ? [`${pending} to decide`] : []),
	];
	const tally = parts.join(", ");
	if (phase.status === "committed")
		return `committed${phase.commit === null ? "" : ` as ${phase.commit.slice(0, 7)}`}${tally && `: ${tally}`}`;
	if (phase.status === "kept") return `kept without a commit${tally && `: ${tally}`}`;
	if (phase.status === "rolled-back") return `taken back${tally && `: ${tally}`}`;
	if (own.length === 0) return "nothing found";
	return uncommittedFixes(state, story).length > 0 ? `${tally}; not committed yet` : tally;
}

function key(name: string): Span {
	return span(name, "accent");
}
