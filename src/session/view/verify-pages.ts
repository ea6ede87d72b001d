import { showLine } from "../../text/gate.ts";
import type { BootFailure } from "../../verify/boot-report.ts";
import { knowledgeOf, unreachableWords } from "../../verify/found-by-boot.ts";
import { formatTime, stageNames, verdictSigns } from "../../verify/render-pretty.ts";
import type { BenchFacts, PossibleInstall } from "../boots/verify-bench.ts";
import type { SessionState } from "../session.ts";
import { type Line, lineOf, type Span, span, wrapLine } from "./line.ts";
import { type BenchState, canBoot, canInstall, type EndedBoot } from "./verify-state.ts";

const factIndent = 12;

/** The setup phase: what is there, and whether the backend may be booted once as it is (T001). */
export function setupRows(state: SessionState, bench: BenchState, width: number): readonly Line[] {
	const { backend, target, python } = state.report.project;
	const lacks = bench.facts?.lacks ?? null;
	const keys: Span[] = [
		...(canBoot(bench) ? [key("Enter"), span(" boots it in the background    ")] : []),
		...(canInstall(bench, state) ? [key("i"), span(" installs its packages first    ")] : []),
		key("Esc"),
		span(canBoot(bench) ? " not now; v boots it at any time" : " goes on without"),
	];
	return [
		lineOf("Setup", "strong"),
		[],
		...fact("python", `${python}${isOld(python) ? "; FastAPI wants 3.8 or newer" : ""}`, width),
		...fact(
			"server",
			`${target === null ? "no application found" : `uvicorn ${target}`}${backend === "" ? "" : ` in ${backend}`}`,
			width,
		),
		...fact("backups", "each file is copied into .bootmend before its first change", width),
		[],
		...(lacks === null
			? wrapLine([span("Shall it be booted once as it is, to see how far it gets? ", "strong"), span(promise, "dim")], width)
			: [
					...wrapLine([span("It cannot be booted yet: ", "strong"), span(showLine(lacks.reason))], width),
					...lacks.nextSteps.flatMap((step) => wrapLine([span(`  ${showLine(step)}`, "dim")], width, 4)),
				]),
		[],
		...wrapLine(keys, width),
	];
}

const promise =
	"Its code runs in a copy of the project, on a port of this machine alone and with throw-away databases. You read on meanwhile.";

/** "Install what is declared?", with the commands that would run. */
export function installRows(facts: BenchFacts | null, width: number): readonly Line[] {
	const install = facts?.install ?? null;
	if (install === null || install.type === "refused") {
		const words = install === null ? "Nothing can be installed from here." : `${install.message} ${install.nextStep}`;
		return [
			lineOf("Nothing can be installed", "strong"),
			[],
			...wrapLine([span(showLine(words))], width),
			[],
			[key("Esc"), span(" goes back")],
		];
	}
	return [
		lineOf("Install what the backend declares?", "strong"),
		[],
		...wrapLine([span(placeWords(install))], width),
		[],
		...install.commands.flatMap((command) => wrapLine([span(`  ${showLine(command)}`, "accent")], width, 4)),
		[],
		...wrapLine(
			[span("Packages come from the registry that pip, uv or poetry is set up with, and their build steps run.", "dim")],
			width,
		),
		[],
		...wrapLine([key("y"), span(" installs    "), key("Esc"), span(" leaves everything as it is")], width),
	];
}

function placeWords({ environment, creates }: PossibleInstall): string {
	return creates
		? `A new virtual environment is made in ${showLine(environment)}; the system's Python stays as it is.`
		: `They go into ${showLine(environment)}.`;
}

/** "Boot it with the configured database?", with its host before the person's eyes. */
export function databaseRows(facts: BenchFacts | null, width: number): readonly Line[] {
	return [
		lineOf("Boot it with the database that it is configured with?", "strong"),
		[],
		...wrapLine([span("The server connects to")], width),
		...(facts?.databases ?? []).flatMap((url) => wrapLine([span(`  ${showLine(url)}`, "accent")], width, 4)),
		[],
		...wrapLine(
			[
				span("Its start-up may create or change tables there, and nothing takes that back. ", "strong"),
				span(
					"It runs in the project's own folder this time. Only requests that read are sent. Every other boot keeps to throw-away databases.",
					"dim",
				),
			],
			width,
		),
		[],
		...wrapLine([key("y"), span(" boots with it    "), key("Esc"), span(" leaves it alone")], width),
	];
}

/** The newest boot, stage by stage. */
export function bootRows({ report, verdict }: EndedBoot, width: number): readonly Line[] {
	const databases = Object.entries(report.database.replaced).map(([name, what]) => `${name} = ${what}`);
	const slow = report.moduleTimes.filter(({ milliseconds }) => milliseconds >= 50).slice(0, 5);
	return [
		...wrapLine([span(showLine(verdict), "strong")], width),
		[],
		...report.stages.flatMap(({ stage, verdict: became, said, milliseconds }) =>
			wrapLine(
				[
					span(`${verdictSigns[became]} `, became === "passed" ? "accent" : became === "skipped" ? "dim" : "warning"),
					span(stageNames[stage].padEnd(17)),
					span(became === "passed" ? "" : `${became}  `, became === "skipped" ? "dim" : "warning"),
					span(showLine(said)),
					span(milliseconds >= 1 ? `  ${formatTime(milliseconds)}` : "", "dim"),
				],
				width,
				19,
			),
		),
		...report.answers.flatMap(({ method, path, status }) =>
			wrapLine(
				[
					span(`    ${status ?? "no answer"}  `, status === null || status >= 500 ? "warning" : "plain"),
					span(showLine(`${method} ${path}`), "dim"),
				],
				width,
				6,
			),
		),
		...(databases.length === 0
			? []
			: [[], ...wrapLine([span("for this boot  ", "dim"), span(showLine(databases.join(", ")))], width, 15)]),
		...(slow.length === 0
			? []
			: wrapLine(
					[
						span("slowest imports  ", "dim"),
						span(showLine(slow.map(({ module, milliseconds }) => `${module} ${formatTime(milliseconds)}`).join(", "))),
					],
					width,
					17,
				)),
		...(report.failure === null ? [] : [[], ...failureRows(report.failure, width)]),
		...report.nextSteps.flatMap((step) => wrapLine([span(`  ${showLine(step)}`)], width, 4)),
		...outputRows(report.output, width),
	];
}

function failureRows(failure: BootFailure, width: number): readonly Line[] {
	const { issue, at } = failure;
	const known = {
		foretold: `The audit calls it ${issue.id}: ${issue.problem}`,
		unreachable: unreachableWords,
		found: "Found by boot: the audit did not foresee it. B writes a report about it for us, with nothing of your project in it.",
	}[knowledgeOf(failure)];
	return [
		...wrapLine([span(showLine(failure.error), "warning")], width),
		...failure.detail.slice(0, 12).flatMap((line) => wrapLine([span(`  ${showLine(line)}`)], width, 4)),
		...(at === null ? [] : [lineOf(`  at ${showLine(at.path)}:${at.line}`)]),
		...wrapLine([span(showLine(known))], width),
	];
}

function outputRows(output: string, width: number): readonly Line[] {
	const lines = output.trimEnd().split("\n").slice(-40);
	if (output.trim() === "") return [];
	return [
		[],
		lineOf("What it printed", "strong"),
		...lines.flatMap((line) => wrapLine([span(`  ${showLine(line)}`, "dim")], width, 4)),
	];
}

function isOld(python: string): boolean {
	const [, major, minor] = /^(\d+)\.(\d+)/.exec(python) ?? [];
	return major !== undefined && minor !== undefined && Number(major) === 3 && Number(minor) < 8;
}

function key(name: string): Span {
	return span(name, "accent");
}

function fact(name: string, words: string, width: number): readonly Line[] {
	return wrapLine([span(name.padEnd(factIndent), "dim"), span(showLine(words))], width, factIndent);
}
