import type { Category } from "../../audit/issue.ts";
import type { Item } from "./items.ts";
import { type Line, lineWidth, type Span, span, type Tone } from "./line.ts";

/** One station on the way to a running server. */
export interface PathStep {
	readonly name: string;
	readonly shortName: string;
	/** `clear`: start-up gets past it; `here`: the first one that start-up does not get past; `ahead`: behind that one. */
	readonly status: "clear" | "here" | "ahead";
	/** Share of the way through this station, 0 to 1. */
	readonly filled: number;
}

const stations: readonly { readonly name: string; readonly shortName: string; readonly category: Category }[] = [
	{ name: "dependencies", shortName: "deps", category: "DEPENDENCY" },
	{ name: "imports", shortName: "imports", category: "IMPORT" },
	{ name: "database", shortName: "database", category: "DATABASE" },
	{ name: "connection", shortName: "connection", category: "CONFIG" },
	{ name: "entrypoint", shortName: "entry", category: "ENTRYPOINT" },
];

/** How far start-up gets, by the audit. Only issues on the critical path count; a skipped one still stands in the way. */
export function pathSteps(items: readonly Item[], onCriticalPath: ReadonlySet<string>): readonly PathStep[] {
	let blocked = false;
	const steps = stations.map(({ name, shortName, category }): PathStep => {
		const onPath = items.filter((item) => item.issue.category === category && countsOnPath(item, onCriticalPath));
		const mended = onPath.filter((item) => item.decided?.decision.type === "accepted").length;
		if (blocked) return { name, shortName, status: "ahead", filled: 0 };
		if (mended === onPath.length) return { name, shortName, status: "clear", filled: 1 };
		blocked = true;
		return { name, shortName, status: "here", filled: mended / onPath.length };
	});
	return [...steps, { name: "boots", shortName: "boots", status: blocked ? "ahead" : "clear", filled: blocked ? 0 : 1 }];
}

/** The stations on one row, as wide as there is room for. */
export function pathLine(steps: readonly PathStep[], width: number): Line {
	const drawings = [
		() => drawPath(steps, "name", 12),
		() => drawPath(steps, "name", 8),
		() => drawPath(steps, "name", 4),
		() => drawPath(steps, "shortName", 4),
		() => drawPath(steps, "shortName", 2),
		() => drawPath(steps, "shortName", 0),
	];
	for (const draw of drawings) {
		const drawn = draw();
		if (lineWidth(drawn) <= width) return drawn;
	}
	return drawSigns(steps);
}

/** Only the signs, and the name of the station where start-up stands. */
function drawSigns(steps: readonly PathStep[]): Line {
	const place = steps.find((step) => step.status === "here") ?? steps[steps.length - 1];
	return [...steps.map((step) => span(`${signOf(step)} `, toneOf(step))), span(` ${place?.name ?? ""}`, "strong")];
}

function drawPath(steps: readonly PathStep[], label: "name" | "shortName", track: number): Line {
	return steps.flatMap((step, index): Span[] => {
		const isLast = index === steps.length - 1;
		const done = Math.round(step.filled * track);
		const rail: Span[] = isLast
			? []
			: track === 0
				? [span(" ")]
				: [span(` ${"━".repeat(done)}`, "accent"), span(`${"─".repeat(track - done)} `, "dim")];
		return [span(`${signOf(step)} ${step[label]}`, toneOf(step)), ...rail];
	});
}

function signOf({ status }: PathStep): string {
	return status === "clear" ? "●" : status === "here" ? "◐" : "○";
}

function toneOf({ status }: PathStep): Tone {
	return status === "clear" ? "accent" : status === "here" ? "strong" : "dim";
}

function countsOnPath(item: Item, onCriticalPath: ReadonlySet<string>): boolean {
	return item.issue.blocksStartup || item.issue.severity === "CRITICAL" || onCriticalPath.has(item.fingerprint);
}
