import { show } from "../text/gate.ts";

/** The parts of a process that a command uses; tests bring their own. */
export interface ProcessIo {
	readonly stdout: NodeJS.WriteStream;
	readonly stderr: NodeJS.WriteStream;
	readonly stdin: NodeJS.ReadStream;
	readonly env: Readonly<Record<string, string | undefined>>;
	cwd(): string;
}

/** Where a command writes: data to stdout, everything for people to stderr. */
export interface Output {
	/** What the command was asked for. */
	data(text: string): void;
	/** Progress, warnings, next steps: a line each, through the display gate. Silent with `--quiet`. */
	say(line: string): void;
	/** What went wrong; said even with `--quiet`. */
	warn(line: string): void;
	readonly isTerminal: boolean;
	/** May data be coloured? */
	readonly colour: boolean;
	/** Columns of the terminal that data goes to; 100 where it goes to none. */
	readonly width: number;
}

/** An Output over a process, as its options and the conventions of NO_COLOR (https://no-color.org) and FORCE_COLOR ask. */
export function outputOf(io: ProcessIo, options: { readonly quiet?: boolean; readonly color?: boolean }): Output {
	const isTerminal = io.stdout.isTTY === true;
	return {
		data: (text) => void io.stdout.write(text),
		say: (line) => {
			if (!options.quiet) io.stderr.write(`${show(line)}\n`);
		},
		warn: (line) => void io.stderr.write(`${show(line)}\n`),
		isTerminal,
		colour: mayColour(io, options.color !== false, isTerminal),
		width: isTerminal ? Math.max(40, io.stdout.columns || 80) : 100,
	};
}

function mayColour(io: ProcessIo, wanted: boolean, isTerminal: boolean): boolean {
	const { NO_COLOR, FORCE_COLOR, TERM } = io.env;
	if (!wanted || (NO_COLOR !== undefined && NO_COLOR !== "")) return false;
	if (FORCE_COLOR !== undefined) return FORCE_COLOR !== "0" && FORCE_COLOR !== "false";
	return isTerminal && TERM !== "dumb";
}
