import { type Story, stories } from "../../audit/issue.ts";
import { showLine } from "../../text/gate.ts";
import type { SessionState } from "../session.ts";
import { type Item, phaseOf } from "./items.ts";
import { type Line, lineOf, type Span, span, wrapLine } from "./line.ts";
import { phaseFiles } from "./phases.ts";
import { criteriaRows } from "./polish-pages.ts";
import { newestVerdict } from "./verify-words.ts";
import { consequenceOf, count, fixCommands, placeOf, startCommands, storyTitle } from "./words.ts";

/** As many issues that stay are told one by one, unless more of them stop the server. */
const mostLeft = 12;

/** The end of a session, or its state when it is left: what was wrong, what changed, what stays, the way back and the way on. */
export function summaryRows(state: SessionState, items: readonly Item[], width: number): readonly Line[] {
	// The checklist is for the end: half-way it would only say what is not done yet. One that nothing was booted for says little, and stands last.
	const isOver = state.finished || items.every((item) => item.decided !== null);
	const criteria = isOver ? criteriaRows(state, width) : [];
	const isBooted = state.boots.newest !== null;
	const sections = [
		headline(state, items, width),
		isBooted ? criteria : [],
		...stories.map((story) => storySection(state, items, story, width)),
		leftSection("Skipped", items, (item) => item.decided?.decision.type === "skipped", width),
		leftSection("Not decided yet", items, (item) => item.decided === null, width),
		handSection(items, width),
		wayBack(state, width),
		wayOn(state, items, width),
		isBooted ? [] : criteria,
	];
	return sections.filter((section) => section.length > 0).flatMap((section, index) => (index === 0 ? section : [[], ...section]));
}

function headline(state: SessionState, items: readonly Item[], width: number): readonly Line[] {
	const accepted = items.filter((item) => item.decided?.decision.type === "accepted").length;
	const blocking = items.filter((item) => item.issue.blocksStartup && item.decided?.decision.type !== "accepted").length;
	const verdict =
		items.length === 0
			? "The audit finds nothing wrong."
			: blocking === 0
				? "The audit finds nothing more that stops start-up."
				: `${count(blocking, "issue")} still ${blocking === 1 ? "stops" : "stop"} start-up.`;
	const files = new Set(stories.flatMap((story) => phaseFiles(state, story))).size;
	const work = `${count(items.length, "issue")} found, ${accepted} mended in ${count(files, "file")}.`;
	const boot = newestVerdict(state.boots, state.revision);
	return [
		...wrapLine([span(verdict, "strong")], width),
		...(boot === null
			? []
			: wrapLine([span("boot  ", "dim"), span(boot, state.boots.newest?.boots ? "accent" : "plain")], width, 6)),
		...(items.length === 0 ? [] : wrapLine([span(work, "dim")], width)),
	];
}

function storySection(state: SessionState, items: readonly Item[], story: Story, width: number): readonly Line[] {
	const mended = items.filter((item) => item.issue.story === story && item.decided?.decision.type === "accepted");
	const phase = phaseOf(state, story);
	if (mended.length === 0 && phase.status !== "rolled-back") return [];
	const commit: Span[] =
		phase.status === "committed" && phase.commit !== null
			? [span(`  ${phase.commit.slice(0, 7)}`, "accent"), span(`  ${showLine(phase.subject ?? "")}`, "dim")]
			: [span(`  ${phaseNote(phase.status)}`, "dim")];
	return [
		...wrapLine([span(`${story} ${storyTitle(state, story)}`, "strong"), ...commit], width, 2),
		...mended.flatMap((item) =>
			wrapLine(
				[
					span("  ✓ ", "accent"),
					span(`${item.label}  ${showLine(item.issue.problem)}`),
					span(item.decided?.decision.type === "accepted" && item.decided.decision.edited ? "  (edited)" : "", "dim"),
				],
				width,
				4,
			),
		),
	];
}

function phaseNote(status: "open" | "committed" | "kept" | "rolled-back"): string {
	if (status === "rolled-back") return "taken back";
	if (status === "open") return "not committed yet";
	return status === "kept" ? "kept without a commit" : "only files that git ignores changed; no commit";
}

function leftSection(title: string, items: readonly Item[], isLeft: (item: Item) => boolean, width: number): readonly Line[] {
	const left = items.filter(isLeft);
	if (left.length === 0) return [];
	// What stops the server is always told; a long tail of smaller matters would push it out of sight.
	const blocking = left.filter(({ issue }) => issue.blocksStartup).length;
	const told = [...left].sort((a, b) => Number(b.issue.blocksStartup) - Number(a.issue.blocksStartup));
	const shown = told.slice(0, Math.max(blocking, mostLeft));
	const more = left.length - shown.length;
	return [
		lineOf(title, "strong"),
		...shown.flatMap((item) =>
			wrapLine(
				[
					span(`  – ${item.label}  ${showLine(item.issue.problem)}`),
					span(` (${placeOf(item.issue)}); ${consequenceOf(item.issue)}`, "dim"),
				],
				width,
				4,
			),
		),
		...(more === 0 ? [] : [lineOf(`  and ${more} more that ${more === 1 ? "does" : "do"} not stop the start`, "dim")]),
	];
}

/** Steps that no edit could take. */
function handSection(items: readonly Item[], width: number): readonly Line[] {
	const steps = new Set(
		items.filter((item) => item.decided?.decision.type !== "accepted").flatMap((item) => item.issue.manualSteps),
	);
	if (steps.size === 0) return [];
	return [lineOf("Left for you", "strong"), ...[...steps].flatMap((step) => wrapLine([span(`  ${showLine(step)}`)], width, 4))];
}

function wayBack(state: SessionState, width: number): readonly Line[] {
	const changed = stories.filter((story) => phaseFiles(state, story).length > 0);
	const [first, ...others] = changed;
	if (first === undefined) return [];
	const rest = others.length === 0 ? "" : `   or ${others.join(", ")}, or all of it with --session ${showLine(state.id)}`;
	return [
		lineOf("The way back", "strong"),
		...wrapLine([span(`  bootmend rollback --phase ${first}`, "accent"), span(rest, "dim")], width, 4),
	];
}

/** How to go on with the session, and what starts the server: the commands of the accepted fixes come first. */
function wayOn(state: SessionState, items: readonly Item[], width: number): readonly Line[] {
	const accepted = items.filter((item) => item.decided?.decision.type === "accepted");
	const commands = [...new Set(accepted.flatMap((item) => item.decided?.fix?.commands ?? []))];
	const isBlocked = items.some((item) => item.issue.blocksStartup && item.decided?.decision.type !== "accepted");
	const start = isBlocked ? fixCommands(state, commands) : startCommands(state, commands);
	const others = state.report.otherApplications.map(({ command }) => command.replace("bootmend audit", "bootmend"));
	const goesOn = !state.finished && items.some((item) => item.decided === null);
	return [
		...(goesOn ? [lineOf("Everything is kept. To go on", "strong"), lineOf("  bootmend resume", "accent")] : []),
		...(goesOn && start.length > 0 ? [[] as Line] : []),
		...(start.length === 0 ? [] : [lineOf(isBlocked ? "What the fixes want to be run" : "To start the server", "strong")]),
		...start.flatMap((command) => wrapLine([span(`  ${showLine(command)}`, "accent")], width, 4)),
		...(others.length === 0 ? [] : [[] as Line, lineOf("The other applications of this repository", "strong")]),
		...others.flatMap((command) => wrapLine([span(`  ${showLine(command)}`, "accent")], width, 4)),
	];
}
