import type { TextEdit, TextRange } from "../../text/range.ts";
import type { Origin, Value } from "../imports/values.ts";
import type { Project } from "../project.ts";
import type { DatabaseUrl } from "./database-url.ts";

/** The text of a file that a value was read from. */
export interface WrittenValue {
	readonly path: string;
	readonly range: TextRange;
	/** As it stands in the file: references and escapes are not replaced, an f-string has its prefix and quotes. */
	readonly text: string;
	/** `DATABASE_URL` for a value of a .env file, else null. */
	readonly key: string | null;
}

/** The place where a value is written down, or null where it is none of the project's files. */
export function findWrittenValue(project: Project, value: Value): WrittenValue | null {
	const origin: Origin | null = value.kind === "constant" ? value.origin : null;
	if (origin === null || !("range" in origin)) return null;
	const file = project.files.get(origin.path);
	if (file === undefined) return null;
	const { path, range } = origin;
	return { path, range, text: file.text.slice(range.start, range.end), key: origin.type === "env-file" ? origin.key : null };
}

/**
 * Edits that give a URL another scheme or another query where it is written. Null where the part to change does not stand there
 * as it is in the final value (code rewrites it, or puts it together from pieces).
 */
export function editUrl(
	written: WrittenValue,
	url: DatabaseUrl,
	wanted: { readonly scheme: string; readonly query: string | null },
): readonly TextEdit[] | null {
	const edits: TextEdit[] = [];
	const edit = (start: number, length: number, newText: string): void => {
		const at = written.range.start + start;
		edits.push({ path: written.path, range: { start: at, end: at + length }, newText });
	};
	if (wanted.scheme !== url.scheme) {
		const start = findScheme(written.text, url.scheme) ?? findBareScheme(written.text, url.scheme);
		if (start === null) return null;
		edit(start, url.scheme.length, wanted.scheme);
	}
	if (wanted.query !== url.query) {
		const before = `?${url.query ?? ""}`;
		const start = written.text.indexOf(before);
		if (url.query === null || start < 0 || written.text.indexOf(before, start + 1) >= 0) return null;
		edit(start, before.length, wanted.query ? `?${wanted.query}` : "");
	}
	return edits;
}

/** Where the scheme begins: at the start, or behind the opening quotes of a string; null where another one stands there. */
function findScheme(text: string, scheme: string): number | null {
	const opening = /^(?:[rRuUfF]{0,2}["']{1,3})?/.exec(text)?.[0].length ?? 0;
	return text.startsWith(`${scheme}://`, opening) ? opening : null;
}

/** Where a scheme that stands by itself begins: `URL.create("postgresql", …)`. */
function findBareScheme(text: string, scheme: string): number | null {
	const [, opening, bare] = /^([rRuU]?["']{1,3}|)([^"']*)["']*$/.exec(text) ?? [];
	return bare === scheme ? (opening ?? "").length : null;
}
