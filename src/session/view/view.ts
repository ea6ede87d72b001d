import { showLine } from "../../text/gate.ts";
import type { SessionState } from "../session.ts";
import { checkpointMenu, checkpointNotes, checkpointRows, type MenuItem } from "./checkpoint.ts";
import { editorRows } from "./editor.ts";
import { type Frame, isRoomy, type ScreenSize } from "./frame.ts";
import { hintRows, hintsFor } from "./hints.ts";
import { issueCard, type Proposal, proposalsOf } from "./issue.ts";
import { type Item, listItems } from "./items.ts";
import { clip, type Line, lineOf, wrapLine } from "./line.ts";
import { listRows, positionRow } from "./list.ts";
import { acceptAllRows, helpRows, resumedRows, whyRows } from "./pages.ts";
import { phaseRows, rollbackRows } from "./phases.ts";
import { removeBackupsRows, writeReportRows } from "./polish-pages.ts";
import { type Scroll, unscrolled } from "./scroll.ts";
import { checkedRows, settingsRows } from "./settings.ts";
import type { UiState } from "./state.ts";
import { summaryRows } from "./summary.ts";
import { topRows } from "./top.ts";
import { bootRows, databaseRows, installRows, setupRows } from "./verify-pages.ts";

export type BodyView =
	| { readonly type: "columns"; readonly left: readonly Line[]; readonly leftWidth: number; readonly right: readonly Line[] }
	| { readonly type: "page"; readonly lines: readonly Line[] }
	| {
			readonly type: "menu";
			readonly id: string;
			readonly above: readonly Line[];
			readonly items: readonly MenuItem[];
			readonly below: readonly Line[];
	  };

/** One screen, ready to be painted: rows that fit, and what the keys need to know about them. */
export interface WizardView {
	/** Cells inside the margin. */
	readonly width: number;
	readonly top: readonly Line[];
	/** Is the last row of the top something under way in the background, with a spinner beside it? */
	readonly isBooting: boolean;
	readonly body: BodyView;
	/** Rows that the body may take. */
	readonly bodyHeight: number;
	readonly message: readonly Line[];
	readonly isBusy: boolean;
	readonly hints: readonly Line[];
	/** What scrolls on this screen. */
	readonly scroll: Scroll;
	/** The chosen issue and the proposal in sight, where there are any. */
	readonly item: Item | null;
	readonly proposal: Proposal | null;
	/** How many ways there are to mend the chosen issue. */
	readonly proposalCount: number;
	readonly items: readonly Item[];
}

/** Below this size nothing sensible can be shown. */
export const smallestSize: ScreenSize = { columns: 40, rows: 12 };

/** The widest that an issue is still easy to read. */
const widestCard = 110;

/** From this width on the list stands beside the issue. */
const wideColumns = 90;

/** The screen for a state of the session and of the screen itself. Pure: the same states and size give the same rows. */
export function wizardView(state: SessionState, ui: UiState, size: ScreenSize): WizardView {
	const width = size.columns - 2;
	const items = listItems(state, ui.memory);
	const item = items.find((candidate) => candidate.fingerprint === ui.selected) ?? null;
	const proposals = item === null ? [] : proposalsOf(item, ui.drafts, state.sources);
	const proposal = proposals[ui.choice] ?? proposals[0] ?? null;
	const frame = { state, ui, items, item, proposals, width, size };
	const top = topRows(frame);
	const hints = hintRows(hintsFor(frame), width, size.rows < 16 ? 1 : 2);
	const message = messageRows(ui, width, isRoomy(size) ? 2 : 1);
	// One row stays free, or Ink would clear the whole screen, scrollback included, at each frame.
	const bodyHeight = Math.max(1, size.rows - 1 - top.length - message.length - hints.length);
	const { body, scroll } = bodyOf(frame, bodyHeight);
	return {
		width,
		top,
		isBooting: ui.bench.running !== null,
		body,
		bodyHeight,
		message,
		isBusy: ui.busy !== null,
		hints,
		scroll,
		item,
		proposal,
		proposalCount: proposals.length,
		items,
	};
}

/** What just happened or is going on, on at least `height` rows: a long sentence takes as many of the body's rows again. */
function messageRows(ui: UiState, width: number, height: number): readonly Line[] {
	const words: Line =
		ui.busy !== null ? lineOf(ui.busy, "dim") : ui.message === null ? [] : lineOf(showLine(ui.message.text), ui.message.tone);
	const rows = clip(wrapLine(words, width), 2 * height, width);
	return [...Array.from({ length: Math.max(0, height - rows.length) }, (): Line => []), ...rows];
}

function bodyOf(frame: Frame, height: number): { readonly body: BodyView; readonly scroll: Scroll } {
	const { state, ui, items, item, width } = frame;
	switch (ui.screen.type) {
		case "issues":
			return issuesBody(frame, height);
		case "checkpoint": {
			const { story } = ui.screen;
			const above = checkpointRows(state, items, story, width);
			const menu = checkpointMenu(state, items, story);
			const room = height - above.length - menu.length - 2;
			const below = room > 1 ? checkpointNotes(state, story, width).slice(0, room) : [];
			const body: BodyView = {
				type: "menu",
				id: story,
				above: above.slice(0, Math.max(1, height - menu.length - 1)),
				items: menu,
				below,
			};
			return { body, scroll: unscrolled };
		}
		case "why":
			return scrolledPage(item === null ? [] : whyRows(item, state, ui.memory, width), ui.screen.scroll, height);
		case "accept-all": {
			const { fingerprints, scroll } = ui.screen;
			const chosen = items.filter((candidate) => fingerprints.includes(candidate.fingerprint));
			return scrolledPage(acceptAllRows(chosen, width), scroll, height);
		}
		case "help":
			return scrolledPage(helpRows(width), ui.screen.scroll, height);
		case "summary":
			return scrolledPage(summaryRows(state, items, width), ui.screen.scroll, height);
		case "resumed":
			return scrolledPage(resumedRows(state, width), 0, height);
		case "rollback":
			return scrolledPage(rollbackRows(state, ui.screen.story, ui.screen.together, width), 0, height);
		case "setup":
			return scrolledPage(setupRows(state, ui.bench, width), 0, height);
		case "install":
			return scrolledPage(installRows(ui.bench.facts, width), 0, height);
		case "database":
			return scrolledPage(databaseRows(ui.bench.facts, width), 0, height);
		case "boot":
			return scrolledPage(ui.bench.ended === null ? [] : bootRows(ui.bench.ended, width), ui.screen.scroll, height);
		case "write-report":
			return scrolledPage(writeReportRows(state, width), ui.screen.scroll, height);
		case "remove-backups":
			return scrolledPage(removeBackupsRows(state, width), 0, height);
		case "phases":
			return scrolledPage(phaseRows(state, items, ui.screen.story, width), 0, height);
		case "settings":
			return { body: { type: "page", lines: settingsRows(ui.screen.entry, width, height) }, scroll: unscrolled };
		case "settings-check":
			return scrolledPage(checkedRows(state, ui.screen.entry, width), ui.screen.scroll, height);
		case "editor":
			return { body: { type: "page", lines: editorRows(ui.screen.title, ui.screen.buffer, width, height) }, scroll: unscrolled };
	}
}

function issuesBody(frame: Frame, height: number): { readonly body: BodyView; readonly scroll: Scroll } {
	const { state, ui, items, item, proposals, width, size } = frame;
	const card = (cardWidth: number, cardHeight: number) =>
		item === null
			? { lines: [lineOf("There is nothing to decide.", "strong")], scroll: unscrolled }
			: issueCard({
					item,
					state,
					memory: ui.memory,
					proposals,
					choice: ui.choice,
					scroll: ui.scroll,
					width: cardWidth,
					height: cardHeight,
				});
	if (size.columns < wideColumns) {
		const above = [positionRow(state, items, ui.selected, width), ...(isRoomy(size) ? [[] as Line] : [])];
		const { lines, scroll } = card(width, height - above.length);
		return { body: { type: "page", lines: [...above, ...lines] }, scroll };
	}
	const leftWidth = Math.min(72, Math.max(34, Math.floor(width * 0.36)));
	const { lines, scroll } = card(Math.min(widestCard, width - leftWidth - 3), height);
	return {
		body: { type: "columns", left: listRows(state, items, ui.selected, leftWidth, height), leftWidth, right: lines },
		scroll,
	};
}

function scrolledPage(
	lines: readonly Line[],
	wanted: number,
	height: number,
): { readonly body: BodyView; readonly scroll: Scroll } {
	const overflows = lines.length > height;
	const room = overflows ? height - 1 : height;
	const top = Math.max(0, Math.min(wanted, lines.length - room));
	const bottom = Math.min(top + room, lines.length);
	const more = overflows ? [lineOf(bottom < lines.length ? "  ↓ more" : "  the end", "dim")] : [];
	return { body: { type: "page", lines: [...lines.slice(top, bottom), ...more] }, scroll: { top, bottom, total: lines.length } };
}
