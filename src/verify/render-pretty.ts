import { type Paint, paintWith, wrap } from "../report/paint.ts";
import type { BootFailure, BootReport, BootStage, StageResult, StageVerdict } from "./boot-report.ts";

/** How a stage is called on a screen. */
export const stageNames: Readonly<Record<BootStage, string>> = {
	interpreter: "Interpreter",
	import: "Import",
	engine: "Database engine",
	lifespan: "Lifespan",
	listening: "Listening",
	answers: "Answers",
	shutdown: "Shutdown",
};

/** A sign for each verdict; its word stands beside it wherever the colour does not. */
export const verdictSigns: Readonly<Record<StageVerdict, string>> = {
	passed: "✓",
	failed: "✗",
	hung: "✗",
	skipped: "·",
	unavailable: "!",
};

/** Modules that took longer than this, in milliseconds, are worth a line. */
const slowModule = 50;
const mostModules = 5;
const mostOutputLines = 12;

/** A boot's report for a terminal of `width` columns. */
export function renderBoot(
	report: BootReport,
	options: { readonly colour: boolean; readonly width: number; readonly verbose: boolean },
): string {
	const paint = paintWith(options.colour);
	const lines = [
		...report.stages.map((stage) => stageLine(stage, paint)),
		...databaseLines(report, paint),
		...answerLines(report, paint),
		...moduleLines(report, paint),
		"",
		...(report.failure === null ? [] : failureLines(report.failure, paint, options)),
		...outputLines(report, paint, options.verbose),
		verdictLine(report, paint),
		...report.nextSteps.map((step) => `  ${wrap(step, options.width - 2, 2)}`),
	];
	return lines.map((line) => `${line}\n`).join("");
}

function stageLine({ stage, verdict, milliseconds, said }: StageResult, paint: Paint): string {
	const colours = { passed: paint.green, failed: paint.red, hung: paint.red, skipped: paint.dim, unavailable: paint.yellow };
	const sign = colours[verdict](verdictSigns[verdict]);
	const time = milliseconds >= 1 ? paint.dim(formatTime(milliseconds)) : "";
	const word = verdict === "passed" ? "" : colours[verdict](verdict);
	const parts = [word, said, time].filter((part) => part !== "");
	return `${sign} ${stageNames[stage].padEnd(16)} ${parts.join("  ")}`.trimEnd();
}

/** `0.3 s`. */
export function formatTime(milliseconds: number): string {
	return milliseconds < 950 ? `${Math.round(milliseconds)} ms` : `${(milliseconds / 1000).toFixed(1)} s`;
}

function databaseLines({ database }: BootReport, paint: Paint): string[] {
	const replaced = Object.entries(database.replaced);
	return replaced.length === 0
		? []
		: [paint.dim(`  for this boot: ${replaced.map(([name, what]) => `${name} = ${what}`).join(", ")}`)];
}

function answerLines({ answers }: BootReport, paint: Paint): string[] {
	return answers.map(({ method, path, status, milliseconds }) => {
		const shown = status === null ? paint.red("no answer") : status === 500 ? paint.red("500") : String(status);
		return `    ${shown}  ${method} ${path}  ${paint.dim(formatTime(milliseconds))}`;
	});
}

function moduleLines({ moduleTimes }: BootReport, paint: Paint): string[] {
	const slow = moduleTimes.filter(({ milliseconds }) => milliseconds >= slowModule).slice(0, mostModules);
	if (slow.length === 0) return [];
	return [
		paint.dim(`  slowest imports: ${slow.map(({ module, milliseconds }) => `${module} ${formatTime(milliseconds)}`).join(", ")}`),
	];
}

function failureLines(
	failure: BootFailure,
	paint: Paint,
	{ width, verbose }: { readonly width: number; readonly verbose: boolean },
): string[] {
	const { at, issue } = failure;
	const place = at === null ? "" : `  at ${at.path}:${at.line}`;
	const details = failure.detail.slice(0, verbose ? undefined : 12).map((line) => `  ${line}`);
	const frames = verbose ? failure.frames.map((frame) => paint.dim(`    ${frame.path}:${frame.line} ${frame.name}`)) : [];
	const known =
		failure.bugReport === null
			? [`The audit calls it ${paint.bold(issue.id)}: ${issue.problem}`]
			: ["Found by boot: the audit did not foresee it."];
	const report =
		failure.bugReport === null
			? []
			: verbose
				? [
						"",
						...failure.bugReport
							.trimEnd()
							.split("\n")
							.map((line) => `    ${line}`),
					]
				: [paint.dim("--verbose prints a bug report about it, with nothing of your project in it.")];
	return [
		paint.red(wrap(failure.error, width)),
		...details,
		...(place === "" ? [] : [place]),
		...frames,
		...known.map((line) => wrap(line, width)),
		...report,
		"",
	];
}

/** What the server said last helps where its failure has no place; with `--verbose` it always stands there. */
function outputLines({ output, failure }: BootReport, paint: Paint, verbose: boolean): string[] {
	const isWanted = verbose || (failure !== null && failure.at === null);
	const lines = output.trimEnd().split("\n");
	if (!isWanted || output.trim() === "") return [];
	const shown = verbose ? lines : lines.slice(-mostOutputLines);
	return [paint.dim("What it printed:"), ...shown.map((line) => paint.dim(`  ${line.slice(0, 400)}`)), ""];
}

function verdictLine(report: BootReport, paint: Paint): string {
	if (report.boots) return paint.green(paint.bold("The server boots and answers."));
	if (report.unavailable) {
		const reason = report.stages.find(({ verdict }) => verdict === "unavailable")?.said ?? "";
		return paint.yellow(`It cannot be verified here${reason === "" ? "." : `: ${reason.replace(/\.$/, "")}.`}`);
	}
	if (report.failure === null) return `It reaches ${report.reaches}, which is as far as it was asked to go.`;
	return paint.red(paint.bold(failedVerdict(report)));
}

function failedVerdict({ failure, reaches }: BootReport): string {
	if (failure?.stage !== "answers") return `The server does not boot. It reaches ${reaches}.`;
	return failure.everyRequestFails ? "The server comes up and fails every request." : "The server comes up, and fails requests.";
}
