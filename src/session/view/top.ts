import { showLine } from "../../text/gate.ts";
import { fixesReportName } from "../fixes-report.ts";
import type { SessionState } from "../session.ts";
import { type Frame, isRoomy } from "./frame.ts";
import { fitLine, type Line, lineOf, lineWidth, span, spreadLine, textWidth } from "./line.ts";
import { pathLine, pathSteps } from "./path.ts";
import type { UiState } from "./state.ts";
import { bootLine } from "./verify-state.ts";
import { projectName } from "./words.ts";

/** The path bar stays together on wide screens. */
const widestPath = 150;

/** The rows above every screen: what is worked on, how far along the path, and what the boots came to. */
export function topRows({ state, ui, items, width, size }: Frame): readonly Line[] {
	const decided = items.filter((item) => item.decided !== null).length;
	const progress = lineOf(`${decided} of ${items.length} decided`, "dim");
	const path = pathLine(pathSteps(items, ui.memory.onPath), Math.min(width, widestPath));
	const rows = [spreadLine(titleLine(state), lineOf("? help", "dim"), width)];
	rows.push(lineWidth(path) + lineWidth(progress) + 3 <= width ? spreadLine(path, progress, width) : path);
	// These screens say in full themselves what the newest boot came to.
	const isSaid = ["checkpoint", "summary"].includes(ui.screen.type) && ui.bench.running === null;
	const boot = isSaid ? null : bootRow(ui, state, width);
	return boot !== null ? [...rows, boot] : isRoomy(size) ? [...rows, []] : rows;
}

/** What the boots came to, on one row: shorter where there is little room. */
function bootRow(ui: UiState, state: SessionState, width: number): Line | null {
	const line = bootLine(ui.bench, state);
	if (line === null) return null;
	const fitting = line.words.find((words) => textWidth(words) <= width - 2) ?? line.words[line.words.length - 1] ?? "";
	return fitLine([span(fitting, line.isRunning ? "dim" : line.boots ? "accent" : "plain")], width - 2);
}

/** `bootmend  todo/backend · src.main:app · Python 3.11 · main, clean` */
function titleLine(state: SessionState): Line {
	const { otherApplications, project } = state.report;
	const { root, backend, target, python } = project;
	const others = otherApplications.length === 0 ? "" : ` (one of ${otherApplications.length + 1} applications)`;
	const place = backend === "" ? projectName(root) : `${projectName(root)}/${showLine(backend)}`;
	const parts = [
		place,
		target === null ? "no application found" : `${showLine(target)}${others}`,
		`Python ${showLine(python.split(" ")[0] ?? python)}`,
		gitWords(state),
	];
	return [span("bootmend", "accent"), span(`  ${parts.join(" · ")}`, "dim")];
}

function gitWords({ git, phases, decided }: SessionState): string {
	if (git === null) return "no git";
	// What is committed is no longer ours to commit: a change in such a file is the person's.
	const open = new Set(phases.filter((phase) => phase.status === "open").map((phase) => phase.story));
	const ours = new Set(decided.filter((issue) => open.has(issue.story)).flatMap((issue) => issue.files));
	const others = git.dirtyFiles.filter((path) => !ours.has(path) && path !== fixesReportName).length;
	const tree =
		others > 0 ? `${others} of your files changed` : git.dirtyFiles.some((path) => ours.has(path)) ? "fixes to commit" : "clean";
	return `${showLine(git.branch ?? "no branch")}, ${tree}`;
}
