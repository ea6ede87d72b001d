import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, posix } from "node:path";
import { makeScratchFolder } from "../../src/workspace/scratch-folder.ts";
import type { BootCase } from "./case-file.ts";
import { fixtures } from "./corpus.ts";
import { readEvidence } from "./evidence.ts";
import { judge, type Verdict } from "./judge.ts";
import { withProject } from "./prove.ts";
import { audit } from "./run-bootmend.ts";

/** Audits a case where no package is installed, and judges the audit by the recorded boots. Throws where there is no record. */
export async function auditOffline(boot: BootCase): Promise<Verdict> {
	const evidence = readEvidence(boot);
	if (evidence === undefined) throw new Error(`${boot.name} was never booted: npm run record -- --new`);
	return withOfflineProject(boot, async ({ folder, environment }) => {
		return judge(boot, evidence.proof, await audit({ folder, target: boot.target, python: null, environment }));
	});
}

/**
 * The same case with a list of constraints beside its requirements that says which releases its pool has. Where nothing is installed and
 * nothing pinned, the newest releases answer, and those of an older pool word some errors otherwise.
 */
export function constrainedToPool(boot: BootCase): BootCase {
	const files = new Map(boot.files);
	for (const [path, content] of boot.files) {
		if (!/(^|\/)requirements\.txt$/.test(path)) continue;
		files.set(path, Buffer.from(`${content.toString().trimEnd()}\n-c pool.txt\n`));
		files.set(posix.join(posix.dirname(path), "pool.txt"), readFileSync(join(fixtures, "pools", `${boot.pool}.txt`)));
	}
	return { ...boot, files };
}

/** A case as it stands on a machine that has the Python of the records and no packages. */
export interface OfflineProject {
	readonly root: string;
	/** Absolute path of the backend. */
	readonly folder: string;
	readonly environment: Readonly<Record<string, string>>;
}

/** Writes a case's files into a temporary folder, hands it to `use`, and removes it. Throws where there is no record of it. */
export async function withOfflineProject<T>(boot: BootCase, use: (project: OfflineProject) => Promise<T>): Promise<T> {
	const python = readEvidence(boot)?.python;
	if (python === undefined) throw new Error(`${boot.name} was never booted: npm run record -- --new`);
	const inFolder = async (root: string) => {
		// The manifest of a case may stand above its backend, as in a clone.
		mkdirSync(join(root, ".git"), { recursive: true });
		const environment = { VIRTUAL_ENV: emptyEnvironment(python), ...boot.environment };
		return use({ root, folder: join(root, boot.workingDirectory), environment });
	};
	// An audit connects to nothing, so any server's name will do.
	return withProject(boot, inFolder, async () => "postgres@127.0.0.1:5432");
}

const emptyEnvironments = new Map<string, string>();

/** A virtual environment without packages, which says no more than which Python runs: another one words errors otherwise. */
function emptyEnvironment(python: string): string {
	let folder = emptyEnvironments.get(python);
	if (folder === undefined) {
		folder = makeScratchFolder("venv");
		writeFileSync(join(folder, "pyvenv.cfg"), `version = ${python}.0\n`);
		emptyEnvironments.set(python, folder);
	}
	return folder;
}

/** The cases that the audit is known to judge wrongly where no Python is installed, one name a line. */
export const knownMissesPath = join(fixtures, "known-misses.txt");

/** Reads `fixtures/known-misses.txt`. */
export function readKnownMisses(): ReadonlySet<string> {
	return new Set(readFileSync(knownMissesPath, "utf8").split("\n"));
}
