/**
 * Audits every case, mends it with `fix --yes --review`, boots the result, and prints how often bootmend was right.
 * `npm run bench:accuracy` for all, `… -- circular decoys/` for those whose name contains a word; `--audit-only` neither mends nor boots.
 */
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import type { BootCase } from "./case-file.ts";
import { readCorpus } from "./corpus.ts";
import { readEvidence } from "./evidence.ts";
import { criticalIssues, describe, judge, type Verdict } from "./judge.ts";
import type { Outcome } from "./outcome.ts";
import { bootCleanly, fillEnvironment, mapParallel, prepareCaseView, stopPostgres, withProject } from "./prove.ts";
import { type Audit, audit, fixEverything, fixOne, type Subject } from "./run-bootmend.ts";

interface Result {
	readonly boot: BootCase;
	readonly verdict: Verdict;
	readonly audit: Audit;
	/** What booting the mended copy showed; null where it was not tried. */
	readonly mended: Outcome | null;
	/** How many CRITICAL issues were none: the server boots when the first of them alone is mended. */
	readonly phantoms: number;
}

const words = process.argv.slice(2).filter((word) => !word.startsWith("-"));
const auditOnly = process.argv.includes("--audit-only");
const results = await mapParallel(readCorpus(words), async (boot) => {
	const result = await examine(boot);
	printMiss(result);
	return result;
});
await stopPostgres();
printSummary(results);

async function examine(boot: BootCase): Promise<Result> {
	const evidence = readEvidence(boot);
	if (evidence === undefined) throw new Error(`${boot.name} was never booted: npm run record -- --new`);
	const view = await prepareCaseView(boot);
	const environment = await fillEnvironment(boot.environment);
	const subjectBelow = (root: string): Subject => {
		return { folder: join(root, boot.workingDirectory), target: boot.target, python: view.python, environment };
	};
	return withProject(boot, async (root) => {
		commitEverything(root);
		const found = await audit(subjectBelow(root));
		const verdict = judge(boot, evidence.proof, found);
		if (auditOnly || boot.kind === "decoy") return { boot, verdict, audit: found, mended: null, phantoms: 0 };
		await fixEverything(subjectBelow(root));
		const mended = await bootCleanly(boot, root);
		return { boot, verdict, audit: found, mended, phantoms: await countPhantoms(boot, found, subjectBelow) };
	});
}

async function countPhantoms(boot: BootCase, found: Audit, subjectBelow: (root: string) => Subject): Promise<number> {
	const [first, ...others] = criticalIssues(found);
	if (first === undefined || others.length === 0) return 0;
	return withProject(boot, async (root) => {
		commitEverything(root);
		await fixOne(subjectBelow(root), first.id);
		const outcome = await bootCleanly(boot, root);
		return outcome.stage === "boots" ? others.length : 0;
	});
}

function commitEverything(root: string): void {
	const git = (...command: string[]) => execFileSync("git", command, { cwd: root, stdio: "ignore" });
	git("init", "--quiet");
	git("add", "--all");
	git("-c", "user.name=Fixture", "-c", "user.email=fixture@example.com", "commit", "--quiet", "--message", "As it was");
}

function printMiss({ boot, verdict, audit: found, mended, phantoms }: Result): void {
	const notes: string[] = [];
	if (!verdict.right) notes.push(`${boot.kind === "fault" ? "MISSED" : "FALSE ALARM"} ${verdict.words}`);
	else if (verdict.stops && !verdict.sameError) notes.push(`other error  ${verdict.words}`);
	else if (verdict.stops && !verdict.samePlace) notes.push(`other place  ${verdict.words}`);
	if (mended !== null && mended.stage !== "boots") notes.push(`NOT MENDED ${mended.stage}: ${mended.error} ${mended.at ?? ""}`);
	const critical = criticalIssues(found).map(describe).join(" | ");
	if (phantoms > 0) notes.push(`${phantoms} PHANTOM: the server boots when the first alone is mended of ${critical}`);
	if (notes.length > 0) process.stdout.write(`${boot.name}  (${boot.about})\n${notes.map((note) => `    ${note}\n`).join("")}`);
}

function printSummary(all: readonly Result[]): void {
	const faults = all.filter(({ boot }) => boot.kind === "fault");
	const decoys = all.filter(({ boot }) => boot.kind === "decoy");
	const named = faults.filter(({ verdict }) => verdict.right);
	const alarms = decoys.filter(({ verdict }) => !verdict.right);
	const phantoms = all.reduce((sum, result) => sum + result.phantoms, 0);
	const stopping = faults.filter(({ verdict }) => verdict.stops);
	const tried = faults.filter(({ mended }) => mended !== null);
	const lines = [
		`faults ${faults.length}, decoys ${decoys.length}`,
		`recall      ${share(named.length, faults.length)}`,
		`  same file ${share(faults.filter(({ verdict }) => verdict.right && verdict.sameFile).length, faults.length)}`,
		`  start-up's first error in Python's words ${share(stopping.filter(({ verdict }) => verdict.sameError).length, stopping.length)}`,
		`  and where its traceback ends ${share(stopping.filter(({ verdict }) => verdict.samePlace).length, stopping.length)}`,
		`precision   ${share(named.length, named.length + alarms.length + phantoms)}`,
		`  decoys without a CRITICAL issue ${share(decoys.length - alarms.length, decoys.length)}, phantom CRITICAL issues on faults ${phantoms}`,
	];
	if (tried.length > 0) {
		lines.push(
			`boots after fix --yes --review ${share(tried.filter(({ mended }) => mended?.stage === "boots").length, tried.length)}`,
		);
	}
	process.stdout.write(`${lines.join("\n")}\n`);
}

function share(part: number, whole: number): string {
	return whole === 0 ? "none" : `${((100 * part) / whole).toFixed(1)} % (${part} of ${whole})`;
}
