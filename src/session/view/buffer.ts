import { show } from "../../text/gate.ts";

/** The text in the built-in editor. Line and column count from 0, columns in UTF-16 code units. */
export interface TextBuffer {
	readonly lines: readonly string[];
	readonly row: number;
	readonly column: number;
	/** Values that stand as `••••` in the lines, in order: they never reach the screen. */
	readonly masked: readonly string[];
	readonly changed: boolean;
}

const mask = "••••";

/** A buffer with the cursor at the start of a line, counting from 0, and every secret masked. */
export function openBuffer(text: string, path: string, row = 0): TextBuffer {
	const shown = show(text, path).split("\n");
	const masked: string[] = [];
	const lines = text.split(/\r\n?|\n/).map((line, index) => {
		const shownLine = shown[index] ?? "";
		if (!shownLine.includes(mask) || line.includes(mask)) return line;
		const values = maskedValues(line, shownLine);
		// A line whose mask cannot be traced to its value stays hidden as a whole.
		masked.push(...(values ?? [line]));
		return values === null ? mask : restoreLine(line, values);
	});
	return { lines, row, column: 0, masked, changed: false };
}

/** The edited text with its secrets back in place; null where a `••••` was added or removed, so that they no longer match. */
export function bufferText(buffer: TextBuffer): string | null {
	const parts = buffer.lines.join("\n").split(mask);
	if (parts.length - 1 !== buffer.masked.length) return buffer.masked.length === 0 ? parts.join(mask) : null;
	return parts.map((part, index) => (index === 0 ? part : `${buffer.masked[index - 1] ?? ""}${part}`)).join("");
}

/** The buffer after one key; `text` is what was typed or pasted, for keys that have no name. */
export function editBuffer(buffer: TextBuffer, key: string, text: string): TextBuffer {
	const line = buffer.lines[buffer.row] ?? "";
	switch (key) {
		case "left":
			return buffer.column > 0
				? moveTo(buffer, buffer.row, previousStop(line, buffer.column))
				: moveTo(buffer, buffer.row - 1, Infinity);
		case "right":
			return buffer.column < line.length
				? moveTo(buffer, buffer.row, nextStop(line, buffer.column))
				: moveTo(buffer, buffer.row + 1, 0);
		case "up":
			return moveTo(buffer, buffer.row - 1, buffer.column);
		case "down":
			return moveTo(buffer, buffer.row + 1, buffer.column);
		case "pageup":
			return moveTo(buffer, buffer.row - 10, buffer.column);
		case "pagedown":
			return moveTo(buffer, buffer.row + 10, buffer.column);
		case "home":
		case "ctrl-a":
			return moveTo(buffer, buffer.row, 0);
		case "end":
		case "ctrl-e":
			return moveTo(buffer, buffer.row, Infinity);
		case "backspace":
			return backspace(buffer, line);
		case "ctrl-d":
			return deleteForward(buffer, line);
		case "ctrl-k":
			return replaceLines(buffer, buffer.row, 1, [line.slice(0, buffer.column)], buffer.row, buffer.column);
		case "enter":
			return insert(buffer, line, `\n${/^\s*/.exec(line.slice(0, buffer.column))?.[0] ?? ""}`);
		case "tab":
			return insert(buffer, line, "    ");
		default:
			return text === "" ? buffer : insert(buffer, line, text.replace(/\r\n?/g, "\n"));
	}
}

function insert(buffer: TextBuffer, line: string, text: string): TextBuffer {
	const typed = `${line.slice(0, buffer.column)}${text}`.split("\n");
	const last = typed[typed.length - 1] ?? "";
	const lines = [...typed.slice(0, -1), last + line.slice(buffer.column)];
	return replaceLines(buffer, buffer.row, 1, lines, buffer.row + typed.length - 1, last.length);
}

function backspace(buffer: TextBuffer, line: string): TextBuffer {
	if (buffer.column > 0) {
		const start = previousStop(line, buffer.column);
		return replaceLines(buffer, buffer.row, 1, [line.slice(0, start) + line.slice(buffer.column)], buffer.row, start);
	}
	if (buffer.row === 0) return buffer;
	const above = buffer.lines[buffer.row - 1] ?? "";
	return replaceLines(buffer, buffer.row - 1, 2, [above + line], buffer.row - 1, above.length);
}

function deleteForward(buffer: TextBuffer, line: string): TextBuffer {
	if (buffer.column < line.length) {
		const end = nextStop(line, buffer.column);
		return replaceLines(buffer, buffer.row, 1, [line.slice(0, buffer.column) + line.slice(end)], buffer.row, buffer.column);
	}
	if (buffer.row + 1 >= buffer.lines.length) return buffer;
	const below = buffer.lines[buffer.row + 1] ?? "";
	return replaceLines(buffer, buffer.row, 2, [line + below], buffer.row, buffer.column);
}

function replaceLines(
	buffer: TextBuffer,
	from: number,
	count: number,
	lines: readonly string[],
	row: number,
	column: number,
): TextBuffer {
	const result = [...buffer.lines.slice(0, from), ...lines, ...buffer.lines.slice(from + count)];
	return { ...buffer, lines: result, row, column, changed: true };
}

function moveTo(buffer: TextBuffer, row: number, column: number): TextBuffer {
	const target = Math.min(Math.max(0, row), buffer.lines.length - 1);
	const length = (buffer.lines[target] ?? "").length;
	return { ...buffer, row: target, column: row < 0 ? 0 : Math.min(column, length) };
}

/** A mask is one thing to move over and to delete, and so is a character that takes several code units. */
function previousStop(line: string, column: number): number {
	if (line.slice(0, column).endsWith(mask)) return column - mask.length;
	let stop = 0;
	for (const { index } of new Intl.Segmenter().segment(line.slice(0, column))) stop = index;
	return stop;
}

function nextStop(line: string, column: number): number {
	const rest = line.slice(column);
	if (rest.startsWith(mask)) return column + mask.length;
	for (const { segment } of new Intl.Segmenter().segment(rest)) return column + segment.length;
	return column;
}

/** What stands behind each mask of a shown line, or null where the two lines do not match otherwise. */
function maskedValues(line: string, shown: string): readonly string[] | null {
	const [first = "", ...parts] = shown.split(mask);
	const last = parts.pop();
	if (last === undefined) return line === shown ? [] : null;
	if (!line.startsWith(first) || !line.endsWith(last)) return null;
	const values: string[] = [];
	let from = first.length;
	for (const part of parts) {
		const at = line.indexOf(part, from + 1);
		if (at === -1) return null;
		values.push(line.slice(from, at));
		from = at + part.length;
	}
	const end = line.length - last.length;
	return end > from ? [...values, line.slice(from, end)] : null;
}

function restoreLine(line: string, values: readonly string[]): string {
	let rest = line;
	let masked = "";
	for (const value of values) {
		const at = rest.indexOf(value);
		masked += rest.slice(0, at) + mask;
		rest = rest.slice(at + value.length);
	}
	return masked + rest;
}
