import { type KeyContext, type KeyPress, only, type Response, withEffect } from "./response.ts";
import { openSettings } from "./settings-keys.ts";
import { say, type UiState } from "./state.ts";
import { pressForBench } from "./verify-keys.ts";

/** Keys that mean the same on several screens; null for any other. */
export function pressEverywhere(ui: UiState, key: KeyPress, context: KeyContext): Response | null {
	const { state } = context;
	switch (key.name) {
		case "u":
			if (!state.canUndo) return only(say(ui, "There is no decision to undo in an open phase; p takes a committed phase back."));
			return withEffect(ui, { type: "dispatch", command: { type: "undo" }, busy: "Undoing the newest decision" });
		case "S":
			return openSettings(ui, context);
		case "U":
			if (!state.canRedo) return only(say(ui, "There is nothing to do again."));
			return withEffect(ui, { type: "dispatch", command: { type: "redo" }, busy: "Doing it again" });
		case "r":
			return ui.busy !== null
				? only(ui)
				: withEffect(ui, { type: "dispatch", command: { type: "audit" }, busy: "Auditing again" });
		default:
			return pressForBench(ui, key, context);
	}
}
