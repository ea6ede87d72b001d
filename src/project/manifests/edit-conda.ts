import type { Node, YAMLSeq } from "yaml";
import { LineIndex } from "../../text/line-index.ts";
import type { TextEdit } from "../../text/range.ts";
import { findCondaLists } from "./conda-environment.ts";

/**
 * Puts a requirement at the end of the list behind `pip:` of a conda environment, or begins that list where there is none. Only lines
 * are added, so that comments and layout stay. Null where no place is certain.
 */
export function addToPipList(text: string, path: string, requirement: string): TextEdit[] | null {
	const { main, pip, faults } = findCondaLists(text);
	if (main === null || faults.length > 0) return null;
	const insert = (at: number, newText: string): TextEdit[] => [{ path, range: { start: at, end: at }, newText }];
	const last = lastOf(pip ?? main);
	if (last === null) return null;
	if (pip !== null) {
		if (pip.flow === true) return insert(last.end, `, ${/[[\]{},#]/.test(requirement) ? `"${requirement}"` : requirement}`);
		return insert(last.lineEnd, `${last.lineBreak}${last.indent}- ${requirement}`);
	}
	if (main.flow === true) return null;
	const { indent, lineBreak } = last;
	const names = main.items.map((item) => String((item as { readonly value?: unknown }).value ?? "").trim());
	const hasPip = names.some((name) => /^pip\b/.test(name));
	const lines = [...(hasPip ? [] : [`${indent}- pip`]), `${indent}- pip:`, `${indent}    - ${requirement}`];
	return insert(last.lineEnd, lines.map((line) => `${lineBreak}${line}`).join(""));

	function lastOf(list: YAMLSeq) {
		const item = list.items.at(-1) as Node | undefined;
		const first = list.items[0] as Node | undefined;
		if (item?.range == null || first?.range == null) return null;
		const lines = new LineIndex(text);
		const end = item.range[1];
		const { line } = lines.positionAt(Math.max(0, /\s/.test(text[end - 1] ?? "") ? text.slice(0, end).trimEnd().length : end));
		const firstLine = lines.positionAt(first.range[0]).line;
		return {
			end,
			lineEnd: lines.lineEnd(line),
			indent: /^[ \t]*/.exec(lines.lineText(firstLine))?.[0] ?? "",
			lineBreak: text.includes("\r\n") ? "\r\n" : "\n",
		};
	}
}
