import type { Key } from "ink";
import type { KeyPress } from "../src/session/view-keys.ts";

/**
 * The keys of one chunk of input, as the wizard names them. Keys pressed in rapid succession come as one string, so it is
 * taken apart; `text` of the first one holds the whole, for the editor, where a paste is one thing.
 */
export function keyPresses(input: string, key: Key): readonly KeyPress[] {
	const name = namedKey(key);
	if (name !== null) return [{ name, text: "" }];
	if (key.ctrl) return [{ name: `ctrl-${input}`, text: "" }];
	const characters = [...new Intl.Segmenter().segment(input)].map(({ segment }) => segment);
	return characters.map((character, index) => ({
		name: /[\r\n]/.test(character) ? "enter" : character,
		text: index === 0 ? input : "",
	}));
}

function namedKey(key: Key): string | null {
	if (key.upArrow) return "up";
	if (key.downArrow) return "down";
	if (key.leftArrow) return "left";
	if (key.rightArrow) return "right";
	if (key.pageUp) return "pageup";
	if (key.pageDown) return "pagedown";
	if (key.home) return "home";
	if (key.end) return "end";
	if (key.return) return "enter";
	if (key.escape) return "escape";
	if (key.tab) return key.shift ? "shift-tab" : "tab";
	// Terminals send 0x7f for Backspace, which Ink calls delete.
	if (key.backspace || key.delete) return "backspace";
	return null;
}
