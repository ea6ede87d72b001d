import { mergeTexts } from "../../text/merge.ts";
import type { EntryChange } from "../../workspace/git-commit.ts";
import type { GitFiles, KnownFile, TreeEntry } from "../../workspace/git-files.ts";
import type { FileImage } from "../../workspace/project-files.ts";
import { recall, type SessionView } from "../session-context.ts";

/** What one fix, or its return, does to files: all of it goes into a commit, or none. */
export interface ContentStep {
	/** Number of the write that carried it out. */
	readonly write: number;
	readonly files: readonly StepFile[];
}

export interface StepFile {
	readonly path: string;
	readonly before: FileImage | null;
	readonly after: FileImage | null;
	/** The other path of a renamed file. */
	readonly twin?: string;
}

/** A step that cannot be told apart from changes of the person's own in the same lines. */
export interface HeldStep {
	readonly write: number;
	readonly path: string;
	/** Counting from 1 in the file as the step left it; null where a whole file is disputed. */
	readonly line: number | null;
}

/** One path as the commit's tree and the index will have it. */
export interface Sides {
	readonly known: KnownFile;
	readonly tree: Buffer | null;
	readonly index: Buffer | null;
	readonly isNew: boolean;
	readonly isExecutable: boolean;
	/** Of the file that was renamed to it; null where it was not. */
	readonly mode: string | null;
}

/** What git has of files before any step. Rejects with git's words where git fails. */
export async function openSides(
	files: GitFiles,
	known: ReadonlyMap<string, KnownFile>,
	outside: ReadonlyMap<string, string>,
): Promise<Map<string, Sides>> {
	const inside = [...known].filter(([path, file]) => !outside.has(path) && !file.unmerged);
	const blobs = inside.flatMap(([, { head, index }]) => [...(head ? [head.blob] : []), ...(index ? [index.blob] : [])]);
	const contents = await files.read([...new Set(blobs)]);
	const bytesOf = (entry: TreeEntry | null) => (entry === null ? null : (contents.get(entry.blob) ?? null));
	return new Map(
		inside.map(([path, file]): [string, Sides] => [
			path,
			{
				known: file,
				tree: bytesOf(file.head),
				index: bytesOf(file.index),
				isNew: file.head === null,
				isExecutable: false,
				mode: null,
			},
		]),
	);
}

/** Takes one step further on both sides of each of its files; says what is in the way, if anything is. */
export async function advance(
	view: SessionView,
	files: GitFiles,
	sides: Map<string, Sides>,
	step: ContentStep,
): Promise<Omit<HeldStep, "write"> | null> {
	const start = new Map(sides);
	for (const { path, before, after, twin } of step.files) {
		const side = sides.get(path);
		if (side === undefined) continue;
		const old = renamedFrom(step, path, twin, start);
		if (old !== null) {
			const moved = await follow(view, files, side, old, after);
			if (moved === null) return { path, line: null };
			sides.set(path, moved);
			sides.set(old.path, { ...old.side, tree: null, index: null });
			continue;
		}
		if (after === null && step.files.some((file) => file.twin === path && file.before === null)) continue;
		const [base, theirs] = await Promise.all([cleaned(view, files, path, before), cleaned(view, files, path, after)]);
		if (base === undefined || theirs === undefined) return { path, line: null };
		const tree = carry(side.tree, base, theirs);
		if (tree.type === "conflict") return { path, line: tree.line };
		const index = carry(side.index, base, theirs);
		// A new file that the person has staged in a form of their own stays staged so.
		if (index.type === "conflict" && !side.isNew) return { path, line: index.line };
		sides.set(path, {
			...side,
			tree: tree.bytes,
			index: index.type === "conflict" ? side.index : index.bytes,
			isExecutable: ((after?.mode ?? 0) & 0o100) !== 0,
		});
	}
	return null;
}

interface OldPlace {
	readonly path: string;
	readonly before: FileImage | null;
	readonly side: Sides;
}

/** Where a file stood that a step brings to `path`; null where the step makes it anew. */
function renamedFrom(
	step: ContentStep,
	path: string,
	twin: string | undefined,
	sides: ReadonlyMap<string, Sides>,
): OldPlace | null {
	const isNew = step.files.some((file) => file.path === path && file.before === null);
	const old = step.files.find((file) => file.path === twin && file.after === null);
	const side = old === undefined ? undefined : sides.get(old.path);
	return isNew && old !== undefined && side !== undefined ? { path: old.path, before: old.before, side } : null;
}

/** A renamed file takes along what git has of it, with the step's change; the person's uncommitted lines stay out. Null where they are the same lines. */
async function follow(
	view: SessionView,
	files: GitFiles,
	side: Sides,
	old: OldPlace,
	after: FileImage | null,
): Promise<Sides | null> {
	const [base, theirs] = await Promise.all([cleaned(view, files, old.path, old.before), cleaned(view, files, old.path, after)]);
	if (base === undefined || theirs === undefined) return null;
	const [tree, index] = [carry(old.side.tree, base, theirs), carry(old.side.index, base, theirs)];
	if (tree.type === "conflict" || index.type === "conflict") return null;
	const mode = old.side.mode ?? old.side.known.head?.mode ?? null;
	return { ...side, tree: tree.bytes, index: index.bytes, mode };
}

type Carried =
	| { readonly type: "carried"; readonly bytes: Buffer | null }
	| { readonly type: "conflict"; readonly line: number | null };

/** The change from `base` to `theirs`, made to `current`. */
function carry(current: Buffer | null, base: Buffer | null, theirs: Buffer | null): Carried {
	if (isSame(current, theirs)) return { type: "carried", bytes: current };
	if (isSame(current, base)) return { type: "carried", bytes: theirs };
	if (current === null || base === null || theirs === null) return { type: "conflict", line: null };
	// Bytes as characters: lines are all that matters, and nothing is lost whatever the encoding.
	const merge = mergeTexts(base.toString("latin1"), theirs.toString("latin1"), current.toString("latin1"));
	if (merge.type === "conflict") return merge;
	return { type: "carried", bytes: Buffer.from(merge.text, "latin1") };
}

function isSame(a: Buffer | null, b: Buffer | null): boolean {
	return a === null || b === null ? a === b : a.equals(b);
}

/** An image in the form that git keeps; undefined where its backup is gone. */
async function cleaned(
	view: SessionView,
	files: GitFiles,
	path: string,
	image: FileImage | null,
): Promise<Buffer | null | undefined> {
	if (image === null) return null;
	const bytes = recall(view, image.sha256);
	return bytes === null ? undefined : files.clean(path, bytes);
}

/** What a commit does to one path, and the index with it; null where it leaves the tree alone. */
export function entryChange(files: GitFiles, path: string, start: Sides | undefined, side: Sides): EntryChange | null {
	if (start === undefined || isSame(start.tree, side.tree)) return null;
	const { head, index } = side.known;
	const mode = side.mode ?? head?.mode ?? index?.mode ?? (side.isExecutable ? "100755" : "100644");
	const entryOf = (bytes: Buffer | null): TreeEntry | null => (bytes === null ? null : { mode, blob: files.nameOf(bytes) });
	const to = isSame(start.index, side.index) ? index : entryOf(side.index);
	const contents = [side.tree, side.index].filter((bytes) => bytes !== null);
	return { path, tree: entryOf(side.tree), index: { from: index, to }, contents };
}
