import type { Story } from "../../audit/issue.ts";
import type { SessionState } from "../session.ts";
import { canFill } from "../settings-form.ts";
import type { Proposal } from "./issue.ts";
import { canRestore, canRollBack, type Item, safeItems, uncommittedFixes } from "./items.ts";
import { fitLine, type Line, lineWidth, type Span, span, trimEnd } from "./line.ts";
import { canRemoveBackups, canWriteReport } from "./polish-pages.ts";
import type { UiState } from "./state.ts";
import { canBoot, canInstall, hasBugReport } from "./verify-state.ts";

/** A key and its word in the footer. */
type Hint = readonly [string, string];

/** What the keys depend on. */
export interface HintInput {
	readonly state: SessionState;
	readonly ui: UiState;
	readonly items: readonly Item[];
	readonly item: Item | null;
	readonly proposals: readonly Proposal[];
}

/** The keys that do something right now, the most needed first. */
export function hintsFor(input: HintInput): readonly Hint[] {
	const { ui, state } = input;
	if (ui.bench.isInstalling)
		return [
			["X", "stop installing"],
			["q", "quit"],
		];
	switch (ui.screen.type) {
		case "issues":
			return issueHints(input);
		case "checkpoint":
			return [
				["↑↓", "choose"],
				["Enter", "take it"],
				...benchHints(input, "boot it"),
				...undoHints(state),
				["p", "phases"],
				["?", "help"],
				["q", "quit"],
			];
		case "phases":
			return [...phaseHints(state, ui.screen.story), ["↑↓", "choose"], ["Esc", "back"], ["q", "quit"]];
		case "boot":
			return [
				["j k", "scroll"],
				["v", "boot it again"],
				...(hasBugReport(ui.bench) ? ([["B", "write a bug report"]] as const) : []),
				...(ui.bench.facts?.databases.length ? ([["D", "with its own database"]] as const) : []),
				["Esc", "back"],
				["q", "quit"],
			];
		case "why":
		case "help":
		case "write-report":
			return [
				["j k", "scroll"],
				["Esc", "back"],
				["q", "quit"],
			];
		case "summary":
			return [
				...(canWriteReport(state) ? ([["f", "fixes report"]] as const) : []),
				...benchHints(input, "boot it"),
				...(canRemoveBackups(state) ? ([["c", "clean backups"]] as const) : []),
				["j k", "scroll"],
				["p", "phases"],
				["[ ]", "look at the issues"],
				["q", "leave"],
			];
		case "settings":
			return [
				["Tab", "next"],
				["^R", ui.screen.entry.isRevealed ? "hide" : "show"],
				["^U", "clear"],
				["^S", "look at what is written"],
				["Esc", "leave"],
			];
		case "editor":
			return [
				["^S", "use this text"],
				["Esc", "drop it"],
			];
		case "setup":
		case "install":
		case "database":
		case "settings-check":
		case "remove-backups":
		case "resumed":
		case "rollback":
		case "accept-all":
			return [];
	}
}

function issueHints(input: HintInput): readonly Hint[] {
	const { ui, state, items, item, proposals } = input;
	const undecided = item !== null && item.decided === null;
	const safe = undecided ? safeItems(items, item.issue.story).length : 0;
	const canAccept = undecided && proposals.length > 0;
	const isDraft = item !== null && ui.drafts.has(item.fingerprint);
	return [
		...(canAccept ? ([["y", "accept"]] as const) : []),
		...(undecided ? ([["n", "skip"]] as const) : ([["Enter", "go on"]] as const)),
		...(canAccept ? ([["e", isDraft ? "edit more" : "edit"]] as const) : []),
		...(undecided && proposals.length > 1 ? ([["x", "other fix"]] as const) : []),
		...(canFill(state) && item?.issue.category === "CONFIG" ? ([["S", "fill in settings"]] as const) : []),
		["w", "why"],
		...benchHints(input, canAccept ? "try it" : "boot it"),
		["[ ]", "issue"],
		...undoHints(state),
		...(safe > 1 ? ([["A", `accept ${safe} safe`]] as const) : []),
		["p", "phases"],
		["q", "quit"],
	];
}

/** What can be booted or installed at the moment. */
function benchHints({ ui, state }: HintInput, boot: string): readonly Hint[] {
	return [
		...(canBoot(ui.bench) ? ([["v", boot]] as const) : []),
		...(ui.bench.ended === null ? [] : ([["V", "last boot"]] as const)),
		...(canInstall(ui.bench, state) ? ([["i", "install"]] as const) : []),
	];
}

function undoHints(state: SessionState): readonly Hint[] {
	return [...(state.canUndo ? ([["u", "undo"]] as const) : []), ...(state.canRedo ? ([["U", "redo"]] as const) : [])];
}

function phaseHints(state: SessionState, story: Story): readonly Hint[] {
	return [
		...(uncommittedFixes(state, story).length > 0 ? ([["c", state.git === null ? "keep" : "commit"]] as const) : []),
		...(canRollBack(state, story) ? ([["R", "take back"]] as const) : []),
		...(canRestore(state, story) ? ([["B", "bring back"]] as const) : []),
	];
}

/** The hints on at most `height` rows; those that find no room are left out, the last one (the way out) never. */
export function hintRows(hints: readonly Hint[], width: number, height: number): readonly Line[] {
	const rows: Span[][] = [[]];
	const last = hints[hints.length - 1];
	for (const hint of hints) {
		const [name, words] = hint;
		const cells = name.length + words.length + 4;
		const reserve = rows.length === height && hint !== last && last !== undefined ? last[0].length + last[1].length + 4 : 0;
		let row = rows[rows.length - 1] ?? [];
		if (lineWidth(row) + cells + reserve > width + 3) {
			if (rows.length === height && hint !== last) continue;
			if (rows.length < height) rows.push([]);
			row = rows[rows.length - 1] ?? [];
		}
		row.push(span(name, "accent"), span(` ${words}   `, "dim"));
	}
	// The gap after the last hint of a row is not needed.
	return rows.map((row) => fitLine(trimEnd(row), width));
}
