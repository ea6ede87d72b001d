import type { Fix } from "../../audit/fix.ts";
import { showLine } from "../../text/gate.ts";
import { currentDraft, type Draft } from "../draft.ts";
import type { SessionState } from "../session.ts";
import { diffFix, diffRows, usualContext } from "./diff.ts";
import type { Item, ItemMemory } from "./items.ts";
import { phaseOf } from "./items.ts";
import { clip, type Line, lineOf, lineWidth, type Span, span, spreadLine, textWidth, wrapLine } from "./line.ts";
import type { Scroll } from "./scroll.ts";
import { impactOf, placeOf } from "./words.ts";

/** A way to mend an issue that can be looked at. */
export interface Proposal {
	readonly fix: Fix;
	readonly origin: "proposed" | "alternative" | "edited" | "applied";
}

export interface IssueCard {
	readonly lines: readonly Line[];
	readonly scroll: Scroll;
}

/** The ways to mend an issue, the best first; an edited one stands before all others. Empty where nobody knows an edit. */
export function proposalsOf(
	item: Item,
	drafts: ReadonlyMap<string, Draft>,
	sources: ReadonlyMap<string, string>,
): readonly Proposal[] {
	if (item.decided?.fix) return [{ fix: item.decided.fix, origin: "applied" }];
	const draft = drafts.get(item.fingerprint);
	const edited = draft === undefined ? null : currentDraft(draft, sources);
	const { fix, alternatives } = item.issue;
	return [
		...(edited ? [{ fix: edited, origin: "edited" as const }] : []),
		...(fix ? [{ fix, origin: "proposed" as const }] : []),
		...alternatives.map((alternative) => ({ fix: alternative, origin: "alternative" as const })),
	];
}

/** The texts that a proposal's diff starts from: the tree's, or for a decided issue those before the decision. */
export function sourcesOf(item: Item, state: SessionState): ReadonlyMap<string, string> {
	return item.decided?.fix ? item.decided.before : state.sources;
}

interface CardInput {
	readonly item: Item;
	readonly state: SessionState;
	readonly memory: ItemMemory;
	readonly proposals: readonly Proposal[];
	readonly choice: number;
	readonly scroll: number;
	readonly width: number;
	readonly height: number;
}

/** How much is said above the diff; less where the diff would have no room. */
type Density = "full" | "short" | "brief";

/** A diff with so many rows in sight can be read beside the full words. */
const comfortableRows = 12;

/** Below this height every row counts. */
const lowHeight = 16;

/** One issue: what it is, why, and its fix as a diff. Words give way to the diff, and the diff scrolls where it must. */
export function issueCard(input: CardInput): IssueCard {
	const { above, body } = layOut(input);
	const overflows = body.length > input.height - above.length;
	const room = Math.max(1, input.height - above.length - (overflows ? 1 : 0));
	const top = Math.max(0, Math.min(input.scroll, body.length - room));
	const scroll = { top, bottom: Math.min(top + room, body.length), total: body.length };
	const lines = [...above, ...body.slice(scroll.top, scroll.bottom), ...(overflows ? [scrollRow(scroll)] : [])];
	return { lines: lines.slice(0, input.height), scroll };
}

interface Layout {
	readonly above: readonly Line[];
	/** What scrolls. */
	readonly body: readonly Line[];
}

/** The most words and context with which all of the diff is in sight; else with which enough of it is; else the fewest. */
function layOut(input: CardInput): Layout {
	const head = headRows(input);
	const layout = (density: Density, context: number): Layout => {
		return { above: [...head, ...contextRows(input, density), ...fixRows(input, density)], body: bodyRows(input, context) };
	};
	const layouts = [
		layout("full", usualContext),
		layout("short", usualContext),
		layout("brief", usualContext),
		layout("brief", 1),
	];
	const room = ({ above }: Layout) => input.height - above.length;
	const fitting = layouts.find((candidate) => candidate.body.length <= room(candidate));
	const comfortable = layouts.find((candidate) => room(candidate) >= comfortableRows);
	return fitting ?? comfortable ?? layout("brief", 1);
}

function headRows({ item, state, width }: CardInput): readonly Line[] {
	const { issue } = item;
	const facts = [issue.severity, impactOf(issue), placeOf(issue)].join(" · ");
	return [
		...wrapLine([span(item.label, "accent"), span("  "), span(showLine(issue.problem), "strong")], width),
		...wrapLine([span(facts, "dim")], width),
		...ownWorkRows(item, width),
		...decisionRows(item, state, width),
	];
}

/** A fix on lines that the person is still at work on is shown on top of them, and waits for a word of theirs. */
function ownWorkRows({ onOwnWork }: Item, width: number): readonly Line[] {
	if (onOwnWork === null) return [];
	const place = showLine(onOwnWork.path) + (onOwnWork.line === null ? "" : ` line ${onOwnWork.line}`);
	const words = `! on top of your own uncommitted change (${place}): only y applies it, and no commit takes it in`;
	return wrapLine([span(words, "warning")], width, 2);
}

function decisionRows({ decided, issue }: Item, state: SessionState, width: number): readonly Line[] {
	if (decided === null) return [];
	if (decided.decision.type === "skipped") {
		const reason = decided.decision.reason === null ? "" : `: ${showLine(decided.decision.reason)}`;
		return wrapLine([span(`– skipped${reason}`, "strong")], width);
	}
	const phase = phaseOf(state, issue.story);
	const where = phase.status === "committed" && phase.commit !== null ? `, in commit ${phase.commit.slice(0, 7)}` : "";
	return wrapLine([span(`✓ accepted${decided.decision.edited ? " as you edited it" : ""}${where}`, "accent")], width);
}

function contextRows({ item, memory, state, width }: CardInput, density: Density): readonly Line[] {
	const { issue } = item;
	const rows: Line[] = [];
	if (issue.expectedError !== null) {
		const error = wrapLine([span(`  ${showLine(issue.expectedError)}`)], width, 2);
		if (density === "full") rows.push(lineOf(errorIntro(item), "dim"));
		rows.push(...(density === "brief" ? clip(error, 1, width) : error));
	}
	if (density === "brief") return rows;
	const cause = wrapLine([span(showLine(issue.rootCause))], width);
	rows.push(...(density === "short" ? clip(cause, 2, width) : cause));
	if (density === "full") {
		if (issue.importChain.length > 0) {
			rows.push(
				...wrapLine([span("Reached by  ", "dim"), span(issue.importChain.map((name) => showLine(name)).join(" → "))], width, 12),
			);
		}
		const hidden = labelsOf(issue.hides, state, memory);
		if (hidden.length > 0) rows.push(...wrapLine([span("It hides  ", "dim"), span(hidden.join(", "))], width, 10));
		const related = labelsOf(issue.related, state, memory);
		if (related.length > 0) rows.push(...wrapLine([span("See also  ", "dim"), span(related.join(", "))], width, 10));
	}
	return rows.length === 0 ? [] : [[], ...rows];
}

function fixRows({ item, proposals, choice, width, height }: CardInput, density: Density): readonly Line[] {
	const gap: readonly Line[] = density === "brief" && height < lowHeight ? [] : [[]];
	const proposal = proposals[choice] ?? proposals[0];
	if (proposal === undefined) {
		const words = item.decided === null ? "No edit can mend this for certain. By hand:" : "It was left as it is.";
		return [...gap, ...wrapLine([span(words, "strong")], width)];
	}
	const notes: Span[] = [standing(proposal), span(proposals.length > 1 ? ` · ${choice + 1} of ${proposals.length}` : "", "dim")];
	const explanation = wrapLine([span(showLine(proposal.fix.explanation), "dim")], width);
	const shown = density === "full" ? explanation : density === "short" ? clip(explanation, 1, width) : [];
	return [
		...gap,
		...titleRows(showLine(proposal.fix.title), notes, width),
		...shown,
		...(density === "brief" ? [] : [[] as Line]),
	];
}

/** How far a proposal can be trusted, in a word or two. */
function standing({ fix, origin }: Proposal): Span {
	if (origin === "edited") return span("edited by you", "accent");
	if (origin === "applied") return span("applied", "dim");
	return fix.applicability === "safe" ? span("safe", "dim") : span("please review", "warning");
}

function titleRow(title: string, notes: Line, width: number): Line {
	return spreadLine([span(title, "strong")], notes, width);
}

function titleRows(title: string, notes: Line, width: number): readonly Line[] {
	if (textWidth(title) + lineWidth(notes) + 2 <= width) return [titleRow(title, notes, width)];
	return [...wrapLine([span(title, "strong")], width), ...wrapLine(notes, width)];
}

/** What scrolls: the diff, the commands that go with it and the steps by hand. */
function bodyRows({ item, state, proposals, choice, width }: CardInput, context: number): readonly Line[] {
	const proposal = proposals[choice] ?? proposals[0];
	const rows: Line[] = [];
	if (proposal !== undefined) {
		rows.push(...proposalRows(item, state, proposal, width, context));
		for (const command of proposal.fix.commands) {
			rows.push(...wrapLine([span("  then run  ", "dim"), span(showLine(command), "strong")], width, 12));
		}
	}
	if (item.decided !== null) return rows;
	if (proposal !== undefined && item.issue.manualSteps.length > 0) rows.push([], lineOf("Also by hand:", "dim"));
	for (const [index, step] of item.issue.manualSteps.entries()) {
		rows.push(...wrapLine([span(`  ${index + 1}. `, "dim"), span(showLine(step))], width, 5));
	}
	if (proposal === undefined && item.issue.manualSteps.length === 0)
		rows.push(lineOf("  It needs a decision that only you can take.", "dim"));
	return rows;
}

function proposalRows(
	item: Item,
	state: SessionState,
	{ fix, origin }: Proposal,
	width: number,
	context: number,
): readonly Line[] {
	const sources = sourcesOf(item, state);
	if (origin === "applied" && sources.size === 0) {
		return (item.decided?.files ?? []).map((path) => lineOf(`  changed  ${showLine(path)}`, "dim"));
	}
	const files = diffFix(fix, sources, context);
	if (files === null) return [lineOf("The file has changed since the audit; r audits again.", "warning")];
	return diffRows(files, width);
}

function errorIntro({ issue, decided }: Item): string {
	if (decided?.decision.type === "accepted") return "The server stopped here with";
	if (issue.blocksStartup) return "The server stops here with";
	return issue.stage === "request" ? "A request ends with" : "Python says";
}

function scrollRow({ top, bottom, total }: Scroll): Line {
	const words = `rows ${top + 1}–${bottom} of ${total}`;
	return [
		span(`  ${words}`, "dim"),
		span(bottom < total ? "   space shows more ↓" : "   the end", bottom < total ? "accent" : "dim"),
	];
}

/** Ids of the newest report as the names under which the list shows them. */
export function labelsOf(ids: readonly string[], state: SessionState, memory: ItemMemory): readonly string[] {
	return ids.map((id) => {
		const issue = state.report.issues.find((candidate) => candidate.id === id);
		return issue === undefined ? id : (memory.labels.get(issue.fingerprint) ?? id);
	});
}
