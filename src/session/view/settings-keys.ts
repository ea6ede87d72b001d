import { canFill, refusalOf } from "../settings-form.ts";
import { type KeyContext, type KeyPress, only, type Response, withEffect } from "./response.ts";
import { scrolled } from "./scroll.ts";
import type { SettingsEntry } from "./settings.ts";
import { type Screen, say, show, type UiState } from "./state.ts";

type SettingsScreen = Extract<Screen, { type: "settings" }>;
type CheckScreen = Extract<Screen, { type: "settings-check" }>;

/** `S` opens the form of missing settings. */
export function openSettings(ui: UiState, { state }: KeyContext): Response {
	if (ui.busy !== null) return only(ui);
	return canFill(state)
		? withEffect(ui, { type: "open-settings" })
		: only(say(ui, "The audit knows of no setting that is missing."));
}

/** The keys of the screen that takes the values of missing settings: letters are typed, everything else moves. */
export function pressOnSettings(ui: UiState, screen: SettingsScreen, key: KeyPress): Response {
	const { entry } = screen;
	const { fields } = entry.form;
	const moved = (step: number) =>
		only(changed(ui, screen, { current: (entry.current + step + fields.length) % fields.length, isRevealed: false }));
	switch (key.name) {
		case "up":
		case "shift-tab":
			return moved(-1);
		case "down":
		case "tab":
			return moved(1);
		case "enter":
			return entry.current + 1 < fields.length ? moved(1) : only(check(ui, screen));
		case "ctrl-s":
			return only(check(ui, screen));
		case "ctrl-r":
			return only(changed(ui, screen, { isRevealed: !entry.isRevealed }));
		case "ctrl-u":
			return only(typed(ui, screen, () => ""));
		case "backspace":
			return only(
				typed(ui, screen, (value) =>
					[...new Intl.Segmenter().segment(value)]
						.slice(0, -1)
						.map(({ segment }) => segment)
						.join(""),
				),
			);
		case "escape":
			return only(leave(ui, screen));
		default:
			return key.text === "" ? only(ui) : only(typed(ui, screen, (value) => value + key.text.replace(/[\r\n]+/g, "")));
	}
}

/** The keys of the screen that shows what will be written. */
export function pressOnCheck(ui: UiState, screen: CheckScreen, key: KeyPress, { view }: KeyContext): Response {
	const { entry } = screen;
	switch (key.name) {
		case "y": {
			const { form, typed: values, ignores } = entry;
			return withEffect(show(ui, { type: "issues" }), { type: "fill-settings", form, typed: values, ignores });
		}
		case "g":
			return only(show(ui, { ...screen, entry: { ...entry, ignores: !entry.ignores } }));
		case "escape":
		case "n":
		case "backspace":
			return only(show(ui, { type: "settings", entry, from: screen.from }));
		default: {
			const scroll = scrolled(view.scroll, key.name);
			return scroll === null ? only(ui) : only(show(ui, { ...screen, scroll }));
		}
	}
}

/** On to what will be written, unless a value cannot be. */
function check(ui: UiState, screen: SettingsScreen): UiState {
	const { entry } = screen;
	const wrong = entry.form.fields.findIndex((field) => refusalOf(field, entry.typed.get(field.setting.name) ?? "") !== null);
	if (wrong < 0)
		return show(ui, { type: "settings-check", entry: { ...entry, isRevealed: false }, scroll: 0, from: screen.from });
	const name = entry.form.fields[wrong]?.setting.name ?? "";
	return say(
		changed(ui, screen, { current: wrong }),
		`${name} cannot be written so; what it has to be stands below it.`,
		"warning",
	);
}

function leave(ui: UiState, screen: SettingsScreen): UiState {
	const isTyped = [...screen.entry.typed.values()].some((value) => value !== "");
	if (!isTyped || screen.entry.askedToDrop) return show(ui, screen.from);
	return say(changed(ui, screen, { askedToDrop: true }), "Esc once more drops what you typed; ^S goes on with it.");
}

function typed(ui: UiState, screen: SettingsScreen, change: (value: string) => string): UiState {
	const { entry } = screen;
	const name = entry.form.fields[entry.current]?.setting.name ?? "";
	const values = new Map(entry.typed).set(name, change(entry.typed.get(name) ?? ""));
	return changed(ui, screen, { typed: values });
}

function changed(ui: UiState, screen: SettingsScreen, change: Partial<SettingsEntry>): UiState {
	return { ...ui, screen: { ...screen, entry: { ...screen.entry, askedToDrop: false, ...change } }, message: null };
}
