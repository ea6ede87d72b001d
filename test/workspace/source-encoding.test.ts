import fc from "fast-check";
import { describe, expect, test, vi } from "vitest";
import { decodePython, decodeText, encodeSource } from "../../src/workspace/source-encoding.ts";

// Properties take their time on a busy machine.
vi.setConfig({ testTimeout: 120_000 });

const bytes = (...parts: (string | number[])[]) =>
	Buffer.concat(parts.map((part) => (typeof part === "string" ? Buffer.from(part, "latin1") : Buffer.from(part))));

describe("Python source", () => {
	test("is UTF-8 unless it says otherwise, with or without a byte order mark", () => {
		expect(decodePython(Buffer.from("x = 'é'\n"))).toMatchObject({ type: "text", text: "x = 'é'\n" });
		expect(decodePython(Buffer.from("\ufeffx = 1\n"))).toMatchObject({
			type: "text",
			text: "x = 1\n",
			encoding: { name: "utf-8" },
		});
	});

	test("follows the coding cookie of its first two lines", () => {
		expect(decodePython(bytes("# -*- coding: latin-1 -*-\nx = '\xe9'\n"))).toMatchObject({
			text: "# -*- coding: latin-1 -*-\nx = 'é'\n",
		});
		expect(decodePython(bytes("#!/usr/bin/python\n# vim: set fileencoding=cp1252 :\nx = '\x80'\n"))).toMatchObject({
			type: "text",
			text: expect.stringContaining("'€'"),
		});
		// A cookie below code is a comment like any other.
		expect(decodePython(bytes("x = 1\n# coding: latin-1\ny = '\xe9'\n"))).toMatchObject({ type: "unreadable" });
	});

	test("says where it is no UTF-8", () => {
		expect(decodePython(bytes("x = '\xe9'\n"))).toMatchObject({
			type: "unreadable",
			reason: "not UTF-8 (byte 0xe9 in line 1, at offset 5) and no coding cookie",
			recovered: { text: "x = 'é'\n", encoding: { name: "latin-1" } },
		});
		expect(decodePython(bytes("x".repeat(1000), [0xe2, 0x82], "y"))).toMatchObject({
			reason: expect.stringContaining("offset 1000"),
		});
	});

	test("is refused with null bytes, as UTF-16, and where mark and cookie disagree", () => {
		expect(decodePython(bytes("x = 1\0\n"))).toMatchObject({ reason: "contains null bytes, which Python refuses as source" });
		expect(decodePython(Buffer.from("\ufeffx = 1\n", "utf16le"))).toMatchObject({ reason: expect.stringContaining("UTF-16") });
		expect(decodePython(Buffer.from("\ufeff# coding: latin-1\n"))).toMatchObject({ type: "unreadable" });
	});
});

test("requirements as PowerShell writes them are read and written back as UTF-16", () => {
	const original = Buffer.from("\ufefffastapi==0.110\r\n", "utf16le");
	const decoded = decodeText(original);
	expect(decoded).toMatchObject({ type: "text", text: "fastapi==0.110\r\n", encoding: { name: "utf-16-le" } });
	if (decoded.type === "text") expect(encodeSource(decoded.text, decoded.encoding)).toEqual(original);
});

test("a text that its encoding cannot hold is not written", () => {
	const decoded = decodePython(bytes("# coding: latin-1\n"));
	if (decoded.type !== "text") throw new Error("unreadable");
	expect(encodeSource("# coding: latin-1\nx = '→'\n", decoded.encoding)).toBeNull();
	expect(encodeSource("# coding: latin-1\nx = 'é'\n", decoded.encoding)).toEqual(bytes("# coding: latin-1\nx = '\xe9'\n"));
});

test("a list that is no text is named with the line", () => {
	expect(decodeText(bytes("fastapi\nuvi\0corn\n"))).toMatchObject({
		reason: expect.stringContaining("null bytes from line 2 on"),
	});
	expect(decodeText(bytes("fastapi\n# caf\xe9\n"))).toMatchObject({ reason: "not UTF-8 (byte 0xe9 in line 2, at offset 13)" });
});

test("whatever can be read is written back byte for byte", () => {
	const cookie = fc.constantFrom("", "# coding: latin-1\n", "# coding: cp1251\n", "# coding: utf-8\n", "# coding: shift_jis\n");
	fc.assert(
		fc.property(cookie, fc.uint8Array({ maxLength: 40 }), (head, body) => {
			for (const decode of [decodePython, decodeText]) {
				const original = Buffer.concat([Buffer.from(head), body]);
				const decoded = decode(original);
				if (decoded.type === "unreadable") continue;
				const again = encodeSource(decoded.text, decoded.encoding);
				if (again !== null) expect(again).toEqual(original);
			}
		}),
		{ numRuns: 500 },
	);
});
