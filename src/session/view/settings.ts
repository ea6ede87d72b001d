import { showLine } from "../../text/gate.ts";
import type { SessionState } from "../session.ts";
import {
	type FormField,
	filledFix,
	type GitStanding,
	refusalOf,
	type SettingsForm,
	shownFix,
	withIgnoreLine,
} from "../settings-form.ts";
import { diffFix, diffRows } from "./diff.ts";
import { fitLine, type Line, lineOf, type Span, span, textWidth, wrapLine } from "./line.ts";
import { count } from "./words.ts";

/** Where the filling in of settings stands. */
export interface SettingsEntry {
	readonly form: SettingsForm;
	/** What was typed, by name of the setting. */
	readonly typed: ReadonlyMap<string, string>;
	/** Position of the field that takes the keys. */
	readonly current: number;
	/** Is the value of the current field shown as it is? */
	readonly isRevealed: boolean;
	/** Shall git be told to leave the file alone? */
	readonly ignores: boolean;
	readonly askedToDrop: boolean;
}

/** An entry at its beginning. */
export function openEntry(form: SettingsForm): SettingsEntry {
	return { form, typed: new Map(), current: 0, isRevealed: false, ignores: true, askedToDrop: false };
}

/** Files of the form that git has already: what is typed would be in the next commit that somebody makes. */
export function trackedFiles({ standing }: SettingsForm): readonly string[] {
	return [...standing].filter(([, git]) => git === "tracked").map(([path]) => path);
}

/** The form: each setting with where it is read, whether it must be set, and what it has to look like; on few rows, only the current one in full. */
export function settingsRows(entry: SettingsEntry, width: number, height: number): readonly Line[] {
	const { fields } = entry.form;
	const head = headRows(entry.form, width);
	const layouts: readonly ((field: FormField, index: number) => readonly Line[])[] = [
		(_, index) => fullRows(entry, index, width),
		(field) => [...mediumRows(field, entry, width), []],
		(field) => mediumRows(field, entry, width),
		(field) => [shortRow(field, entry, width)],
	];
	const drawn = layouts.map((rowsOf) =>
		fields.map((field, index) => (index === entry.current ? fullRows(entry, index, width) : rowsOf(field, index))),
	);
	const fitting = drawn.find((blocks) => head.length + blocks.flat().length <= height);
	if (fitting !== undefined) return [...head, ...fitting.flat()];
	return windowed(head.slice(0, 1), drawn.at(-1) ?? [], entry.current, height);
}

/** The part of the blocks around the current one that finds room below the head. */
function windowed(head: readonly Line[], blocks: readonly (readonly Line[])[], current: number, height: number): readonly Line[] {
	const room = Math.max(0, height - head.length - (blocks[current]?.length ?? 0));
	const below = blocks.length - current - 1;
	const above = Math.min(current, Math.max(Math.floor(room / 2), room - below));
	return [...head, ...blocks.slice(current - above).flat()].slice(0, height);
}

/** What will be written, as a diff without the values, and where. */
export function checkedRows(state: SessionState, entry: SettingsEntry, width: number): readonly Line[] {
	const { form, typed, ignores } = entry;
	const sources = new Map([...state.sources, ...(form.ignoreFile === null ? [] : ([[".gitignore", form.ignoreFile]] as const))]);
	const fixes = [...new Set(form.fields.map(({ fingerprint }) => fingerprint))].flatMap((fingerprint, index) => {
		const fix = filledFix(state, fingerprint, typed);
		if (fix === null) return [];
		return [shownFix(index === 0 && ignores ? withIgnoreLine(fix, form) : fix, typed)];
	});
	const open = [...form.standing].filter(([, git]) => git === "untracked").map(([path]) => path);
	return [
		lineOf(`Write ${count(form.fields.length, "setting")}?`, "strong"),
		[],
		...fixes.flatMap((fix, index) => [...(index > 0 ? [[] as Line] : []), ...diffRows(diffFix(fix, sources) ?? [], width)]),
		[],
		...(open.length === 0 ? [] : wrapLine(ignoreWords(open, ignores), width)),
		...wrapLine(
			[
				span(
					"What was typed is shown nowhere and goes into no commit of bootmend. The file, and its backup in .bootmend, are readable by you alone (0600).",
					"dim",
				),
			],
			width,
		),
		[],
		...wrapLine([key("y"), span(" writes it    "), key("Esc"), span(" goes back to the form")], width),
	];
}

function ignoreWords(open: readonly string[], ignores: boolean): Line {
	const names = open.map((path) => showLine(path)).join(" and ");
	return ignores
		? [span(`git would take ${names} in, so .gitignore gets a line. `), key("g"), span(" leaves .gitignore as it is.", "dim")]
		: [
				span(`git is not told to leave ${names} alone: mind it when you commit. `, "warning"),
				key("g"),
				span(" adds the line.", "dim"),
			];
}

function headRows({ fields, standing }: SettingsForm, width: number): readonly Line[] {
	const paths = [...new Set(fields.map(({ path }) => path))];
	const where = paths.map((path) => `${showLine(path)}${notes[standing.get(path) ?? "none"]}`).join(", ");
	return [
		...wrapLine(
			[
				span(count(fields.length, "setting that nothing sets", "settings that nothing sets"), "strong"),
				span(`   to ${where}`, "dim"),
			],
			width,
		),
		[],
	];
}

const notes: Readonly<Record<GitStanding, string>> = {
	ignored: " (git ignores it)",
	untracked: "",
	tracked: " (git has it)",
	none: "",
};

/** One setting in full. */
function fullRows(entry: SettingsEntry, index: number, width: number): readonly Line[] {
	const field = entry.form.fields[index];
	if (field === undefined) return [];
	const isCurrent = index === entry.current;
	const { name, isRequired, readAt, readBy, shape } = field.setting;
	const facts = [isRequired ? "required" : "not required", readAt, readBy].filter((fact) => fact !== "").join(" · ");
	const wrong = refusalOf(field, entry.typed.get(name) ?? "");
	return [
		...wrapLine(
			[
				span(isCurrent ? "▸ " : "  ", "accent"),
				span(showLine(name), isCurrent ? "accent" : "strong"),
				span(`  ${showLine(facts)}`, "dim"),
			],
			width,
			4,
		),
		...wrapLine([span(`    ${showLine(shape)}`, "dim")], width, 4),
		inputRow(field, entry, isCurrent, width),
		...(wrong === null ? [] : wrapLine([span(`    ${showLine(wrong)}`, "warning")], width, 4)),
		[],
	];
}

function inputRow(field: FormField, entry: SettingsEntry, isCurrent: boolean, width: number): Line {
	const value = entry.typed.get(field.setting.name) ?? "";
	const cursor: Span[] = isCurrent ? [span(" ", "cursor")] : [];
	if (value === "") return [span("    "), ...cursor, span(placeholderOf(field), "dim")];
	return [span("    "), span(shownValue(value, isCurrent && entry.isRevealed, width - 6)), ...cursor];
}

function placeholderOf({ suggestion }: FormField): string {
	const shown = showLine(suggestion, ".env");
	return shown === "" ? "stays empty" : `${shown} is written`;
}

/** A dot for each character, so that one sees what one types; the end of a value that is wider than the screen. */
function shownValue(value: string, isRevealed: boolean, width: number): string {
	const text = isRevealed ? value.replace(/\p{C}/gu, "�") : "•".repeat([...value].length);
	if (textWidth(text) <= width) return text;
	return `…${[...text].slice(1 - Math.max(2, width)).join("")}`;
}

/** A setting that is not the current one: where it is read and what it has to look like, and what became of it. */
function mediumRows(field: FormField, entry: SettingsEntry, width: number): readonly Line[] {
	const { readAt, shape, isRequired } = field.setting;
	const facts = `${isRequired ? "required" : "not required"} · ${readAt} · ${shape}`;
	return [
		fitLine([...signedName(field, entry), span(`  ${showLine(facts)}`, "dim")], width),
		fitLine([span(`    ${stateOf(field, entry)}`, "dim")], width),
	];
}

function shortRow(field: FormField, entry: SettingsEntry, width: number): Line {
	return fitLine([...signedName(field, entry), span(`  ${stateOf(field, entry)}`, "dim")], width);
}

function signedName(field: FormField, entry: SettingsEntry): readonly Span[] {
	const value = entry.typed.get(field.setting.name) ?? "";
	const isWrong = refusalOf(field, value) !== null;
	const sign = isWrong ? span("✗ ", "warning") : value === "" ? span("· ", "dim") : span("✓ ", "accent");
	return [sign, span(showLine(field.setting.name))];
}

function stateOf(field: FormField, entry: SettingsEntry): string {
	return (entry.typed.get(field.setting.name) ?? "") === "" ? placeholderOf(field) : "••••";
}

function key(name: string): Span {
	return span(name, "accent");
}
