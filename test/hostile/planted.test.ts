import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, vi } from "vitest";
import { readCorpus } from "../../scripts/boot/corpus.ts";
import { bootmend, folderWith, git } from "../cli/support.ts";
import { acting, leaksIn, planted, plantIn, plantNames, token } from "./plant.ts";

vi.setConfig({ testTimeout: 240_000 });

/** Commands that only print. */
const printing: readonly (readonly string[])[] = [
	["audit"],
	["audit", "--brief"],
	...["json", "markdown", "sarif", "github"].map((format) => ["audit", "--format", format]),
	["fix", "--dry-run", "--yes", "--review"],
	...["text", "mermaid", "dot", "json"].map((format) => ["graph", "--format", format]),
	...["pretty", "json", "markdown"].map((format) => ["deps", "--format", format]),
	...["pretty", "json", "markdown"].map((format) => ["env", "--format", format]),
	["env", "--write-example"],
	...["text", "json"].map((format) => ["routes", "--format", format]),
];

/** Those that work with a session, in an order in which each has something to say. */
const working: readonly (readonly string[])[] = [
	["fix", "--yes", "--review"],
	["status"],
	["status", "--json"],
	["rollback", "--list"],
	["rollback", "--list", "--json"],
	["rollback", "--dry-run"],
	["rollback"],
	["clean", "--all"],
];

const names: readonly string[] = [
	"rules/async-sync-mix/async-engine-in-sync-session",
	"rules/circular-import/late-definition",
	"rules/optional-dependency/form-list-of-uploads",
	"rules/settings/env-file-list-comma-separated",
];
const cases = readCorpus(names).filter(({ name }) => names.includes(name));

it("has a backend for each name", () => {
	expect(cases.map(({ name }) => name)).toEqual(names);
});

/** The backend of a case with secrets and acting characters in every field of every file. */
function plantedFiles(index: number, withNames: boolean): Readonly<Record<string, string>> {
	const files = new Map([...(cases[index]?.files ?? [])].map(([path, bytes]) => [path, plantIn(path, bytes.toString("utf8"))]));
	if (!files.has(".gitignore")) files.set(".gitignore", ".env\n");
	return Object.fromEntries(withNames ? plantNames(files) : files);
}

async function leaksOf(folder: string, command: readonly string[], target: string): Promise<readonly string[]> {
	const [name = "", ...options] = command;
	const { status, stdout, stderr } = await bootmend(folder, name, ...options, "--target", target, "--verbose");
	const broken = status > 2 ? [`exit status ${status}: ${stderr}`] : [];
	return [...broken, ...leaksIn(stdout), ...leaksIn(stderr)].map((leak) => `${command.join(" ")}: ${leak}`);
}

describe.each(cases.map((boot, index) => [boot.name, index] as const))("planted in %s", (_, index) => {
	it.each([
		["every string, comment and setting", false],
		["names of files, modules and symbols too", true],
	])("%s: nothing is printed", async (_title, withNames) => {
		const folder = folderWith(plantedFiles(index, withNames));
		const target = cases[index]?.target ?? "";
		const leaks: string[] = [];
		for (const command of printing) leaks.push(...(await leaksOf(folder, command, target)));
		expect(leaks).toEqual([]);
	});
});

it("a session on a planted repository prints, commits and notes nothing of it, and keeps its state for the owner alone", async () => {
	const folder = folderWith(plantedFiles(0, true));
	git(folder, "init", "--quiet", "--initial-branch", `fix/${token}`);
	git(folder, "config", "user.name", `Ada ${token}${acting}`);
	git(folder, "config", "user.email", `${token}@example.com`);
	git(folder, "config", "remote.origin.url", `https://ada:${token}@example.com/x.git`);
	git(folder, "add", "--all");
	git(folder, "commit", "--quiet", "--message", `Begin ${token} PASSWORD=${planted}${acting}`);
	const begin = git(folder, "rev-parse", "HEAD").trim();
	const state = join(folder, ".bootmend");
	const target = cases[0]?.target ?? "";
	for (const command of working) {
		expect(await leaksOf(folder, command, target)).toEqual([]);
		if (command[0] !== "fix") continue;
		expect(journalLeaks(state)).toEqual([]);
		const entries = readdirSync(state, { recursive: true, encoding: "utf8" });
		expect(entries.length).toBeGreaterThan(3);
		for (const path of entries) expect([path, statSync(join(state, path)).mode & 0o077]).toEqual([path, 0]);
	}
	expect(leaksIn(git(folder, "log", "--format=%B", `${begin}..`))).toEqual([]);
	expect(git(folder, "ls-files")).not.toMatch(/(^|\/)\.env$/m);
});

/** What journals betray but for names of files and branches, without which nothing could be restored. */
function journalLeaks(root: string): readonly string[] {
	return readdirSync(root, { recursive: true, encoding: "utf8" })
		.filter((path) => path.endsWith("journal.jsonl"))
		.flatMap((path) => readFileSync(join(root, path), "utf8").split("\n"))
		.filter((line) => line !== "")
		.flatMap((line) =>
			leaksIn(
				JSON.stringify(
					JSON.parse(line, (key, value: unknown) => (["path", "paths", "branch", "folders"].includes(key) ? null : value)),
				),
			),
		)
		.map((leak) => `journal: ${leak}`);
}

it("what the code does with a secret of its environment is told without it", async () => {
	const main = [
		"import os",
		"from fastapi import FastAPI",
		'password = os.environ["PLANTED_PASSWORD"]',
		'url = os.environ["PLANTED_ADDRESS"]',
		"def connect(to, key):",
		'    raise RuntimeError(f"cannot connect to {to} with {key}")',
		"app = FastAPI()",
		"connect(url, password)",
	];
	const folder = folderWith({
		"main.py": `${main.join("\n")}\n`,
		"requirements.txt": "fastapi\n",
		"planted.env": `PLANTED_PASSWORD=${planted}\nPLANTED_ADDRESS=redis://ada:${planted}@cache/0\n`,
	});
	for (const format of ["pretty", "json", "markdown", "sarif", "github"]) {
		const { stdout, stderr } = await bootmend(folder, "audit", ".", "--env-file", "planted.env", "--format", format);
		if (format === "json") expect(stdout).toContain("RuntimeError: cannot connect to redis://ada:••••@cache/0 with ••••");
		expect([...leaksIn(stdout), ...leaksIn(stderr)]).toEqual([]);
	}
});

const commandLines: readonly (readonly string[])[] = [
	["audit", `/nowhere/${token}${acting}`],
	["audit", ".", "--target", `${token}:${acting}`],
	["audit", ".", "--target", `main:app PASSWORD=${planted}`],
	["audit", ".", "--python", `/opt/${token}${acting}`],
	["audit", ".", "--env-file", `${token}${acting}.env`],
	["audit", ".", "--format", `${token}${acting}`],
	["audit", ".", `--${token}${acting}`],
	["audit", ".", "--output", `/nowhere/${token}${acting}/x.json`],
	["fix", ".", "--yes", "--issue", `${token}${acting}`],
	["rollback", ".", "--session", `${token}${acting}`],
	["explain", `${token}${acting}`],
	[`${token}${acting}`],
];

describe("planted in the command line", () => {
	// Its own words would act on the terminal that the tests run in.
	it.each(commandLines.map((_, index) => index))("in way %i, nothing is printed", async (index) => {
		const folder = folderWith({ "main.py": "from fastapi import FastAPI\n\napp = FastAPI()\n", "requirements.txt": "fastapi\n" });
		const { stdout, stderr } = await bootmend(folder, ...(commandLines[index] ?? []));
		expect([...leaksIn(stdout), ...leaksIn(stderr)]).toEqual([]);
	});
});
