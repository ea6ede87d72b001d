import { spawn } from "@lydell/node-pty";
import xterm from "@xterm/headless";

export interface TerminalSize {
	readonly columns: number;
	readonly rows: number;
}

export interface RunOptions extends TerminalSize {
	readonly command: readonly string[];
	readonly folder: string;
	readonly environment?: Readonly<Record<string, string>>;
	/** How long to wait for anything, in milliseconds; 40 s unless told. */
	readonly patience?: number;
}

/** Quiet for this long, the screen has settled: nothing is under way, and the wizard takes decisions again. Milliseconds. */
const quiet = 200;

/** A program in a real pseudo-terminal, seen through a terminal emulator. */
export class TerminalRun {
	/** Every byte that the program has written. */
	output = "";
	private readonly emulator: xterm.Terminal;
	private readonly process: ReturnType<typeof spawn>;
	private lastOutput = performance.now();
	private exitCode: number | null = null;
	private readonly patience: number;

	constructor(options: RunOptions) {
		const [file = "", ...args] = options.command;
		const { columns: cols, rows } = options;
		this.patience = options.patience ?? 40_000;
		this.emulator = new xterm.Terminal({ cols, rows, allowProposedApi: true, scrollback: 1000 });
		this.process = spawn(file, args, {
			name: "xterm-256color",
			cols,
			rows,
			cwd: options.folder,
			env: cleanEnvironment(options.environment),
		});
		this.process.onData((data) => {
			this.output += data;
			this.lastOutput = performance.now();
			this.emulator.write(data);
		});
		this.process.onExit(({ exitCode }) => {
			this.exitCode = exitCode;
		});
	}

	/** The rows in sight, without the spaces at their ends. */
	screen(): string {
		return this.rows().join("\n").trimEnd();
	}

	rows(): readonly string[] {
		const buffer = this.emulator.buffer.active;
		return Array.from(
			{ length: this.emulator.rows },
			(_, row) => buffer.getLine(buffer.baseY + row)?.translateToString(true) ?? "",
		);
	}

	/** Everything that is still in the normal buffer, what has scrolled away included. */
	transcript(): string {
		const buffer = this.emulator.buffer.normal;
		return Array.from({ length: buffer.length }, (_, row) => buffer.getLine(row)?.translateToString(true) ?? "")
			.join("\n")
			.trimEnd();
	}

	get isInAlternateScreen(): boolean {
		return this.emulator.buffer.active.type === "alternate";
	}

	/** The emulator itself, for a picture of the screen. */
	get terminal(): xterm.Terminal {
		return this.emulator;
	}

	/** Resolves once all of these stand on the screen; rejects with the screen as it is once its patience is at an end. */
	async waitFor(...texts: readonly (string | RegExp)[]): Promise<void> {
		const isThere = (text: string | RegExp) =>
			typeof text === "string" ? this.screen().includes(text) : text.test(this.screen());
		await this.until(
			() => texts.every(isThere),
			() => `${texts.filter((text) => !isThere(text)).join(" and ")} on the screen`,
		);
	}

	/** Presses keys one after the other, each on a screen that has settled; resolves when it has settled again. */
	async press(...keys: readonly string[]): Promise<void> {
		await this.settle();
		for (const key of keys) {
			this.process.write(key);
			this.lastOutput = performance.now();
			await this.settle();
		}
	}

	/** Resolves once the screen is not what it was. */
	async change(before: string): Promise<void> {
		await this.until(
			() => this.screen() !== before,
			() => "a change of the screen",
		);
	}

	/** Resolves once nothing moves any more and no spinner turns. */
	private async settle(): Promise<void> {
		const isAtRest = () => performance.now() - this.lastOutput >= quiet && !/[\u2801-\u28ff]/.test(this.screen());
		await this.until(isAtRest, () => "a screen at rest");
	}

	/** Changes the size of the window, as a person does while the program runs. */
	resize({ columns, rows }: TerminalSize): void {
		this.emulator.resize(columns, rows);
		this.process.resize(columns, rows);
		this.lastOutput = performance.now();
	}

	/** The exit status, once the program has ended and all it wrote has been read. */
	async exit(): Promise<number> {
		await this.until(
			() => this.exitCode !== null && performance.now() - this.lastOutput >= quiet / 2,
			() => "an end of the program",
		);
		return this.exitCode ?? -1;
	}

	kill(signal = "SIGKILL"): void {
		if (this.exitCode === null) this.process.kill(signal);
	}

	private async until(isDone: () => boolean, wanted: () => string): Promise<void> {
		const end = performance.now() + this.patience;
		while (!isDone()) {
			if (performance.now() > end) throw new Error(`Waited in vain for ${wanted()}. The screen:\n${this.screen()}`);
			await new Promise((resolve) => setTimeout(resolve, 10));
		}
	}
}

export const keys = {
	enter: "\r",
	escape: "\x1b",
	up: "\x1b[A",
	down: "\x1b[B",
	right: "\x1b[C",
	end: "\x1b[F",
	ctrlC: "\x03",
	ctrlS: "\x13",
} as const;

/** The environment of a person at a terminal: not the test runner's, nor a CI's unless a test asks for one. PATH is the caller's to give. */
function cleanEnvironment(extra: Readonly<Record<string, string>> = {}): Record<string, string> {
	const kept = ["HOME", "TMPDIR", "LANG"].flatMap((name) =>
		process.env[name] === undefined ? [] : [[name, process.env[name]] as const],
	);
	return {
		...Object.fromEntries(kept),
		TERM: "xterm-256color",
		...extra,
	};
}
