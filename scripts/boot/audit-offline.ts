import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { BootCase } from "./case-file.ts";
import { fixtures } from "./corpus.ts";
import { readEvidence } from "./evidence.ts";
import { judge, type Verdict } from "./judge.ts";
import { withProject } from "./prove.ts";
import { audit } from "./run-bootmend.ts";

/** Audits a case where no Python is installed, and judges the audit by the recorded boots. Throws where there is no record. */
export async function auditOffline(boot: BootCase): Promise<Verdict> {
	const evidence = readEvidence(boot);
	if (evidence === undefined) throw new Error(`${boot.name} was never booted: npm run record -- --new`);
	const auditBelow = async (root: string) => {
		// The manifest of a case may stand above its backend, as in a clone.
		mkdirSync(join(root, ".git"), { recursive: true });
		const folder = join(root, boot.workingDirectory);
		return judge(boot, evidence.proof, await audit({ folder, target: boot.target, python: null, environment: boot.environment }));
	};
	// An audit connects to nothing, so any server's name will do.
	return withProject(boot, auditBelow, async () => "postgres@127.0.0.1:5432");
}

/** The cases that the audit is known to judge wrongly where no Python is installed, one name a line. */
export const knownMissesPath = join(fixtures, "known-misses.txt");

/** Reads `fixtures/known-misses.txt`. */
export function readKnownMisses(): ReadonlySet<string> {
	return new Set(readFileSync(knownMissesPath, "utf8").split("\n"));
}
