/** Characters that JSON allows raw although they reorder or hide text, or that terminals obey: C1, zero width, bidi, tags. */
const hidden = /[\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff0-\ufffb]|[\u{e0000}-\u{e01ef}]/gu;

/** A value as JSON text for a file or a terminal: indented, and with characters that hide or act written as escapes. The values stay the same. */
export function jsonText(value: unknown): string {
	const json = JSON.stringify(value, null, 2).replace(hidden, (character) =>
		[...Array(character.length).keys()].map((i) => `\\u${character.charCodeAt(i).toString(16).padStart(4, "0")}`).join(""),
	);
	return `${json}\n`;
}
