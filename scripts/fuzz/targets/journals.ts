import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as fc from "fast-check";
import { fixtures } from "../../boot/corpus.ts";
import { type Mutation, mutate, mutations } from "../mutations.ts";
import { law, type Target } from "../target.ts";
import { runQuietly } from "./projects.ts";

interface DamagedState {
	readonly files: readonly { readonly file: number; readonly changes: readonly Mutation[] }[];
	/** A damage that only the fields of one journal line show: the line stays JSON. */
	readonly field: { readonly line: number; readonly path: number; readonly value: unknown } | null;
	readonly command: readonly string[];
}

/** A repository in which a session is at work; made once, copied for each run. */
let prepared: string | null = null;

async function prepare(): Promise<string> {
	if (prepared !== null) return prepared;
	const folder = mkdtempSync(join(tmpdir(), "bootmend-fuzz-session-"));
	process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
	cpSync(join(fixtures, "projects/todo-broken"), folder, { recursive: true });
	await runQuietly(["fix", folder, "--yes", "--review", "--no-commit"], folder);
	prepared = folder;
	return folder;
}

/** What a session left behind, damaged: it is said, and nothing outside `.bootmend` changes by looking at it. */
export const journals: Target<DamagedState> = {
	name: "journals",
	weight: 2,
	input: fc.record({
		files: fc.array(fc.record({ file: fc.nat(30), changes: mutations }), { maxLength: 2 }),
		field: fc.option(
			fc.record({
				line: fc.nat(40),
				path: fc.nat(1_000),
				value: fc.oneof(fc.jsonValue({ maxDepth: 2 }), fc.constantFrom("../../x", "/etc/passwd", ".git/config", "\u001b[2J")),
			}),
		),
		command: fc.constantFrom(
			["status"],
			["status", "--json"],
			["rollback", "--list"],
			["rollback", "--list", "--json"],
			["rollback", "--dry-run"],
			["rollback", "--no-commit"],
			["clean"],
			["fix", "--yes", "--no-commit"],
		),
	}),
	run: async ({ files, field, command }) => {
		const parent = mkdtempSync(join(tmpdir(), "bootmend-fuzz-journal-"));
		const folder = join(parent, "repository");
		try {
			cpSync(await prepare(), folder, { recursive: true, preserveTimestamps: true });
			const state = join(folder, ".bootmend");
			const paths = readdirSync(state, { recursive: true, encoding: "utf8" })
				.filter((path) => statSync(join(state, path)).isFile())
				.sort((a, b) => Number(b.endsWith("jsonl")) - Number(a.endsWith("jsonl")) || (a < b ? -1 : 1));
			const journal = join(state, paths[0] ?? "");
			if (field !== null) writeFileSync(journal, withField(readFileSync(journal, "utf8"), field));
			for (const { file, changes } of files) {
				const path = join(state, paths[file % 3 === 0 ? 0 : file % paths.length] ?? "");
				writeFileSync(path, mutate(readFileSync(path, "utf8"), changes));
			}
			const before = treeOf(folder);
			const [name = "status", ...options] = command;
			const { status, stdout, stderr } = await runQuietly([name, folder, ...options, "--verbose"], folder);
			law(status === 0 || status === 1 || status === 2, () => `exit status ${status}\n${stderr}`);
			law(
				!/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/.test(stdout + stderr),
				() => `a control character: ${JSON.stringify(stdout + stderr)}`,
			);
			if (!["fix", "rollback"].includes(name)) law(treeOf(folder) === before, () => `${name} changed the project`);
			law(readdirSync(parent).length === 1 && !existsSync(join(folder, ".git")), () => "something was written elsewhere");
			return String(status);
		} finally {
			rmSync(parent, { recursive: true, force: true });
		}
	},
};

/** The journal with one value of one line replaced. */
function withField(text: string, { line, path, value }: NonNullable<DamagedState["field"]>): string {
	const lines = text.split("\n");
	const at = line % Math.max(1, lines.length - 1);
	const document: unknown = JSON.parse(lines[at] ?? "{}");
	const places: { readonly holder: Record<string, unknown>; readonly key: string }[] = [];
	const collect = (holder: unknown): void => {
		if (typeof holder !== "object" || holder === null) return;
		for (const key of Object.keys(holder)) {
			places.push({ holder: holder as Record<string, unknown>, key });
			collect((holder as Record<string, unknown>)[key]);
		}
	};
	collect(document);
	const place = places[path % Math.max(1, places.length)];
	if (place !== undefined) place.holder[place.key] = value;
	lines[at] = JSON.stringify(document);
	return lines.join("\n");
}

/** Every file of the project with its content. */
function treeOf(folder: string): string {
	return readdirSync(folder, { recursive: true, encoding: "utf8" })
		.filter((path) => !path.startsWith(".bootmend") && statSync(join(folder, path)).isFile())
		.sort()
		.map((path) => `${path}\0${readFileSync(join(folder, path), "latin1")}`)
		.join("\0");
}
