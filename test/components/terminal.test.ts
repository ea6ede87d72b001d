import { EventEmitter } from "node:events";
import { expect, test } from "vitest";
import { createTerminal } from "../../components/terminal.ts";

function ends() {
	const log: string[] = [];
	const stdout = Object.assign(new EventEmitter(), { write: (data: string) => log.push(data) > 0 });
	const stdin = Object.assign(new EventEmitter(), { setRawMode: (on: boolean) => log.push(`raw ${on}`) });
	const terminal = createTerminal(stdin as unknown as NodeJS.ReadStream, stdout as unknown as NodeJS.WriteStream);
	terminal.repaint = () => log.push("repaint");
	return { terminal, log };
}

const inside = "\x1b[?1049h\x1b[2J\x1b[H\x1b[?25l";
const outside = "\x1b[?25h\x1b[?1049l";

test("the alternate screen is entered and left once, however often it is asked for", () => {
	const { terminal, log } = ends();
	terminal.enter();
	terminal.enter();
	terminal.leave();
	terminal.leave();
	expect(log).toEqual([inside, outside]);
});

test("an editor gets the terminal as it was before, and everything is painted anew after it", () => {
	const { terminal, log } = ends();
	terminal.enter();
	expect(terminal.stepOut(() => log.push("editor"))).toBe(4);
	terminal.leave();
	expect(log).toEqual([inside, "raw false", outside, "editor", "raw true", "repaint", outside]);
});

test("an editor that throws does not leave the terminal half given back", () => {
	const { terminal, log } = ends();
	terminal.enter();
	expect(() =>
		terminal.stepOut(() => {
			throw new Error("no editor");
		}),
	).toThrow("no editor");
	expect(log.slice(-2)).toEqual(["raw true", "repaint"]);
	terminal.leave();
});
