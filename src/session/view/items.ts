import { type Issue, type Story, severities, stories } from "../../audit/issue.ts";
import type { DecidedIssue, OwnWork, PhaseState, SessionState } from "../session.ts";

/** An issue as the list shows it: undecided, accepted or skipped. */
export interface Item {
	readonly fingerprint: string;
	/** The id under which this issue was first shown; later audits may number it anew. */
	readonly label: string;
	readonly issue: Issue;
	readonly decided: DecidedIssue | null;
	/** Where its fix would lie on the person's own uncommitted lines; null where it would not. */
	readonly onOwnWork: OwnWork | null;
}

/** What the screen remembers about issues, so that nothing moves or changes its name while a person works. */
export interface ItemMemory {
	/** Fingerprints in the order in which they stand in the list. */
	readonly order: readonly string[];
	/** Fingerprint → id when first seen. */
	readonly labels: ReadonlyMap<string, string>;
	/** Fingerprints that have stood on the critical path: one that was mended leaves the report's. */
	readonly onPath: ReadonlySet<string>;
}

export const emptyMemory: ItemMemory = { order: [], labels: new Map(), onPath: new Set() };

/** Learns the issues of a newer state: those it knows keep their place, a new one stands behind the one that precedes it in the report. */
export function remember(memory: ItemMemory, state: SessionState): ItemMemory {
	const known = [...state.decided.map((decision) => decision.issue), ...state.report.issues];
	const path = new Set(state.report.criticalPath);
	const newOnPath = state.report.issues.filter((issue) => path.has(issue.id) && !memory.onPath.has(issue.fingerprint));
	if (newOnPath.length === 0 && known.every((issue) => memory.labels.has(issue.fingerprint))) return memory;
	const labels = new Map(memory.labels);
	const taken = new Set(labels.values());
	for (const issue of known) {
		if (labels.has(issue.fingerprint)) continue;
		const label = freeLabel(issue.id, taken);
		labels.set(issue.fingerprint, label);
		taken.add(label);
	}
	const order = [...memory.order];
	for (const { issue } of state.decided) if (!order.includes(issue.fingerprint)) order.push(issue.fingerprint);
	let place = memory.order.length > 0 ? 0 : order.length;
	for (const issue of state.report.issues) {
		const position = order.indexOf(issue.fingerprint);
		if (position < 0) order.splice(place, 0, issue.fingerprint);
		place = position < 0 ? place + 1 : position + 1;
	}
	return { order, labels, onPath: new Set([...memory.onPath, ...newOnPath.map((issue) => issue.fingerprint)]) };
}

/** All issues of the session in list order: by story, then severity, then the critical path. */
export function listItems(state: SessionState, memory: ItemMemory): readonly Item[] {
	const items = new Map<string, Item>();
	for (const issue of state.report.issues) {
		const onOwnWork = state.onOwnWork.get(issue.fingerprint) ?? null;
		items.set(issue.fingerprint, { ...itemOf(issue, null, memory), onOwnWork });
	}
	for (const decided of state.decided) items.set(decided.issue.fingerprint, itemOf(decided.issue, decided, memory));
	const rank = new Map(memory.order.map((fingerprint, position) => [fingerprint, position]));
	return [...items.values()].sort(
		(a, b) =>
			stories.indexOf(a.issue.story) - stories.indexOf(b.issue.story) ||
			severities.indexOf(a.issue.severity) - severities.indexOf(b.issue.severity) ||
			(rank.get(a.fingerprint) ?? 0) - (rank.get(b.fingerprint) ?? 0),
	);
}

/** The issues of a story that still want a decision. */
export function pendingItems(items: readonly Item[], story: Story): readonly Item[] {
	return items.filter((item) => item.issue.story === story && item.decided === null);
}

/** The state of one story's phase; a story that the session has not touched is open. */
export function phaseOf(state: SessionState, story: Story): PhaseState {
	const phase = state.phases.find((candidate) => candidate.story === story);
	return phase ?? { story, status: "open", commit: null, files: [], subject: null };
}

/** Accepted fixes of a story that no commit holds yet. */
export function uncommittedFixes(state: SessionState, story: Story): readonly DecidedIssue[] {
	if (phaseOf(state, story).status !== "open") return [];
	return state.decided.filter((decided) => decided.story === story && decided.decision.type === "accepted");
}

/** Can the newest rollback of this story be undone? */
export function canRestore(state: SessionState, story: Story): boolean {
	return state.rollbacks.some((forecast) => forecast.story === story && forecast.type === "undoable");
}

/** Is there anything of this story to take back? */
export function canRollBack(state: SessionState, story: Story): boolean {
	const { status } = phaseOf(state, story);
	return status === "committed" || status === "kept" || uncommittedFixes(state, story).length > 0;
}

/** Undecided issues of a story whose own fix is safe, and not held back for the person's own uncommitted lines. */
export function safeItems(items: readonly Item[], story: Story): readonly Item[] {
	return pendingItems(items, story).filter((item) => item.issue.fix?.applicability === "safe" && item.onOwnWork === null);
}

function itemOf(issue: Issue, decided: DecidedIssue | null, memory: ItemMemory): Item {
	const label = memory.labels.get(issue.fingerprint) ?? issue.id;
	return { fingerprint: issue.fingerprint, label, issue, decided, onOwnWork: null };
}

/** The id, or where another issue already goes by it, the next free number of its category. */
function freeLabel(id: string, taken: ReadonlySet<string>): string {
	if (!taken.has(id)) return id;
	const [category = id] = id.split("-");
	for (let number = 1; ; number++) {
		const label = `${category}-${String(number).padStart(3, "0")}`;
		if (!taken.has(label)) return label;
	}
}
