import type { IBufferCell, Terminal } from "@xterm/headless";

const cell = { width: 8.4, height: 18 };
const margin = { left: 18, top: 44, bottom: 18 };

/** The terminal's palette: foreground, background, and the colours that the theme uses by their number. */
const palette = { foreground: "#d8dee9", background: "#1e222a", 1: "#e0707a", 2: "#8fbf7f", 3: "#e5c07b", 6: "#5fb8c9" } as const;

interface Run {
	readonly column: number;
	text: string;
	readonly style: string;
}

/** What an emulated terminal shows, as an SVG picture that says `title` to those who cannot see it. */
export function drawTerminal(terminal: Terminal, title: string): string {
	const width = Math.ceil(terminal.cols * cell.width + 2 * margin.left);
	const height = Math.ceil(terminal.rows * cell.height + margin.top + margin.bottom);
	const rows = Array.from({ length: terminal.rows }, (_, row) => drawRow(terminal, row)).filter((row) => row !== "");
	return [
		`<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-label="${escapeXml(title)}">`,
		`<rect width="${width}" height="${height}" rx="10" fill="${palette.background}"/>`,
		...["#e0707a", "#e5c07b", "#8fbf7f"].map(
			(colour, index) => `<circle cx="${24 + index * 20}" cy="22" r="6" fill="${colour}"/>`,
		),
		`<g font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace" font-size="14" fill="${palette.foreground}" xml:space="preserve">`,
		...rows,
		"</g>",
		"</svg>",
		"",
	].join("\n");
}

function drawRow(terminal: Terminal, row: number): string {
	const buffer = terminal.buffer.active;
	const line = buffer.getLine(buffer.baseY + row);
	if (line === undefined) return "";
	const runs: Run[] = [];
	for (let column = 0; column < terminal.cols; column++) {
		const at = line.getCell(column);
		if (at === undefined || at.getWidth() === 0) continue;
		const style = styleOf(at);
		const last = runs[runs.length - 1];
		if (last?.style === style) last.text += at.getChars() || " ";
		else runs.push({ column, text: at.getChars() || " ", style });
	}
	return runs
		.filter((run) => run.text.trim() !== "")
		.map((run) => drawRun(run, row))
		.join("");
}

function drawRun({ column, text, style }: Run, row: number): string {
	const kept = text.trimEnd();
	const x = (margin.left + column * cell.width).toFixed(1);
	const y = (margin.top + row * cell.height + 13).toFixed(1);
	const length = ([...kept].length * cell.width).toFixed(1);
	return `<text x="${x}" y="${y}" textLength="${length}" lengthAdjust="spacingAndGlyphs"${style}>${escapeXml(kept)}</text>`;
}

function styleOf(at: IBufferCell): string {
	const colour = at.isFgPalette() ? palette[at.getFgColor() as keyof typeof palette] : undefined;
	return [
		colour === undefined ? "" : ` fill="${colour}"`,
		at.isBold() ? ' font-weight="bold"' : "",
		at.isDim() ? ' opacity="0.6"' : "",
		at.isUnderline() ? ' text-decoration="underline"' : "",
	].join("");
}

function escapeXml(text: string): string {
	return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
