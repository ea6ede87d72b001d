import { type Story, stories } from "../../audit/issue.ts";
import type { SessionView } from "../session-context.ts";
import { acceptedOf, type RecordedRollback, type SessionRecord } from "../session-record.ts";
import { type Obstacle, type RecordedWrite, type RolledBackFile, takeBackAll } from "./take-back.ts";

export type RollbackPlan =
	| {
			readonly type: "possible";
			/** The phase that was asked for, then those that must go with it. */
			readonly stories: readonly Story[];
			/** Newest first. */
			readonly writes: readonly RecordedWrite[];
			readonly files: readonly RolledBackFile[];
	  }
	| ({ readonly type: "blocked" } & Obstacle);

/**
 * What taking a phase back would do to each file, without doing it. The newest fix goes first; changes that somebody
 * made since to other lines stay. Later phases that changed the same lines have to go with it and are added to `stories`.
 */
export function planRollback(context: SessionView, story: Story): RollbackPlan {
	const chosen: Story[] = [story];
	for (;;) {
		const attempt = simulate(context, chosen);
		if (attempt.type !== "needs") return attempt;
		// Where one of them is enough, the others stay.
		for (const later of attempt.stories.length > 1 ? attempt.stories : []) {
			const smaller = simulate(context, [...chosen, later]);
			if (smaller.type === "possible") return smaller;
		}
		chosen.push(...attempt.stories);
	}
}

/** What the return of a rollback would do to each file, without doing it: the rollback is itself a write that is taken back. */
export function planRestore(context: SessionView, rollback: RecordedRollback): RollbackPlan {
	const writes = [{ write: rollback.write, files: rollback.files, committed: rollback.commit !== null }];
	const states = takeBackAll(context, writes);
	if ("obstacle" in states) return { type: "blocked", ...states.obstacle };
	return { type: "possible", stories: rollback.stories, writes, files: states.files };
}

/** Everything that was written for these phases and stands, newest first: fixes, and what hooks made of them. */
export function standingWrites(record: SessionRecord, chosen: readonly Story[]): readonly RecordedWrite[] {
	const fixes = chosen
		.flatMap((story) => acceptedOf(record, story))
		.flatMap(({ write, files, committed }) => {
			return write === null ? [] : [{ write, files, committed }];
		});
	const hooked = record.hookChanges.filter((change) => chosen.includes(change.story));
	return [...fixes, ...hooked].sort((a, b) => b.write - a.write);
}

type Simulation = RollbackPlan | { readonly type: "needs"; readonly stories: readonly Story[] };

function simulate(context: SessionView, chosen: readonly Story[]): Simulation {
	const writes = standingWrites(context.journal.record, chosen);
	const states = takeBackAll(context, writes);
	if (!("obstacle" in states)) return { type: "possible", stories: chosen, writes, files: states.files };
	const later = laterStories(context, states.write, states.obstacle.path, chosen);
	return later.length > 0 ? { type: "needs", stories: later } : { type: "blocked", ...states.obstacle };
}

/** Phases with a newer fix in the same file that would stay: taken back first, they may clear the way. */
function laterStories(context: SessionView, write: RecordedWrite, path: string, chosen: readonly Story[]): readonly Story[] {
	const { decisions, hookChanges } = context.journal.record;
	const others = [...decisions.map((one) => ({ ...one, story: one.record.story })), ...hookChanges];
	const later = others.filter((other) => (other.write ?? 0) > write.write && other.files.some((file) => file.path === path));
	return stories.filter((story) => !chosen.includes(story) && later.some((other) => other.story === story));
}
