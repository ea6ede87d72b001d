import type { Key } from "ink";
import { expect, it } from "vitest";
import { keyPresses } from "../../components/keys.ts";

/** No key of its own: what Ink says of a chunk of several characters. */
const plain = {} as Key;

function namesOf(input: string): readonly string[] {
	return keyPresses(input, plain).map(({ name }) => name);
}

it("takes a chunk of several keys apart", () => {
	expect(namesOf("yn\r\x7f")).toEqual(["y", "n", "enter", "backspace"]);
});

it("takes a control key before or behind quick typing for that key, and one inside a paste for text", () => {
	expect(namesOf("ok\x13")).toEqual(["o", "k", "ctrl-s"]);
	expect(namesOf("\x15\t")).toEqual(["ctrl-u", "tab"]);
	expect(keyPresses("a\x13b", plain).map(({ text }) => text)).toEqual(["a", "\x13", "b"]);
	expect(namesOf("a\t")).toEqual(["a", "tab"]);
});
