import type { Fix } from "../audit/fix.ts";
import type { Command, SessionState } from "./session.ts";
import type { WizardView } from "./view.ts";
import { say, type UiState } from "./view-state.ts";

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
	return ["y", "a", "n", "s", "e", "A", "u", "U", "r", "c", "R", "enter"].includes(key.name);
}

/** Keys that mean the same on several screens; null for any other. */
export function pressEverywhere(ui: UiState, key: KeyPress, { state }: KeyContext): Response | null {
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

/** A change of the screen alone. */
export function only(ui: UiState): Response {
	return { ui, effect: null };
}

/** A change of the screen, and something to be done outside it. */
export function withEffect(ui: UiState, effect: Effect): Response {
	return { ui, effect };
}
