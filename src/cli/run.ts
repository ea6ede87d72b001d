import { CommanderError } from "commander";
import { SessionError } from "../session/session-error.ts";
import { show, showLine } from "../text/gate.ts";
import { exitStatus } from "./exit-status.ts";
import type { ProcessIo } from "./io.ts";
import { buildProgram } from "./program.ts";
import { UserError } from "./user-error.ts";

/** Runs one command line and returns its exit status. Never throws, never exits. */
export async function run(argv: readonly string[], io: ProcessIo): Promise<number> {
	let status: number = exitStatus.ok;
	try {
		const program = buildProgram(io, (result) => {
			status = result;
		});
		await program.parseAsync([...argv], { from: "user" });
		return status;
	} catch (error) {
		return reportError(error, argv, io);
	}
}

function reportError(error: unknown, argv: readonly string[], io: ProcessIo): number {
	// Commander has printed its own message, or the help or version that was asked for.
	if (error instanceof CommanderError) return error.exitCode === 0 ? exitStatus.ok : exitStatus.couldNotRun;
	if (error instanceof UserError || error instanceof SessionError) {
		io.stderr.write(`${showLine(error.message)}\n${showLine(error.nextStep)}\n`);
		return exitStatus.couldNotRun;
	}
	const message = error instanceof Error ? error.message : String(error);
	io.stderr.write(`bootmend broke down: ${showLine(message)}\n`);
	if (argv.includes("--verbose") && error instanceof Error) io.stderr.write(`${show(error.stack ?? "")}\n`);
	else
		io.stderr.write(
			"This is a bug of bootmend, not of your project, and nothing of yours was lost. Please report it with what --verbose prints.\n",
		);
	return exitStatus.bug;
}
