import { type BootTrial, keepProgress } from "../session/boots/keep-progress.ts";
import type { DecidedIssue, Outcome, Session } from "../session/session.ts";
import { showLine } from "../text/gate.ts";
import { bootTrials } from "./boot-trial.ts";
import type { Output, ProcessIo } from "./io.ts";
import type { CommonOptions } from "./options.ts";

/** The boots of `fix --verify`. */
export interface VerifiedFixes {
	/** Boots after a phase's fixes, and takes back those with which the boot gets less far. */
	check(session: Session, applied: readonly DecidedIssue[], onOutcome: (outcome: Outcome) => void): Promise<void>;
	/** Says how far the boot got before, and gets now; false where the server was tried and does not come up. `again`: more than files changed since. */
	sayHowFar(again: boolean): Promise<boolean>;
}

/** From here on every request that was tried is answered. */
const answering = 6;

/** Boots the backend as it is, to compare later boots with. */
export async function verifiedFixes(
	path: string | undefined,
	options: CommonOptions,
	io: ProcessIo,
	output: Output,
): Promise<VerifiedFixes> {
	const tryBoot = bootTrials(path, options, io, output);
	output.say("Booting the backend as it is …");
	const first = await tryBoot();
	let newest: BootTrial | null = first;
	if (first !== null) output.say(`Before: it reaches ${described(first)}`);
	return {
		check: async (session, applied, onOutcome) => {
			const [decided] = applied;
			if (newest === null || decided === undefined) return;
			output.say(`Booting with the fixes of ${decided.story} …`);
			const kept = await keepProgress(session, applied, newest, tryBoot, onOutcome);
			newest = kept?.trial ?? newest;
			if (kept !== null) output.say(`${decided.story}: it reaches ${described(kept.trial)}`);
		},
		sayHowFar: async (again) => {
			if (first === null || newest === null) {
				// What has been installed since may be what was missing.
				const now = again ? await bootTrials(path, options, io, output)() : null;
				if (now === null) return true;
				output.say(`Now: ${described(now)}`);
				return now.progress >= answering;
			}
			const now = again ? ((await tryBoot()) ?? newest) : newest;
			output.say(`Was: ${described(first)}`);
			output.say(`Now: ${described(now)}`);
			return now.progress >= answering;
		},
	};
}

function described({ reaches, error }: BootTrial): string {
	return showLine(error === null ? reaches : `${reaches}: ${error}`);
}
