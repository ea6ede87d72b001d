import { stories } from "../../audit/issue.ts";
import type { SessionEvent } from "./events.ts";

type Check = (value: unknown) => boolean;

const text: Check = (value) => typeof value === "string";
/** It is shown as it stands, so it holds nothing that acts on a terminal. */
const sessionId: Check = (value) => typeof value === "string" && /^[\w-]+$/.test(value);
const count: Check = (value) => Number.isSafeInteger(value) && Number(value) >= 0;
const measure: Check = (value) => typeof value === "number";
const flag: Check = (value) => typeof value === "boolean";
const story: Check = (value) => stories.some((one) => one === value);
const anything: Check = () => true;
const orNull =
	(check: Check): Check =>
	(value) =>
		value === null || check(value);
const orAbsent =
	(check: Check): Check =>
	(value) =>
		value === undefined || check(value);
const listOf =
	(check: Check): Check =>
	(value) =>
		Array.isArray(value) && value.every(check);
/** An object with at least these fields. */
const fields =
	(shape: Readonly<Record<string, Check>>): Check =>
	(value) =>
		isObject(value) &&
		Object.entries(shape).every(([name, check]) => check(Object.hasOwn(value, name) ? value[name] : undefined));

const image = fields({ sha256: text, size: count, mode: count, modifiedMs: orNull(measure) });
const change = fields({
	path: text,
	before: orNull(image),
	after: orNull(image),
	folders: listOf(text),
	status: anything,
	twin: orAbsent(text),
});
const decision = fields({
	fingerprint: text,
	issueId: text,
	rule: text,
	severity: text,
	story,
	problem: text,
	details: text,
});
const entry = orNull(fields({ mode: text, blob: text }));
const purposes: Readonly<Record<string, Check>> = {
	accept: fields({ decision, edited: flag }),
	undo: fields({ write: count }),
	redo: fields({ write: count }),
	rollback: fields({ stories: listOf(story), writes: listOf(count), commit: listOf(text) }),
	restore: fields({ rollback: count, stories: listOf(story), commit: listOf(text) }),
};
const purpose: Check = (value) => isObject(value) && (checkOf(purposes, value.type)?.(value) ?? false);
const issueIds: Check = (value) =>
	isObject(value) && Object.values(value).every((id) => typeof id === "string" && /^[A-Z]+-\d{3,9}$/.test(id));
const boot = fields({
	revision: count,
	boots: flag,
	unavailable: flag,
	reason: orNull(text),
	reaches: text,
	progress: measure,
	error: orNull(text),
	at: orNull(text),
	stages: listOf(fields({ stage: text, verdict: text, said: text })),
	answers: listOf(fields({ method: text, path: text, status: orNull(measure) })),
	databases: listOf(text),
	log: listOf(text),
});

/** What replaying needs of each event. */
const events: Readonly<Record<SessionEvent["type"], Check>> = {
	"session-started": fields({ id: sessionId, branch: orNull(text), head: orNull(text) }),
	"session-resumed": anything,
	audited: fields({ ids: orAbsent(issueIds) }),
	"write-intended": fields({ write: count, purpose, files: listOf(change) }),
	"write-finished": fields({ write: count }),
	"write-undone": fields({ write: count }),
	skipped: fields({ decision, reason: orNull(text) }),
	"skip-undone": fields({ fingerprint: text }),
	"skip-redone": fields({ fingerprint: text }),
	"commit-intended": fields({
		stories: listOf(story),
		rollback: orNull(count),
		subject: text,
		paths: listOf(text),
		parent: orNull(text),
		moves: orAbsent(listOf(fields({ path: text, from: entry, to: entry }))),
		held: orAbsent(listOf(count)),
	}),
	"commit-abandoned": anything,
	"hook-changed": fields({ story, write: count, files: listOf(change) }),
	"phase-committed": fields({ story, commit: text, subject: text, paths: listOf(text), held: orAbsent(listOf(count)) }),
	"phase-kept": fields({ story }),
	"phases-rolled-back": fields({ stories: listOf(story), write: count, commit: orNull(text) }),
	"phases-restored": fields({ rollback: count, write: count, commit: orNull(text) }),
	booted: fields({ boot, restart: flag }),
	"backups-removed": anything,
	finished: anything,
};

/** Is this an event as the journal writes them? A repository from somewhere else may bring a journal that only looks like ours. */
export function isSessionEvent(value: unknown): value is SessionEvent {
	return isObject(value) && (checkOf(events, value.type)?.(value) ?? false);
}

/** Is this a moment as the journal writes them? */
export function isMoment(value: unknown): value is string {
	return typeof value === "string" && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/.test(value);
}

function checkOf(checks: Readonly<Record<string, Check>>, type: unknown): Check | undefined {
	return typeof type === "string" && Object.hasOwn(checks, type) ? checks[type] : undefined;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
	return typeof value === "object" && value !== null;
}
