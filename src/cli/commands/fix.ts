import type { Story } from "../../audit/issue.ts";
import { phaseTitles } from "../../plan/phase-titles.ts";
import { paintWith } from "../../report/paint.ts";
import { type FixAllResult, fixAll } from "../../session/fix-all.ts";
import type { DecidedIssue, Outcome, Session } from "../../session/session.ts";
import { show, showLine } from "../../text/gate.ts";
import { exitStatus } from "../exit-status.ts";
import { type Output, outputOf, type ProcessIo } from "../io.ts";
import type { FixOptions } from "../options.ts";
import { isWanted, matters, reasonLeft, type Selection, selectionOf } from "../selection.ts";
import { startSession } from "../start-session.ts";
import { UserError } from "../user-error.ts";
import type { VerifiedFixes } from "../verified-fixes.ts";
import type { InstallResult } from "./install.ts";

/** `bootmend fix`: the wizard's work without the screen. */
export async function fixCommand(path: string | undefined, options: FixOptions, io: ProcessIo): Promise<number> {
	if (options.dryRun) return (await import("./dry-run.ts")).dryRunCommand(path, options, io);
	if (!options.yes && !options.issue) {
		throw new UserError(
			"`bootmend fix` changes files, so it wants to be told what to do.",
			"--yes applies every safe fix, --issue ID one of them, --dry-run shows the patch; `bootmend` asks you one by one.",
		);
	}
	const output = outputOf(io, options);
	const session = await startSession(path, options, io);
	try {
		const selection = selectionOf(options, session.state.report);
		const install = options.install ? (await import("./install.ts")).installDeclared : null;
		const verified = options.verify
			? await (await import("../verified-fixes.ts")).verifiedFixes(path, options, io, output)
			: null;
		return await runFix(session, selection, output, {
			install: install === null ? null : () => install(path, options, io, output),
			verified,
		});
	} finally {
		await session.close();
	}
}

/** What `--install` and `--verify` bring in. */
interface Extras {
	readonly install: (() => Promise<InstallResult>) | null;
	readonly verified: VerifiedFixes | null;
}

async function runFix(session: Session, selection: Selection, output: Output, { install, verified }: Extras): Promise<number> {
	if (session.state.resumedFrom !== null) output.say(showLine(session.state.resumedFrom));
	const mend = () =>
		fixAll({
			session,
			wanted: (issue) => isWanted(issue, selection),
			review: selection.review,
			onOwnWork: selection.onOwnWork,
			onOutcome: (story, outcome) => sayOutcome(story, outcome, output),
			beforeCommit: async (story, applied) => {
				await verified?.check(session, applied, (outcome) => sayOutcome(story, outcome, output));
			},
		});
	let result = await mend();
	const installed = await install?.();
	if (installed === "installed") {
		// What is installed now may show faults that could not be seen before.
		await session.dispatch({ type: "audit" });
		const after = await mend();
		result = { ...after, applied: [...result.applied, ...after.applied], refusals: [...result.refusals, ...after.refusals] };
	}
	const left = result.left.filter(({ issue }) => matters(issue, selection));
	output.data(summaryOf(result, left, selection, output));
	sayWhatNext(result, session, installed === "installed", output);
	await session.dispatch({ type: "finish" });
	if (installed === "interrupted") return exitStatus.interrupted;
	const boots = verified === null || (await verified.sayHowFar(installed === "installed"));
	const isDone = boots && (installed === undefined || installed === "installed");
	return isDone && left.length === 0 && result.refusals.length === 0 ? exitStatus.ok : exitStatus.found;
}

function sayOutcome(story: Story, outcome: Outcome, output: Output): void {
	if (outcome.type === "refused") {
		output.warn(`${story}: ${show(outcome.message)} ${show(outcome.nextStep)}`);
		return;
	}
	output.say(`${story}: ${show(outcome.message)}`);
	for (const warning of outcome.warnings ?? []) output.warn(`${story}: ${show(warning)}`);
}

function summaryOf(result: FixAllResult, left: FixAllResult["left"], selection: Selection, output: Output): string {
	const paint = paintWith(output.colour);
	const lines: string[] = [];
	let story: Story | null = null;
	for (const decided of result.applied) {
		if (decided.story !== story) lines.push(paint.bold(`${decided.story} ${phaseTitles[decided.story]}`));
		story = decided.story;
		lines.push(`  ${paint.green("✓")} ${titleOf(decided)}  ${paint.dim(decided.files.map((file) => showLine(file)).join(", "))}`);
	}
	if (left.length > 0) lines.push(paint.bold("Left"));
	for (const { issue, reason, heldBack } of left) {
		const why = heldBack ? showLine(reason) : reasonLeft(issue, selection);
		lines.push(`  ${paint.yellow("·")} ${issue.id}  ${showLine(issue.problem)}  ${paint.dim(why)}`);
		for (const step of issue.manualSteps) lines.push(`      ${showLine(step)}`);
	}
	if (lines.length === 0) lines.push("Nothing to mend.");
	return lines.map((line) => `${line}\n`).join("");
}

function titleOf({ issue, fix }: DecidedIssue): string {
	return `${issue.id}  ${showLine(fix?.title ?? issue.problem)}`;
}

function sayWhatNext(result: FixAllResult, session: Session, isInstalled: boolean, output: Output): void {
	const commands = new Set(isInstalled ? [] : result.applied.flatMap((decided) => decided.fix?.commands ?? []));
	for (const command of commands) output.say(`Then run: ${showLine(command)}`);
	if (result.applied.length === 0) return;
	const phases = session.state.phases.filter((phase) => phase.files.length > 0);
	const only = phases.length === 1 ? ` --phase ${phases[0]?.story}` : "";
	output.say(`To take it back: bootmend rollback${only}`);
}
