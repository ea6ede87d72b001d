import { diffTexts } from "../text/diff.ts";
import { show, showLine } from "../text/gate.ts";
import type { Paint } from "./paint.ts";

/** Files by path; only their texts matter here. */
export type PatchedFiles = ReadonlyMap<string, { readonly text: string }>;

/** A unified diff; secrets in it are masked, so that it may be shown to anybody. */
export function renderPatch(before: PatchedFiles, after: PatchedFiles, paint: Paint): string {
	const lines: string[] = [];
	for (const [path, file] of after) {
		const hunks = diffTexts(before.get(path)?.text ?? "", file.text, { display: (text) => show(text, path) });
		if (hunks.length === 0) continue;
		lines.push(
			paint.bold(`--- ${before.has(path) ? `a/${showLine(path)}` : "/dev/null"}`),
			paint.bold(`+++ b/${showLine(path)}`),
		);
		for (const hunk of hunks) {
			lines.push(paint.accent(`@@ -${hunk.oldStart},${hunk.oldLines} +${hunk.newStart},${hunk.newLines} @@`));
			for (const { kind, text } of hunk.lines) {
				lines.push(kind === "removed" ? paint.red(`-${text}`) : kind === "added" ? paint.green(`+${text}`) : ` ${text}`);
			}
		}
	}
	return lines.map((line) => `${line}\n`).join("");
}
