import { exitStatus } from "../exit-status.ts";
import { outputOf, type ProcessIo } from "../io.ts";
import type { WizardOptions } from "../options.ts";
import { placeOf } from "../place.ts";
import { type AuditStep, startSession } from "../start-session.ts";
import { UserError } from "../user-error.ts";

/** `bootmend`: walks a person through the fixes on a screen. */
export async function wizardCommand(path: string | undefined, options: WizardOptions, io: ProcessIo): Promise<number> {
	placeOf(path, io);
	if (!io.stdin.isTTY || !io.stdout.isTTY) {
		throw new UserError(
			"The wizard needs a terminal, and there is none here.",
			"Without one: `bootmend audit` prints what is wrong, `bootmend fix --yes` applies the safe fixes.",
		);
	}
	const output = outputOf(io, options);
	const { runWizard } = await import("../../../components/wizard.tsx");
	const { editText, findEditor } = await import("../../workspace/editor.ts");
	const { openWorkbench } = await import("../wizard-bench.ts");
	const bench = openWorkbench(options, io);
	const result = await runWizard({
		openSession: (onProgress) =>
			startSession(path, options, io, (step) => onProgress({ step: steps[step], done: 0, total: null }), bench.takeAudit),
		bench: bench.workbench,
		edit: (text, file) => editText(text, file, findEditor(io.env)),
		stdin: io.stdin,
		stdout: io.stdout,
		color: output.colour,
	});
	output.data(`${result.summary.replace(/\n$/, "")}\n`);
	return result.endedBy === null ? exitStatus.ok : statusOfSignal[result.endedBy];
}

/** 128 and the number of the signal, as shells report it. */
const statusOfSignal = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const;

const steps: Readonly<Record<AuditStep, string>> = {
	read: "Reading the project",
	simulate: "Following the imports",
	audit: "Looking for faults",
};

/** `bootmend resume`: the wizard on the newest session that was not finished. */
export async function resumeCommand(path: string | undefined, options: WizardOptions, io: ProcessIo): Promise<number> {
	const { listSessions } = await import("../../session/list-sessions.ts");
	const { sessions } = listSessions(placeOf(path, io).root);
	if (!sessions.some((session) => !session.finished))
		throw new UserError("There is no session to go on with here.", "Begin one: bootmend");
	return wizardCommand(path, options, io);
}
