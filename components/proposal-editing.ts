import type { Fix } from "../src/audit/fix.ts";
import type { Draft } from "../src/session/draft.ts";
import { editableTexts, editedFix, isUnedited } from "../src/session/view/edit.ts";
import type { EditorResult } from "../src/workspace/editor.ts";

type Sources = ReadonlyMap<string, string>;

/** Where the editing of a proposal stands. */
export type EditStep =
	/** The person has no editor of their own: this text is for the built-in one, and comes back through `take`. */
	| { readonly type: "here"; readonly path: string; readonly text: string }
	| { readonly type: "done"; readonly fingerprint: string; readonly draft: Draft }
	| { readonly type: "unchanged" }
	/** Nothing came of it; the reason is for the person. */
	| { readonly type: "refused"; readonly reason: string };

interface Work {
	readonly fingerprint: string;
	readonly fix: Fix;
	readonly sources: Sources;
	/** Files still to be edited, the current one first. */
	readonly paths: readonly string[];
	readonly isChanged: boolean;
}

/** Takes a proposal through the editor, one file after the other. Text that cannot become a fix is kept for the next try. */
export class ProposalEditing {
	private readonly rejected = new Map<string, string>();
	private work: Work | null = null;

	constructor(private readonly edit: (text: string, path: string) => EditorResult) {}

	start(fingerprint: string, fix: Fix, sources: Sources): EditStep {
		const paths = editableTexts(fix, sources).map((editable) => editable.path);
		if (fix.edits.length === 0)
			return { type: "refused", reason: "This fix changes no text, only where files are: y accepts it, n skips it." };
		if (paths.length === 0) return { type: "refused", reason: "The file has changed since the audit; r audits again." };
		return this.open({ fingerprint, fix, sources, paths, isChanged: false });
	}

	/** The text that the built-in editor gives back for the current file. */
	take(text: string): EditStep {
		if (this.work === null) return { type: "unchanged" };
		const { work } = this;
		const [path = "", ...paths] = work.paths;
		if (isUnedited(text, proposalFor(work, path))) return this.open({ ...work, paths });
		const result = editedFix(work.fix, work.sources, path, text);
		if (result.type === "rejected") {
			this.rejected.set(keyOf(work, path), text);
			return { type: "refused", reason: `${result.reason} e goes on with your text.` };
		}
		this.rejected.delete(keyOf(work, path));
		return this.open({ ...work, fix: result.fix, paths, isChanged: true });
	}

	/** Opens the current file of the work, or ends where none is left. */
	private open(work: Work): EditStep {
		this.work = work;
		const [path] = work.paths;
		if (path === undefined) {
			const { fingerprint, fix, sources } = work;
			return work.isChanged ? { type: "done", fingerprint, draft: { fix, sources } } : { type: "unchanged" };
		}
		const text = this.rejected.get(keyOf(work, path)) ?? proposalFor(work, path);
		const result = this.edit(text, path);
		if (result.type === "no-editor") return { type: "here", path, text };
		return result.type === "failed" ? { type: "refused", reason: result.reason } : this.take(result.text);
	}
}

function proposalFor({ fix, sources }: Work, path: string): string {
	return editableTexts(fix, sources).find((editable) => editable.path === path)?.text ?? "";
}

function keyOf({ fingerprint }: Work, path: string): string {
	return `${fingerprint}\n${path}`;
}
