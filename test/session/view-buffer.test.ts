import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { bufferText, editBuffer, openBuffer, type TextBuffer } from "../../src/session/view/buffer.ts";

const env = "DATABASE_URL='postgresql://app:hunter2secret@db.example.com/todo'\nDEBUG=true\n";

function type(buffer: TextBuffer, ...keys: string[]): TextBuffer {
	return keys.reduce((current, key) => editBuffer(current, key, key.length === 1 ? key : ""), buffer);
}

describe("the built-in editor", () => {
	test("a text that is opened and taken back is the same text", () => {
		fc.assert(
			fc.property(fc.string(), (text) => {
				expect(bufferText(openBuffer(text, "a.txt"))).toBe(text.replace(/\r\n?/g, "\n"));
			}),
		);
	});

	test("a secret is masked while it is edited, and back in the result", () => {
		const buffer = openBuffer(env, "backend/.env");
		expect(buffer.lines.join("\n")).not.toContain("hunter2secret");
		expect(bufferText(type(buffer, "down", "end", "backspace", "backspace", "backspace", "backspace", "o", "n"))).toBe(
			env.replace("true", "on"),
		);
	});

	test("a mask that was deleted cannot be taken back", () => {
		const buffer = openBuffer(env, "backend/.env");
		const at = buffer.lines[0]?.indexOf("••••") ?? 0;
		const past = type(buffer, ...Array.from({ length: at + 1 }, () => "right"));
		expect(bufferText(type(past, "backspace"))).toBeNull();
	});

	test("Enter keeps the indentation, and Backspace joins lines", () => {
		const buffer = type(openBuffer("    a\n", "a.py"), "end", "enter", "b");
		expect(bufferText(buffer)).toBe("    a\n    b\n");
		expect(bufferText(type(openBuffer("a\nb\n", "a.py"), "down", "backspace"))).toBe("ab\n");
	});

	test("a paste of several lines goes in as it is", () => {
		const buffer = editBuffer(openBuffer("x\n", "a.py"), "", "one\rtwo ");
		expect(bufferText(buffer)).toBe("one\ntwo x\n");
	});

	test("the cursor never leaves the text, whatever keys come", () => {
		const keys = fc.array(
			fc.constantFrom(
				"left",
				"right",
				"up",
				"down",
				"home",
				"end",
				"pageup",
				"pagedown",
				"backspace",
				"ctrl-d",
				"ctrl-k",
				"enter",
				"é",
				"🙂",
				"漢",
			),
		);
		fc.assert(
			fc.property(fc.string(), keys, (text, pressed) => {
				const buffer = type(openBuffer(text, "a.py"), ...pressed);
				expect(buffer.row).toBeGreaterThanOrEqual(0);
				expect(buffer.row).toBeLessThan(buffer.lines.length);
				expect(buffer.column).toBeLessThanOrEqual(buffer.lines[buffer.row]?.length ?? -1);
			}),
		);
	});
});
