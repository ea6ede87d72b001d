import type { Fix } from "../audit/fix.ts";
import type { Issue } from "../audit/issue.ts";
import { dotenvText, type NeededSetting } from "../project/settings/needed-settings.ts";
import { mask } from "../text/secret-names.ts";
import { isEnvFile } from "../text/secrets.ts";
import type { SessionState } from "./session.ts";

/** How git stands to a file of settings: it leaves it alone, would take it in, has it already; `none`: there is no git. */
export type GitStanding = "ignored" | "untracked" | "tracked" | "none";

/** What the machine knows about settings and the files that hold them. */
export interface KnownSettings {
	readonly settings: readonly NeededSetting[];
	/** By path of the `.env` file. */
	readonly standing: ReadonlyMap<string, GitStanding>;
	/** Text of the `.gitignore` at the root; null where there is none. */
	readonly ignoreFile: string | null;
}

/** One setting of the form. */
export interface FormField {
	/** Fingerprint of the issue that misses it. */
	readonly fingerprint: string;
	readonly setting: Pick<NeededSetting, "name" | "readAt" | "readBy" | "isRequired" | "shape" | "refusal">;
	/** The `.env` file that it is written to. */
	readonly path: string;
	/** What is written where nothing is typed, as the file will hold it. */
	readonly suggestion: string;
}

/** The settings that nothing sets, to be filled in on one screen. */
export interface SettingsForm {
	readonly fields: readonly FormField[];
	readonly standing: ReadonlyMap<string, GitStanding>;
	readonly ignoreFile: string | null;
}

const rules = new Set(["missing-setting", "missing-environment-variable"]);

/** The `.env` files that fixes of the newest audit would write missing settings to. */
export function filesToFill(state: SessionState): readonly string[] {
	return [...new Set(fillable(state).flatMap(({ fix }) => linesOf(fix).map(({ path }) => path)))];
}

/** Are there settings to fill in? */
export function canFill(state: SessionState): boolean {
	return fillable(state).length > 0;
}

/** The form for the newest audit; null where no setting is missing. */
export function settingsForm(state: SessionState, { settings, standing, ignoreFile }: KnownSettings): SettingsForm | null {
	const known = new Map(settings.map((setting) => [setting.name.toUpperCase(), setting]));
	const fields = fillable(state).flatMap(({ issue, fix }) =>
		linesOf(fix).map(({ path, name, value }): FormField => {
			const setting = known.get(name.toUpperCase());
			const readAt = `${issue.at.path}:${issue.at.line}`;
			const unknown = { readAt, readBy: "", isRequired: true, shape: "text", refusal: () => null };
			return { fingerprint: issue.fingerprint, path, suggestion: value, setting: { ...(setting ?? unknown), name } };
		}),
	);
	const unique = fields.filter(
		({ setting }, index) => fields.findIndex((other) => other.setting.name === setting.name) === index,
	);
	return unique.length === 0 ? null : { fields: unique, standing, ignoreFile };
}

/** Why a typed value cannot be written; null where it can. Nothing typed is never wrong: the suggestion is written then. */
export function refusalOf({ setting }: FormField, typed: string): string | null {
	if (typed === "") return null;
	const wanted = setting.refusal(typed);
	if (wanted !== null) return `This has to be ${wanted}.`;
	return dotenvText(typed) === null
		? "A .env file cannot hold this as it stands: a name in braces behind a dollar sign would be replaced."
		: null;
}

/** The fix of one issue with what was typed in the place of its suggestions; null where the newest audit no longer wants it. */
export function filledFix(state: SessionState, fingerprint: string, typed: ReadonlyMap<string, string>): Fix | null {
	const found = fillable(state).find(({ issue }) => issue.fingerprint === fingerprint);
	if (found === undefined) return null;
	const names = linesOf(found.fix).map(({ name }) => name);
	const written = (name: string, value: string) => {
		const text = typed.get(name) ?? "";
		return text === "" ? value : (dotenvText(text) ?? value);
	};
	const files = [...new Set(linesOf(found.fix).map(({ path }) => path))].join(" and ");
	return {
		...found.fix,
		title: `Fill in ${names.join(", ")} in ${files}`,
		explanation: "The values are what was typed, or placeholders where nothing was.",
		edits: found.fix.edits.map((edit) => (isEnvFile(edit.path) ? { ...edit, newText: eachLine(edit.newText, written) } : edit)),
		typed: names,
	};
}

/** The same with a mask for every value, to be shown. */
export function shownFix(fix: Fix, typed: ReadonlyMap<string, string>): Fix {
	const edits = fix.edits.map((edit) => {
		if (!isEnvFile(edit.path)) return edit;
		return { ...edit, newText: eachLine(edit.newText, (name, value) => ((typed.get(name) ?? "") === "" ? value : mask)) };
	});
	const { typed: _, ...rest } = fix;
	return { ...rest, edits };
}

/** The fix that lets git leave the `.env` files alone as well; the fix itself where git does so already. */
export function withIgnoreLine(fix: Fix, { standing, ignoreFile }: SettingsForm): Fix {
	const open = [...standing].filter(([, git]) => git === "untracked").map(([path]) => path);
	if (open.length === 0) return fix;
	const text = ignoreFile ?? "";
	const lineBreak = text.includes("\r\n") ? "\r\n" : "\n";
	const gap = text === "" || text.endsWith("\n") ? "" : lineBreak;
	// `.env` and its like are left alone wherever it lies; of other names only the one file is meant.
	const names = [...new Set(open.map((path) => (/(^|\/)\.env[^/]*$/.test(path) ? path.slice(path.lastIndexOf("/") + 1) : path)))];
	const newText = gap + names.map((name) => name + lineBreak).join("");
	return { ...fix, edits: [...fix.edits, { path: ".gitignore", range: { start: text.length, end: text.length }, newText }] };
}

/** Undecided issues that a line of a `.env` file mends, with the fix that writes it. */
function fillable(state: SessionState): readonly { readonly issue: Issue; readonly fix: Fix }[] {
	const decided = new Set(state.decided.map(({ issue }) => issue.fingerprint));
	return state.report.issues.flatMap((issue) => {
		if (!rules.has(issue.rule) || decided.has(issue.fingerprint)) return [];
		const fix = [issue.fix, ...issue.alternatives].find((each) => each !== null && linesOf(each).length > 0);
		return fix == null ? [] : [{ issue, fix }];
	});
}

interface EnvFileLine {
	readonly path: string;
	readonly name: string;
	readonly value: string;
}

/** The `NAME=value` lines that a fix adds to `.env` files. */
function linesOf({ edits }: Fix): readonly EnvFileLine[] {
	return edits.flatMap(({ path, newText }) =>
		isEnvFile(path) ? [...newText.matchAll(line)].map(([, name = "", value = ""]) => ({ path, name, value })) : [],
	);
}

const line = /^([\w.-]+)=(.*)$/gm;

function eachLine(text: string, change: (name: string, value: string) => string): string {
	return text.replace(line, (_, name: string, value: string) => `${name}=${change(name, value)}`);
}
