import { EventEmitter } from "node:events";
import { render } from "ink";
import { expect, onTestFinished, test } from "vitest";
import { App } from "../../components/App.tsx";
import { createRunner } from "../../components/runner.ts";
import type { ScreenSize } from "../../src/session/view/frame.ts";
import { ScriptedSession } from "./scripted-session.ts";
import { todoProject } from "./todo-project.ts";

/** A terminal's output end: it keeps what is written, and has a size that can change. */
class Output extends EventEmitter {
	readonly isTTY = true;
	readonly frames: string[] = [];
	constructor(
		public columns: number,
		public rows: number,
	) {
		super();
	}
	write = (data: string): boolean => {
		this.frames.push(data);
		return true;
	};
}

/** A terminal's input end in raw mode. */
class Input extends EventEmitter {
	readonly isTTY = true;
	private waiting: string[] = [];
	setEncoding(): void {}
	setRawMode(): void {}
	ref(): void {}
	unref(): void {}
	read(): string | null {
		return this.waiting.shift() ?? null;
	}
	type(data: string): void {
		this.waiting.push(data);
		this.emit("readable");
	}
}

async function mount(size: ScreenSize) {
	const output = new Output(size.columns, size.rows);
	const input = new Input();
	let clock = 0;
	const session = new ScriptedSession(todoProject);
	const runner = createRunner({
		size,
		edit: () => ({ type: "no-editor" }),
		suspend: () => {},
		clear: "\x1b[2J\x1b[H",
		now: () => clock,
	});
	const ink = render(<App runner={runner} />, {
		stdout: output as unknown as NodeJS.WriteStream,
		stdin: input as unknown as NodeJS.ReadStream,
		exitOnCtrlC: false,
		patchConsole: false,
		debug: true,
	});
	onTestFinished(() => ink.unmount());
	/** Resolves once nothing is under way and three looks in a row find no new frame. */
	const settled = async () => {
		for (let calm = 0; calm < 3; ) {
			const frames = output.frames.length;
			await new Promise((resolve) => setTimeout(resolve, 15));
			calm = output.frames.length === frames && runner.snapshot().view?.isBusy !== true ? calm + 1 : 0;
		}
	};
	await settled();
	return {
		output,
		session,
		runner,
		lastFrame: () => (output.frames[output.frames.length - 1] ?? "").replace(/\x1b\[[0-9;]*m/g, ""),
		type: async (data: string) => {
			clock += 1000;
			input.type(data);
			await settled();
		},
	};
}

test("the first audit is shown step by step, and the issues once it is done", async () => {
	const { runner, lastFrame, session } = await mount({ columns: 100, rows: 30 });
	runner.report({ step: "Reading the project", done: 17, total: 17 });
	runner.report({ step: "Following the imports", done: 3, total: 12 });
	await expect.poll(lastFrame).toMatch(/✓ Reading the project {2}17 of 17[\s\S]*Following the imports {2}3 of 12/);
	runner.open(session);
	await expect.poll(lastFrame).toContain("▸ ● DEPENDENCY-001");
});

test("every frame leaves the last row of the terminal free", async () => {
	for (const size of [
		{ columns: 60, rows: 20 },
		{ columns: 100, rows: 30 },
		{ columns: 200, rows: 50 },
	]) {
		const { runner, lastFrame, session, type } = await mount(size);
		runner.open(session);
		for (const key of ["?", "\x1b", "w", "\x1b", "p", "\x1b", "]", "e", "\x1b", "A", "\x1b", "y", "y", "n", "\r"]) {
			await type(key);
			const rows = lastFrame().split("\n");
			expect(rows.length).toBeLessThanOrEqual(size.rows - 1);
			for (const row of rows) expect(row.length).toBeLessThanOrEqual(size.columns);
		}
	}
}, 60_000);

test("arrows, a burst of letters and Backspace mean what they say", async () => {
	const { runner, session, lastFrame, type } = await mount({ columns: 100, rows: 40 });
	runner.open(session);
	await type("\x1b[C");
	expect(lastFrame()).toContain("▸ ● IMPORT-001");
	await type("\x1b[D");
	expect(lastFrame()).toContain("▸ ● DEPENDENCY-001");
	await type("yyyy");
	expect(session.commands).toHaveLength(1);
	await type("e");
	await type("abc\rd");
	expect(lastFrame()).toMatch(/1 {2}#~ .*\n +2 {2}abc\n +3 {2}dfrom typing/);
	await type("\x7f\x7f");
	expect(lastFrame()).toContain("2  abcfrom typing");
});

test("the menu of a checkpoint follows the arrows and takes Enter", async () => {
	const { runner, session, lastFrame, type } = await mount({ columns: 100, rows: 40 });
	runner.open(session);
	for (const key of ["y", "y", "n"]) await type(key);
	expect(lastFrame()).toContain("▸ Commit US1 and go on to US2   one commit; 2 files changed");
	await type("\x1b[B");
	expect(lastFrame()).toContain("▸ Look at the decisions again");
	await type("\r");
	expect(lastFrame()).toContain("▸ ✓ DEPENDENCY-001");
	expect(session.commands.map((command) => command.type)).toEqual(["accept", "accept", "skip"]);
});

test("a window that is too small says so, and one that grows shows everything again", async () => {
	const { runner, session, output, lastFrame } = await mount({ columns: 100, rows: 30 });
	runner.open(session);
	output.columns = 30;
	output.rows = 8;
	output.emit("resize");
	await expect.poll(lastFrame).toMatch(/a\s+little too\s+small/);
	output.columns = 60;
	output.rows = 20;
	output.emit("resize");
	await expect.poll(lastFrame).toContain("1 of 6 · P1 · US1");
});
