import { stories } from "../../audit/issue.ts";
import type { Command } from "../session.ts";
import { bufferText, editBuffer } from "./buffer.ts";
import type { CheckpointChoice } from "./checkpoint.ts";
import { pressEverywhere } from "./common-keys.ts";
import { pressOnIssue } from "./issue-keys.ts";
import { canRestore, canRollBack, pendingItems, uncommittedFixes } from "./items.ts";
import { forecastOf } from "./phases.ts";
import { canRemoveBackups, canWriteReport } from "./polish-pages.ts";
import { isDecision, type KeyContext, type KeyPress, only, type Response, withEffect } from "./response.ts";
import { scrolled } from "./scroll.ts";
import { pressOnCheck, pressOnSettings } from "./settings-keys.ts";
import { goOn, type Screen, say, select, show, type UiState } from "./state.ts";
import { pressForBench, pressOnDatabase, pressOnInstall, pressOnSetup, stopWork } from "./verify-keys.ts";
import { hasBugReport } from "./verify-state.ts";
import { count } from "./words.ts";

/** What a key does. Pure: what is to happen outside is returned as an effect. */
export function press(ui: UiState, key: KeyPress, context: KeyContext): Response {
	if (key.name === "ctrl-l") return withEffect(ui, { type: "redraw" });
	if (key.name === "ctrl-z") return withEffect(ui, { type: "suspend" });
	if (key.name === "ctrl-c") return leave(ui, context);
	if (ui.screen.type === "editor") return pressInEditor(ui, ui.screen, key);
	if (ui.screen.type === "settings") return pressOnSettings(ui, ui.screen, key);
	if (key.name === "q") return leave(ui, context);
	if (key.name === "X") return stopWork(ui);
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
			return pressOnRollback(ui, ui.screen, key, context);
		case "accept-all":
			return pressOnAcceptAll(ui, ui.screen, key, context);
		case "why":
			return key.name === "w" ? only(show(ui, { type: "issues" })) : pressOnPage(ui, ui.screen, key, context, { type: "issues" });
		case "help":
			return key.name === "?" ? only(show(ui, ui.screen.from)) : pressOnPage(ui, ui.screen, key, context, ui.screen.from);
		case "summary":
			return pressOnSummary(ui, ui.screen, key, context);
		case "setup":
			return pressOnSetup(ui, key, context);
		case "install":
			return pressOnInstall(ui, ui.screen, key, context);
		case "settings-check":
			return pressOnCheck(ui, ui.screen, key, context);
		case "database":
			return pressOnDatabase(ui, ui.screen, key, context);
		case "boot":
			if (key.name === "V") return only(show(ui, ui.screen.from));
			if (key.name === "B" && hasBugReport(ui.bench)) return withEffect(ui, { type: "write-bug-report" });
			if (key.name === "v" || key.name === "D") return pressForBench(ui, key, context) ?? only(ui);
			return pressOnPage(ui, ui.screen, key, context, ui.screen.from);
		case "write-report":
			if (key.name === "y") return withEffect(show(ui, { type: "summary", scroll: 0 }), { type: "write-report" });
			return pressOnPage(ui, ui.screen, key, context, { type: "summary", scroll: 0 });
		case "remove-backups":
			if (key.name === "y")
				return withEffect(ui, { type: "dispatch", command: { type: "remove-backups" }, busy: "Removing the backups" });
			return ["n", "escape", "backspace", "enter"].includes(key.name) ? only(show(ui, { type: "summary", scroll: 0 })) : only(ui);
		case "resumed":
			return ["enter", " ", "escape"].includes(key.name) ? only(goOn({ ...ui, message: null }, context.state)) : only(ui);
	}
}

/** Decisions are kept, but a text that was edited and not accepted is none yet: who leaves it behind is told first. */
function leave(ui: UiState, { view }: KeyContext): Response {
	const edited = view.items.filter(({ decided, fingerprint }) => decided === null && ui.drafts.has(fingerprint));
	const question = `Your version of ${edited.map(({ issue }) => issue.id).join(", ")} is not accepted yet, and leaving drops it. Once more to leave all the same.`;
	if (edited.length === 0 || ui.message?.text === question) return withEffect(ui, { type: "leave" });
	return only(say(ui, question, "warning"));
}

/** What a choice of the checkpoint's menu does. */
export function choose(ui: UiState, choice: CheckpointChoice, context: KeyContext): Response {
	const { state, view } = context;
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
			return leave(ui, context);
	}
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
		case "B":
			if (!canRestore(state, screen.story)) return only(say(ui, `${screen.story} has no rollback that could be undone now.`));
			return withEffect(ui, {
				type: "dispatch",
				command: { type: "restore-phase", story: screen.story },
				busy: `Bringing ${screen.story} back`,
			});
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

function pressOnRollback(
	ui: UiState,
	screen: Extract<Screen, { type: "rollback" }>,
	key: KeyPress,
	{ state }: KeyContext,
): Response {
	const { story, from } = screen;
	const forecast = forecastOf(state, story);
	const together = screen.together.length > 0 ? screen.together : (forecast?.later ?? []);
	if (key.name === "y" && forecast?.type !== "blocked") {
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
	if (key.name === "f" && canWriteReport(context.state)) return only(show(ui, { type: "write-report", scroll: 0 }));
	if (key.name === "c" && canRemoveBackups(context.state)) return only(show(ui, { type: "remove-backups" }));
	const scroll = scrolled(context.view.scroll, key.name);
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
	const scroll = scrolled(view.scroll, key.name);
	return only(scroll === null ? ui : { ...ui, screen: { ...screen, scroll } });
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
