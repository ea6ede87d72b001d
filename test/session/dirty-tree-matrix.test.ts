import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, test, vi } from "vitest";
import type { Outcome, Session } from "../../src/session/session.ts";
import { openTestSession } from "./support/repository.ts";
import { type PreparedTree, prepareTree, stateNames } from "./support/tree-states.ts";

vi.setConfig({ testTimeout: 60_000 });

/**
 * What accepting a fix, committing its phase and taking it back do in each state of the working tree. `left` is what
 * `git status` says afterwards. Below the table, what must hold in every state is checked besides.
 */
const matrix = `
clean | fixed | committed | restored, with a commit
changed elsewhere in the file | fixed | committed; left: M app/db.py | restored, with a commit; left: M app/db.py
changed in the same line | held back; fixed when asked | kept: its fixes lie on lines that you have changed and not committed; IMPORT-001 is not in the commit: app/db.py line 2 held changes of your own that are not committed; it stays in your files with them; left: M app/db.py | restored; left: M app/db.py
staged elsewhere in the file | fixed | committed; left: M app/db.py | restored, with a commit; left: M app/db.py
staged in the same line | held back; fixed when asked | kept: its fixes lie on lines that you have changed and not committed; IMPORT-001 is not in the commit: app/db.py line 2 held changes of your own that are not committed; it stays in your files with them; left: MM app/db.py | restored; left: M app/db.py
partially staged | fixed | committed; left: MM app/db.py | restored, with a commit; left: MM app/db.py
another file staged | fixed | committed; left: M notes.txt | restored, with a commit; left: M notes.txt
another file untracked | fixed | committed; left: ?? mine.txt | restored, with a commit; left: ?? mine.txt
the file untracked | fixed | kept: git has nothing to record: app/db.py: git does not track it; left: ?? app/ | restored; left: ?? app/
the file ignored | fixed | kept: git has nothing to record: local.py: git ignores it | restored
deleted in the index | fixed | kept: git has nothing to record: app/db.py: you have staged its removal; left: D app/db.py, ?? app/ | restored; left: D app/db.py, ?? app/
renamed and staged | fixed | kept: git has nothing to record: app/database.py: you have added it and not committed it yet; left: RM app/db.py -> app/database.py | restored; left: R app/db.py -> app/database.py
added and not committed | fixed | kept: git has nothing to record: app/new.py: you have added it and not committed it yet; left: AM app/new.py | restored; left: A app/new.py
intent to add | fixed | kept: git has nothing to record: app/new.py: git does not track it; left: A app/new.py | restored; left: A app/new.py
detached HEAD | fixed | committed | restored, with a commit
unborn branch | fixed | kept: the branch has no commit yet that this one could follow; left: ?? app/ | restored; left: ?? app/
no git repository | fixed | kept: there is no git repository | restored
no git command | fixed | kept: git is not installed, or refuses to work here | restored
no identity | fixed | refused: git does not know who you are, so nothing is committed; left: M app/db.py | restored
worktree | fixed | committed | restored, with a commit
inside a submodule | fixed | committed | restored, with a commit
above a submodule | fixed | kept: git has nothing to record: service/app/db.py: it belongs to the repository in service; run bootmend there to have it committed; left: M service | restored
beside a submodule | fixed | committed; left: M lib | restored, with a commit; left: M lib
a folder of a monorepo | fixed | committed; left: M notes.txt | restored, with a commit; left: M notes.txt
sparse checkout | fixed | committed | restored, with a commit
shallow clone | fixed | committed | restored, with a commit
core.autocrlf=true | fixed | committed | restored, with a commit
core.autocrlf=input | fixed | committed | restored, with a commit
.gitattributes eol=crlf | fixed | committed | restored, with a commit
clean and smudge filter | fixed | committed; left: M app/db.py | restored, with a commit; left: M app/db.py
a filter that fails | fixed | refused: git did not commit US1: external filter 'false' failed 1; external filter 'false' failed; app/db.py: clean filter 'gone' failed; left: M app/db.py | restored
pre-commit hook that fails | fixed | refused: git did not commit US1: black says no; left: M app/db.py | restored
pre-commit hook that changes and adds the file | fixed | committed; A hook of yours changed app/db.py | restored, with a commit; A hook of yours changed app/db.py
pre-commit hook that changes the file and fails | fixed | refused: git did not commit US1: git ended with status 1 and gave no reason; left: M app/db.py | restored
pre-commit framework, with uncommitted changes | fixed | committed; left: M app/db.py | restored, with a commit; left: M app/db.py
pre-commit framework with a hook that changes the file, uncommitted changes beside | fixed | refused: git did not commit US1: git ended with status 1 and gave no reason; left: M app/db.py | restored; left: M app/db.py
commit-msg hook that refuses | fixed | refused: git did not commit US1: no ticket; left: M app/db.py | restored
commit-msg hook that adds a line | fixed | committed, message with Ticket: A-1 | restored, with a commit
core.hooksPath | fixed | refused: git did not commit US1: house rules; left: M app/db.py, ?? hooks/ | restored; left: ?? hooks/
signing that fails | fixed | refused: git did not commit US1: gpg failed to sign the data; failed to write commit object; left: M app/db.py | restored
locked index | fixed | refused: Another git is at work in this repository (it holds index.lock), so nothing is committed; left: M app/db.py | restored
merge in progress | fixed | refused: You are in the middle of a merge, so nothing is committed; left: M app/db.py, UU notes.txt | restored; left: UU notes.txt
rebase in progress | fixed | refused: You are in the middle of a rebase, so nothing is committed; left: M app/db.py, UU notes.txt | restored; left: UU notes.txt
cherry-pick in progress | fixed | refused: You are in the middle of a cherry-pick, so nothing is committed; left: M app/db.py, UU notes.txt | restored; left: UU notes.txt
conflict left by a stash | fixed | refused: app/db.py has conflicts that are not resolved, so nothing is committed; left: UU app/db.py | restored; left: UU app/db.py
commit template | fixed | committed, message with Ticket: A-1 | restored, with a commit
symlinked root | fixed | committed | restored, with a commit
the file is a symlink | fixed | committed | restored, with a commit
a path with blanks, letters and a line break | fixed | committed | restored, with a commit
assume-unchanged | fixed | kept: git has nothing to record: app/db.py: you told git to take no notice of its changes | restored
skip-worktree | fixed | kept: git has nothing to record: app/db.py: you told git to take no notice of its changes | restored
long history | fixed | committed | restored, with a commit
core.fileMode=false | fixed | committed | restored, with a commit
split index | fixed | committed | restored, with a commit
SHA-256 repository | fixed | committed; left: M app/db.py | restored, with a commit; left: M app/db.py
`;

let tree: PreparedTree | null = null;
let session: Session | null = null;
afterEach(async () => {
	await session?.close();
	session = null;
	vi.unstubAllEnvs();
	tree?.remove();
});

const rows = matrix
	.trim()
	.split("\n")
	.map((line) => line.split("|").map((cell) => cell.trim()));

test("the table has a row for each state", () => {
	expect(rows.map(([name]) => name)).toEqual([...stateNames]);
});

test.each(rows)("%s", async (name, accept, commit, rollback) => {
	tree = prepareTree(name ?? "");
	const { root, path } = tree;
	for (const [variable, value] of Object.entries(tree.variables ?? {})) vi.stubEnv(variable, value);
	const before = { ...stateOfGit(root, path), bytes: readFileSync(join(root, path)) };

	session = await openTestSession(root);
	const seen = { accept: await acceptCell(session), commit: "", rollback: "" };
	const fixed = readFileSync(join(root, path));
	tree.beforeCommit?.();
	seen.commit = `${cellOf(await session.dispatch({ type: "commit-phase", story: "US1" }))}${leftAfter(root)}`;
	if (session.state.phases[0]?.status === "committed") {
		// The commit holds the fix and nothing else, unless a hook has added to it.
		const diff = git(root, "diff", "--unified=0", "--no-color", "HEAD~1", "HEAD");
		const lines = (diff ?? "").split("\n").filter((line) => /^[-+](?![-+])/.test(line));
		const ours = ["-x = BROKEN_US1_x", "+x = FIXED_x"];
		const hooked = name?.includes("hook that changes") === true ? ["-y = 1", "+y = 1.0"] : [];
		expect(lines.sort()).toEqual([...ours, ...hooked].sort());
		if (git(root, "log", "-1", "--format=%B")?.includes("\nTicket: A-1\n")) seen.commit += ", message with Ticket: A-1";
	}
	expect(stateOfGit(root, path).others).toEqual(before.others);
	if (name?.includes("hook that changes") === false) expect(readFileSync(join(root, path))).toEqual(fixed);

	const outcome = await session.dispatch({ type: "rollback-phase", story: "US1" });
	seen.rollback = `${cellOf(outcome)}${leftAfter(root)}`;
	expect(seen).toEqual({ accept, commit, rollback });
	const { bytes, ...gitBefore } = before;
	if (seen.rollback.includes("A hook of yours")) return;
	expect(readFileSync(join(root, path)).toString("latin1")).toBe(bytes.toString("latin1"));
	expect(stateOfGit(root, path)).toEqual(gitBefore);
});

/** What the person's git holds that is none of ours. */
function stateOfGit(root: string, path: string) {
	const index = git(root, "ls-files", "-s", "-v", "-z") ?? "";
	return {
		others: index.split("\0").filter((entry) => !entry.endsWith(`\t${path}`)),
		own: index.split("\0").filter((entry) => entry.endsWith(`\t${path}`)),
		status: git(root, "status", "--porcelain", "-z"),
		stashes: git(root, "stash", "list"),
		tree: git(root, "rev-parse", "HEAD^{tree}"),
	};
}

/** What git says; null where it does not work here. */
function git(root: string, ...command: readonly string[]): string | null {
	try {
		return execFileSync("git", command, { cwd: root, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
	} catch {
		return null;
	}
}

async function acceptCell(opened: Session): Promise<string> {
	const [issue] = opened.state.report.issues;
	if (issue?.fix == null) throw new Error("no issue to accept");
	const all = await opened.dispatch({ type: "accept-all", fingerprints: [issue.fingerprint] });
	if (all.type === "done") return "fixed";
	if (!all.nextStep.includes("held back")) return cellOf(all);
	const one = await opened.dispatch({ type: "accept", fingerprint: issue.fingerprint, fix: issue.fix, edited: false });
	return one.type === "done" ? "held back; fixed when asked" : cellOf(one);
}

/** An outcome in one cell: the message without what differs from run to run. */
function cellOf(outcome: Outcome): string {
	const message = outcome.message
		.replace(/^US1 is committed as .*/, "committed")
		.replace(/^US1 is closed without a commit: (.*)\.$/, "kept: $1")
		.replace(/^US1 is taken back\.$/, "restored")
		.replace(/^US1 is taken back, recorded as .*/, "restored, with a commit")
		.replace(/\.$/, "");
	const warnings = outcome.type === "done" ? (outcome.warnings ?? []) : [];
	return [`${outcome.type === "refused" ? "refused: " : ""}${message}`, ...warnings.map((warning) => warning.replace(/\.$/, ""))]
		.join("; ")
		.replaceAll(/\s+/g, " ");
}

function leftAfter(root: string): string {
	const status = git(root, "status", "--porcelain");
	if (status === null || status === "") return "";
	return `; left: ${status.trimEnd().split("\n").join(", ").replaceAll(/\s+/g, " ").trim()}`;
}
