import { expect, it } from "vitest";
import { CappedOutput } from "../../src/workspace/boot/capped-output.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

it("keeps the beginning and the end of endless output, and says what it left out", () => {
	const output = new CappedOutput();
	output.append(bytes("begin\n"));
	for (let i = 0; i < 200; i++) output.append(bytes("x".repeat(100_000)));
	output.append(bytes("\nend"));
	expect(output.length).toBe(20_000_010);
	expect(output.text.length).toBeLessThan(700_000);
	expect(output.text).toMatch(/^begin\n/);
	expect(output.text).toMatch(/\[\d+ characters left out\]/);
	expect(output.text).toMatch(/\nend$/);
});

it("gives what came since a mark", () => {
	const output = new CappedOutput();
	output.append(bytes("one "));
	const mark = output.length;
	output.append(bytes("two "));
	output.append(bytes("three"));
	expect(output.since(mark)).toBe("two three");
	expect(output.text).toBe("one two three");
});

it("puts characters together that came in pieces", () => {
	const output = new CappedOutput();
	const [first, ...rest] = bytes("é");
	output.append(Uint8Array.of(first ?? 0));
	output.append(Uint8Array.from(rest));
	expect(output.text).toBe("é");
});
