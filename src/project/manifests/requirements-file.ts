import { LineIndex } from "../../text/line-index.ts";
import type { SourceTree } from "../project.ts";
import type { ManifestProblem, Requirement } from "./manifest.ts";
import { joinPath } from "./paths.ts";
import { parsePep508, requirementOf } from "./pep508.ts";

export interface RequirementsContent {
	readonly requirements: readonly Requirement[];
	readonly constraints: readonly Requirement[];
	readonly problems: readonly ManifestProblem[];
}

/** One line of a requirements file, backslash continuations joined, comment taken off. */
export interface LogicalLine {
	/** Offset of its first character that is not a space. */
	readonly start: number;
	/** Just behind its last character, trailing comment and spaces not included. */
	readonly end: number;
	/** Its text with continuations replaced by spaces of the same length, so that offsets stay true. */
	readonly text: string;
}

const commentStart = /(?:^|\s)#/;

/** The lines of a requirements file as pip sees them (`pip/_internal/req/req_file.py`), empty ones left out. */
function listLogicalLines(text: string): LogicalLine[] {
	const lines = new LineIndex(text);
	const logical: LogicalLine[] = [];
	for (let line = 1; line <= lines.lineCount; line++) {
		const start = lines.lineStart(line);
		const joined: string[] = [];
		let part = lines.lineText(line);
		// A comment is not continued.
		for (let isBlank = true; part.endsWith("\\") && line < lines.lineCount && !(isBlank && /^\s*#/.test(part)); line++) {
			isBlank &&= part.trim() === "\\";
			joined.push(part.slice(0, -1), " ".repeat(1 + lines.lineStart(line + 1) - lines.lineEnd(line)));
			part = lines.lineText(line + 1);
		}
		const content = joined.join("") + part;
		const comment = commentStart.exec(content);
		const code = (comment === null ? content : content.slice(0, comment.index)).trimEnd();
		const indent = code.length - code.trimStart().length;
		if (code !== "") logical.push({ start: start + indent, end: start + code.length, text: code.slice(indent) });
	}
	return logical;
}

/**
 * Reads a pip requirements file with the files it includes. Includes are followed once; a cycle, a file that is not
 * there and a line that pip would refuse become problems of the line that holds them.
 */
export function readRequirementsFile(files: SourceTree, path: string, group = ""): RequirementsContent {
	const content: { requirements: Requirement[]; constraints: Requirement[]; problems: ManifestProblem[] } = {
		requirements: [],
		constraints: [],
		problems: [],
	};
	readInto(path, "requirements", []);
	return content;

	function readInto(path: string, target: "requirements" | "constraints", including: readonly string[]): void {
		const text = files.get(path)?.text ?? "";
		const lines = new LineIndex(text);
		for (const line of listLogicalLines(text)) {
			const report: Report = (message, missing) => {
				const problem = { path, line: lines.positionAt(line.start).line, message, fatal: true };
				content.problems.push(missing === undefined ? problem : { ...problem, missing });
			};
			const include = /^(?:(-r|-c)\s*|(--requirement|--constraint)(?:\s+|\s*=\s*))(\S.*)$/.exec(line.text);
			if (include !== null) {
				const option = include[1] ?? include[2] ?? "";
				const asConstraints = target === "constraints" || option === "-c" || option === "--constraint";
				follow(path, unquote(include[3] ?? ""), asConstraints ? "constraints" : "requirements", [...including, path], report);
				continue;
			}
			if (isOtherOption(line.text)) continue;
			const requirement = parseLine(line, path, group);
			if (requirement === null) report(`pip cannot read this line: ${excerpt(line.text)}`);
			else content[target].push(requirement);
		}
	}

	function follow(
		from: string,
		written: string,
		target: "requirements" | "constraints",
		including: readonly string[],
		report: Report,
	): void {
		if (/^[a-z][a-z+.-]+:\/\//i.test(written)) return;
		const included = joinPath(from, written);
		// Outside the repository nothing is known, so nothing is said.
		if (included === null) return;
		if (including.includes(included)) report(`${[...including, included].join(" → ")}: the files include each other in a circle`);
		else if (files.has(included)) readInto(included, target, including);
		// A file of another kind is not among those that were read, so nothing is known about it.
		else if (isReadName(included)) report(`the included file ${included} is not there`, included);
		else content.requirements.push(unnamedRequirement(from, group));
	}
}

/** Says what is wrong with a line; `missing` is the file that it includes and that is not there. */
type Report = (message: string, missing?: string) => void;

/** Is a file of this name read wherever it is there and a list includes it? */
function isReadName(path: string): boolean {
	return /\.(?:txt|in)$|(?:^|\/)(?:requirements|constraints|reqs?)[^/]*$/.test(path);
}

/** Options of a whole line that bring no requirement: index addresses, wheels only, and so on. */
function isOtherOption(line: string): boolean {
	return /^(?:-[ifl]\b|--(?!requirement|constraint|editable)[a-z])/.test(line) || /^-i\S/.test(line);
}

/** A requirement, or null for anything that pip refuses. */
function parseLine(line: LogicalLine, path: string, group: string): Requirement | null {
	const editable = /^(?:-e\s*|--editable(?:\s+|\s*=\s*))/.exec(line.text);
	const offset = editable?.[0].length ?? 0;
	const afterEditable = line.text.slice(offset);
	// `--hash=…` and other options of one requirement follow behind a space.
	const option = /\s--?[a-z]/.exec(afterEditable);
	const specification = (option === null ? afterEditable : afterEditable.slice(0, option.index)).trimEnd();
	const range = { start: line.start, end: line.start + offset + specification.length };
	const place = { path, range, group };

	const reference = parseReference(specification) ?? (editable === null ? null : unnamedReference);
	if (reference !== null) {
		const { name, extras } = reference;
		return requirementOf({ name, extras, specifier: "", marker: null, url: specification }, place);
	}
	const parsed = parsePep508(specification);
	return parsed === null ? null : requirementOf(parsed, place);
}

interface Reference {
	/** `""` where it is unknown. */
	readonly name: string;
	readonly extras: readonly string[];
}

const unnamedReference: Reference = { name: "", extras: [] };

/** An address or a path: its name is in `#egg=`, or in a wheel's or sdist's file name, or unknown. Null for a name. */
function parseReference(text: string): Reference | null {
	if (/^[\w.-]+\s*(?:\[[^\]]*\]\s*)?@\s/.test(text)) return null;
	const isAddress = /^(?:[a-z][a-z0-9]*\+)?[a-z]+:\/\//i.test(text) || /^git\+/.test(text);
	const isPath = /^(?:\.{1,2}(?:[/\\[]|$)|[/~]|[\w.-]+[/\\])/.test(text) || /\.(?:whl|tar\.gz|zip)$/.test(text);
	if (!isAddress && !isPath) return null;
	const egg = /[#&]egg=([A-Za-z0-9._-]+)(?:\[([^\]]*)\])?/.exec(text);
	if (egg !== null) return { name: egg[1] ?? "", extras: (egg[2] ?? "").split(",").filter((extra) => extra !== "") };
	const wheel = /(?:^|[/\\])([A-Za-z0-9._]+?)-\d[^/\\]*\.(?:whl|tar\.gz|zip)(?:#.*)?$/.exec(text);
	const extras = /[^:]\[([^[\]]*)\]$/.exec(text)?.[1]?.split(",") ?? [];
	return { name: wheel?.[1] ?? "", extras: extras.map((extra) => extra.trim()).filter((extra) => extra !== "") };
}

/** Stands for whatever is declared where it cannot be read: an included file that is not among those of the audit, a broken line. */
export function unnamedRequirement(path: string, group: string): Requirement {
	const place = { path, range: { start: 0, end: 0 }, group };
	return requirementOf({ name: "", extras: [], specifier: "", marker: null, url: null }, place);
}

function unquote(text: string): string {
	return text.trim().replace(/^(["'])(.*)\1$/, "$2");
}

function excerpt(text: string): string {
	return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}
