/**
 * Boots every case (or those whose name contains one of the words given) and writes down what happened.
 * `npm run record` for all, `npm run record -- circular` for some; `--new` leaves out those that are on record.
 */
import type { BootCase } from "./case-file.ts";
import { readCorpus } from "./corpus.ts";
import { findPython } from "./environments.ts";
import { readEvidence, writeEvidence } from "./evidence.ts";
import { mapParallel, type Proof, proveCase, stopPostgres } from "./prove.ts";
import { pythonVersion } from "./server.ts";

const words = process.argv.slice(2).filter((word) => !word.startsWith("-"));
const onlyNew = process.argv.includes("--new");
const cases = readCorpus(words).filter((boot) => !onlyNew || readEvidence(boot) === undefined);
const all = new Set(readCorpus().map((boot) => boot.name));
const proofs = new Map<string, Proof>();
let surprises = 0;

await mapParallel(cases, async (boot) => {
	const proof = await proveCase(boot);
	proofs.set(boot.name, proof);
	const surprise = describeSurprise(boot, proof);
	if (surprise !== null) surprises++;
	process.stdout.write(`${boot.name}\n    ${describeProof(proof)}${surprise === null ? "" : `\n    !! ${surprise}`}\n`);
});
writeEvidence(pythonVersion(await findPython()), proofs, all);
await stopPostgres();
process.stdout.write(`${proofs.size} booted, ${surprises} not as their folder says\n`);
process.exitCode = surprises === 0 ? 0 : 1;

function describeProof(proof: Proof): string {
	const machine = `${proof.thisMachine.stage}: ${proof.thisMachine.error ?? "answers"} ${proof.thisMachine.at ?? ""}`;
	if (proof.cleanInstall === proof.thisMachine) return machine;
	return `${machine}\n    clean install: ${proof.cleanInstall.stage}: ${proof.cleanInstall.error ?? "answers"}`;
}

/** A fault that boots or a decoy that does not belongs elsewhere. */
function describeSurprise(boot: BootCase, proof: Proof): string | null {
	const boots = proof.thisMachine.stage === "boots" && proof.cleanInstall.stage === "boots";
	if (proof.missing.length > 0 && boot.kind === "decoy") return `not in the pool: ${proof.missing.join(", ")}`;
	if (boot.kind === "fault" && boots) return "a fault that boots";
	if (boot.kind === "decoy" && !boots) return "a decoy that does not boot";
	return null;
}
