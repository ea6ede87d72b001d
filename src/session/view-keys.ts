import type { Fix } from "../audit/fix.ts";
import { stories } from "../audit/issue.ts";
import type { Command, SessionState } from "./session.ts";
import { canRollBack, safeItems, type WizardView } from "./view.ts";
import { bufferText, editBuffer } from "./view-buffer.ts";
import type { CheckpointChoice } from "./view-checkpoint.ts";
import { diffFix } from "./view-diff.ts";
import { pendingItems, uncommittedFixes } from "./view-items.ts";
import { goOn, moveSelection, type Screen, say, select, show, type UiState } from "./view-state.ts";
import { count } from "./view-words.ts";

/** One key as the wizard names it: `y`, `up`, `pagedown`, `ctrl-c`, `enter`; `text` is what was typed or pasted, for the editor. */
export interface KeyPress {
	readonly name: string;
	readonly text: string;
}

/** What a key asks of the world outside the screen. */
export type Effect =
	| { readonly type: "dispatch"; readonly command: Command; readonly busy: string }
	/** Edit this fix, in $EDITOR or here. */
	| { readonly type: "edit"; readonly fingerprint: string; readonly fix: Fix }
	/** The built-in editor is done; null where the person dropped the text. */
	| { readonly type: "edited"; readonly text: string | null }
	| { readonly type: "leave" }
	| { readonly type: "suspend" }
	| { readonly type: "redraw" };

export interface Response {
	readonly ui: UiState;
	readonly effect: Effect | null;
}

/** Everything a key's meaning depends on: the screen that the person saw when it was pressed. */
export interface KeyContext {
	readonly state: SessionState;
	readonly view: WizardView;
}

/** Keys that decide something: one of them a chunk of input, and none just after the screen has changed. */
export function isDecision(key: KeyPress): boolean {
	return ["y", "a", "n", "s", "A", "u", "U", "c", "R", "enter", "ctrl-s"].includes(key.name);
}

/** What a key does. Pure: what is to happen outside is returned as an effect. */
export function press(ui: UiState, key: KeyPress, context: KeyContext): Response {
	if (key.name === "ctrl-l") return withEffect(ui, { type: "redraw" });
	if (key.name === "ctrl-z") return withEffect(ui, { type: "suspend" });
	if (key.name === "ctrl-c") return withEffect(ui, { type: "leave" });
	if (ui.screen.type === "editor") return pressInEditor(ui, ui.screen, key);
	if (key.name === "q") return withEffect(ui, { type: "leave" });
	if (ui.busy !== null && isDecision(key)) return only(ui);
	if (key.name === "?" && ui.screen.type !== "help") return only(show(ui, { type: "help", scroll: 0, from: ui.screen }));
	switch (ui.screen.type) {
		case "issues":
			return pressOnIssue(ui, key, context);
		case "checkpoint":
			return pressAtCheckpoint(ui, key, context);
		case "phases":
			return pressOnPhases(ui, ui.screen, key, context);
		case "rollback":
			return pressOnRollback(ui, ui.screen, key);
		case "accept-all":
			return pressOnAcceptAll(ui, ui.screen, key, context);
		case "why":
			return key.name === "w" ? only(show(ui, { type: "issues" })) : pressOnPage(ui, ui.screen, key, context, { type: "issues" });
		case "help":
			return key.name === "?" ? only(show(ui, ui.screen.from)) : pressOnPage(ui, ui.screen, key, context, ui.screen.from);
		case "summary":
			return pressOnSummary(ui, ui.screen, key, context);
		case "resumed":
			return ["enter", " ", "escape"].includes(key.name) ? only(goOn({ ...ui, message: null }, context.state)) : only(ui);
	}
}

/** What a choice of the checkpoint's menu does. */
export function choose(ui: UiState, choice: CheckpointChoice, { state, view }: KeyContext): Response {
	if (ui.screen.type !== "checkpoint" || ui.busy !== null) return only(ui);
	const { story } = ui.screen;
	switch (choice) {
		case "commit":
			return withEffect(ui, { type: "dispatch", command: { type: "commit-phase", story }, busy: `Committing ${story}` });
		case "go-on":
			return only({ ...goOn(ui, state), message: null });
		case "look":
			return only(select(show(ui, { type: "issues" }), view.items.find((item) => item.issue.story === story) ?? null));
		case "rollback":
			return only(show(ui, { type: "rollback", story, from: "checkpoint", together: [] }));
		case "stop":
			return withEffect(ui, { type: "leave" });
	}
}

function pressOnIssue(ui: UiState, key: KeyPress, context: KeyContext): Response {
	const { view } = context;
	switch (key.name) {
		case "y":
		case "a":
			return accept(ui, context, "y");
		case "enter":
			return accept(ui, context, "enter");
		case "n":
		case "s":
			return skip(ui, context);
		case "e":
			return edit(ui, context);
		case "x":
			return only(nextProposal(ui, context));
		case "A":
			return only(askForAll(ui, context));
		case "w":
			return only(view.item === null ? ui : show(ui, { type: "why", scroll: 0 }));
		case "]":
		case "right":
		case "tab":
			return only(moveSelection(ui, view.items, 1));
		case "[":
		case "left":
		case "shift-tab":
			return only(moveSelection(ui, view.items, -1));
		case "p":
			return only(show(ui, { type: "phases", story: view.item?.issue.story ?? "US1" }));
		default:
			return scrollDiff(ui, key, context);
	}
}

/** Everything else on the issue screen scrolls the diff, or means what it means everywhere. */
function scrollDiff(ui: UiState, key: KeyPress, context: KeyContext): Response {
	const scroll = scrolled(context.view, key.name);
	return scroll === null ? (pressEverywhere(ui, key, context) ?? only(ui)) : only({ ...ui, scroll, message: null });
}

function askForAll(ui: UiState, { view }: KeyContext): UiState {
	if (view.item === null) return ui;
	const { story } = view.item.issue;
	const fingerprints = safeItems(view.items, story).map((item) => item.fingerprint);
	if (fingerprints.length === 0) return say(ui, `${story} has no safe fix left; the others want a look each.`);
	return show(ui, { type: "accept-all", fingerprints, scroll: 0 });
}

function skip(ui: UiState, { view }: KeyContext): Response {
	if (view.item === null) return only(ui);
	if (view.item.decided !== null) return only(say(ui, alreadyDecided));
	const command: Command = { type: "skip", fingerprint: view.item.fingerprint, reason: null };
	return withEffect(ui, { type: "dispatch", command, busy: `Skipping ${view.item.label}` });
}

function edit(ui: UiState, { view }: KeyContext): Response {
	if (view.item === null || view.item.decided !== null) return only(ui);
	if (view.proposal === null) return only(say(ui, "There is no edit to start from; see the steps by hand."));
	return withEffect(ui, { type: "edit", fingerprint: view.item.fingerprint, fix: view.proposal.fix });
}

function nextProposal(ui: UiState, { view }: KeyContext): UiState {
	if (view.proposalCount < 2) return ui;
	return { ...ui, choice: (ui.choice + 1) % view.proposalCount, scroll: 0, seen: 0, message: null };
}

const alreadyDecided = "This issue is decided; u takes the newest decision back.";

/** `y` accepts what has been seen in full and scrolls on otherwise; Enter accepts only where the fix is safe besides. */
function accept(ui: UiState, { state, view }: KeyContext, by: "y" | "enter"): Response {
	const { item, proposal } = view;
	if (item === null || item.decided !== null) {
		if (by === "enter") return only({ ...goOn(ui, state), message: null });
		return only(item === null ? ui : say(ui, alreadyDecided));
	}
	if (proposal === null) return only(say(ui, "No edit can mend this one: n skips it, the steps by hand stay in the summary."));
	if (Math.max(ui.seen, view.scroll.bottom) < view.scroll.total) {
		const scroll = nextPage(view);
		const isAll = scroll + view.scroll.bottom - view.scroll.top >= view.scroll.total;
		return only(
			say(
				{ ...ui, scroll },
				isAll ? "That is all of it; y accepts." : "There is more of it; y accepts once you have seen it all.",
			),
		);
	}
	if (diffFix(proposal.fix, state.sources) === null)
		return only(say(ui, "The file has changed since the audit; r audits again.", "warning"));
	if (by === "enter" && proposal.fix.applicability !== "safe")
		return only(say(ui, "This fix wants a decision of yours: y accepts, n skips."));
	const command: Command = {
		type: "accept",
		fingerprint: item.fingerprint,
		fix: proposal.fix,
		edited: proposal.origin === "edited",
	};
	return withEffect(ui, { type: "dispatch", command, busy: `Applying ${item.label} and auditing again` });
}

function pressOnAcceptAll(
	ui: UiState,
	screen: Extract<Screen, { type: "accept-all" }>,
	key: KeyPress,
	context: KeyContext,
): Response {
	if (key.name !== "y") return pressOnPage(ui, screen, key, context, { type: "issues" });
	const { fingerprints } = screen;
	const busy = `Applying ${count(fingerprints.length, "safe fix", "safe fixes")}`;
	return withEffect(show(ui, { type: "issues" }), { type: "dispatch", command: { type: "accept-all", fingerprints }, busy });
}

function pressAtCheckpoint(ui: UiState, key: KeyPress, context: KeyContext): Response {
	if (ui.screen.type !== "checkpoint") return only(ui);
	if (key.name === "p") return only(show(ui, { type: "phases", story: ui.screen.story }));
	if (["[", "escape"].includes(key.name)) return choose(ui, "look", context);
	return pressEverywhere(ui, key, context) ?? only(ui);
}

function pressOnPhases(ui: UiState, screen: Extract<Screen, { type: "phases" }>, key: KeyPress, context: KeyContext): Response {
	const { state } = context;
	const position = stories.indexOf(screen.story);
	switch (key.name) {
		case "up":
		case "k":
		case "[":
			return only(show(ui, { ...screen, story: stories[position - 1] ?? screen.story }));
		case "down":
		case "j":
		case "]":
			return only(show(ui, { ...screen, story: stories[position + 1] ?? screen.story }));
		case "c":
			return commitFromPhases(ui, screen, context);
		case "R":
			if (!canRollBack(state, screen.story))
				return only(say(ui, `${screen.story} has changed nothing, so there is nothing to take back.`));
			return only(show(ui, { type: "rollback", story: screen.story, from: "phases", together: [] }));
		case "p":
		case "escape":
		case "enter":
			return only({ ...goOn(ui, state), message: null });
		default:
			return pressEverywhere(ui, key, context) ?? only(ui);
	}
}

function commitFromPhases(ui: UiState, { story }: Extract<Screen, { type: "phases" }>, { state }: KeyContext): Response {
	if (uncommittedFixes(state, story).length === 0) return only(say(ui, `${story} has no accepted fix that wants a commit.`));
	return withEffect(ui, { type: "dispatch", command: { type: "commit-phase", story }, busy: `Committing ${story}` });
}

function pressOnRollback(ui: UiState, screen: Extract<Screen, { type: "rollback" }>, key: KeyPress): Response {
	const { story, from, together } = screen;
	if (key.name === "y") {
		const command: Command = { type: "rollback-phase", story, ...(together.length > 0 ? { withLater: true } : {}) };
		return withEffect(ui, { type: "dispatch", command, busy: `Taking ${[story, ...together].join(" and ")} back` });
	}
	if (["n", "escape", "backspace"].includes(key.name)) return only(show(ui, { type: from, story }));
	return only(ui);
}

function pressOnSummary(ui: UiState, screen: Extract<Screen, { type: "summary" }>, key: KeyPress, context: KeyContext): Response {
	if (["[", "]"].includes(key.name)) return only(show(ui, { type: "issues" }));
	if (key.name === "p") return only(show(ui, { type: "phases", story: pendingStory(context) }));
	if (key.name === "enter") return withEffect(ui, { type: "leave" });
	const scroll = scrolled(context.view, key.name);
	return scroll === null ? (pressEverywhere(ui, key, context) ?? only(ui)) : only({ ...ui, screen: { ...screen, scroll } });
}

function pendingStory({ view }: KeyContext) {
	return stories.find((story) => pendingItems(view.items, story).length > 0) ?? "US1";
}

/** A page of text: it scrolls, and Esc leads `back`. */
function pressOnPage(
	ui: UiState,
	screen: Extract<Screen, { scroll: number }>,
	key: KeyPress,
	{ view }: KeyContext,
	back: Screen,
): Response {
	if (["escape", "enter", "backspace", "n"].includes(key.name)) return only(show(ui, back));
	const scroll = scrolled(view, key.name);
	return only(scroll === null ? ui : { ...ui, screen: { ...screen, scroll } });
}

/** Keys that mean the same on several screens; null for any other. */
function pressEverywhere(ui: UiState, key: KeyPress, { state }: KeyContext): Response | null {
	switch (key.name) {
		case "u":
			if (!state.canUndo) return only(say(ui, "There is no decision to undo in an open phase; p takes a committed phase back."));
			return withEffect(ui, { type: "dispatch", command: { type: "undo" }, busy: "Undoing the newest decision" });
		case "U":
			if (!state.canRedo) return only(say(ui, "There is nothing to do again."));
			return withEffect(ui, { type: "dispatch", command: { type: "redo" }, busy: "Doing it again" });
		case "r":
			return ui.busy !== null
				? only(ui)
				: withEffect(ui, { type: "dispatch", command: { type: "audit" }, busy: "Auditing again" });
		default:
			return null;
	}
}

function pressInEditor(ui: UiState, screen: Extract<Screen, { type: "editor" }>, key: KeyPress): Response {
	if (key.name === "ctrl-s") {
		const text = bufferText(screen.buffer);
		if (text === null)
			return only(say(ui, "Each •••• stands for a hidden value and has to stay; Esc drops the text.", "warning"));
		return withEffect(ui, { type: "edited", text });
	}
	if (key.name === "escape") {
		if (!screen.buffer.changed || screen.askedToDrop) return withEffect(ui, { type: "edited", text: null });
		return only(say({ ...ui, screen: { ...screen, askedToDrop: true } }, "Esc once more drops what you changed; ^S uses it."));
	}
	return only({
		...ui,
		screen: { ...screen, buffer: editBuffer(screen.buffer, key.name, key.text), askedToDrop: false },
		message: null,
	});
}

/** First row in sight after a scrolling key; null for any other key. */
function scrolled(view: WizardView, name: string): number | null {
	const { top, bottom, total } = view.scroll;
	const page = Math.max(1, bottom - top - 1);
	const last = Math.max(0, total - (bottom - top));
	const moves: Readonly<Record<string, number>> = {
		j: top + 1,
		down: top + 1,
		k: top - 1,
		up: top - 1,
		" ": top + page,
		pagedown: top + page,
		"ctrl-d": top + page,
		b: top - page,
		pageup: top - page,
		"ctrl-u": top - page,
		g: 0,
		home: 0,
		G: last,
		end: last,
	};
	const target = moves[name];
	return target === undefined ? null : Math.max(0, Math.min(target, last));
}

function nextPage(view: WizardView): number {
	return scrolled(view, "pagedown") ?? 0;
}

function only(ui: UiState): Response {
	return { ui, effect: null };
}

function withEffect(ui: UiState, effect: Effect): Response {
	return { ui, effect };
}
