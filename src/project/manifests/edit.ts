import { normalizeName } from "../../environment/environment.ts";
import { LineIndex } from "../../text/line-index.ts";
import type { TextEdit } from "../../text/range.ts";
import type { SourceTree } from "../project.ts";
import { addToPipList } from "./edit-conda.ts";
import { sourceOfList } from "./generated-list.ts";
import type { Manifest, Requirement } from "./manifest.ts";
import { parsePep508 } from "./pep508.ts";
import { readPyproject } from "./pyproject.ts";
import {
	type Addition,
	dominantOperator,
	isSorted,
	mainList,
	operatorOf,
	renderKeyedValue,
	renderPep508,
} from "./requirement-style.ts";
import { readRequirementsFile } from "./requirements-file.ts";
import { findTomlNode, parseTomlDocument } from "./toml-document.ts";

/**
 * Declares a package in the manifest's main list, in the list's own hand: sorted where it is sorted, else at its end (or
 * directly behind `beside`), with its operator, quotes, indentation and trailing comma. Null where no place is certain.
 */
export function addRequirement(
	files: SourceTree,
	manifest: Manifest,
	addition: Addition,
	beside: Requirement | null = null,
): TextEdit[] | null {
	const path = beside?.path ?? fileOfMainList(manifest);
	const source = sourceOfList(files, path);
	const written = source === null ? [] : addToSource(files, manifest, source.path, addition);
	// pip refuses a list of hashes in which one line has none; generating the list anew adds the line.
	const generated = source !== null && usesHashes(files, manifest) ? [] : addToFile(files, manifest, path, addition, beside);
	return written === null || generated === null ? null : [...written, ...generated];
}

/** Where the list is only older than its source, the source declares the package already. */
function addToSource(files: SourceTree, manifest: Manifest, path: string, addition: Addition): TextEdit[] | null {
	const isProject = path.endsWith(".toml");
	const content = isProject ? readPyproject(files, path) : readRequirementsFile(files, path);
	const name = normalizeName(addition.name);
	if (content.requirements.some(({ normalized, group }) => normalized === name && group === "")) return [];
	return addToFile(files, { ...manifest, ...content, path, kind: isProject ? "pyproject" : manifest.kind }, path, addition, null);
}

function addToFile(
	files: SourceTree,
	manifest: Manifest,
	path: string,
	addition: Addition,
	beside: Requirement | null,
): TextEdit[] | null {
	const text = files.get(path)?.text;
	if (text === undefined) return null;
	const list = mainList(manifest, path);
	if (manifest.kind === "conda" && path === manifest.path) {
		const named = list.filter(({ notation }) => notation === "pep508").map(({ range }) => text.slice(range.start, range.end));
		return addToPipList(text, path, renderPep508(addition, dominantOperator(named), isSpaced(named)));
	}
	const written = list.map((requirement) => text.slice(requirement.range.start, requirement.range.end));
	const operator = dominantOperator(list[0]?.notation !== "pep508" ? written.map(withEquals) : written);
	const sorted = isSorted(list);
	const before = sorted ? list.findLast(({ name }) => name.toLowerCase() < addition.name.toLowerCase()) : (beside ?? list.at(-1));
	const first = list[0];
	if (first === undefined) return addToEmptyList(text, path, manifest, addition);
	const keyed = first.notation === "poetry" || first.notation === "pipfile" ? first.notation : null;
	if (keyed !== null) {
		const gap = /^[^=\s]+([ \t]*=[ \t]*)/.exec(written[0] ?? "")?.[1] ?? " = ";
		const line = `${quoteKey(addition.name)}${/^\s+=/.test(gap) ? " = " : gap}${renderKeyedValue(addition, operator, keyed)}`;
		return [insertLine(text, path, alignKey(line, written), before ?? null, first)];
	}
	const rendered = renderPep508(addition, operator, isSpaced(written));
	if (manifest.kind === "install-command") return [insertWord(text, path, rendered, before ?? first)];
	if (isQuoted(text, first)) return insertItem(text, path, rendered, before ?? null, first);
	// A line of a requirements file or of setup.cfg; several on one line cannot be told apart safely.
	return first.notation === "pep508" ? [insertLine(text, path, rendered, before ?? null, first)] : null;
}

/** Puts another package in the place of one, keeping marker and trailing comment. Hashes of the old one go with it. */
export function replaceRequirement(files: SourceTree, requirement: Requirement, addition: Addition): TextEdit[] | null {
	const { path, range, notation } = requirement;
	const text = files.get(path)?.text;
	if (text === undefined) return null;
	const written = text.slice(range.start, range.end);
	if (notation === "poetry" || notation === "pipfile") {
		const value = renderKeyedValue(addition, operatorOf(written.replace(/^[^=]*=/, "")), notation);
		const gap = /^[^=\s]+(\s*=\s*)/.exec(written)?.[1];
		return gap === undefined ? null : [{ path, range, newText: `${quoteKey(addition.name)}${gap}${value}` }];
	}
	const parsed = notation === "pep508" ? parsePep508(written) : null;
	if (parsed === null) return null;
	const specification = written.slice(0, parsed.specifierRange.end);
	const rendered = renderPep508(addition, operatorOf(specification), isSpaced([specification]));
	const rest = written.slice(parsed.specifierRange.end);
	const end = endWithHashes(text, range.end);
	return [{ path, range: { start: range.start, end }, newText: `${rendered}${rest}` }];
}

/** Gives a requirement another name, and leaves all else as it is. */
export function renameRequirement(files: SourceTree, { path, range, name }: Requirement, newName: string): TextEdit[] | null {
	const at = files.get(path)?.text.slice(range.start, range.end).indexOf(name) ?? -1;
	if (at === -1) return null;
	return [{ path, range: { start: range.start + at, end: range.start + at + name.length }, newText: newName }];
}

/** Adds an extra to a PEP 508 requirement: `sqlalchemy>=2.0` becomes `sqlalchemy[asyncio]>=2.0`. Null for other notations. */
export function addExtra(files: SourceTree, requirement: Requirement, extra: string): TextEdit[] | null {
	const { path, range, notation } = requirement;
	const written = files.get(path)?.text.slice(range.start, range.end);
	const parsed = written === undefined || notation !== "pep508" ? null : parsePep508(written);
	if (written === undefined || parsed === null || parsed.extras.includes(extra)) return null;
	const close = parsed.extras.length === 0 ? -1 : written.indexOf("]", parsed.nameRange.end);
	const at = range.start + (close === -1 ? parsed.nameRange.end : close);
	return [{ path, range: { start: at, end: at }, newText: close === -1 ? `[${extra}]` : `,${extra}` }];
}

/** Takes the marker off a PEP 508 requirement. Null for other notations, and where there is none. */
export function removeMarker(files: SourceTree, requirement: Requirement): TextEdit[] | null {
	const { path, range, notation } = requirement;
	const written = files.get(path)?.text.slice(range.start, range.end);
	const parsed = written === undefined || notation !== "pep508" ? null : parsePep508(written);
	if (parsed === null || parsed.marker === null || parsed.url !== null) return null;
	return [{ path, range: { start: range.start + parsed.specifierRange.end, end: range.start + parsed.end }, newText: "" }];
}

/** Asks for a requirement only where a marker holds, `sys_platform == "win32"`. Null where it has a marker or an address, or stands in a table of its own. */
export function addMarker(files: SourceTree, requirement: Requirement, marker: string): TextEdit[] | null {
	const { path, range, notation, url } = requirement;
	const text = files.get(path)?.text;
	if (text === undefined || url !== null || requirement.marker !== null) return null;
	const written = text.slice(range.start, range.end);
	if (notation === "poetry" || notation === "pipfile") {
		const version = /^([^=]*=\s*)("[^"]*"|'[^']*')$/.exec(written);
		const [, key = "", value = ""] = version ?? [];
		const table = `{version = ${value}, markers = ${JSON.stringify(marker.replaceAll('"', "'"))}}`;
		return version === null ? null : [{ path, range, newText: `${key}${table}` }];
	}
	const parsed = notation === "pep508" ? parsePep508(written) : null;
	if (parsed === null) return null;
	const inQuotes = text[range.start - 1] === '"' ? marker.replaceAll('"', "'") : marker;
	const end = range.start + parsed.specifierRange.end;
	return [{ path, range: { start: end, end }, newText: `; ${inQuotes}` }];
}

/** Takes `optional = true` off a requirement of poetry's table, so that it comes along without its extra. Null for other notations. */
export function makeRequired(files: SourceTree, { path, range, notation }: Requirement): TextEdit[] | null {
	const written = files.get(path)?.text.slice(range.start, range.end);
	const match = /,\s*optional\s*=\s*true|optional\s*=\s*true\s*,\s*/.exec(written ?? "");
	if (notation !== "poetry" || match === null) return null;
	const start = range.start + match.index;
	return [{ path, range: { start, end: start + match[0].length }, newText: "" }];
}

/** Asks for other versions of a requirement, extras and marker kept. Null where the version stands elsewhere, and for direct references. */
export function setSpecifier(files: SourceTree, requirement: Requirement, specifier: string): TextEdit[] | null {
	const { path, range, notation, url } = requirement;
	const text = files.get(path)?.text;
	const written = text?.slice(range.start, range.end);
	if (notation === "poetry" || notation === "pipfile")
		return url === null ? setKeyedSpecifier(requirement, written ?? "", specifier) : null;
	const parsed = written === undefined || notation !== "pep508" || url !== null ? null : parsePep508(written);
	if (text === undefined || parsed === null) return null;
	const { start, end } = parsed.specifierRange;
	const hashed = parsed.end === end ? endWithHashes(text, range.end) : range.start + end;
	return [{ path, range: { start: range.start + start, end: hashed }, newText: specifier }];
}

/** `pydantic = "^1.10"` and `pydantic = {version = "^1.10", extras = ["email"]}`: both notations take PEP 440's operators, too. */
function setKeyedSpecifier({ path, range }: Requirement, written: string, specifier: string): TextEdit[] | null {
	const match = /^[^=]*=\s*(["'])([^"']*)\1$/.exec(written) ?? /[{,]\s*version\s*=\s*(["'])([^"']*)\1/.exec(written);
	if (match === null) return null;
	const end = range.start + match.index + match[0].length - 1;
	const newText = specifier === "" ? "*" : specifier;
	return [{ path, range: { start: end - (match[2] ?? "").length, end }, newText }];
}

/** Takes a requirement out, with its line where it stands alone on it. */
export function removeRequirement(files: SourceTree, requirement: Requirement): TextEdit[] | null {
	const { path, range, notation } = requirement;
	const text = files.get(path)?.text;
	if (text === undefined || notation === "command") return null;
	const quoted = isQuoted(text, requirement);
	const start = quoted ? range.start - 1 : range.start;
	const end = quoted ? range.end + 1 : endWithHashes(text, range.end);
	const lines = new LineIndex(text);
	const firstLine = lines.positionAt(start).line;
	const lineStart = lines.lineStart(firstLine);
	const nextLine = lines.lineStart(lines.positionAt(end).line + 1);
	const tail = /^[ \t]*(?:,[ \t]*)?(?:#.*)?$/.exec(text.slice(end, lines.lineEnd(lines.positionAt(end).line)));
	const alone = /^[ \t]*(?:-[ \t]+)?$/.test(text.slice(lineStart, start)) && tail !== null;
	if (alone) {
		// Without a line break behind it, the one in front goes, or an empty line would stay at the end.
		const atEnd = nextLine === text.length && !/[\r\n]$/.test(text) && firstLine > 1;
		return [{ path, range: { start: atEnd ? lines.lineEnd(firstLine - 1) : lineStart, end: nextLine }, newText: "" }];
	}
	if (!quoted) return null;
	const commaBehind = /^[ \t]*,[ \t]*/.exec(text.slice(end));
	if (commaBehind !== null) return [{ path, range: { start, end: end + commaBehind[0].length }, newText: "" }];
	const commaBefore = /,[ \t]*$/.exec(text.slice(0, start));
	return [{ path, range: { start: start - (commaBefore?.[0].length ?? 0), end }, newText: "" }];
}

/** Does a requirements file pin hashes? pip then refuses every line without one, so a new line needs its own. */
export function usesHashes(files: SourceTree, manifest: Manifest): boolean {
	return manifest.kind === "requirements" && /\s--hash[=\s]/.test(files.get(fileOfMainList(manifest))?.text ?? "");
}

/** The file that holds most of the main list: a requirements.txt may do nothing but include others. */
export function fileOfMainList(manifest: Manifest): string {
	const counts = new Map<string, number>([[manifest.path, 0]]);
	for (const { path, group } of manifest.requirements) if (group === "") counts.set(path, (counts.get(path) ?? 0) + 1);
	const own = counts.get(manifest.path) ?? 0;
	if (own > 0) return manifest.path;
	return [...counts].reduce((best, each) => (each[1] > best[1] ? each : best))[0];
}

function lineBreakOf(text: string): string {
	return /\r\n|\n|\r/.exec(text)?.[0] ?? "\n";
}

function isQuoted(text: string, requirement: Requirement): boolean {
	const quote = text[requirement.range.start - 1];
	return (quote === '"' || quote === "'") && text[requirement.range.end] === quote;
}

function isSpaced(written: readonly string[]): boolean {
	const withVersion = written.map((each) => each.replace(/;.*/s, "")).filter((each) => /[=<>~]/.test(each));
	return withVersion.length > 0 && withVersion.filter((each) => /\s[~=!<>]/.test(each)).length * 2 > withVersion.length;
}

/** A new line behind the one that `before` ends on, or in front of the first requirement. */
function insertLine(text: string, path: string, line: string, before: Requirement | null, first: Requirement): TextEdit {
	const lines = new LineIndex(text);
	const eol = lineBreakOf(text);
	const indentOf = (offset: number): string => text.slice(lines.lineStart(lines.positionAt(offset).line), offset);
	if (before === null) {
		const start = first.range.start;
		return { path, range: { start, end: start }, newText: `${line}${eol}${indentOf(start)}` };
	}
	let last = lines.positionAt(endWithHashes(text, before.range.end)).line;
	// What pip-compile notes below a line (`    # via fastapi`) belongs to it.
	while (last < lines.lineCount && /^[ \t]+#/.test(lines.lineText(last + 1))) last++;
	const end = lines.lineEnd(last);
	const indent = /^[ \t]*$/.test(indentOf(before.range.start)) ? indentOf(before.range.start) : "";
	return { path, range: { start: end, end }, newText: `${eol}${indent}${line}` };
}

/** A new word of a shell command, behind another; what the shell would read as a redirection is quoted. */
function insertWord(text: string, path: string, requirement: string, behind: Requirement): TextEdit {
	const quote = /["']/.exec(text[behind.range.end] ?? "")?.[0] ?? "";
	const end = behind.range.end + quote.length;
	// The exec form of Docker separates its strings by commas.
	const isListed = quote !== "" && /^[ \t]*[,\]]/.test(text.slice(end));
	const word = isListed || /[<>*!~ ]/.test(requirement) ? `${quote || '"'}${requirement}${quote || '"'}` : requirement;
	return { path, range: { start: end, end }, newText: `${isListed ? ", " : " "}${word}` };
}

/** A new item of a list of strings, one a line or all on one line. */
function insertItem(text: string, path: string, requirement: string, before: Requirement | null, first: Requirement): TextEdit[] {
	const quote = text[first.range.start - 1] ?? '"';
	const item = requirement.includes(quote)
		? `${quote}${requirement.replaceAll(quote, quote === '"' ? "'" : '"')}${quote}`
		: `${quote}${requirement}${quote}`;
	const lines = new LineIndex(text);
	const eol = lineBreakOf(text);
	const firstStart = first.range.start - 1;
	const lead = text.slice(lines.lineStart(lines.positionAt(firstStart).line), firstStart);
	const onePerLine = /^[ \t]*$/.test(lead);
	if (before === null) {
		const newText = onePerLine ? `${item},${eol}${lead}` : `${item}, `;
		return [{ path, range: { start: firstStart, end: firstStart }, newText }];
	}
	const itemEnd = before.range.end + 1;
	if (!onePerLine) return [{ path, range: { start: itemEnd, end: itemEnd }, newText: `, ${item}` }];
	const lineEnd = lines.lineEnd(lines.positionAt(itemEnd).line);
	const behind = text.slice(itemEnd, lineEnd);
	if (/^[ \t]*,[ \t]*(?:#.*)?$/.test(behind))
		return [{ path, range: { start: lineEnd, end: lineEnd }, newText: `${eol}${lead}${item},` }];
	if (/^[ \t]*$/.test(behind)) return [{ path, range: { start: itemEnd, end: itemEnd }, newText: `,${eol}${lead}${item}` }];
	if (!/^[ \t]*#/.test(behind)) return [{ path, range: { start: itemEnd, end: itemEnd }, newText: `,${eol}${lead}${item}` }];
	return [
		{ path, range: { start: itemEnd, end: itemEnd }, newText: "," },
		{ path, range: { start: lineEnd, end: lineEnd }, newText: `${eol}${lead}${item}` },
	];
}

function addToEmptyList(text: string, path: string, manifest: Manifest, addition: Addition): TextEdit[] | null {
	const eol = lineBreakOf(text);
	const atEnd = (line: string): TextEdit => {
		const joined = text === "" || /[\r\n]$/.test(text) ? `${line}${eol}` : `${eol}${line}${eol}`;
		return { path, range: { start: text.length, end: text.length }, newText: joined };
	};
	if (manifest.kind === "requirements") return [atEnd(renderPep508(addition, ">=", false))];
	if (manifest.kind !== "pyproject") return null;
	const array = findTomlNode(parseTomlDocument(text), ["project", "dependencies"]);
	if (array?.kind !== "array" || array.items.length > 0) return null;
	const start = array.range.start + 1;
	return [{ path, range: { start, end: start }, newText: `"${renderPep508(addition, ">=", false)}"` }];
}

/** In poetry's tables and a Pipfile a version without an operator is an exact one. */
function withEquals(written: string): string {
	return written.replace(/(["'])(?=\d)/, "$1==");
}

/** Bare TOML keys may hold letters, digits, `-` and `_`. */
function quoteKey(name: string): string {
	return /^[\w-]+$/.test(name) ? name : `"${name}"`;
}

/** Where the `=` of a table stand below one another, so does the new one. */
function alignKey(line: string, written: readonly string[]): string {
	const columns = written.map((each) => each.indexOf("="));
	const lengths = new Set(written.map((each) => each.slice(0, each.indexOf("=")).trimEnd().length));
	const column = columns[0] ?? -1;
	if (written.length < 3 || lengths.size < 2 || !columns.every((each) => each === column)) return line;
	const [key = "", ...value] = line.split(" = ");
	return `${key.padEnd(column - 1)} = ${value.join(" = ")}`;
}

/** Just behind the `--hash=…` options that follow a requirement, over their continuation lines. */
function endWithHashes(text: string, end: number): number {
	const hashes = /(?:(?:[ \t]*\\\r?\n[ \t]*|[ \t]+)--hash[=\s][^\s\\]+)+/y;
	hashes.lastIndex = end;
	return hashes.test(text) ? hashes.lastIndex : end;
}
