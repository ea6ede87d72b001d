const enterSequence = "\x1b[?1049h\x1b[2J\x1b[H\x1b[?25l";
const leaveSequence = "\x1b[?25h\x1b[?1049l";

/** A process that still runs this long after it was told to stop has not been stopped. Milliseconds. */
const notStopped = 200;

/** The signals that end the wizard from outside. */
export type EndingSignal = "SIGTERM" | "SIGHUP" | "SIGINT";

/** The terminal's alternate screen, entered and left exactly once, and stepped out of for an editor or the shell. */
export interface Terminal {
	enter(): void;
	/** Gives the terminal back as it was; further calls do nothing, since a second one would move the cursor. */
	leave(): void;
	/** Runs something that owns the terminal meanwhile, and blocks until it is done. */
	stepOut<Result>(work: () => Result): Result;
	/** Stops the process as `^Z` does in a shell; `fg` brings the screen back. */
	suspend(): void;
	/** Paints everything anew; set by the screen once it can. */
	repaint: () => void;
}

/** Blanks the alternate screen before a full repaint. */
export const clearSequence = enterSequence;

/** How long an interrupt typed inside an editor may take to arrive here after the editor has ended. Milliseconds. */
const lateInterrupt = 100;

export function createTerminal(stdin: NodeJS.ReadStream, stdout: NodeJS.WriteStream): Terminal {
	let isInside = false;
	const leave = () => {
		if (!isInside) return;
		isInside = false;
		stdout.write(leaveSequence);
	};
	const comeBack = () => {
		stdin.setRawMode(true);
		isInside = true;
		terminal.repaint();
	};
	const terminal: Terminal = {
		enter() {
			if (isInside) return;
			isInside = true;
			stdout.write(enterSequence);
			process.once("exit", leave);
		},
		leave() {
			leave();
			process.off("exit", leave);
		},
		stepOut(work) {
			// Ctrl-C inside the editor reaches us too, as a signal, and must not end the wizard.
			const ignore = () => {};
			process.on("SIGINT", ignore);
			stdin.setRawMode(false);
			leave();
			try {
				return work();
			} finally {
				comeBack();
				setTimeout(() => process.off("SIGINT", ignore), lateInterrupt);
			}
		},
		suspend() {
			if (process.platform === "win32") return;
			stdin.setRawMode(false);
			leave();
			const wake = () => {
				process.off("SIGCONT", wake);
				clearTimeout(timer);
				comeBack();
			};
			process.on("SIGCONT", wake);
			// Where nobody can wake us (no job control) the signal does nothing, and neither must the key.
			const timer = setTimeout(wake, notStopped);
			process.kill(0, "SIGTSTP");
		},
		repaint: () => {},
	};
	return terminal;
}

/** Calls `end` on a signal that asks the process to go; returns its own removal. */
export function onEndingSignal(end: (signal: EndingSignal) => void): () => void {
	const signals: readonly EndingSignal[] = ["SIGTERM", "SIGHUP", "SIGINT"];
	const handlers = signals.map((signal) => ({ signal, handle: () => end(signal) }));
	for (const { signal, handle } of handlers) process.on(signal, handle);
	return () => {
		for (const { signal, handle } of handlers) process.off(signal, handle);
	};
}
