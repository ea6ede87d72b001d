import type { Workbench } from "../src/session/boots/verify-bench.ts";
import type { Command, Outcome, SessionState } from "../src/session/session.ts";
import { filesToFill, filledFix, settingsForm, withIgnoreLine } from "../src/session/settings-form.ts";
import type { Effect } from "../src/session/view/response.ts";
import { openEntry, trackedFiles } from "../src/session/view/settings.ts";
import { say, show, type UiState } from "../src/session/view/state.ts";
import { showLine } from "../src/text/gate.ts";

/** What the filling in of settings needs of the wizard. */
interface Foreground {
	readonly state: () => SessionState | null;
	readonly ui: () => UiState | null;
	readonly setUi: (ui: UiState) => void;
	/** Carries a command out, with words for the time that it takes. */
	readonly dispatch: (command: Command, busy: string) => Promise<Outcome | null>;
}

/** Takes missing settings from the form to the `.env` file: each issue's own fix is accepted with what was typed in it. */
export class SettingsFilling {
	constructor(
		private readonly bench: Workbench | null,
		private readonly foreground: Foreground,
	) {}

	/** Shows the form, unless git would see what is typed. */
	async open(): Promise<void> {
		const state = this.foreground.state();
		if (this.bench === null || state === null) return;
		const known = await this.bench.settings(filesToFill(state));
		const ui = this.foreground.ui();
		const form = settingsForm(state, known);
		if (ui === null || form === null || ui.busy !== null) return;
		const [tracked] = trackedFiles(form);
		this.foreground.setUi(
			tracked === undefined
				? show(ui, { type: "settings", entry: openEntry(form), from: ui.screen })
				: say(
						ui,
						`git has ${showLine(tracked)} already, so what you type would be in your next commit. Take it out first, with git rm --cached ${showLine(tracked)}; the file itself stays.`,
						"warning",
					),
		);
	}

	/** Writes what was typed, issue by issue: each audit proposes the next fix anew. */
	async fill({ form, typed, ignores }: Extract<Effect, { type: "fill-settings" }>): Promise<void> {
		const fingerprints = [...new Set(form.fields.map(({ fingerprint }) => fingerprint))];
		const filled = new Set<string>();
		for (const fingerprint of fingerprints) {
			const state = this.foreground.state();
			const fix = state === null ? null : filledFix(state, fingerprint, typed);
			if (fix === null) continue;
			const whole = filled.size === 0 && ignores ? withIgnoreLine(fix, form) : fix;
			for (const name of fix.typed ?? []) filled.add(name);
			const outcome = await this.foreground.dispatch(
				{ type: "accept", fingerprint, fix: whole, edited: true },
				"Writing the settings and auditing again",
			);
			if (outcome?.type !== "done") return;
		}
		const ui = this.foreground.ui();
		if (ui === null) return;
		const left = form.fields.filter(({ setting }) => !filled.has(setting.name)).length;
		const files = [...new Set(form.fields.map(({ path }) => path))].join(" and ");
		const words = `${filled.size === 1 ? "One setting is" : `${filled.size} settings are`} written to ${showLine(files)}, readable by you alone.`;
		this.foreground.setUi(say(ui, left === 0 ? words : `${words} The audit takes another way for ${left} more.`));
	}
}
