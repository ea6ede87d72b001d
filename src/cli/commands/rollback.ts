import { jsonText } from "../../report/json-text.ts";
import { paintWith } from "../../report/paint.ts";
import { forecastRollback, type RollbackForecast, rollbackSession } from "../../session/rollback-session.ts";
import type { LedgerEntry, Outcome } from "../../session/session.ts";
import { show, showLine } from "../../text/gate.ts";
import { exitStatus } from "../exit-status.ts";
import { type Output, outputOf, type ProcessIo } from "../io.ts";
import type { RollbackOptions } from "../options.ts";
import { placeOf } from "../place.ts";

/** `bootmend rollback`: takes back a phase, or all phases of a session, from what its journal says. */
export async function rollbackCommand(path: string | undefined, options: RollbackOptions, io: ProcessIo): Promise<number> {
	const output = outputOf(io, options);
	const session = options.session === undefined ? {} : { session: options.session };
	const request = { root: placeOf(path, io).root, commits: options.commit !== false, ...session };
	if (options.list || options.dryRun) {
		const forecasts = await forecastRollback(request);
		const chosen = options.phase ? forecasts.filter((forecast) => forecast.story === options.phase) : forecasts;
		if (options.json) output.data(jsonText(chosen));
		else output.data(forecastText(chosen, output));
		return chosen.some((forecast) => forecast.type === "blocked") ? exitStatus.found : exitStatus.ok;
	}
	const outcomes = await rollbackSession({ ...request, story: options.phase ?? null, withLater: options.withLater === true });
	for (const outcome of outcomes) printOutcome(outcome, output);
	if (outcomes.length === 0) output.data("There is nothing to take back.\n");
	return outcomes.some((outcome) => outcome.type === "refused") ? exitStatus.found : exitStatus.ok;
}

function printOutcome(outcome: Outcome, output: Output): void {
	if (outcome.type === "refused") {
		output.warn(`${show(outcome.message)} ${show(outcome.nextStep)}`);
		return;
	}
	output.data(`${show(outcome.message)}\n`);
	for (const entry of outcome.ledger ?? []) output.data(`  ${ledgerLine(entry)}\n`);
	for (const warning of outcome.warnings ?? []) output.warn(show(warning));
}

function forecastText(forecasts: readonly RollbackForecast[], output: Output): string {
	const paint = paintWith(output.colour);
	const lines = forecasts.flatMap((forecast) => [
		`${paint.bold(forecast.story)}  ${verdictOf(forecast)}`,
		...forecast.ledger.map((entry) => `  ${ledgerLine(entry)}`),
	]);
	return lines.map((line) => `${line}\n`).join("");
}

function verdictOf(forecast: RollbackForecast): string {
	switch (forecast.type) {
		case "clean":
			return "can be taken back by itself";
		case "with-later":
			return `goes back only together with ${forecast.later.join(" and ")} (--with-later)`;
		case "blocked":
			return `cannot be taken back: ${show(forecast.reason ?? "")}`;
		case "nothing":
			return "has nothing to take back";
	}
}

function ledgerLine({ path, result }: LedgerEntry): string {
	return `${result.padEnd(9)} ${showLine(path)}`;
}
