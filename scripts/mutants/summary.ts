import { createTwoFilesPatch } from "diff";
import { criticalIssues, describe } from "../boot/judge.ts";
import type { Backend } from "./backend.ts";
import type { Mutant } from "./generate.ts";
import type { Trial } from "./try-backend.ts";

/** One mutant with what came of it. */
export interface Tried {
	readonly backend: string;
	readonly mutant: Mutant;
	readonly trial: Trial;
}

/** Where bootmend was wrong: it missed a failure, cried at none, or mended what still fails. */
export type Fault = "MISSED" | "FALSE ALARM" | "NOT MENDED";

/** How bootmend was wrong about a mutant, or null where it was right. */
export function faultOf({ trial }: Tried): Fault | null {
	if (!trial.verdict.right) return isSound(trial) ? "FALSE ALARM" : "MISSED";
	return trial.mended !== null && trial.mended.stage !== "boots" ? "NOT MENDED" : null;
}

function isSound({ outcome }: Trial): boolean {
	return outcome.stage === "boots" && !outcome.everyRequestFails;
}

/** A mutant that bootmend was wrong about, for the person who mends bootmend. */
export function describeTrial(tried: Tried, { boot }: Backend): string {
	const { mutant, trial } = tried;
	const lines = [`${faultOf(tried)}  ${tried.backend}  ${mutant.operator}  ${mutant.about}`];
	lines.push(`    ${trial.outcome.stage}: ${trial.outcome.error ?? "answers"} ${trial.outcome.at ?? ""}`);
	for (const issue of criticalIssues(trial.audit)) lines.push(`    said: ${describe(issue)}`);
	if (trial.audit.refusal !== null) lines.push(`    said: ${trial.audit.refusal}`);
	if (trial.mended !== null)
		lines.push(`    mended: ${trial.mended.stage}: ${trial.mended.error ?? "answers"} ${trial.mended.at ?? ""}`);
	const patches = Object.entries(mutant.files).map(([path, text]) => {
		return createTwoFilesPatch(path, path, boot.files.get(path)?.toString() ?? "", text ?? "", "", "", { context: 1 });
	});
	const patch = patches
		.join("")
		.split("\n")
		.filter((line) => /^[-+@ ]/.test(line))
		.slice(0, longestPatch);
	return `${[...lines, ...patch.map((line) => `      ${line}`)].join("\n")}\n`;
}

/** In lines; a mutant that is larger is read from `--keep`. */
const longestPatch = 24;

/** The figures, over all and by operator. */
export function summarise(all: readonly Tried[]): string {
	const operators = [...new Set(all.map(({ mutant }) => mutant.operator))].sort();
	const rows = operators.map((operator) =>
		row(
			operator,
			all.filter(({ mutant }) => mutant.operator === operator),
		),
	);
	return ["", row("operator", null), ...rows, row("all", all), ""].join("\n");
}

function row(name: string, some: readonly Tried[] | null): string {
	if (some === null) return columns([name, "broken", "recall", "same line", "sound", "false alarms", "mended", "boots then"]);
	const broken = some.filter(({ trial }) => !isSound(trial));
	const alarms = some.filter((one) => faultOf(one) === "FALSE ALARM");
	const mended = broken.filter(({ trial }) => trial.mended !== null);
	const count = (list: readonly Tried[], test: (trial: Trial) => boolean) => list.filter(({ trial }) => test(trial)).length;
	return columns([
		name,
		String(broken.length),
		share(
			count(broken, ({ verdict }) => verdict.right),
			broken.length,
		),
		share(
			count(broken, ({ verdict }) => verdict.sameError),
			broken.length,
		),
		String(some.length - broken.length),
		String(alarms.length),
		String(mended.length),
		share(
			count(mended, (trial) => trial.mended?.stage === "boots"),
			mended.length,
		),
	]);
}

function columns([name = "", ...rest]: readonly string[]): string {
	return name.padEnd(28) + rest.map((text) => text.padStart(13)).join("");
}

function share(part: number, whole: number): string {
	return whole === 0 ? "-" : `${((100 * part) / whole).toFixed(1)} %`;
}
