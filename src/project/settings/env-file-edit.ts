import { LineIndex } from "../../text/line-index.ts";
import type { TextEdit } from "../../text/range.ts";
import type { Project } from "../project.ts";
import { type DotenvEntry, parseDotenv } from "./dotenv.ts";

/** One line to be written to a `.env` file. */
export interface EnvLine {
	readonly key: string;
	/** With its quotes where it needs them. */
	readonly value: string;
}

/** Adds lines at the end of a `.env` file, which is made where it is not there. */
export function appendToEnvFile(project: Project, path: string, lines: readonly EnvLine[]): TextEdit {
	const text = project.files.get(path)?.text ?? "";
	const gap = text === "" || text.endsWith("\n") ? "" : "\n";
	const added = lines.map(({ key, value }) => `${key}=${value}\n`).join("");
	return { path, range: { start: text.length, end: text.length }, newText: gap + added };
}

/** Gives a key of a `.env` file another value, in the quotes that it has; null where it cannot be written so. */
export function replaceEnvValue(project: Project, path: string, key: string, value: string): TextEdit | null {
	const entry = findEntry(project, path, key);
	if (entry === null || entry.valueRange === null || /[\r\n]/.test(value)) return null;
	if (entry.quote === '"') {
		return { path, range: entry.valueRange, newText: value.replace(/[\\"]/g, (character) => `\\${character}`) };
	}
	if (entry.quote === "'") return value.includes("'") ? null : { path, range: entry.valueRange, newText: value };
	return /^['"\s]|\s$|\s#/.test(value) ? null : { path, range: entry.valueRange, newText: value };
}

/** Takes the line of a key out of a `.env` file; null where the key is not there. */
export function removeFromEnvFile(project: Project, path: string, key: string): TextEdit | null {
	const entry = findEntry(project, path, key);
	const text = project.files.get(path)?.text;
	if (entry === null || text === undefined) return null;
	const lines = new LineIndex(text);
	const start = lines.lineStart(entry.line);
	const after = text.indexOf("\n", entry.valueRange?.end ?? entry.keyRange.end);
	return { path, range: { start, end: after < 0 ? text.length : after + 1 }, newText: "" };
}

/** The entry of a key that counts; pydantic-settings does not mind the case of keys, so neither does this. */
export function findEntry(project: Project, path: string, key: string): DotenvEntry | null {
	const file = project.files.get(path);
	if (file === undefined) return null;
	const { entries } = parseDotenv(file.text);
	const folded = key.toLowerCase();
	return (
		entries.findLast((entry) => entry.key === key) ?? entries.findLast((entry) => entry.key.toLowerCase() === folded) ?? null
	);
}

/** What `.env.example` and its like, which a backend keeps beside its `.env`, write for a key; with its quotes. */
export function exampleValue(project: Project, key: string): { readonly value: string; readonly path: string } | null {
	for (const path of project.files.keys()) {
		if (!/(^|\/)(\.?env\.(example|sample|template|dist)|(example|sample|template)\.env)$/i.test(path)) continue;
		const entry = findEntry(project, path, key);
		const text = project.files.get(path)?.text;
		if (entry === null || entry.valueRange === null || !entry.value || text === undefined) continue;
		const width = entry.quote === null ? 0 : 1;
		return { value: text.slice(entry.valueRange.start - width, entry.valueRange.end + width), path };
	}
	return null;
}
