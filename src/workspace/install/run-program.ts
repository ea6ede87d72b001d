import { spawn } from "node:child_process";
import { accessSync, constants, existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";

/** How a program ended. */
export type ProgramEnd =
	| { readonly type: "exited"; readonly status: number; readonly output: readonly string[] }
	| { readonly type: "not-started"; readonly reason: string }
	| { readonly type: "interrupted" };

/** A program to run, with everything it is told. */
export interface ProgramRun {
	readonly program: string;
	readonly args: readonly string[];
	/** Absolute path of its working directory. */
	readonly cwd: string;
	readonly env: Readonly<Record<string, string | undefined>>;
	/** Told each line as it is printed, untreated: pass it through the display gate before it is shown. */
	readonly onLine: (line: string) => void;
	/** Ends the program with everything that it started. */
	readonly signal?: AbortSignal;
}

/** Lines of output that are kept for the explanation of a failure. */
const keptLines = 400;

/** Runs a program without a shell and without a terminal, in a process group of its own that ends with ours, however we end. Never throws. */
export function runProgram(run: ProgramRun): Promise<ProgramEnd> {
	return new Promise((resolve) => {
		const output: string[] = [];
		let complaint = "";
		const guard = spawn(process.execPath, [guardScript(), run.program, ...run.args], {
			cwd: run.cwd,
			env: { ...run.env },
			stdio: ["pipe", "pipe", "pipe", "pipe"],
			detached: process.platform !== "win32",
		});
		let interrupted = false;
		const stop = () => {
			interrupted = true;
			guard.stdin.end();
		};
		const finish = (result: ProgramEnd) => {
			run.signal?.removeEventListener("abort", stop);
			resolve(result);
		};
		for (const stream of [guard.stdout, guard.stderr]) {
			const lines = new LineSplitter((line) => {
				output.push(line);
				if (output.length > keptLines) output.shift();
				run.onLine(line);
			});
			stream.setEncoding("utf8");
			stream.on("data", (text: string) => lines.add(text));
			stream.on("end", () => lines.end());
		}
		guard.stdio[3]?.on("data", (text) => {
			complaint += String(text);
		});
		// A guard that has gone closes its end; that is no error of ours.
		guard.stdin.on("error", () => undefined);
		guard.on("error", (error) => finish({ type: "not-started", reason: error.message }));
		guard.on("close", (status) => {
			if (interrupted) finish({ type: "interrupted" });
			else if (complaint !== "") finish({ type: "not-started", reason: complaint });
			else finish({ type: "exited", status: status ?? 1, output });
		});
		if (run.signal?.aborted) stop();
		else run.signal?.addEventListener("abort", stop, { once: true });
	});
}

/** Path of the script that ends the program with us. It lies two folders up as source and one as bundle. */
function guardScript(): string {
	const places = ["../../../data/install/guard.cjs", "../data/install/guard.cjs"].map((place) =>
		fileURLToPath(new URL(place, import.meta.url)),
	);
	return places.find((path) => existsSync(path)) ?? places[0] ?? "";
}

/** Is there an executable of this name on the PATH? */
export function isOnPath(program: string, path: string | undefined): boolean {
	const suffixes = process.platform === "win32" ? [".exe", ".cmd", ""] : [""];
	return (path ?? "").split(delimiter).some(
		(folder) =>
			folder !== "" &&
			suffixes.some((suffix) => {
				try {
					accessSync(join(folder, program + suffix), constants.X_OK);
					return true;
				} catch {
					return false;
				}
			}),
	);
}

/** Gathers chunks into lines; a carriage return begins a line anew, as progress bars use it. */
class LineSplitter {
	private rest = "";

	constructor(private readonly onLine: (line: string) => void) {}

	add(text: string): void {
		const lines = (this.rest + text).split("\n");
		// A line without an end is kept only up to a bound: a program may print without line breaks for ever.
		this.rest = (lines.pop() ?? "").slice(-10_000);
		for (const line of lines) this.tell(line);
	}

	end(): void {
		if (this.rest !== "") this.tell(this.rest);
		this.rest = "";
	}

	private tell(line: string): void {
		const shown = line.replace(/\r$/, "").split("\r").at(-1) ?? "";
		if (shown.trim() !== "") this.onLine(shown);
	}
}
