import { jsonText } from "../../report/json-text.ts";
import { paintWith } from "../../report/paint.ts";
import { forecastRollback, rollbackSession, type SessionForecast } from "../../session/rollback/rollback-session.ts";
import type { LedgerEntry, Outcome, RollbackForecast } from "../../session/session.ts";
import { show, showLine } from "../../text/gate.ts";
import { exitStatus } from "../exit-status.ts";
import { type Output, outputOf, type ProcessIo } from "../io.ts";
import type { RollbackOptions } from "../options.ts";
import { placeOf } from "../place.ts";

/** `bootmend rollback`: takes back a phase, or all phases of a session, from what its journal or its commits say; `--undo` brings them back. */
export async function rollbackCommand(path: string | undefined, options: RollbackOptions, io: ProcessIo): Promise<number> {
	const output = outputOf(io, options);
	const session = options.session === undefined ? {} : { session: options.session };
	const request = { root: placeOf(path, io).root, commits: options.commit !== false, ...session };
	if (options.list || options.dryRun) {
		const found = await forecastRollback(request);
		const phases = found.phases.filter((forecast) => options.phase === undefined || forecast.story === options.phase);
		const forecast = { ...found, phases };
		output.data(options.json ? jsonText(forecastJson(forecast)) : forecastText(forecast, output));
		return phases.some((phase) => phase.type === "blocked") ? exitStatus.found : exitStatus.ok;
	}
	const story = options.phase ?? null;
	const withLater = options.withLater === true;
	const outcomes = await rollbackSession({ ...request, story, withLater, undo: options.undo === true });
	for (const outcome of outcomes) printOutcome(outcome, output);
	if (outcomes.length === 0) output.data(options.undo ? "There is no rollback to undo.\n" : "There is nothing to take back.\n");
	return outcomes.some((outcome) => outcome.type === "refused") ? exitStatus.found : exitStatus.ok;
}

function printOutcome(outcome: Outcome, output: Output): void {
	if (outcome.type === "refused") {
		output.warn(`${show(outcome.message)} ${show(outcome.nextStep)}`);
		for (const entry of outcome.ledger ?? []) output.data(`  ${ledgerLine(entry)}\n`);
		return;
	}
	output.data(`${show(outcome.message)}\n`);
	for (const entry of outcome.ledger ?? []) output.data(`  ${ledgerLine(entry)}\n`);
	for (const warning of outcome.warnings ?? []) output.warn(show(warning));
}

function forecastText({ source, phases }: SessionForecast, output: Output): string {
	const paint = paintWith(output.colour);
	const origin = source === "history" ? ["The session's own folder is gone; this is what its commits say."] : [];
	const lines = phases.flatMap((forecast) => [
		`${paint.bold(forecast.story)}  ${show(forecast.words)}${hintOf(forecast)}`,
		...forecast.ledger.map((entry) => `  ${forecastLine(entry)}`),
	]);
	return [...origin, ...lines].map((line) => `${line}\n`).join("");
}

function hintOf({ type }: RollbackForecast): string {
	return type === "with-later" ? " (--with-later)" : type === "undoable" ? " (--undo)" : "";
}

const ledgerWords: Readonly<Record<LedgerEntry["result"], readonly [string, string]>> = {
	restored: ["restored", ""],
	merged: ["restored", " (with what was changed elsewhere in it since)"],
	removed: ["removed", " (it was not there before)"],
	unchanged: ["kept", " (as before already)"],
	kept: ["kept", ""],
	refused: ["refused", ""],
};

/** What happened to a file. */
function ledgerLine({ path, result }: LedgerEntry): string {
	const [word, more] = ledgerWords[result];
	return `${word.padEnd(9)} ${showLine(path)}${more}`;
}

/** What would happen to it. */
function forecastLine({ path, result }: LedgerEntry): string {
	const [word, more] = ledgerWords[result];
	const words = result === "refused" ? "in the way" : `will be ${word}`;
	return `${words.padEnd(16)} ${showLine(path)}${more}`;
}

/** The form of `--list --json`; described in the README, and only ever added to. */
function forecastJson({ id, startedAt, source, phases }: SessionForecast): object {
	return {
		schema_version: 1,
		session: { id, started_at: startedAt, source },
		phases: phases.map(({ story, type, words, later, ledger, commit, blockedBy }) => ({
			story,
			verdict: type,
			summary: words,
			needs: later,
			blocked_by: blockedBy === null ? null : { file_path: blockedBy.path, line_number: blockedBy.line },
			files: ledger.map(({ path, result }) => ({ file_path: path, result })),
			commit: commit,
		})),
	};
}
