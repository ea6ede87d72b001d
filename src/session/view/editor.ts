import { show } from "../../text/gate.ts";
import type { TextBuffer } from "./buffer.ts";
import { fitLine, type Line, lineOf, type Span, span, textWidth } from "./line.ts";
import { windowTop } from "./list.ts";

/** The built-in editor: a title, and the part of the text around the cursor. */
export function editorRows(title: string, buffer: TextBuffer, width: number, height: number): readonly Line[] {
	const room = Math.max(1, height - 2);
	const top = windowTop(buffer.lines.length, room, buffer.row);
	const numberWidth = String(buffer.lines.length).length;
	const rows = buffer.lines.slice(top, top + room).map((line, index) => {
		const row = top + index;
		const gutter = span(`${String(row + 1).padStart(numberWidth)}  `, "dim");
		return [gutter, ...editedLine(line, row === buffer.row ? buffer.column : null, width - numberWidth - 2)];
	});
	return [fitLine([span(title, "strong")], width), [], ...rows];
}

/** One line of the text, moved to the left where the cursor would leave the screen. */
function editedLine(line: string, column: number | null, width: number): Line {
	if (column === null) return fitLine(lineOf(show(line), line.startsWith("#~") ? "dim" : "plain"), width);
	const before = show(line.slice(0, column));
	const [under = " "] = show(line.slice(column)) || " ";
	const after = show(line.slice(column)).slice(under.length);
	const hidden = Math.max(0, textWidth(before) + 2 - width);
	const start: Span[] = hidden > 0 ? [span("…", "dim"), span(before.slice(hidden + 1))] : [span(before)];
	return fitLine([...start, span(under, "cursor"), span(after)], width);
}
