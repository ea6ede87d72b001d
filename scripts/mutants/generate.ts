import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { findPython, pools } from "../boot/environments.ts";
import type { Backend } from "./backend.ts";

/** One way in which a backend is changed. */
export interface Mutant {
	readonly operator: string;
	readonly about: string;
	/** New text of a file, or null where it is gone. */
	readonly files: Readonly<Record<string, string | null>>;
	/** New value of a variable, or null where it is no longer set. */
	readonly environment: Readonly<Record<string, string | null>>;
	/** Another pool, or `""`. */
	readonly pool: string;
}

/** What mutants are wanted. */
export interface Wanted {
	readonly seed: number;
	readonly count: number;
	/** Names of operators; none for all. */
	readonly operators: readonly string[];
}

/** Makes mutants of a backend by `mutate.py`, under the backend's own Python where it has one. */
export async function makeMutants({ boot, python }: Backend, wanted: Wanted): Promise<Mutant[]> {
	const folder = mkdtempSync(join(tmpdir(), "bootmend-mutants-"));
	try {
		const isText = (path: string) => path.endsWith(".py") || path.endsWith(".env") || path === boot.manifest;
		const files = [...boot.files].filter(([path]) => isText(path)).map(([path, content]) => [path, content.toString()]);
		const request = {
			...wanted,
			files: Object.fromEntries(files),
			cwd: boot.workingDirectory,
			target: boot.target,
			environment: boot.environment,
			manifest: boot.manifest,
			pools,
			pool: boot.pool,
		};
		writeFileSync(join(folder, "request.json"), JSON.stringify(request));
		const script = fileURLToPath(new URL("mutate.py", import.meta.url));
		const interpreter = python ?? (await findPython());
		const output = execFileSync(interpreter, ["-B", script, join(folder, "request.json")], {
			maxBuffer: 1 << 30,
			encoding: "utf8",
		});
		return JSON.parse(output) as Mutant[];
	} finally {
		rmSync(folder, { recursive: true, force: true });
	}
}

/** Mutants that carry several slips each, as far as those touch different files and variables. */
export function combine(mutants: readonly Mutant[], slips: number): readonly Mutant[] {
	if (slips === 1) return mutants;
	const combined: Mutant[] = [];
	for (let rest = [...mutants]; rest.length >= slips; ) {
		const chosen: Mutant[] = [];
		for (const each of rest) if (chosen.length < slips && chosen.every((other) => !touchTheSame(each, other))) chosen.push(each);
		if (chosen.length < slips) break;
		rest = rest.filter((each) => !chosen.includes(each));
		combined.push({
			operator: `${slips} slips`,
			about: chosen.map(({ operator, about }) => `${operator}: ${about}`).join("; "),
			files: Object.assign({}, ...chosen.map(({ files }) => files)),
			environment: Object.assign({}, ...chosen.map(({ environment }) => environment)),
			pool: chosen.find(({ pool }) => pool !== "")?.pool ?? "",
		});
	}
	return combined;
}

function touchTheSame(one: Mutant, other: Mutant): boolean {
	const shares = (a: object, b: object) => Object.keys(a).some((key) => key in b);
	return shares(one.files, other.files) || shares(one.environment, other.environment) || (one.pool !== "" && other.pool !== "");
}

/** The backend as a mutant leaves it. */
export function mutate({ boot, python }: Backend, mutant: Mutant): Backend {
	const files = new Map(boot.files);
	for (const [path, text] of Object.entries(mutant.files)) {
		if (text === null) files.delete(path);
		else files.set(path, Buffer.from(text));
	}
	const environment = Object.fromEntries(
		Object.entries({ ...boot.environment, ...mutant.environment }).filter(
			(entry): entry is [string, string] => entry[1] !== null,
		),
	);
	return { boot: { ...boot, files, environment, pool: mutant.pool || boot.pool }, python };
}
