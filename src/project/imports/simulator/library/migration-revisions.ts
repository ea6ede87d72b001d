import type { TextRange } from "../../../../text/range.ts";
import { isSimilarName } from "../../nearest-module.ts";
import type { MigrationFault } from "../../trace.ts";
import type { Machine } from "../machine.ts";

/** One migration of alembic. */
interface Revision {
	/** Relative to the root. */
	readonly path: string;
	readonly id: string;
	/** What it comes after; more than one where it merges branches. */
	readonly after: readonly string[];
	/** Where `down_revision` is given its value. */
	readonly range: TextRange;
}

/** Why alembic cannot tell the order of the migrations in a folder, in its own words. */
export interface RevisionFault {
	readonly line: string;
	readonly fault: MigrationFault;
}

/** What alembic takes for a migration (`_only_source_rev_file` of alembic/script/base.py). */
const migrationFile = /^(?!\.#|__init__).*\.py$/;

/** Looks for a migration that follows one which is not there, and for two last ones where `head` asks for the only one. Null where all is well, or cannot be seen. */
export function faultOfRevisions(machine: Machine, folder: string, target: string | null): RevisionFault | null {
	const revisions = readRevisions(machine, `${folder}/versions`);
	if (revisions === null) return null;
	const ids = new Set(revisions.map(({ id }) => id));
	if (ids.size < revisions.length) return null;
	for (const revision of revisions) {
		const wanted = revision.after.find((id) => !ids.has(id));
		if (wanted === undefined) continue;
		const { path, range } = revision;
		const meant = revision.after.length === 1 ? meantRevision(revisions, revision, wanted) : undefined;
		return { line: `KeyError: '${wanted}'`, fault: { type: "no-revision", path, range, wanted, meant } };
	}
	const heads = headsOf(revisions);
	return target === "head" && heads.length > 1 ? twoHeads(revisions, heads) : null;
}

/** The migrations of a folder in the order of their names; null where one is written in a way that is not alembic's. */
function readRevisions(machine: Machine, folder: string): readonly Revision[] | null {
	const names = machine.listing(folder);
	if (names === null) return null;
	const found: Revision[] = [];
	for (const name of [...names].filter((each) => migrationFile.test(each)).sort()) {
		const path = `${folder}/${name}`;
		const revision = revisionOf(path, machine.fileText(path) ?? "");
		if (revision === null) return null;
		found.push(revision);
	}
	return found;
}

function revisionOf(path: string, text: string): Revision | null {
	const id = /^revision(?:[ \t]*:[^=\n]{1,80})?[ \t]*=[ \t]*["']([^"'\n]+)["'][ \t]*(?:#.*)?$/m.exec(text)?.[1];
	const down = /^down_revision(?:[ \t]*:[^=\n]{1,80})?[ \t]*=[ \t]*/m.exec(text);
	// Branches with names of their own, and what depends on other branches, have rules of their own.
	const isPlain = !/^(branch_labels|depends_on)(?:[ \t]*:[^=\n]{1,80})?[ \t]*=(?![ \t]*None\b)/m.test(text);
	if (id === undefined || down === null || !isPlain) return null;
	const start = down.index + down[0].length;
	const value = /^(?:None|["'][^"'\n]*["']|\([^()\n]*\))(?=[ \t]*(?:#.*)?$)/m.exec(text.slice(start, start + 400));
	if (value === null || value.index !== 0) return null;
	const after = [...value[0].matchAll(/["']([^"'\n]*)["']/g)].map(([, each = ""]) => each);
	return { path, id, after, range: { start, end: start + value[0].length } };
}

function headsOf(revisions: readonly Revision[]): readonly Revision[] {
	const followed = new Set(revisions.flatMap(({ after }) => after));
	return revisions.filter(({ id }) => !followed.has(id));
}

/** The one whose name is nearly it or the name of whose file it is, else the only last one; None where no other is there, undefined where several may be meant. */
function meantRevision(revisions: readonly Revision[], wrong: Revision, wanted: string): string | null | undefined {
	const others = revisions.filter((each) => each !== wrong);
	if (others.length === 0) return null;
	const isNear = ({ id, path }: Revision): boolean =>
		path.endsWith(`/${wanted}.py`) || wanted.startsWith(id) || id.startsWith(wanted) || isSimilarName(id, wanted);
	const near = others.filter((each) => isNear(each) && !comesAfter(revisions, each, wrong.id));
	const free = headsOf(others).filter((each) => !comesAfter(revisions, each, wrong.id));
	const [only, ...more] = near.length > 0 ? near : free;
	if (only !== undefined) return more.length === 0 ? only.id : undefined;
	// What follows it is all there is: it is the first.
	return null;
}

function comesAfter(revisions: readonly Revision[], { after }: Revision, id: string, depth = 0): boolean {
	if (after.includes(id)) return true;
	if (depth > revisions.length) return false;
	return revisions.some((each) => after.includes(each.id) && comesAfter(revisions, each, id, depth + 1));
}

const manyHeads =
	"Multiple head revisions are present for given argument 'head'; please specify a specific target revision, '<branchname>@head' to narrow to a specific head, or 'heads' for all heads";

/** Two last migrations: the branch whose files come later by name is put behind the other. */
function twoHeads(revisions: readonly Revision[], [first, last, ...more]: readonly Revision[]): RevisionFault | null {
	if (first === undefined || last === undefined) return null;
	const root = more.length > 0 ? null : beginOfBranch(revisions, last);
	const line = `alembic.util.exc.CommandError: ${manyHeads}`;
	return {
		line,
		fault: {
			type: "two-heads",
			heads: [first, last, ...more].map(({ path }) => path),
			rebased: root === null ? null : { path: root.path, range: root.range, onto: first.id },
		},
	};
}

/** The first migration of the branch that ends with this one, after the last that other branches have too. */
function beginOfBranch(revisions: readonly Revision[], head: Revision): Revision | null {
	let begin = head;
	for (const _ of revisions) {
		const [below, ...others] = begin.after;
		if (below === undefined) return begin;
		if (others.length > 0) return null;
		const isShared = revisions.filter(({ after }) => after.includes(below)).length > 1;
		const next = revisions.find(({ id }) => id === below);
		if (isShared || next === undefined) return begin;
		begin = next;
	}
	return null;
}
