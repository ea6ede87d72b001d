import { isUtf8 } from "node:buffer";
import { TextDecoder } from "node:util";

/** How a text lies on disk, so that it can be written back in the same way. */
export interface SourceEncoding {
	/** As Python or PEP 263 names it, in lower case: `utf-8`, `latin-1`, `utf-16-le`. */
	readonly name: string;
	/** Byte order mark that stood in front of the text; empty where there was none. */
	readonly mark: Buffer;
}

export type DecodedSource =
	| { readonly type: "text"; readonly text: string; readonly encoding: SourceEncoding }
	/** For people: `not UTF-8 (byte 0xe9 at offset 120) and no coding cookie`. */
	| {
			readonly type: "unreadable";
			readonly reason: string;
			/** For Python source that only some bytes of make unreadable: its text all the same, and how it is written back byte for byte. */
			readonly recovered?: { readonly text: string; readonly encoding: SourceEncoding };
	  };

const noMark = Buffer.alloc(0);
const utf8Mark = Buffer.from([0xef, 0xbb, 0xbf]);
const plainUtf8: SourceEncoding = { name: "utf-8", mark: noMark };

/** Reads Python source as CPython does: a byte order mark, else the coding cookie of PEP 263, else UTF-8; null bytes are refused. */
export function decodePython(bytes: Buffer): DecodedSource {
	if (bytes.includes(0)) {
		const wide = hasPrefix(bytes, [0xff, 0xfe]) || hasPrefix(bytes, [0xfe, 0xff]);
		if (wide) return unreadable("saved as UTF-16, which Python does not read as source");
		const recovered = isUtf8(bytes) && !hasPrefix(bytes, utf8Mark) ? { text: bytes.toString("utf8"), encoding: plainUtf8 } : null;
		return { ...unreadable("contains null bytes, which Python refuses as source"), ...(recovered && { recovered }) };
	}
	const marked = hasPrefix(bytes, utf8Mark);
	const body = marked ? bytes.subarray(3) : bytes;
	const cookie = codingCookie(body);
	const name = cookie === null ? "utf-8" : pythonCodecName(cookie);
	if (marked && name !== "utf-8") return unreadable(`starts with a UTF-8 byte order mark, yet its coding cookie says ${cookie}`);
	if (name === "utf-8") {
		const decoded = decodeUtf8(body, marked ? utf8Mark : noMark, cookie === null ? " and no coding cookie" : "");
		if (decoded.type === "text" || cookie !== null || marked) return decoded;
		return { ...decoded, recovered: { text: body.toString("latin1"), encoding: { name: "latin-1", mark: noMark } } };
	}
	const text = decodeWith(name, body);
	if (text === null)
		return unreadable(`its coding cookie says ${cookie}, and the bytes are not that encoding (or it is not one we know)`);
	return { type: "text", text, encoding: { name, mark: noMark } };
}

/** Reads any other text: by its byte order mark (PowerShell writes requirements as UTF-16), else UTF-8. */
export function decodeText(bytes: Buffer): DecodedSource {
	if (hasPrefix(bytes, utf8Mark)) return decodeUtf8(bytes.subarray(3), utf8Mark, "");
	for (const [name, mark] of [
		["utf-16-le", [0xff, 0xfe]],
		["utf-16-be", [0xfe, 0xff]],
	] as const) {
		if (!hasPrefix(bytes, mark)) continue;
		const text = decodeWith(name, bytes.subarray(2));
		return text === null
			? unreadable(`not ${name} though its byte order mark says so`)
			: { type: "text", text, encoding: { name, mark: Buffer.from(mark) } };
	}
	const nullAt = bytes.indexOf(0);
	if (nullAt !== -1)
		return unreadable(
			`contains null bytes from line ${lineAt(bytes, nullAt)} on: a binary file, or UTF-16 without a byte order mark`,
		);
	return decodeUtf8(bytes, noMark, "");
}

/** Is this the path of Python source, which `decodePython` reads? */
export function isPythonPath(path: string): boolean {
	return /\.pyi?$/i.test(path);
}

/** Reads a file by what its path says it is. */
export function decodeSource(path: string, bytes: Buffer): DecodedSource {
	return isPythonPath(path) ? decodePython(bytes) : decodeText(bytes);
}

/** The bytes of a text in an encoding, its mark included; null where the encoding cannot hold the text. */
export function encodeSource(text: string, encoding: SourceEncoding = plainUtf8): Buffer | null {
	const body = encodeWith(encoding.name, text);
	if (body === null) return null;
	// What cannot be read back as it was would lose a character silently.
	if (decodeWith(encoding.name, body) !== text) return null;
	return Buffer.concat([encoding.mark, body]);
}

function unreadable(reason: string): DecodedSource {
	return { type: "unreadable", reason };
}

function hasPrefix(bytes: Buffer, prefix: ArrayLike<number>): boolean {
	return bytes.length >= prefix.length && Array.from(prefix).every((byte, i) => bytes[i] === byte);
}

function decodeUtf8(body: Buffer, mark: Buffer, ending: string): DecodedSource {
	if (isUtf8(body))
		return { type: "text", text: body.toString("utf8"), encoding: mark.length > 0 ? { name: "utf-8", mark } : plainUtf8 };
	const offset = firstInvalidByte(body);
	const byte = (body[offset] ?? 0).toString(16).padStart(2, "0");
	return unreadable(`not UTF-8 (byte 0x${byte} in line ${lineAt(body, offset)}, at offset ${offset + mark.length})${ending}`);
}

/** The line, counting from 1, in which a byte stands. */
function lineAt(bytes: Buffer, offset: number): number {
	let line = 1;
	for (let at = bytes.indexOf(10); at !== -1 && at < offset; at = bytes.indexOf(10, at + 1)) line++;
	return line;
}

/** Validity of a prefix is monotonic but for a character cut in two, which at most the last three bytes can be. */
function firstInvalidByte(body: Buffer): number {
	let low = 0;
	let high = body.length;
	while (low < high) {
		const middle = (low + high + 1) >> 1;
		if (isValidPrefix(body.subarray(0, middle))) low = middle;
		else high = middle - 1;
	}
	// The longest valid prefix may end inside the character that turns out to be broken.
	for (let back = 0; back < 4; back++) if (isUtf8(body.subarray(0, low - back))) return low - back;
	return low;
}

function isValidPrefix(prefix: Buffer): boolean {
	for (let cut = 0; cut < 4 && cut <= prefix.length; cut++) {
		if (!isUtf8(prefix.subarray(0, prefix.length - cut))) continue;
		return cut === 0 || expectedLength(prefix[prefix.length - cut] ?? 0) > cut;
	}
	return false;
}

function expectedLength(firstByte: number): number {
	if (firstByte >= 0xf0 && firstByte <= 0xf4) return 4;
	if (firstByte >= 0xe0) return firstByte < 0xf0 ? 3 : 0;
	return firstByte >= 0xc2 ? 2 : 0;
}

/** PEP 263: a comment in the first two lines; the second counts only where the first is blank or a comment. */
function codingCookie(body: Buffer): string | null {
	const lines = body
		.subarray(0, 1000)
		.toString("latin1")
		.split(/\r\n|\r|\n/, 2);
	for (const line of lines) {
		const cookie = /^[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)/.exec(line)?.[1];
		if (cookie !== undefined) return cookie;
		if (!/^[ \t\f]*(#.*)?$/.test(line)) return null;
	}
	return null;
}

function pythonCodecName(cookie: string): string {
	const name = cookie.toLowerCase().replaceAll("_", "-");
	if (name === "utf8" || name.startsWith("utf-8")) return "utf-8";
	if (["latin-1", "latin1", "iso-8859-1", "iso8859-1", "l1"].includes(name) || /^(iso-8859-1|latin-1)-/.test(name))
		return "latin-1";
	if (name === "ascii" || name === "us-ascii") return "ascii";
	return /^cp\d+$/.test(name) ? name.replace("cp", "windows-") : name;
}

function decodeWith(name: string, body: Buffer): string | null {
	if (name === "utf-8") return isUtf8(body) ? body.toString("utf8") : null;
	if (name === "latin-1") return body.toString("latin1");
	if (name === "ascii") return body.every((byte) => byte < 0x80) ? body.toString("latin1") : null;
	if (name === "windows-1252") return decodeWindows1252(body);
	try {
		return new TextDecoder(name.replace(/^utf-16-/, "utf-16"), { fatal: true, ignoreBOM: true }).decode(body);
	} catch {
		return null;
	}
}

/** Bytes 0x80 to 0x9f of windows-1252; a blank is a byte that it does not use. */
const windows1252 = "€ ‚ƒ„…†‡ˆ‰Š‹Œ Ž  ‘’“”•–—˜™š›œ žŸ";

/** Node's own decoder gives these bytes as Latin-1 in several versions. */
function decodeWindows1252(body: Buffer): string | null {
	const text = body
		.toString("latin1")
		.replace(/[\u0080-\u009f]/g, (character) => windows1252[character.charCodeAt(0) - 0x80] ?? " ");
	const unused = body.some((byte) => byte >= 0x80 && byte <= 0x9f && windows1252[byte - 0x80] === " ");
	return unused ? null : text;
}

function encodeWith(name: string, text: string): Buffer | null {
	if (name === "utf-8") return Buffer.from(text, "utf8");
	if (name === "latin-1" || name === "ascii") return Buffer.from(text, "latin1");
	const wide = Buffer.from(text, "utf16le");
	if (name === "utf-16-le") return wide;
	return name === "utf-16-be" ? wide.swap16() : encodeByTable(name, text);
}

/** For encodings that Node only decodes: each byte is decoded once, which holds for those of one byte a character. */
function encodeByTable(name: string, text: string): Buffer | null {
	const bytesByCharacter = new Map<string, number>();
	for (let byte = 0; byte < 256; byte++) {
		const character = decodeWith(name, Buffer.from([byte]));
		if (character !== null && character.length === 1) bytesByCharacter.set(character, byte);
	}
	const bytes = Array.from(text, (character) => bytesByCharacter.get(character) ?? -1);
	return bytes.includes(-1) ? null : Buffer.from(bytes);
}
