import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";
import { type BackendFiles, ScratchRepository } from "./repository.ts";
import { TerminalRun, type TerminalSize } from "./terminal.ts";

const program = fileURLToPath(new URL("../../../dist/cli.js", import.meta.url));

export interface WizardRun extends Partial<TerminalSize> {
	/** What follows `bootmend` on the command line; nothing unless told. */
	readonly args?: readonly string[];
	readonly environment?: Readonly<Record<string, string>>;
	/** How long to wait for anything, in milliseconds. */
	readonly patience?: number;
}

/** A repository that is gone when the test is over. */
export function scratchRepository(source: string | BackendFiles = "todo-broken"): ScratchRepository {
	const repository = new ScratchRepository(source);
	onTestFinished(() => repository.remove());
	return repository;
}

/** `bootmend` in a pseudo-terminal, with the repository as its working directory; ended with the test at the latest. */
export function startWizard(
	repository: ScratchRepository,
	{ args = [], environment = {}, columns = 100, rows = 30, patience }: WizardRun = {},
): TerminalRun {
	const run = new TerminalRun({
		command: [process.execPath, program, ...args],
		folder: repository.folder,
		environment: { PATH: repository.tools, ...environment },
		columns,
		rows,
		...(patience === undefined ? {} : { patience }),
	});
	onTestFinished(() => run.kill());
	return run;
}

/** Presses `key` on each issue until the story's checkpoint is up; an issue that nothing can mend is skipped. */
export async function decideStory(run: TerminalRun, story: string, key: string): Promise<void> {
	const isDecided = () => run.screen().includes(`${story} is decided`);
	for (let decisions = 0; decisions < 50; decisions++) {
		await run.waitFor(/n skip|is decided/);
		await run.press();
		if (isDecided()) return;
		const before = run.screen();
		await run.press(before.includes("No edit can mend this") ? "n" : key);
		await run.change(before);
	}
	throw new Error(`${story} is not decided after fifty decisions. The screen:\n${run.screen()}`);
}
