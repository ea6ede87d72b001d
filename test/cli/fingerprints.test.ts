import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { bootmend, folderWith } from "./support.ts";

const fixture = "fixtures/projects/todo-broken";

/** The files of the fixture, by path. */
function filesOf(folder = ""): Readonly<Record<string, string>> {
	const entries = readdirSync(join(fixture, folder), { withFileTypes: true });
	return Object.assign(
		{},
		...entries.map((entry) => {
			const path = join(folder, entry.name);
			return entry.isDirectory() ? filesOf(path) : { [path]: readFileSync(join(fixture, path), "utf8") };
		}),
	);
}

async function issuesIn(folder: string): Promise<readonly { readonly fingerprint: string }[]> {
	const { stdout } = await bootmend(folder, "audit", "--format", "json");
	return JSON.parse(stdout).issues;
}

it("gives the issues of one tree the same fingerprints wherever it lies, and where lines have moved", async () => {
	const files = filesOf();
	const here = (await issuesIn(folderWith(files))).map(({ fingerprint }) => fingerprint);
	expect(here.length).toBeGreaterThan(5);
	expect(new Set(here).size).toBe(here.length);
	const moved = Object.fromEntries(
		Object.entries(files).map(([path, text]) => [path, path.endsWith(".py") ? `# Moved.\n\n${text}` : text]),
	);
	const elsewhere = (await issuesIn(folderWith(moved))).map(({ fingerprint }) => fingerprint);
	expect([...elsewhere].sort()).toEqual([...here].sort());
});
