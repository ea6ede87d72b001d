import { type Story, stories } from "../../audit/issue.ts";
import { showLine } from "../../text/gate.ts";
import type { SessionState } from "../session.ts";
import type { Item } from "./items.ts";
import { fitLine, type Line, lineOf, type Span, span, spreadLine } from "./line.ts";
import { storyTitle } from "./words.ts";

type Row =
	| { readonly type: "story"; readonly story: Story }
	| { readonly type: "severity"; readonly name: string }
	| { readonly type: "item"; readonly item: Item }
	| { readonly type: "note"; readonly text: string }
	| { readonly type: "space" };

/** The issue list as rows, `height` at most: grouped by story, by severity inside, the chosen issue always in sight. */
export function listRows(
	state: SessionState,
	items: readonly Item[],
	selected: string | null,
	width: number,
	height: number,
): readonly Line[] {
	const rows = arrange(items);
	const chosen = rows.findIndex((row) => row.type === "item" && row.item.fingerprint === selected);
	const top = windowTop(rows.length, height, chosen);
	return rows.slice(top, top + height).map((row, index) => {
		const hiddenAbove = index === 0 ? top : 0;
		const hiddenBelow = index === height - 1 ? rows.length - top - height : 0;
		const isChosen = row.type === "item" && row.item.fingerprint === selected;
		if (hiddenAbove > 0 && !isChosen) return lineOf("  ↑ more", "dim");
		if (hiddenBelow > 0 && !isChosen) return lineOf("  ↓ more", "dim");
		return fitLine(drawRow(row, state, items, selected, width), width);
	});
}

/** The list on one row, for narrow screens: where the chosen issue stands. */
export function positionRow(state: SessionState, items: readonly Item[], selected: string | null, width: number): Line {
	const position = items.findIndex((item) => item.fingerprint === selected);
	const item = items[position];
	if (item === undefined) return lineOf("no issues", "dim");
	const { story } = item.issue;
	const left = [
		span(`${position + 1} of ${items.length}`, "strong"),
		span(` · ${priority(story)} · ${story} ${storyTitle(state, story)}`, "dim"),
	];
	return spreadLine(left, tally(items, story), width);
}

/** `P1` for US1: the priority that the specification gives each story. */
export function priority(story: Story): string {
	return `P${stories.indexOf(story) + 1}`;
}

/** First row of a window of `height` rows that has `chosen` in its middle, as far as the ends allow. */
export function windowTop(total: number, height: number, chosen: number): number {
	return Math.max(0, Math.min(chosen - Math.floor(height / 2), total - height));
}

function arrange(items: readonly Item[]): readonly Row[] {
	return stories.flatMap((story, index): Row[] => {
		const rows: Row[] = index > 0 ? [{ type: "space" }] : [];
		rows.push({ type: "story", story });
		let severity = "";
		for (const item of items) {
			if (item.issue.story !== story) continue;
			if (item.issue.severity !== severity) rows.push({ type: "severity", name: item.issue.severity });
			severity = item.issue.severity;
			rows.push({ type: "item", item });
		}
		if (severity === "") rows.push({ type: "note", text: "nothing found" });
		return rows;
	});
}

function drawRow(row: Row, state: SessionState, items: readonly Item[], selected: string | null, width: number): Line {
	switch (row.type) {
		case "story": {
			const name = [span(`${priority(row.story)} ${row.story} `, "dim"), span(storyTitle(state, row.story), "strong")];
			return spreadLine(name, tally(items, row.story), width);
		}
		case "severity":
			return lineOf(`  ${row.name.toLowerCase()}`, "dim");
		case "note":
			return lineOf(`  ${row.text}`, "dim");
		case "space":
			return [];
		case "item":
			return drawItem(row.item, row.item.fingerprint === selected);
	}
}

function drawItem(item: Item, isSelected: boolean): Line {
	const tone = isSelected ? "strong" : item.decided === null ? "plain" : "dim";
	return [
		span(isSelected ? "▸ " : "  ", "accent"),
		statusSpan(item),
		span(` ${item.label} `, isSelected ? "accent" : tone),
		span(showLine(item.issue.problem), tone),
	];
}

/** One sign for each state: to decide and blocking, to decide, accepted, skipped. */
function statusSpan(item: Item): Span {
	if (item.decided?.decision.type === "accepted") return span("✓", "accent");
	if (item.decided?.decision.type === "skipped") return span("–", "dim");
	return item.issue.blocksStartup ? span("●", "strong") : span("·", "plain");
}

/** `2 of 4`: how many issues of a story are decided. */
function tally(items: readonly Item[], story: Story): Line {
	const own = items.filter((item) => item.issue.story === story);
	if (own.length === 0) return [];
	return lineOf(`${own.filter((item) => item.decided !== null).length} of ${own.length}`, "dim");
}
