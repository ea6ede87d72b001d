import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { planFix } from "../../src/apply/plan-fix.ts";
import { readSourceTree } from "../../src/workspace/read-source-tree.ts";

// Properties take their time on a busy machine.
vi.setConfig({ testTimeout: 120_000 });

let root = "";
beforeAll(() => {
	root = mkdtempSync(join(tmpdir(), "bootmend-plan-"));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

const edit = (path: string, start: number, end: number, newText: string) => ({ path, range: { start, end }, newText });

test("bytes outside the edits never change, whatever the encoding, byte order mark and line ends", () => {
	const piece = fc.constantFrom("a", "é", "#", " ", "\n", "\r\n", "\r", "\t", "x = 1");
	const text = fc.array(piece, { minLength: 1, maxLength: 20 }).map((pieces) => pieces.join(""));
	const encoding = fc.constantFrom("utf-8", "mark", "latin-1");
	fc.assert(
		fc.property(text, encoding, fc.nat(), fc.nat(), (body, kind, a, b) => {
			const source = kind === "latin-1" ? `# coding: latin-1\n${body}` : body;
			const head = source.length - body.length;
			const at = head + (a % (body.length + 1));
			const until = at + (b % (head + body.length - at + 1));
			const encode = (part: string) => Buffer.from(part, kind === "latin-1" ? "latin1" : "utf8");
			const mark = kind === "mark" ? Buffer.from([0xef, 0xbb, 0xbf]) : Buffer.alloc(0);
			writeFileSync(join(root, "a.py"), Buffer.concat([mark, encode(source)]));
			const plan = planFix(root, readSourceTree(root).files, [], { edits: [edit("a.py", at, until, "NEW")] });
			if (plan.type !== "planned") throw new Error(JSON.stringify(plan));
			expect(plan.files[0]?.after?.bytes).toEqual(
				Buffer.concat([mark, encode(`${source.slice(0, at)}NEW${source.slice(until)}`)]),
			);
		}),
		{ numRuns: 300 },
	);
});

test("a file that is no longer what the audit saw is stale", () => {
	writeFileSync(join(root, "b.py"), "x = 1\n");
	const { files } = readSourceTree(root);
	writeFileSync(join(root, "b.py"), "y = 1\n");
	expect(planFix(root, files, [], { edits: [edit("b.py", 0, 1, "z")] })).toEqual({ type: "stale", path: "b.py" });
	rmSync(join(root, "b.py"));
	expect(planFix(root, files, [], { edits: [edit("b.py", 0, 1, "z")] })).toEqual({ type: "stale", path: "b.py" });
	writeFileSync(join(root, "c.py"), "mine\n");
	expect(planFix(root, files, [], { edits: [edit("c.py", 0, 0, "z")] })).toEqual({ type: "stale", path: "c.py" });
});

test("fixes of one audit follow each other", () => {
	writeFileSync(join(root, "d.py"), "a b c\n");
	const { files } = readSourceTree(root);
	const first = [edit("d.py", 0, 1, "AAA")];
	writeFileSync(join(root, "d.py"), "AAA b c\n");
	const plan = planFix(root, files, first, { edits: [edit("d.py", 4, 5, "CCC")] });
	expect(plan.type === "planned" && plan.files[0]?.text).toBe("AAA b CCC\n");
	expect(planFix(root, files, first, { edits: [edit("d.py", 0, 2, "?")] })).toMatchObject({ type: "refused" });
});

test("a new settings file is the owner's alone", () => {
	const plan = planFix(root, new Map(), [], { edits: [edit("new/.env", 0, 0, "A=1\n")] });
	expect(plan.type === "planned" && plan.files[0]).toMatchObject({
		before: null,
		after: { image: { mode: 0o600 } },
		folders: ["new"],
	});
});
