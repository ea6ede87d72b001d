import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type BootCase, parseCase } from "./case-file.ts";

export const fixtures = fileURLToPath(new URL("../../fixtures", import.meta.url));

/** Every case below `fixtures/rules` (faults) and `fixtures/decoys` whose name contains one of the words, or all of them. */
export function readCorpus(words: readonly string[] = []): BootCase[] {
	return ["decoys", "rules"]
		.flatMap((folder) =>
			readdirSync(join(fixtures, folder), { recursive: true, encoding: "utf8" }).map((file) => `${folder}/${file}`),
		)
		.filter((file) => file.endsWith(".case"))
		.map((file) => file.slice(0, -".case".length))
		.filter((name) => words.length === 0 || words.some((word) => name.includes(word)))
		.sort()
		.map((name) => parseCase(name, readFileSync(join(fixtures, `${name}.case`), "utf8")));
}
