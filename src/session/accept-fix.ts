import type { FileChange } from "../apply/file-change.ts";
import { type PlannedFile, planFix } from "../apply/plan-fix.ts";
import type { Fix } from "../audit/fix.ts";
import type { Issue } from "../audit/issue.ts";
import type { SourceTree } from "../project/project.ts";
import { parseModule } from "../python/parse.ts";
import { showLine } from "../text/gate.ts";
import { LineIndex } from "../text/line-index.ts";
import type { TextEdit } from "../text/range.ts";
import { isEnvFile } from "../text/secrets.ts";
import type { FileImage } from "../workspace/project-files.ts";
import { decodePython, isPythonPath } from "../workspace/source-encoding.ts";
import { carryOutWrite } from "./carry-out-write.ts";
import { keepDecision } from "./decision-details.ts";
import { keepBothSides, type SessionContext } from "./session-context.ts";

export type AcceptResult =
	| { readonly type: "accepted"; readonly files: readonly string[] }
	/** A file is no longer what the audit saw. */
	| { readonly type: "stale"; readonly path: string }
	/** `reason` is a sentence without a full stop; `isSound` where the fix itself is, and the disk or its permissions are in the way. */
	| { readonly type: "refused"; readonly reason: string; readonly isSound?: true };

/**
 * Applies one fix to the tree on disk. `taken` are the edits of fixes from the same audit that were applied since.
 * A fix after which a Python file would no longer parse is refused before anything is written.
 */
export async function acceptFix(
	context: SessionContext,
	choice: { readonly issue: Issue; readonly fix: Fix; readonly edited: boolean },
	files: SourceTree,
	taken: readonly TextEdit[],
): Promise<AcceptResult> {
	const plan = planFix(context.root, files, taken, choice.fix);
	if (plan.type !== "planned") return plan;
	const broken = plan.files.map((file) => newSyntaxFault(file, plan.files)).find((fault) => fault !== null);
	if (broken) return { type: "refused", reason: broken };

	const changes = plan.files.map(
		(file): FileChange => ({
			path: file.path,
			before: file.before?.image ?? null,
			after: file.after === null ? null : imageAfter(file.path, file.after.image, choice.fix),
			folders: file.folders,
			...(file.twin !== undefined && { twin: file.twin }),
		}),
	);
	keepBothSides(context, plan.files);
	const decision = keepDecision(context, choice.issue, { ...choice.fix, edits: movedBy(taken, choice.fix.edits) });
	const outcome = carryOutWrite(context, { type: "accept", decision, edited: choice.edited }, changes);
	if (outcome.type === "done") return { type: "accepted", files: plan.files.map((file) => file.path) };
	return { type: "refused", reason: outcome.reason, isSound: true };
}

/** A file of settings that a person typed values for is its owner's alone from then on. */
function imageAfter(path: string, image: FileImage, { typed }: Fix): FileImage {
	return typed !== undefined && isEnvFile(path) ? { ...image, mode: image.mode & 0o700 } : image;
}

/** The edits as they stand in the text that `taken` have changed already; what those did alike is not done again. */
function movedBy(taken: readonly TextEdit[], edits: readonly TextEdit[]): readonly TextEdit[] {
	const others = taken.filter((edit, index) => taken.findIndex((other) => isSameEdit(edit, other)) === index);
	return edits
		.filter((edit) => !others.some((other) => isSameEdit(edit, other)))
		.map((edit) => {
			const before = others.filter(({ path, range }) => path === edit.path && range.end <= edit.range.start);
			const shift = before.reduce((sum, { range, newText }) => sum + newText.length - (range.end - range.start), 0);
			return { ...edit, range: { start: edit.range.start + shift, end: edit.range.end + shift } };
		});
}

function isSameEdit(one: TextEdit, other: TextEdit): boolean {
	const isSamePlace = one.path === other.path && one.range.start === other.range.start && one.range.end === other.range.end;
	return isSamePlace && one.newText === other.newText;
}

/** The first syntax error that a planned file has and its old text had not. */
function newSyntaxFault(file: PlannedFile, all: readonly PlannedFile[]): string | null {
	if (!isPythonPath(file.path) || file.text === null) return null;
	const [fault] = parseModule(file.text).errors;
	if (fault === undefined) return null;
	const old = file.before ?? all.find(({ path }) => path === file.twin)?.before;
	const before = old == null ? null : decodePython(old.bytes);
	if (before?.type === "text" && parseModule(before.text).errors.length > 0) return null;
	const lines = new LineIndex(file.text);
	const { line } = lines.positionAt(fault.start);
	return `${file.path} would no longer parse: line ${line}, ${fault.message}: ${showLine(lines.lineText(line).trim(), file.path)}`;
}
