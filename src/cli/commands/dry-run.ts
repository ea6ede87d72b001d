import type { Issue } from "../../audit/issue.ts";
import type { SourceFile, SourceTree } from "../../project/project.ts";
import { paintWith } from "../../report/paint.ts";
import { renderPatch } from "../../report/patch.ts";
import { showLine } from "../../text/gate.ts";
import { applyChange, changesConflict, type FileMove } from "../../text/tree-change.ts";
import { type Audited, auditOpened, auditProject } from "../audit-project.ts";
import { exitStatus } from "../exit-status.ts";
import { outputOf, type ProcessIo } from "../io.ts";
import { understand } from "../open-project.ts";
import type { FixOptions } from "../options.ts";
import { isApplicable, matters, reasonLeft, type Selection, selectionOf } from "../selection.ts";

/** As many audits as a real run would make at most. */
const mostRounds = 30;

/** `bootmend fix --dry-run`: the patch that the same command would make of the files, made in memory. */
export async function dryRunCommand(path: string | undefined, options: FixOptions, io: ProcessIo): Promise<number> {
	const output = outputOf(io, options);
	const before = auditProject(path, options, io);
	const selection = selectionOf(options, before.report);
	const { audited, applied, moves } = mendInMemory(before, selection, options, io);
	const paint = paintWith(output.colour);
	for (const issue of applied) output.say(`${issue.id}  ${showLine(issue.fix?.title ?? issue.problem)}`);
	if (applied.length > 0) output.say("");
	output.data(renderPatch(before.project.files, audited.project.files, paint, moves));
	const left = audited.report.issues.filter((issue) => matters(issue, selection));
	for (const issue of left) output.say(`Left: ${issue.id}  ${showLine(issue.problem)} (${reasonLeft(issue, selection)})`);
	output.say(applied.length === 0 ? "Nothing would change." : "Nothing was changed.");
	return left.length === 0 ? exitStatus.ok : exitStatus.found;
}

/** Applies what the selection allows, audit by audit, to copies of the files. */
function mendInMemory(
	before: Audited,
	selection: Selection,
	options: FixOptions,
	io: ProcessIo,
): { readonly audited: Audited; readonly applied: readonly Issue[]; readonly moves: readonly FileMove[] } {
	let audited = before;
	const applied = new Map<string, Issue>();
	const moves: FileMove[] = [];
	for (let round = 0; round < mostRounds; round++) {
		const fixes = compatibleFixes(
			audited.report.issues.filter((issue) => isApplicable(issue, selection) && !applied.has(issue.fingerprint)),
		);
		if (fixes.length === 0) break;
		const texts = new Map([...audited.project.files].map(([path, file]) => [path, file.text]));
		const after = applyChange(texts, {
			edits: fixes.flatMap((issue) => issue.fix?.edits ?? []),
			moves: fixes.flatMap((issue) => issue.fix?.moves ?? []),
		});
		if (after === null) break;
		const files = withTexts(audited.project.files, after);
		audited = auditOpened(understand(before.place, { ...before.project, files }, options, io), process.uptime());
		for (const issue of fixes) applied.set(issue.fingerprint, issue);
		for (const issue of fixes) moves.push(...(issue.fix?.moves ?? []));
	}
	return { audited, applied: [...applied.values()], moves };
}

/** In the order of the plan, those whose edits leave each other alone. */
function compatibleFixes(issues: readonly Issue[]): readonly Issue[] {
	const taken: Issue[] = [];
	for (const issue of issues) {
		const { fix } = issue;
		if (fix === null || taken.some((other) => other.fix !== null && changesConflict(other.fix, fix))) continue;
		taken.push(issue);
	}
	return taken;
}

/** The files with these texts in place of what is on disk; null stands for a file that is gone. */
export function withTexts(files: SourceTree, texts: ReadonlyMap<string, string | null>): SourceTree {
	const changed = new Map<string, SourceFile>(files);
	for (const [path, text] of texts) {
		if (text === null) changed.delete(path);
		else changed.set(path, { path, text, sha256: "" });
	}
	return changed;
}
