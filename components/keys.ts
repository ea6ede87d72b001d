import type { Key } from "ink";
import type { KeyPress } from "../src/session/view/response.ts";

/**
 * The keys of one chunk of input, as the wizard names them. Keys pressed in rapid succession, a held Backspace and a paste
 * come as one string, which is taken apart here.
 */
export function keyPresses(input: string, key: Key): readonly KeyPress[] {
	const name = namedKey(key);
	if (name !== null) return [{ name, text: "" }];
	if (key.ctrl) return [{ name: `ctrl-${input}`, text: "" }];
	return [...new Intl.Segmenter().segment(input)].map(({ segment, index }) => {
		// Ctrl-S right behind what was typed, or Ctrl-U right before it; further inside it is part of a paste, and no key.
		const isAtAnEnd = index === 0 || index + 1 === input.length;
		if (isAtAnEnd && /[\x01-\x1a]/.test(segment) && !/[\b\t\n\r]/.test(segment))
			return { name: `ctrl-${String.fromCharCode(segment.charCodeAt(0) + 96)}`, text: "" };
		if (/[\r\n]/.test(segment)) return { name: "enter", text: "\n" };
		if (segment === "\x7f" || segment === "\b") return { name: "backspace", text: "" };
		return { name: segment === "\t" ? "tab" : segment, text: segment };
	});
}

/** The same for a field of one row: letters that follow each other are one piece, Enter and Tab stay the keys that they are. */
export function joinLetters(keys: readonly KeyPress[]): readonly KeyPress[] {
	const joined: KeyPress[] = [];
	for (const key of keys) {
		const last = joined[joined.length - 1];
		const isLetter = key.text !== "" && key.name === key.text && key.name !== "tab";
		if (isLetter && last !== undefined && last.name === "") joined[joined.length - 1] = { name: "", text: last.text + key.text };
		else joined.push(isLetter ? { name: "", text: key.text } : key);
	}
	return joined;
}

/** What was typed or pasted in one go as one piece of text: that is how an editor takes it. */
export function joinText(keys: readonly KeyPress[]): readonly KeyPress[] {
	if (keys.length < 2) return keys;
	const joined: KeyPress[] = [];
	for (const key of keys) {
		const last = joined[joined.length - 1];
		if (key.text !== "" && last !== undefined && last.text !== "")
			joined[joined.length - 1] = { name: "", text: last.text + key.text };
		else joined.push(key.text === "" ? key : { name: "", text: key.text });
	}
	return joined;
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
