import type { DependencyRow } from "../plan/audit-report.ts";
import { showLine } from "../text/gate.ts";
import { jsonText } from "./json-text.ts";
import { type Paint, paintWith } from "./paint.ts";

/** The dependency manifest as a table for a terminal. */
export function renderDependencies(rows: readonly DependencyRow[], colour: boolean): string {
	if (rows.length === 0) return "No manifest declares a package, and no module imports one.\n";
	const paint = paintWith(colour);
	const table = [headings, ...rows.map(cellsOf)];
	const widths = headings.map((_, column) => Math.min(40, Math.max(...table.map((cells) => (cells[column] ?? "").length))));
	const lines = table.map((cells, i) => {
		const line = cells
			.map((cell, column) => (column === cells.length - 1 ? cell : clipped(cell, widths[column] ?? 0)))
			.join("  ");
		return i === 0 ? paint.bold(line) : tinted(line, rows[i - 1], paint);
	});
	return `${lines.join("\n")}\n`;
}

/** The dependency manifest as a Markdown table. */
export function renderDependenciesMarkdown(rows: readonly DependencyRow[]): string {
	const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
	return `${[line(headings), line(headings.map(() => "---")), ...rows.map((row) => line(cellsOf(row)))].join("\n")}\n`;
}

/** The dependency manifest as JSON. */
export function renderDependenciesJson(rows: readonly DependencyRow[], manifests: readonly string[]): string {
	return jsonText(dependenciesData(rows, manifests));
}

/** The dependency manifest with the field names of the report's schema. */
export function dependenciesData(rows: readonly DependencyRow[], manifests: readonly string[]): object {
	const packages = rows.map((row) => ({
		name: row.name,
		declared: row.declared,
		declared_in: row.declaredIn,
		installed: row.installed,
		required_by: row.requiredBy,
		imported_by: row.importedBy,
		verdict: row.verdict,
	}));
	return { manifests, packages };
}

const headings = ["package", "declared", "in", "installed", "required by", "imported by", "verdict"] as const;

function cellsOf(row: DependencyRow): readonly string[] {
	const list = (names: readonly string[]) =>
		names.length > 2 ? `${names.slice(0, 2).join(", ")} +${names.length - 2}` : names.join(", ");
	const declared = row.declared === "" ? "any" : (row.declared ?? "–");
	const cells = [
		row.name,
		declared,
		row.declaredIn ?? "–",
		row.installed ?? "–",
		list(row.requiredBy) || "–",
		list(row.importedBy) || "–",
		row.verdict,
	];
	return cells.map((cell) => showLine(cell));
}

function clipped(cell: string, width: number): string {
	return cell.length > width ? `${cell.slice(0, width - 1)}…` : cell.padEnd(width);
}

function tinted(line: string, row: DependencyRow | undefined, paint: Paint): string {
	return row && row.verdict !== "ok" ? paint.yellow(line) : line;
}
