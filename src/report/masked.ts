import { maskSecrets } from "../text/secrets.ts";
import type { LineEdit } from "./line-edits.ts";

/** A replacement of lines that may be shown: secrets in it are masked. */
export interface ShownEdit extends LineEdit {
	/** True where the code is not literally what stands in the file. */
	readonly masked: boolean;
}

/** Masks what must not be shown, alike in the old and the new lines. */
export function maskEdit(edit: LineEdit): ShownEdit {
	const oldText = maskSecrets(edit.oldText, edit.path);
	const newText = maskSecrets(edit.newText, edit.path);
	return { ...edit, oldText, newText, masked: oldText !== edit.oldText || newText !== edit.newText };
}
