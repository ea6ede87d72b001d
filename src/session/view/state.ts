import { type Story, stories } from "../../audit/issue.ts";
import type { BenchFacts } from "../boots/verify-bench.ts";
import type { Draft } from "../draft.ts";
import type { Command, Outcome, SessionState } from "../session.ts";
import type { TextBuffer } from "./buffer.ts";
import {
	emptyMemory,
	type Item,
	type ItemMemory,
	listItems,
	pendingItems,
	phaseOf,
	remember,
	uncommittedFixes,
} from "./items.ts";
import type { SettingsEntry } from "./settings.ts";
import { type BenchState, canBoot, canInstall, openBench } from "./verify-state.ts";

/** Which screen is up, with what only that screen needs. */
export type Screen =
	/** Before the first issue: may the backend be booted as it is? */
	| { readonly type: "setup" }
	/** "Install what is declared?" */
	| { readonly type: "install"; readonly from: Screen }
	/** "Boot it with the configured database?" */
	| { readonly type: "database"; readonly from: Screen }
	/** The newest boot, stage by stage. */
	| { readonly type: "boot"; readonly scroll: number; readonly from: Screen }
	/** "Write the fixes report?" and "Remove the backups?" */
	| { readonly type: "write-report"; readonly scroll: number }
	| { readonly type: "remove-backups" }
	/** What an interrupted or earlier run left. */
	| { readonly type: "resumed" }
	/** The list, the chosen issue and its diff. */
	| { readonly type: "issues" }
	/** Everything known about the chosen issue. */
	| { readonly type: "why"; readonly scroll: number }
	/** "Accept these n safe fixes?" */
	| { readonly type: "accept-all"; readonly fingerprints: readonly string[]; readonly scroll: number }
	/** A story is decided: commit it, look again, take it back or stop. */
	| { readonly type: "checkpoint"; readonly story: Story }
	| { readonly type: "phases"; readonly story: Story }
	/** "Take this phase back?" `together` names later phases that must go with it. */
	| {
			readonly type: "rollback";
			readonly story: Story;
			readonly from: "checkpoint" | "phases";
			readonly together: readonly Story[];
	  }
	| { readonly type: "help"; readonly scroll: number; readonly from: Screen }
	/** The settings that nothing sets, to be filled in; and what will be written. */
	| { readonly type: "settings"; readonly entry: SettingsEntry; readonly from: Screen }
	| { readonly type: "settings-check"; readonly entry: SettingsEntry; readonly scroll: number; readonly from: Screen }
	/** The small editor for where there is no $VISUAL or $EDITOR. */
	| { readonly type: "editor"; readonly title: string; readonly buffer: TextBuffer; readonly askedToDrop: boolean }
	| { readonly type: "summary"; readonly scroll: number };

/** One sentence below the body: what just happened, or why something did not. */
export interface Message {
	readonly tone: "plain" | "warning";
	readonly text: string;
}

/** What the screen itself knows; everything else is in the session. */
export interface UiState {
	readonly screen: Screen;
	/** Fingerprint of the chosen issue. */
	readonly selected: string | null;
	/** Which of the issue's proposals is shown. */
	readonly choice: number;
	/** First row of the diff that is shown. */
	readonly scroll: number;
	/** Rows of this proposal's diff that have been on the screen. */
	readonly seen: number;
	/** Proposals that were edited and are not decided yet, by fingerprint. */
	readonly drafts: ReadonlyMap<string, Draft>;
	readonly message: Message | null;
	/** What is going on right now, in words; null while the person has the turn. */
	readonly busy: string | null;
	readonly memory: ItemMemory;
	readonly bench: BenchState;
}

/** The screen of a session that has just been opened; `facts` say what the machine can do, null where there is no workbench. */
export function firstScreen(state: SessionState, facts: BenchFacts | null = null): UiState {
	const memory = remember(emptyMemory, state);
	const start: UiState = {
		screen: { type: "issues" },
		selected: null,
		choice: 0,
		scroll: 0,
		seen: 0,
		drafts: new Map(),
		message: null,
		busy: null,
		memory,
		bench: openBench(facts, state),
	};
	const placed = goOn(start, state);
	if (state.resumedFrom !== null) return { ...placed, screen: { type: "resumed" } };
	const isAsked = state.boots.newest === null && (canBoot(placed.bench) || canInstall(placed.bench, state));
	return isAsked ? { ...placed, screen: { type: "setup" } } : placed;
}

/** Takes a newer session state in: remembers its issues and keeps the choice on one that exists. */
export function withSession(ui: UiState, state: SessionState): UiState {
	const memory = remember(ui.memory, state);
	const next = memory === ui.memory ? ui : { ...ui, memory };
	const items = listItems(state, memory);
	if (next.selected !== null && items.some((item) => item.fingerprint === next.selected)) return next;
	return select(next, items.find((item) => item.decided === null) ?? items[0] ?? null);
}

/** Chooses an issue, from the top of its own proposal. */
export function select(ui: UiState, item: Item | null): UiState {
	return { ...ui, selected: item?.fingerprint ?? null, choice: 0, scroll: 0, seen: 0 };
}

/** Chooses the issue `step` places further on, wrapping round. */
export function moveSelection(ui: UiState, items: readonly Item[], step: number): UiState {
	if (items.length === 0) return ui;
	const position = items.findIndex((item) => item.fingerprint === ui.selected);
	const next = items[(Math.max(position, 0) + step + items.length) % items.length];
	return { ...select(ui, next ?? null), message: null };
}

export function show(ui: UiState, screen: Screen): UiState {
	return { ...ui, screen, message: null };
}

export function say(ui: UiState, text: string, tone: Message["tone"] = "plain"): UiState {
	return { ...ui, message: { tone, text } };
}

/** Where the work goes on: the next undecided issue, else the checkpoint of a story with uncommitted fixes, else the end. */
export function goOn(ui: UiState, state: SessionState): UiState {
	const items = listItems(state, ui.memory);
	for (const story of stories) {
		const pending = pendingItems(items, story);
		if (pending.length > 0) return select({ ...ui, screen: { type: "issues" } }, pending[0] ?? null);
		if (uncommittedFixes(state, story).length > 0) return { ...ui, screen: { type: "checkpoint", story } };
	}
	return { ...select(ui, items[0] ?? null), screen: { type: "summary", scroll: 0 } };
}

/** What the screen does when a command has been carried out or refused; `before` is the session as it was. */
export function afterCommand(
	ui: UiState,
	command: Command,
	outcome: Outcome,
	before: SessionState,
	state: SessionState,
): UiState {
	const current = withSession({ ...ui, busy: null }, state);
	if (outcome.type === "done") return { ...placeAfter(current, command, before, state), message: messageOf(outcome) };
	const refused = say(current, `${outcome.message} ${outcome.nextStep}`.trim(), "warning");
	if (command.type !== "rollback-phase" || (outcome.later ?? []).length === 0) return refused;
	const from = ui.screen.type === "rollback" ? ui.screen.from : "phases";
	return { ...refused, screen: { type: "rollback", story: command.story, from, together: outcome.later ?? [] } };
}

/** The outcome in words: what happened, what became of each file of a rollback, and what to mind. */
function messageOf({ message, ledger = [], warnings = [] }: Extract<Outcome, { type: "done" }>): Message {
	const files = ledger.map((entry) => `${entry.path} ${entry.result}`).join(", ");
	const words = [message, ...(files === "" ? [] : [`${files}.`]), ...warnings];
	return { tone: warnings.length > 0 ? "warning" : "plain", text: words.join(" ") };
}

function placeAfter(ui: UiState, command: Command, before: SessionState, state: SessionState): UiState {
	switch (command.type) {
		case "accept":
		case "skip":
			return afterDecision(ui, command.fingerprint, before, state);
		case "accept-all":
			return afterDecision(ui, command.fingerprints[command.fingerprints.length - 1] ?? "", before, state);
		case "undo":
		case "redo":
			return afterUndo(ui, before, state);
		case "commit-phase":
			return goOn(ui, state);
		case "rollback-phase":
			return afterRollback(ui, command.story, state);
		case "restore-phase":
			return { ...ui, screen: { type: "phases", story: command.story } };
		case "remove-backups":
			return { ...ui, screen: { type: "summary", scroll: 0 } };
		case "look":
		case "audit":
		case "note-boot":
		case "finish":
			return ui;
	}
}

/**
 * After a decision: a blocker that it has brought to light, else the next undecided issue of the same story; where none is
 * left, that story's checkpoint.
 */
function afterDecision(ui: UiState, fingerprint: string, before: SessionState, state: SessionState): UiState {
	const drafts = new Map(ui.drafts);
	drafts.delete(fingerprint);
	const items = listItems(state, ui.memory);
	const position = items.findIndex((item) => item.fingerprint === fingerprint);
	const decided = items[position];
	if (decided === undefined) return goOn({ ...ui, drafts }, state);
	const pending = pendingItems(items, decided.issue.story);
	const known = new Set(before.report.issues.map((issue) => issue.fingerprint));
	const revealed = pending.find((item) => item.issue.blocksStartup && !known.has(item.fingerprint));
	const next = revealed ?? pending.find((item) => items.indexOf(item) > position) ?? pending[0];
	if (next !== undefined) return select({ ...ui, drafts, screen: { type: "issues" } }, next);
	if (hasDecisions(state, decided.issue.story))
		return { ...ui, drafts, screen: { type: "checkpoint", story: decided.issue.story } };
	return goOn({ ...ui, drafts }, state);
}

/** Undo and redo lead to the issue whose decision changed. */
function afterUndo(ui: UiState, before: SessionState, state: SessionState): UiState {
	const was = new Set(before.decided.map((decided) => decided.issue.fingerprint));
	const is = new Set(state.decided.map((decided) => decided.issue.fingerprint));
	const changed = listItems(state, ui.memory).find((item) => was.has(item.fingerprint) !== is.has(item.fingerprint));
	return changed === undefined ? ui : select({ ...ui, screen: { type: "issues" } }, changed);
}

function afterRollback(ui: UiState, story: Story, state: SessionState): UiState {
	if (ui.screen.type === "rollback" && ui.screen.from === "phases") return { ...ui, screen: { type: "phases", story } };
	const items = listItems(state, ui.memory);
	const first = pendingItems(items, story)[0];
	return first === undefined
		? { ...ui, screen: { type: "phases", story } }
		: select({ ...ui, screen: { type: "issues" } }, first);
}

function hasDecisions(state: SessionState, story: Story): boolean {
	return phaseOf(state, story).status !== "committed" && state.decided.some((decided) => decided.story === story);
}
