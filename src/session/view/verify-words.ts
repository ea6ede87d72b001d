import { showLine } from "../../text/gate.ts";
import { ownDatabase, type SeenBoot, type SeenBoots } from "../boots/verify-record.ts";

/** What became of the server between two boots: `was: ImportError … → now reaches: the database connection, and stops at: …`. */
export function verdictOf(first: SeenBoot | null, now: SeenBoot): string {
	if (now.unavailable) return unavailableWords(now);
	return `${courseOf(first, now)}${now.databases.includes(ownDatabase) ? `, on ${ownDatabase}` : ""}`;
}

function courseOf(first: SeenBoot | null, now: SeenBoot): string {
	if (first === null || first === now) return `it ${placeOfStop(now)}`;
	if (first.boots && now.boots) return "it boots and answers, as before";
	const then = first.error === null ? `it reached ${first.reaches}` : shortError(first.error);
	if (isSame(first, now)) return `was: ${then} → still so`;
	return `was: ${then} → now ${placeOfStop(now)}`;
}

/** What a fix that is tried makes of the newest boot without it: `With CONFIG-001 it boots and answers`. */
export function trialVerdict(label: string, without: SeenBoot | null, now: SeenBoot): string {
	if (now.unavailable) return `With ${label}: ${unavailableWords(now)}`;
	if (now.boots) return `With ${label} it boots and answers`;
	if (without === null || without.unavailable) return `With ${label} it ${placeOfStop(now)}`;
	if (isSame(without, now)) return `With ${label} it stops where it does without: ${shortError(now.error ?? now.reaches)}`;
	const comparison = now.progress < without.progress ? `. Without ${label} it came farther` : "";
	return `With ${label} it now ${placeOfStop(now)}${comparison}`;
}

/** The newest boot's verdict, and whether files have changed since; null where none was seen. */
export function newestVerdict({ first, newest }: SeenBoots, revision: number): string | null {
	if (newest === null) return null;
	const verdict = verdictOf(first, newest);
	return newest.revision === revision ? verdict : `${verdict} (before the newest changes)`;
}

/** `cannot be verified here: …` */
export function unavailableWords({ reason }: SeenBoot): string {
	return `cannot be verified here${reason === null || reason === "" ? "" : `: ${reason.replace(/\.$/, "")}`}`;
}

/** The trailer of a commit whose files were booted; null where the newest boot was of other files, or could not be tried. */
export function verifiedTrailer({ newest }: SeenBoots, revision: number): string | null {
	if (newest === null || newest.unavailable || newest.revision !== revision) return null;
	const database = newest.databases.length === 0 ? "" : ` on ${newest.databases.join(", ")}`;
	return `Verified: boot reaches ${newest.reaches}${database}`;
}

function placeOfStop({ reaches, error, boots }: SeenBoot): string {
	if (boots) return "boots and answers";
	return error === null ? `reaches: ${reaches}` : `reaches: ${reaches}, and stops at: ${shortError(error)}`;
}

function isSame(one: SeenBoot, other: SeenBoot): boolean {
	return one.progress === other.progress && one.error === other.error && one.reaches === other.reaches;
}

/** Without the path that Python puts behind an ImportError: the place stands elsewhere. */
function shortError(error: string): string {
	return showLine(error.replace(/ \((?:\/|<|[\w.-]+\/)[^()]*\)$/, ""));
}
