import { describe, expect, it, vi } from "vitest";
import { findSyntaxFaults } from "../../src/python/grammar.ts";
import { parseModule } from "../../src/python/parse.ts";
import { buildProject } from "../project/build-project.ts";

// Seconds at the most; the machine may be busy.
vi.setConfig({ testTimeout: 30_000 });

const deep = 5_000;

describe("a source of any shape is parsed", () => {
	it.each([
		["parentheses", `${"(".repeat(deep)}1${")".repeat(deep)}`],
		["additions", Array.from({ length: deep }, () => "1").join("+")],
		["lambdas", `${"lambda:".repeat(deep)}1`],
		["negations", `${"not ".repeat(deep)}1`],
		["powers", `${"2**".repeat(deep)}2`],
		["conditions", `${"1 if 1 else ".repeat(deep)}1`],
		["assignment expressions", `${"(a:=".repeat(deep)}1${")".repeat(deep)}`],
		["attributes", `a${".b".repeat(deep)}`],
		["quotes", '"'.repeat(deep + 1)],
		["semicolons", ";".repeat(deep)],
	])("however many %s it nests", (_, expression) => {
		const tree = parseModule(`x = ${expression}\ny = 2\n`);
		expect(tree.body.length).toBeGreaterThan(0);
	});

	it("however long its chain of branches is", () => {
		const text = `if x == 0: pass\n${"elif x == 1: pass\n".repeat(deep)}y = 2\n`;
		expect(parseModule(text).body).toHaveLength(2);
	});

	it("however many continued lines follow one another", () => {
		const text = `x = ${"\\\n".repeat(50_000)}1\n`;
		const started = process.cpuUsage();
		const tree = parseModule(text);
		expect(findSyntaxFaults(text, tree, 11)).toEqual([]);
		expect(tree.body).toMatchObject([{ type: "Assign", value: { type: "Constant", value: 1 } }]);
		expect(process.cpuUsage(started).user / 1e6).toBeLessThan(10);
	});
});

describe("values that double with every line are not followed", () => {
	it.each([
		["a text that is added to itself", 's = "a"\n', "s = s + s\n"],
		["a text in an f-string", 's = "a"\n', 's = f"{s}{s}"\n'],
		["a text that is joined", 's = "a"\n', 's = "".join([s, s, s])\n'],
		["a text that is replaced", 's = "a"\n', 's = s.replace("a", "aa")\n'],
		["a list that is added to itself", 's = ["a"]\n', "s = s + s\n"],
	])("%s", (_, start, line) => {
		const project = buildProject({ "main.py": `${start}${line.repeat(60)}app = s\n` }, { target: "main:app" });
		expect(project.trace.runs.has("main")).toBe(true);
		expect(process.memoryUsage().heapUsed).toBeLessThan(1.5e9);
	});
});
