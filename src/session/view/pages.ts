import { showLine } from "../../text/gate.ts";
import type { SessionState } from "../session.ts";
import { labelsOf } from "./issue.ts";
import type { Item, ItemMemory } from "./items.ts";
import { type Line, lineOf, type Span, span, wrapLine } from "./line.ts";
import { consequenceOf, count, impactOf, placeOf } from "./words.ts";

/** Everything known about one issue, at full length. */
export function whyRows(item: Item, state: SessionState, memory: ItemMemory, width: number): readonly Line[] {
	const { issue } = item;
	const chain = issue.importChain.map((name) => showLine(name));
	const found = issue.failsOn.map((place) => (place === "this-machine" ? "this machine" : "a clean install")).join(" and ");
	return [
		...wrapLine([span(item.label, "accent"), span("  "), span(showLine(issue.problem), "strong")], width),
		[],
		...fact("where", placeOf(issue), width),
		...fact("impact", `${issue.severity}: ${impactOf(issue)}; left as it is, ${consequenceOf(issue)}`, width),
		...(found === "" ? [] : fact("fails on", found, width)),
		...(issue.expectedError === null ? [] : fact("error", showLine(issue.expectedError), width)),
		...fact("why", showLine(issue.rootCause), width),
		...(chain.length === 0 ? [] : fact("reached by", chain.join(" → "), width)),
		...(chain.length === 0 && !issue.reachedFromTarget ? fact("reached by", "nothing that the server imports", width) : []),
		...listFact("hides", labelsOf(issue.hides, state, memory), width),
		...listFact("see also", labelsOf(issue.related, state, memory), width),
		...fact("rule", showLine(issue.rule), width),
		...(issue.fix === null
			? []
			: [[], ...fact("fix", showLine(issue.fix.title), width), ...fact("", showLine(issue.fix.explanation), width)]),
		...issue.alternatives.flatMap((alternative) => [
			[],
			...fact("or", showLine(alternative.title), width),
			...fact("", showLine(alternative.explanation), width),
		]),
		...(issue.manualSteps.length === 0 ? [] : [[] as Line]),
		...issue.manualSteps.flatMap((step, index) => fact(index === 0 ? "by hand" : "", showLine(step), width)),
	];
}

/** The safe fixes that one key would accept, to be looked over once more. */
export function acceptAllRows(items: readonly Item[], width: number): readonly Line[] {
	return [
		lineOf(`Accept ${count(items.length, "safe fix", "safe fixes")} at once?`, "strong"),
		...wrapLine(
			[
				span(
					"Each is applied on its own and the audit runs after each, so a fix that is not needed any more is left out.",
					"dim",
				),
			],
			width,
		),
		[],
		...items.flatMap((item) =>
			wrapLine([span(`  ${item.label}  `, "accent"), span(showLine(item.issue.fix?.title ?? item.issue.problem))], width, 4),
		),
		[],
		...wrapLine([key("y"), span(" accepts them    "), key("Esc"), span(" goes back")], width),
	];
}

/** What an earlier run left. */
export function resumedRows(state: SessionState, width: number): readonly Line[] {
	return [
		lineOf("Welcome back", "strong"),
		[],
		...wrapLine([span(showLine(state.resumedFrom ?? ""))], width),
		...wrapLine([span(`The newest audit finds ${count(state.report.issues.length, "issue")}.`, "dim")], width),
		[],
		...wrapLine([key("Enter"), span(" goes on where you stopped    "), key("q"), span(" leaves everything as it is")], width),
	];
}

/** Every key, by what it is for. */
export function helpRows(width: number): readonly Line[] {
	const sections: readonly (readonly [string, readonly (readonly [string, string])[]])[] = [
		[
			"Decide",
			[
				["y  a", "accept the fix that is shown"],
				["n  s", "skip the issue; it stays as it is"],
				["e", "edit the proposal first, in $VISUAL or $EDITOR, else in the small editor here"],
				["x", "show another way to mend it"],
				["A", "accept every safe fix of this story, after a look at the list"],
				["S", "fill in the settings that nothing sets; they go to .env, and into no commit"],
				["u  U", "undo the newest decision; do it again"],
			],
		],
		[
			"Look",
			[
				["]  [", "next and previous issue (also → ←, Tab)"],
				["j  k", "scroll the diff (also ↓ ↑, Space, PgDn PgUp, g G)"],
				["w", "why: everything known about the issue"],
				["r", "audit again"],
				["v", "boot it for real; on a fix that is not decided yet: try it in a copy first"],
				["V", "the newest boot, stage by stage"],
				["D", "boot it with the database that it is configured with, after a look at which that is"],
				["i", "install what the backend declares, after a look at the commands"],
				["X", "stop the installation or the boot that is under way"],
			],
		],
		[
			"Go on",
			[
				["Enter", "go on: scroll what is unread, accept a safe fix that was read, or go to the next step"],
				["p", "phases: commit one, take one back, or bring it back"],
				["q  ^C", "quit; what you decided is kept and `bootmend resume` goes on"],
				["^Z  ^L", "suspend; draw the screen anew"],
			],
		],
	];
	const signs = "● stops start-up   · does not   ✓ accepted   – skipped";
	return [
		...sections.flatMap(([title, keys]) => [
			lineOf(title, "strong"),
			...keys.flatMap(([names, words]) => wrapLine([span(`  ${names.padEnd(8)}`, "accent"), span(words)], width, 10)),
			[],
		]),
		...wrapLine([span(signs, "dim")], width),
	];
}

function key(name: string): Span {
	return span(name, "accent");
}

const factIndent = 12;

function fact(name: string, words: string, width: number): readonly Line[] {
	return wrapLine([span(name.padEnd(factIndent), "dim"), span(words)], width, factIndent);
}

function listFact(name: string, words: readonly string[], width: number): readonly Line[] {
	return words.length === 0 ? [] : fact(name, words.join(", "), width);
}
