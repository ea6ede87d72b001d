import { type Paint, paintWith, wrap } from "../report/paint.ts";
import type { Answer, BootFailure, BootReport, BootStage, StageResult, StageVerdict } from "./boot-report.ts";
import { knowledgeOf, unreachableWords } from "./found-by-boot.ts";

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
		...report.stages.flatMap((stage) => [
			stageLine(stage, paint, options.width),
			...linesBelow(stage.stage, report, paint, options.width),
		]),
		"",
		...(report.failure === null ? [] : failureLines(report.failure, paint, options)),
		...outputLines(report, paint, options.verbose),
		verdictLine(report, paint, options.width),
		...report.nextSteps.map((step) => `  ${wrap(step, options.width, 2)}`),
	];
	return lines.map((line) => `${line}\n`).join("");
}

function stageLine({ stage, verdict, milliseconds, said }: StageResult, paint: Paint, width: number): string {
	const colours = { passed: paint.green, failed: paint.red, hung: paint.red, skipped: paint.dim, unavailable: paint.yellow };
	const colour = colours[verdict];
	const time = (milliseconds >= 1 ? formatTime(milliseconds) : "").padStart(7);
	const words = wrap([verdict === "passed" ? "" : verdict, said].filter((part) => part !== "").join(": "), width, indent);
	const head = `${colour(verdictSigns[verdict])} ${stageNames[stage].padEnd(16)}${paint.dim(time)}`;
	return words === "" ? head : `${head}  ${verdict === "passed" ? words : colour(words)}`;
}

/** Columns before what is said about a stage: sign, name, time. */
const indent = 27;

/** What stands below a stage: more about it, for who wants to know. */
function linesBelow(stage: BootStage, report: BootReport, paint: Paint, width: number): string[] {
	const margin = " ".repeat(indent);
	const below = (text: string): string => margin + paint.dim(wrap(text, width, indent));
	if (stage === "import") return slowModules(report).map(below);
	if (stage === "engine") return Object.entries(report.database.replaced).map(([name, what]) => below(`${name} = ${what}`));
	return stage === "answers" ? report.answers.map((answer) => margin + answerLine(answer, paint)) : [];
}

/** `0.3 s`. */
export function formatTime(milliseconds: number): string {
	return milliseconds < 950 ? `${Math.round(milliseconds)} ms` : `${(milliseconds / 1000).toFixed(1)} s`;
}

function answerLine({ method, path, status, milliseconds }: Answer, paint: Paint): string {
	const shown = status === null ? paint.red("no answer") : status === 500 ? paint.red("500") : String(status);
	return `${shown}  ${method} ${path}  ${paint.dim(formatTime(milliseconds))}`;
}

function slowModules({ moduleTimes }: BootReport): string[] {
	const slow = moduleTimes.filter(({ milliseconds }) => milliseconds >= slowModule).slice(0, mostModules);
	return slow.length === 0
		? []
		: [`slowest: ${slow.map(({ module, milliseconds }) => `${module} ${formatTime(milliseconds)}`).join(", ")}`];
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
	const known = {
		foretold: `The audit calls it ${paint.bold(issue.id)}: ${issue.problem}`,
		unreachable: unreachableWords,
		found: "Found by boot: the audit did not foresee it.",
	}[knowledgeOf(failure)];
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
		wrap(known, width),
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

function verdictLine(report: BootReport, paint: Paint, width: number): string {
	if (report.boots) return paint.green(paint.bold("The server boots and answers."));
	if (report.unavailable) {
		const reason = report.stages.find(({ verdict }) => verdict === "unavailable")?.said ?? "";
		return paint.yellow(wrap(`It cannot be verified here${reason === "" ? "." : `: ${reason.replace(/\.$/, "")}.`}`, width));
	}
	if (report.failure === null) return `It reaches ${report.reaches}, which is as far as it was asked to go.`;
	return paint.red(paint.bold(failedVerdict(report)));
}

function failedVerdict({ failure, reaches }: BootReport): string {
	if (failure?.stage !== "answers") return `The server does not boot. It reaches ${reaches}.`;
	return failure.everyRequestFails ? "The server comes up and fails every request." : "The server comes up, and fails requests.";
}
