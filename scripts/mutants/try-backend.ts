import { execFileSync } from "node:child_process";
import { join } from "node:path";
import type { BootCase } from "../boot/case-file.ts";
import { recordOutcome } from "../boot/evidence.ts";
import { criticalIssues, judge, type Verdict } from "../boot/judge.ts";
import type { Outcome } from "../boot/outcome.ts";
import { bootProject, fillEnvironment, prepareCleanView, withProject } from "../boot/prove.ts";
import { type Audit, audit, fixEverything, type Subject } from "../boot/run-bootmend.ts";
import type { Backend } from "./backend.ts";

/** What a backend did, and what bootmend said and made of it. */
export interface Trial {
	readonly outcome: Outcome;
	readonly verdict: Verdict;
	readonly audit: Audit;
	/** What the backend did after `fix --yes --review`; null where it booted from the start, or nothing CRITICAL or HIGH was said. */
	readonly mended: Outcome | null;
}

/** Boots a backend, audits it, mends it where it needs mending, and boots it again. */
export async function tryBackend({ boot, python }: Backend): Promise<Trial> {
	const viewOf = async (root: string) => python ?? (await prepareCleanView(boot, root)).python;
	const start = async (root: string) => {
		const interpreter = await viewOf(root);
		return bootProject(boot, root, { python: interpreter, folder: "", missing: [] });
	};
	const outcome = await withProject(boot, start);
	const kind: BootCase["kind"] = outcome.stage === "boots" && !outcome.everyRequestFails ? "decoy" : "fault";
	const environment = await fillEnvironment(boot.environment);
	return withProject(boot, async (root) => {
		commitEverything(root);
		const subject: Subject = {
			folder: join(root, boot.workingDirectory),
			target: boot.target,
			python: await viewOf(root),
			environment,
		};
		const found = await audit(subject);
		const verdict = judge({ ...boot, kind }, recordOutcome(outcome), found);
		const isWorthMending = kind === "fault" && (verdict.right || criticalIssues(found).length > 0);
		if (!isWorthMending) return { outcome, verdict, audit: found, mended: null };
		await fixEverything(subject);
		return { outcome, verdict, audit: found, mended: await start(root) };
	});
}

function commitEverything(root: string): void {
	const git = (...command: string[]) => execFileSync("git", command, { cwd: root, stdio: "ignore" });
	git("init", "--quiet");
	git("add", "--all");
	git("-c", "user.name=Mutant", "-c", "user.email=mutant@example.com", "commit", "--quiet", "--message", "As it was");
}
