/**
 * The URL with its password percent-encoded, where an unescaped `@` makes SQLAlchemy read a piece of the password as the host: its grammar ends the
 * password at the first `@` (`_parse_url` in sqlalchemy/engine/url.py), and a host or database with another `@` is none that exists.
 * Null where the password ends where it should.
 */
export function escapedPassword(text: string): string | null {
	const parts = /^([\w+]+:\/\/[^:/@]*:)([^?]*)@([^@?]*)(\?.*)?$/s.exec(text);
	if (parts === null) return null;
	const [, before = "", password = "", rest = "", query = ""] = parts;
	if (!password.includes("@") || !/^(\[[^\]]+\]|[\w.-]+)(:\d+)?(\/|$)/.test(rest)) return null;
	return `${before}${encode(password)}@${rest}${query}`;
}

/** The URL with its password percent-encoded, where a `#`, `/` or `?` in it ends the host for every other reader of URLs; null where nothing does. */
export function encodedPassword(text: string): string | null {
	const parts = /^([\w+]+:\/\/[^:/@]*:)([^@]*(?:@[^@]*)*)@([^@]*)$/s.exec(text);
	if (parts === null) return null;
	const [, before = "", password = "", rest = ""] = parts;
	if (!/[#/?]/.test(password) || !/^(\[[^\]]+\]|[\w.-]+)(:\d+)?(\/|$)/.test(rest)) return null;
	return `${before}${encode(password)}@${rest}`;
}

/** What is encoded already stays; everything else that a URL gives a meaning is. */
function encode(password: string): string {
	return password.replace(/[^\w.~-]/gu, (character, at: number) =>
		character === "%" && /^[0-9a-f]{2}/i.test(password.slice(at + 1)) ? "%" : encodeCharacter(character),
	);
}

function encodeCharacter(character: string): string {
	const plain = encodeURIComponent(character);
	return plain === character ? `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0")}` : plain;
}
