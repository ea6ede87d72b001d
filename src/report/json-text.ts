import { hiddenCharacters } from "../text/gate.ts";
import { maskSecrets } from "../text/secrets.ts";

/** Too short for a secret with the name or the shape that tells it. */
const harmless = /^[\w./:-]{0,11}$/;

/**
 * A value as JSON text for a file or a terminal: indented, secrets in its texts masked, and characters that hide or act written
 * as escapes, so that they stay the same.
 */
export function jsonText(value: unknown): string {
	const masked = (_: string, field: unknown) => (typeof field === "string" && !harmless.test(field) ? maskSecrets(field) : field);
	const json = JSON.stringify(value, masked, 2).replace(hiddenCharacters, (character) =>
		[...Array(character.length).keys()].map((i) => `\\u${character.charCodeAt(i).toString(16).padStart(4, "0")}`).join(""),
	);
	return `${json}\n`;
}
