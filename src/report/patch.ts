import { diffTexts } from "../text/diff.ts";
import { show, showLine } from "../text/gate.ts";
import type { FileMove } from "../text/tree-change.ts";
import type { Paint } from "./paint.ts";

/** Files by path; only their texts matter here. */
export type PatchedFiles = ReadonlyMap<string, { readonly text: string }>;

/** A unified diff as git reads it; secrets in it are masked, so that it may be shown to anybody. `moves` are in the order in which they were made. */
export function renderPatch(before: PatchedFiles, after: PatchedFiles, paint: Paint, moves: readonly FileMove[] = []): string {
	const origins = new Map<string, string>();
	for (const { path, to } of moves) {
		const origin = origins.get(path) ?? path;
		origins.delete(path);
		if (to !== null) origins.set(to, origin);
	}
	const renamed = new Set(origins.values());
	const gone = [...before.keys()].filter((path) => !after.has(path) && !renamed.has(path));
	const changes: Change[] = [
		...[...after].map(([to, { text }]) => ({ path: origins.get(to) ?? to, to, text })),
		...gone.map((path) => ({ path, to: null, text: "" })),
	];
	const lines = changes.flatMap((change) => changeLines(change, before.get(change.path)?.text ?? null, paint));
	return lines.map((line) => `${line}\n`).join("");
}

interface Change {
	readonly path: string;
	readonly to: string | null;
	readonly text: string;
}

/** `before` is null for a new file. */
function changeLines({ path, to, text }: Change, before: string | null, paint: Paint): readonly string[] {
	const hunks = diffTexts(before ?? "", text, { display: (part) => show(part, path) });
	const [from, into] = [showLine(path), showLine(to ?? path)];
	const head: string[] = [];
	if (to !== path) head.push(`diff --git a/${from} b/${into}`);
	if (to === null) head.push("deleted file mode 100644");
	else if (to !== path) head.push(`rename from ${from}`, `rename to ${into}`);
	if (hunks.length > 0) {
		head.push(`--- ${before === null ? "/dev/null" : `a/${from}`}`, `+++ ${to === null ? "/dev/null" : `b/${into}`}`);
	}
	const body = hunks.flatMap((hunk) => [
		paint.accent(`@@ -${hunk.oldStart},${hunk.oldLines} +${hunk.newStart},${hunk.newLines} @@`),
		...hunk.lines.map(({ kind, text: line }) =>
			kind === "removed" ? paint.red(`-${line}`) : kind === "added" ? paint.green(`+${line}`) : ` ${line}`,
		),
	]);
	return [...head.map((line) => paint.bold(line)), ...body];
}
