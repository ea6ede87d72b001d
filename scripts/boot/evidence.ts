import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import type { BootCase } from "./case-file.ts";
import { fixtures } from "./corpus.ts";
import { ownPythonOf } from "./environments.ts";
import type { BootStage, Outcome } from "./outcome.ts";
import type { Proof } from "./prove.ts";

/** What a boot showed, as it is kept; what is usual is left out. */
export interface RecordedOutcome {
	readonly stage: BootStage;
	readonly error?: string;
	readonly detail?: readonly string[];
	readonly at?: string;
	readonly everyRequestFails?: true;
}

/** The record of one case. */
export interface RecordedProof extends RecordedOutcome {
	/** Only where a clean install of what is declared ends otherwise. */
	readonly cleanInstall?: RecordedOutcome;
	readonly missing?: readonly string[];
	/** Files in the order in which their import began, up to the first failure: `src/__init__.py, src/main.py`. */
	readonly imported?: string;
}

/** `boot.json` of a folder of cases, whose pools may be of another Python: by case, in alphabetical order, from real boots by `npm run record`. */
export interface FolderRecord {
	readonly python: string;
	readonly cases: Readonly<Record<string, RecordedProof>>;
}

/** The record of a case, or undefined where it was never booted. */
export function readEvidence(boot: BootCase): { python: string; proof: RecordedProof } | undefined {
	const record = readFolder(dirname(boot.name));
	const proof = record?.cases[basename(boot.name)];
	return record === undefined || proof === undefined ? undefined : { python: ownPythonOf(boot.pool) ?? record.python, proof };
}

const folders = new Map<string, FolderRecord | undefined>();

function readFolder(folder: string): FolderRecord | undefined {
	if (!folders.has(folder)) {
		const path = join(fixtures, folder, "boot.json");
		folders.set(folder, existsSync(path) ? (JSON.parse(readFileSync(path, "utf8")) as FolderRecord) : undefined);
	}
	return folders.get(folder);
}

/** Writes the records of the given cases; those of other cases stay where their case still exists (`all` names every case there is). */
export function writeEvidence(python: string, proofs: ReadonlyMap<string, Proof>, all: ReadonlySet<string>): void {
	for (const folder of new Set([...proofs.keys()].map((name) => dirname(name)))) {
		const cases: Record<string, RecordedProof> = {};
		for (const [name, proof] of Object.entries(readFolder(folder)?.cases ?? {})) {
			if (all.has(`${folder}/${name}`)) cases[name] = proof;
		}
		for (const [name, proof] of proofs) if (dirname(name) === folder) cases[basename(name)] = recordProof(proof);
		const sorted = Object.fromEntries(Object.entries(cases).sort(([a], [b]) => (a < b ? -1 : 1)));
		const record: FolderRecord = { python, cases: sorted };
		writeFileSync(join(fixtures, folder, "boot.json"), `${JSON.stringify(record, null, "\t")}\n`);
		folders.set(folder, record);
	}
}

/** A proof as it is kept. */
export function recordProof(proof: Proof): RecordedProof {
	const same = JSON.stringify(proof.thisMachine) === JSON.stringify(proof.cleanInstall);
	return {
		...recordOutcome(proof.thisMachine),
		...(same ? {} : { cleanInstall: recordOutcome(proof.cleanInstall) }),
		...(proof.missing.length > 0 ? { missing: proof.missing } : {}),
		...(proof.imported === null ? {} : { imported: proof.imported.join(", ") }),
	};
}

/** An outcome as it is kept. */
export function recordOutcome(outcome: Outcome): RecordedOutcome {
	return {
		stage: outcome.stage,
		...(outcome.error === null ? {} : { error: outcome.error }),
		...(outcome.detail.length > 0 ? { detail: outcome.detail } : {}),
		...(outcome.at === null ? {} : { at: outcome.at }),
		...(outcome.everyRequestFails ? { everyRequestFails: true as const } : {}),
	};
}
