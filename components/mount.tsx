import { render, renderToString } from "ink";
import type { Session, SessionState } from "../src/session/session.ts";
import { emptyMemory, listItems, remember } from "../src/session/view/items.ts";
import type { AuditProgress } from "../src/session/view/opening.ts";
import { summaryRows } from "../src/session/view/summary.ts";
import { App } from "./App.tsx";
import { Rows } from "./parts/Rows.tsx";
import { createRunner, type Runner } from "./runner.ts";
import { clearSequence, createTerminal, type EndingSignal, onEndingSignal } from "./terminal.ts";
import type { WizardOptions, WizardResult } from "./wizard.tsx";

/** Paints the wizard on the terminal and runs it to its end; see `runWizard`. Loaded late, since Ink reads the environment when it is. */
export async function mountWizard(options: WizardOptions): Promise<WizardResult> {
	const { stdin, stdout } = options;
	const terminal = createTerminal(stdin, stdout);
	const runner = createRunner({
		size: { columns: stdout.columns, rows: stdout.rows },
		edit: (text, path) => terminal.stepOut(() => options.edit(text, path)),
		suspend: terminal.suspend,
		...(options.bench ? { bench: options.bench } : {}),
		clear: clearSequence,
		now: () => performance.now(),
	});
	terminal.repaint = runner.repaint;
	let endedBy: EndingSignal | null = null;
	const stopListening = onEndingSignal((signal) => {
		endedBy = signal;
		runner.leave();
	});
	terminal.enter();
	const ink = render(<App runner={runner} />, { stdin, stdout, exitOnCtrlC: false, patchConsole: false });
	ink.waitUntilExit().catch(runner.fail);
	let session: Session | null = null;
	try {
		session = await openedSession(options, runner, () => ink.rerender(<App runner={runner} />));
		await runner.left;
	} finally {
		ink.unmount();
		terminal.leave();
		stopListening();
		await runner.stop();
		await session?.close();
	}
	const state = session?.state ?? null;
	return { summary: state === null ? "" : printedSummary(state, stdout.columns), state, endedBy };
}

/** The open session, or null where the person leaves before the audit is done. */
async function openedSession({ openSession }: WizardOptions, runner: Runner, paint: () => void): Promise<Session | null> {
	const report = (progress: AuditProgress) => {
		runner.report(progress);
		// The audit holds the thread between its steps, so each step is painted at once rather than when React finds time.
		paint();
	};
	const opening = openSession(report).then((session) => {
		runner.open(session);
		return session;
	});
	const first = await Promise.race([opening, runner.left]);
	if (first !== null && "dispatch" in first) return first;
	// Left early: whatever opens later is closed again, so that no lock stays behind.
	opening.then((session) => session.close()).catch(() => {});
	return null;
}

/** The widest that prose is still easy to read. */
const readableWidth = 100;

function printedSummary(state: SessionState, columns: number): string {
	const width = Math.min(columns, readableWidth);
	const rows = summaryRows(state, listItems(state, remember(emptyMemory, state)), width);
	return renderToString(<Rows lines={rows} width={width} />, { columns: width });
}
