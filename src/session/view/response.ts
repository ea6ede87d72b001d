import type { Fix } from "../../audit/fix.ts";
import type { Command, SessionState } from "../session.ts";
import type { SettingsForm } from "../settings-form.ts";
import type { UiState } from "./state.ts";
import type { BootSubject } from "./verify-state.ts";
import type { WizardView } from "./view.ts";

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
	/** Boot in the background; `overlay` is a fix that is tried in a copy. */
	| { readonly type: "boot"; readonly subject: BootSubject; readonly overlay: Fix | null }
	| { readonly type: "install" }
	/** Give up the installation or the boot that is under way. */
	| { readonly type: "stop-work" }
	| { readonly type: "write-report" }
	/** Write the report on a failure that only the boot found, for the makers of bootmend. */
	| { readonly type: "write-bug-report" }
	/** Find out what is to be filled in, and show the form. */
	| { readonly type: "open-settings" }
	/** Accept the fixes of the form's issues with what was typed; `ignores`: and tell git to leave the files alone. */
	| {
			readonly type: "fill-settings";
			readonly form: SettingsForm;
			readonly typed: ReadonlyMap<string, string>;
			readonly ignores: boolean;
	  }
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
	return ["y", "a", "n", "s", "e", "A", "u", "U", "r", "c", "R", "B", "v", "i", "f", "enter"].includes(key.name);
}

/** A change of the screen alone. */
export function only(ui: UiState): Response {
	return { ui, effect: null };
}

/** A change of the screen, and something to be done outside it. */
export function withEffect(ui: UiState, effect: Effect): Response {
	return { ui, effect };
}
