import type { Project } from "../project.ts";
import { parseDotenv } from "./dotenv.ts";
import type { SettingRow } from "./setting-rows.ts";

/** A file that shows what a `.env` file has to say, before and after. */
export interface ExampleFile {
	readonly path: string;
	/** Empty where the file is not there yet. */
	readonly before: string;
	readonly after: string;
	/** Names that the file did not have. */
	readonly added: readonly string[];
}

/**
 * The example file of the backend with every setting that it reads: what stands there stays, what lacks is added behind it. Settings that have a
 * default are written as comments. No real value is ever taken over: not those of `.env`, nor defaults of secrets.
 */
export function proposeExampleFile(project: Project, rows: readonly SettingRow[]): ExampleFile {
	const path = examplePath(project);
	const before = project.files.get(path)?.text ?? "";
	const known = new Set(parseDotenv(before).entries.map(({ key }) => key.toLowerCase()));
	const commented = new Set(
		[...before.matchAll(/^[ \t]*#[ \t]*(?:export[ \t]+)?(\w+)[ \t]*=/gm)].map(([, key]) => (key ?? "").toLowerCase()),
	);
	const missing = rows.filter(({ name }) => !known.has(name.toLowerCase()) && !commented.has(name.toLowerCase()));
	const lines = missing.map((row) => `# ${row.readBy}, ${row.readAt}\n${lineOf(row)}\n`);
	const gap = before === "" ? "" : before.endsWith("\n") ? "\n" : "\n\n";
	const after = missing.length === 0 ? before : `${before}${gap}${lines.join("\n")}`;
	return { path, before, after, added: missing.map(({ name }) => name) };
}

/** The example file that is there, nearest to the backend; else `.env.example` beside the backend's `.env`. */
function examplePath(project: Project): string {
	const isExample = /(^|\/)\.?env\.(example|sample|template|dist)$/i;
	const found = [...project.files.keys()].filter((path) => isExample.test(path));
	const folder = project.workingDirectory === "" ? "" : `${project.workingDirectory}/`;
	return found.find((path) => path.startsWith(folder)) ?? found[0] ?? `${folder}.env.example`;
}

function lineOf({ name, isRequired, fallback, isSecret, placeholder }: SettingRow): string {
	if (isRequired) return `${name}=${placeholder}`;
	// Of a default that cannot be written down, a made-up value would say something else.
	if (fallback === null && /^[\d.]+$|^(true|false)$/.test(placeholder)) return `# ${name}=`;
	return `# ${name}=${fallback === null || isSecret || /[\r\n]/.test(fallback) ? placeholder : fallback}`;
}
