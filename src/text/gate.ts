import { maskSecrets } from "./secrets.ts";

const tabWidth = 4;

/**
 * The one display gate: whatever came from a file, a command or a person passes here before it is shown or stored.
 * Secrets are masked, tabs expanded, and characters that act on a terminal or hide text are made visible, so that no
 * file can change what a person believes to see. The number of lines stays (line breaks become `\n`), and showing a
 * shown text again changes nothing. `path` names the file that the text came from, which tells settings from code.
 */
export function show(text: string, path?: string): string {
	return maskSecrets(neutralise(text.replace(/\r\n?/g, "\n")), path);
}

/** Like `show`, for places that hold one line: line breaks are made visible too. */
export function showLine(text: string, path?: string): string {
	return show(text, path).replace(/\n/g, "␊");
}

/** Control, bidirectional, zero-width, separator, tag and lone surrogate characters. */
export const hiddenCharacters: RegExp =
	/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u115f\u1160\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff0-\ufffb\u{1bca0}-\u{1bca3}\u{1d173}-\u{1d17a}\u{e0000}-\u{e00ff}\ud800-\udfff]|\u034f|[\u17b4\u17b5]|[\u180b-\u180d\u180f]|[\ufe00-\ufe0e]|[\u{e0100}-\u{e01ef}]/gu;

function neutralise(text: string): string {
	return expandTabs(text.replace(hiddenCharacters, visible));
}

function visible(character: string): string {
	const code = character.codePointAt(0) ?? 0;
	if (code < 0x20) return String.fromCodePoint(0x2400 + code);
	if (code === 0x7f) return "␡";
	return `<U+${code.toString(16).toUpperCase().padStart(4, "0")}>`;
}

/** Tabs move to the next multiple of four columns; terminals and layout engines disagree about them otherwise. */
function expandTabs(text: string): string {
	if (!text.includes("\t")) return text;
	return text
		.split("\n")
		.map((line) => {
			const [first = "", ...rest] = line.split("\t");
			return rest.reduce((done, part) => done + " ".repeat(tabWidth - (done.length % tabWidth)) + part, first);
		})
		.join("\n");
}
