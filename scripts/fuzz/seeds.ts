import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { BootCase } from "../boot/case-file.ts";
import { fixtures, readCorpus } from "../boot/corpus.ts";

let cases: readonly BootCase[] | null = null;

/** The backends of the fixtures. */
export function seedCases(): readonly BootCase[] {
	cases ??= readCorpus();
	return cases;
}

/** Files of the fixtures by path, where `wanted` likes the path; those of installed packages too, as far as environments are there. */
export function seedTexts(wanted: (path: string) => boolean): readonly string[] {
	const texts = new Set<string>();
	for (const { files } of seedCases()) for (const [path, bytes] of files) if (wanted(path)) texts.add(bytes.toString("utf8"));
	for (const path of projectFiles()) if (wanted(path)) texts.add(readFileSync(join(fixtures, "projects", path), "utf8"));
	return [...texts];
}

function projectFiles(): readonly string[] {
	return readdirSync(join(fixtures, "projects"), { recursive: true, withFileTypes: true, encoding: "utf8" })
		.filter((entry) => entry.isFile())
		.map((entry) => join(entry.parentPath, entry.name).slice(join(fixtures, "projects").length + 1));
}

/** Python files of installed packages, at most `count` of them, spread over all. */
export function installedSources(count: number): readonly string[] {
	const environments = join(fixtures, "../.venvs");
	const found: string[] = [];
	for (const pool of list(environments).filter((name) => name.startsWith("pool-"))) {
		const lib = join(environments, pool, "lib");
		for (const python of list(lib)) {
			const site = join(lib, python, "site-packages");
			for (const entry of readdirSync(site, { recursive: true, encoding: "utf8" }))
				if (entry.endsWith(".py")) found.push(join(site, entry));
		}
	}
	const step = Math.max(1, Math.floor(found.length / count));
	return found
		.filter((_, i) => i % step === 0)
		.flatMap((path) => {
			const text = readFileSync(path, "utf8");
			return text.length > 0 && text.length < 60_000 ? [text] : [];
		});
}

function list(folder: string): readonly string[] {
	try {
		return readdirSync(folder);
	} catch {
		return [];
	}
}
