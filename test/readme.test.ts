import { existsSync, readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { readmePath, renderReadme } from "../scripts/docs.ts";
import { exitStatus } from "../src/cli/exit-status.ts";
import { buildProgram } from "../src/cli/program.ts";

const readme = readFileSync(readmePath, "utf8");

it("lists the rules as their metadata says", () => {
	expect(readme, "run: npm run docs").toBe(renderReadme(readme));
});

it("names every command, and none that is not there", () => {
	const known = buildProgram(process, () => {}).commands.map((command) => command.name());
	for (const name of known.filter((one) => one !== "wizard")) expect(readme).toContain(`bootmend ${name}`);
	const named = [...readme.matchAll(/`bootmend ([a-z]+)/g)].map((match) => match[1] ?? "");
	expect(named.filter((name) => !known.includes(name))).toEqual([]);
});

it("names every exit status", () => {
	for (const status of Object.values(exitStatus)) expect(readme).toMatch(new RegExp(`\\b${status}\\b`));
});

it("points only to files that are there, and to scripts that exist", () => {
	const links = [...readme.matchAll(/\]\((?!https?:|#)([^)]+)\)/g)].map((match) => match[1] ?? "");
	expect(links.filter((link) => !existsSync(new URL(`../${link}`, import.meta.url)))).toEqual([]);
	const { scripts } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")) as {
		scripts: Record<string, string>;
	};
	const named = [...readme.matchAll(/npm run ([\w:-]+)/g)].map((match) => match[1] ?? "");
	expect(named.filter((name) => !(name in scripts))).toEqual([]);
});
