import { parseModule } from "../../../src/python/parse.ts";
import type { PythonSource } from "../../../src/python/rewrite/source.ts";
import type { TextEdit } from "../../../src/text/range.ts";

/** Python text as the rewriting functions take it. */
export function sourceOf(text: string): PythonSource {
	return { path: "app.py", text, tree: parseModule(text) };
}

/** The text after edits, which have to be sorted and apart. */
export function applied(text: string, edits: readonly TextEdit[]): string {
	let result = "";
	let at = 0;
	for (const edit of edits) {
		if (edit.range.start < at) throw new Error(`edits overlap at ${edit.range.start}`);
		result += text.slice(at, edit.range.start) + edit.newText;
		at = edit.range.end;
	}
	return result + text.slice(at);
}
