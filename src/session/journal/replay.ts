import { type Story, stories } from "../../audit/issue.ts";
import { noBoots, withBoot } from "../boots/verify-record.ts";
import type {
	RecordedDecision,
	RecordedHookChange,
	RecordedPhase,
	RecordedRollback,
	SessionRecord,
	WriteIntended,
} from "../session-record.ts";
import type { JournalLine, SessionEvent, WritePurpose } from "./events.ts";

/** The record of a whole journal; null for one that does not begin with the start of a session. */
export function replay(lines: readonly JournalLine[]): SessionRecord | null {
	const [first, ...rest] = lines;
	if (first?.event.type !== "session-started") return null;
	const { id, branch, head } = first.event;
	const phase: RecordedPhase = { status: "open", commits: [] };
	const start: SessionRecord = {
		id,
		startedAt: first.at,
		lastAt: first.at,
		branch,
		head,
		decisions: [],
		undone: [],
		phases: { US1: phase, US2: phase, US3: phase },
		hookChanges: [],
		rollbacks: [],
		nextWrite: 1,
		openWrite: null,
		openRollback: null,
		openCommit: null,
		finished: false,
		backupsRemoved: false,
		boots: noBoots,
		ids: new Map(),
	};
	let record = start;
	for (const line of rest) record = { ...reduce(record, line.event), lastAt: line.at };
	return record;
}

/** One more event. Pure and total: an event that does not fit leaves the record as it is. */
export function reduce(record: SessionRecord, event: SessionEvent): SessionRecord {
	switch (event.type) {
		case "session-started":
			return record;
		case "audited":
			return event.ids === undefined ? record : { ...record, ids: new Map([...record.ids, ...Object.entries(event.ids)]) };
		case "session-resumed":
			return { ...record, finished: false };
		case "write-intended":
			return { ...record, openWrite: event, nextWrite: Math.max(record.nextWrite, event.write + 1) };
		case "write-finished":
			return record.openWrite?.write === event.write ? finishWrite({ ...record, openWrite: null }, record.openWrite) : record;
		case "write-undone":
			return {
				...record,
				openWrite: record.openWrite?.write === event.write ? null : record.openWrite,
				openRollback: record.openRollback?.write === event.write ? null : record.openRollback,
			};
		case "skipped": {
			const { decision, reason } = event;
			return decide(record, {
				record: decision,
				type: "skipped",
				edited: false,
				reason,
				write: null,
				files: [],
				closed: false,
				committed: false,
			});
		}
		case "skip-undone":
			return takeBack(record, (decision) => decision.type === "skipped" && decision.record.fingerprint === event.fingerprint);
		case "skip-redone":
			return bringBack(record, (decision) => decision);
		case "commit-intended":
			return { ...record, openCommit: event };
		case "commit-abandoned":
			return { ...record, openCommit: null };
		case "phase-committed": {
			const { story, commit, subject, paths, held = [] } = event;
			const commits = [...record.phases[story].commits, { hash: commit, subject, paths }];
			const noted = noteCommitted(record, story, held);
			return { ...closePhase(noted, story, { status: "committed", commits }), openCommit: null };
		}
		case "phase-kept":
			return closePhase(record, event.story, { ...record.phases[event.story], status: "kept" });
		case "phases-rolled-back":
			return rollBack(record, event.stories, event.write, event.commit);
		case "phases-restored":
			return restorePhases(record, event.rollback);
		case "hook-changed": {
			const { story, write, files } = event;
			const hookChanges = [...record.hookChanges, { story, write, files, committed: false }];
			return { ...record, hookChanges, nextWrite: Math.max(record.nextWrite, write + 1) };
		}
		case "booted":
			return { ...record, boots: withBoot(record.boots, event.boot, event.restart) };
		case "backups-removed":
			return { ...record, backupsRemoved: true };
		case "finished":
			return { ...record, finished: true };
	}
}

function finishWrite(record: SessionRecord, write: WriteIntended): SessionRecord {
	const purpose: WritePurpose = write.purpose;
	switch (purpose.type) {
		case "accept":
			return decide(record, {
				record: purpose.decision,
				type: "accepted",
				edited: purpose.edited,
				reason: null,
				write: write.write,
				files: write.files,
				closed: false,
				committed: false,
			});
		case "undo":
			return takeBack(record, (decision) => decision.write === purpose.write);
		case "redo":
			return bringBack(record, (decision) => ({ ...decision, write: write.write, files: write.files }));
		case "rollback":
		case "restore":
			return { ...record, openRollback: write };
	}
}

/** A new decision about an issue replaces an older skip of it, opens its phase, and ends what `redo` could bring back. */
function decide(record: SessionRecord, decision: RecordedDecision): SessionRecord {
	const { fingerprint } = decision.record;
	const others = record.decisions.filter((other) => other.type === "accepted" || other.record.fingerprint !== fingerprint);
	return openPhase({ ...record, decisions: [...others, decision], undone: [] }, decision.record.story);
}

function takeBack(record: SessionRecord, isTaken: (decision: RecordedDecision) => boolean): SessionRecord {
	const taken = record.decisions.findLast(isTaken);
	if (taken === undefined) return record;
	return { ...record, decisions: record.decisions.filter((decision) => decision !== taken), undone: [...record.undone, taken] };
}

function bringBack(record: SessionRecord, again: (decision: RecordedDecision) => RecordedDecision): SessionRecord {
	const last = record.undone.at(-1);
	if (last === undefined) return record;
	const back = { ...record, decisions: [...record.decisions, again(last)], undone: record.undone.slice(0, -1) };
	return openPhase(back, last.record.story);
}

function openPhase(record: SessionRecord, story: Story): SessionRecord {
	return { ...record, phases: { ...record.phases, [story]: { ...record.phases[story], status: "open" } } };
}

function closePhase(record: SessionRecord, story: Story, phase: RecordedPhase): SessionRecord {
	const decisions = record.decisions.map((decision) =>
		decision.record.story === story ? { ...decision, closed: true } : decision,
	);
	const undone = record.undone.filter((decision) => decision.record.story !== story);
	return { ...record, decisions, undone, phases: { ...record.phases, [story]: phase } };
}

/** Marks what a commit of the phase holds: all that was open in it but for the writes that were held back. */
function noteCommitted(record: SessionRecord, story: Story, held: readonly number[]): SessionRecord {
	const isIn = (write: number | null) => write !== null && !held.includes(write);
	const decisions = record.decisions.map((decision) =>
		decision.record.story === story && !decision.closed && isIn(decision.write) ? { ...decision, committed: true } : decision,
	);
	const hookChanges = record.hookChanges.map((change) =>
		change.story === story && isIn(change.write) ? { ...change, committed: true } : change,
	);
	return { ...record, decisions, hookChanges };
}

function rollBack(record: SessionRecord, rolledBack: readonly Story[], write: number, commit: string | null): SessionRecord {
	const { openRollback } = record;
	const isOpen = openRollback?.write === write && openRollback.purpose.type === "rollback";
	const taken = isOpen && openRollback.purpose.type === "rollback" ? openRollback.purpose.writes : [];
	const phases = { ...record.phases };
	for (const story of stories) if (rolledBack.includes(story)) phases[story] = { status: "rolled-back", commits: [] };
	const isTaken = (decision: RecordedDecision) => decision.write !== null && taken.includes(decision.write);
	const isRewrite = (change: RecordedHookChange) => taken.includes(change.write);
	const rollback: RecordedRollback = {
		write,
		stories: rolledBack,
		files: isOpen ? openRollback.files : [],
		commit,
		decisions: record.decisions.filter(isTaken),
		hookChanges: record.hookChanges.filter(isRewrite),
		phases: record.phases,
	};
	return {
		...record,
		decisions: record.decisions.filter((decision) => !isTaken(decision)),
		hookChanges: record.hookChanges.filter((change) => !isRewrite(change)),
		phases,
		rollbacks: [...record.rollbacks, rollback],
		undone: [],
		openRollback: null,
		openCommit: null,
	};
}

function restorePhases(record: SessionRecord, write: number): SessionRecord {
	const rollback = record.rollbacks.find((candidate) => candidate.write === write);
	if (rollback === undefined) return { ...record, openRollback: null, openCommit: null };
	const phases = { ...record.phases };
	for (const story of rollback.stories) phases[story] = rollback.phases[story];
	return {
		...record,
		decisions: [...record.decisions, ...rollback.decisions],
		hookChanges: [...record.hookChanges, ...rollback.hookChanges],
		phases,
		rollbacks: record.rollbacks.filter((candidate) => candidate !== rollback),
		undone: [],
		openRollback: null,
		openCommit: null,
	};
}
