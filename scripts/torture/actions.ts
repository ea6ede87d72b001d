import { rollbackSession } from "../../src/session/rollback/rollback-session.ts";
import type { Command, Outcome, Session } from "../../src/session/session.ts";
import { openTestSession } from "../../test/session/support/repository.ts";

/** What is done to a repository, and killed in the middle of. */
export type Action =
	| SessionAction
	/** Takes back what the commits of a session say, its folder being gone. */
	| { readonly type: "rollback-from-history" };

type SessionAction =
	| { readonly type: "accept" | "edit"; readonly name: string }
	| { readonly type: "undo" | "redo" }
	| { readonly type: "accept-all"; readonly names: readonly string[] }
	| { readonly type: "commit" | "rollback" | "restore"; readonly story: "US1" | "US2" | "US3" };

/** A session from its beginning to its end, in which each kind of step happens in several circumstances. */
export const actions: readonly Action[] = [
	{ type: "accept", name: "x" },
	{ type: "edit", name: "v" },
	{ type: "undo" },
	{ type: "redo" },
	{ type: "commit", story: "US1" },
	{ type: "accept", name: "move_s" },
	{ type: "undo" },
	{ type: "redo" },
	{ type: "accept-all", names: ["url", "l"] },
	{ type: "commit", story: "US2" },
	{ type: "edit", name: "m" },
	{ type: "accept", name: "r" },
	{ type: "rollback", story: "US1" },
	{ type: "restore", story: "US1" },
	{ type: "rollback", story: "US1" },
	{ type: "commit", story: "US3" },
	{ type: "rollback", story: "US2" },
	{ type: "rollback", story: "US3" },
	{ type: "restore", story: "US2" },
	{ type: "restore", story: "US3" },
	{ type: "rollback-from-history" },
];

/** Carries one action out, in a session that it opens. */
export async function perform(root: string, action: Action, onStep?: (step: string) => void): Promise<Outcome> {
	const steps = onStep === undefined ? {} : { onStep };
	if (action.type === "rollback-from-history") {
		const outcomes = await rollbackSession({ root, commits: true, story: null, withLater: true, ...steps });
		const message = outcomes.map((outcome) => outcome.message).join(", ");
		return outcomes.find((outcome) => outcome.type === "refused") ?? { type: "done", message };
	}
	const session = await openTestSession(root, steps);
	try {
		return await session.dispatch(commandOf(session, action));
	} finally {
		await session.close();
	}
}

function commandOf(session: Session, action: SessionAction): Command {
	switch (action.type) {
		case "accept":
			return accept(session, action.name);
		case "edit": {
			const command = accept(session, action.name);
			const edits = command.fix.edits.map((edit) =>
				edit.newText.startsWith("FIXED") ? { ...edit, newText: `${edit.newText}_by_hand` } : edit,
			);
			return { ...command, fix: { ...command.fix, edits }, edited: true };
		}
		case "accept-all":
			// A run that was killed may have applied some of them.
			return { type: "accept-all", fingerprints: action.names.flatMap((name) => findIssue(session, name)?.fingerprint ?? []) };
		case "commit":
			return { type: "commit-phase", story: action.story };
		case "rollback":
			return { type: "rollback-phase", story: action.story };
		case "restore":
			return { type: "restore-phase", story: action.story };
		default:
			return { type: action.type };
	}
}

function accept(session: Session, name: string) {
	const { fingerprint, fix } = issueOf(session, name);
	if (fix === null) throw new Error(`no fix for ${name}`);
	return { type: "accept", fingerprint, fix, edited: false } as const;
}

function issueOf(session: Session, name: string) {
	const issue = findIssue(session, name);
	if (issue === undefined) throw new Error(`no issue about ${name}`);
	return issue;
}

function findIssue(session: Session, name: string) {
	return session.state.report.issues.find((candidate) => candidate.fingerprint.endsWith(`:${name}`));
}
