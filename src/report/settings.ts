import type { SettingRow } from "../project/settings/setting-rows.ts";
import { showLine } from "../text/gate.ts";
import { jsonText } from "./json-text.ts";
import { paintWith } from "./paint.ts";

/** The settings of a backend as a table for a terminal. */
export function renderSettings(rows: readonly SettingRow[], colour: boolean): string {
	if (rows.length === 0) return "Nothing that the server runs reads a setting from its environment.\n";
	const paint = paintWith(colour);
	const table = [headings, ...rows.map(cellsOf)];
	const widths = headings.map((_, column) => Math.min(44, Math.max(...table.map((cells) => (cells[column] ?? "").length))));
	const lines = table.map((cells, i) => {
		const line = cells
			.map((cell, column) => (column === cells.length - 1 ? cell : clipped(cell, widths[column] ?? 0)))
			.join("  ");
		return i === 0 ? paint.bold(line) : isMissing(rows[i - 1]) ? paint.yellow(line) : line;
	});
	return `${lines.join("\n")}\n`;
}

/** The settings of a backend as a Markdown table. */
export function renderSettingsMarkdown(rows: readonly SettingRow[]): string {
	const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
	return `${[line(headings), line(headings.map(() => "---")), ...rows.map((row) => line(cellsOf(row)))].join("\n")}\n`;
}

/** The settings of a backend as data. */
export function renderSettingsJson(rows: readonly SettingRow[]): string {
	const settings = rows.map((row) => ({
		name: row.name,
		read_at: row.readAt,
		read_by: row.readBy,
		required: row.isRequired,
		default: row.fallback === null ? null : showLine(row.fallback),
		secret: row.isSecret,
		set_by: row.setBy,
	}));
	const names = (wanted: readonly SettingRow[]) => wanted.map(({ name }) => name);
	return jsonText({
		settings,
		required: names(rows.filter(({ isRequired }) => isRequired)),
		missing: names(rows.filter(isMissing)),
	});
}

/** Is the setting required, and set by nothing? */
export function isMissing(row: SettingRow | undefined): boolean {
	return row?.isRequired === true && row.setBy === null;
}

const headings = ["setting", "required", "default", "set by", "read by", "at"] as const;

function cellsOf(row: SettingRow): readonly string[] {
	const setBy = row.setBy ?? (row.isRequired ? "nothing" : "–");
	const cells = [row.name, row.isRequired ? "yes" : "no", row.fallback ?? "–", setBy, row.readBy, row.readAt];
	return cells.map((cell) => showLine(cell));
}

function clipped(cell: string, width: number): string {
	return cell.length > width ? `${cell.slice(0, width - 1)}…` : cell.padEnd(width);
}
