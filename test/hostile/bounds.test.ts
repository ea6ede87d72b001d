import { describe, expect, it, vi } from "vitest";
import { runRules } from "../../src/audit/run-rules.ts";
import { buildReport } from "../../src/plan/build-report.ts";
import { Effort, withinEffort } from "../../src/python/effort.ts";
import { findSyntaxFaults } from "../../src/python/grammar.ts";
import { parseModule } from "../../src/python/parse.ts";
import { rules } from "../../src/rules/index.ts";
import { buildProject } from "../project/build-project.ts";

// Seconds at the most; the machine may be busy.
vi.setConfig({ testTimeout: 120_000 });

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
	])("and named where it nests too many %s", (_, expression) => {
		const text = `x = ${expression}\ny = 2\n`;
		const tree = parseModule(text);
		expect(tree.body.length).toBeGreaterThan(0);
		expect(tree.cutAt ?? findSyntaxFaults(text, tree, 11)[0]?.start).toBeGreaterThan(0);
	});

	it.each([
		["quotes", '"'.repeat(deep + 1)],
		["semicolons", ";".repeat(deep)],
	])("however many %s follow one another", (_, expression) => {
		expect(parseModule(`x = ${expression}\ny = 2\n`).body.length).toBeGreaterThan(0);
	});

	it("and what is left out is said to be", () => {
		const text = `from fastapi import FastAPI\napp = FastAPI()\nx = ${"not ".repeat(deep)}1\n`;
		const project = buildProject({ "main.py": text }, { target: "main:app" });
		const { notices } = buildReport(project, { result: runRules(project, []), dependencies: [], durationSeconds: 0 });
		expect(notices).toMatchObject([{ path: "main.py", message: expect.stringMatching(/^line 3: nested too deep/) }]);
	});

	it("however long its chain of branches is", () => {
		const text = `if x == 0: pass\n${"elif x == 1: pass\n".repeat(deep)}y = 2\n`;
		const tree = parseModule(text);
		expect(tree.body).toHaveLength(2);
		expect(text.slice(tree.cutAt ?? 0)).toMatch(/^elif/);
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

describe("what doubles or multiplies is looked at in bounded time", () => {
	const main = "from fastapi import FastAPI\n\napp = FastAPI()\n";

	it("classes that inherit from one another in diamond upon diamond", () => {
		const storeys = Array.from(
			{ length: 60 },
			(_, i) => `class B${i}(A${i}): pass\nclass C${i}(A${i}): pass\nclass A${i + 1}(B${i}, C${i}): pass\n`,
		);
		const text = `${main}class A0: pass\n${storeys.join("")}A60().missing\n`;
		const project = buildProject({ "main.py": text }, { target: "main:app" });
		expect(runRules(project, rules).brokenRules).toEqual([]);
	});

	it("functions that call one another twice", () => {
		const calls = Array.from({ length: 600 }, (_, i) => `def f${i + 1}(): return f${i}() + f${i}()\n`);
		const text = `${main}def f0(): return 1\n${calls.join("")}x = f600()\n`;
		const started = process.cpuUsage();
		expect(buildProject({ "main.py": text }, { target: "main:app" }).trace.runs.has("main")).toBe(true);
		expect(process.cpuUsage(started).user / 1e6).toBeLessThan(20);
	});
});

describe("the work grows with what there is, not with its square", () => {
	const main = "from fastapi import APIRouter, FastAPI\n\napp = FastAPI()\n";
	const times = (count: number, text: (i: number) => string) => Array.from({ length: count }, (_, i) => text(i)).join("");

	it.each([
		["routes", (n: number) => ({ "main.py": main + times(n, (i) => `@app.get("/r${i}/{a}")\ndef r${i}(a: int): return a\n`) })],
		[
			"routes that read the state of their application",
			(n: number) => ({
				"main.py": `${main}app.state.x = 1\n${times(n, (i) => `@app.get("/${i}")\ndef r${i}(a: int): return app.state.x\n`)}`,
			}),
		],
		[
			"routers in routers",
			(n: number) => ({
				"main.py": `${main}r0 = APIRouter()\n${times(n, (i) => `r${i + 1} = APIRouter(prefix="/p")\nr${i + 1}.include_router(r${i})\n`)}app.include_router(r${n})\n`,
			}),
		],
		[
			"requirements",
			(n: number) => ({ "main.py": main, "requirements.txt": `fastapi\n${times(n, (i) => `package-${i}==1.${i}\n`)}` }),
		],
		["imports", (n: number) => ({ "main.py": main + times(n, (i) => `import os as a${i}\n`) + times(n, (i) => `a${i}\n`) })],
		["fields", (n: number) => ({ "main.py": `${main}class A:\n${times(n, (i) => `    a${i}: int = ${i}\n`)}` })],
		[
			"services",
			(n: number) => ({
				"main.py": main,
				"compose.yaml": `services:\n${times(n, (i) => `  s${i}:\n    image: x\n    command: uvicorn main:app\n`)}`,
			}),
		],
	] as const)("%s", (_, filesOf) => {
		const steps = (count: number) => {
			const effort = new Effort(1e9);
			withinEffort(effort, () => runRules(buildProject(filesOf(count), { target: "main:app" }), rules));
			return 1e9 - effort.left;
		};
		expect(steps(400) / steps(200)).toBeLessThan(2.6);
	});
});

describe("a project that would take hours is stopped, and the report says so", () => {
	it.each([
		["modules that are missing", (i: number) => `from own.missing_${i} import name_${i}\n`],
		["names that nothing defines", (i: number) => `undefined_${i}()\n`],
		["names that a module does not have", (i: number) => `from own import missing_${i}\n`],
	])("%s", (_, line) => {
		const text = `from fastapi import FastAPI\n\napp = FastAPI()\n${Array.from({ length: 400 }, (_, i) => line(i)).join("")}`;
		const project = buildProject({ "main.py": text, "own/__init__.py": "" }, { target: "main:app" });
		const result = withinEffort(new Effort(1e9), () =>
			runRules(project, rules, { rule: 1_000_000, allRules: 3_000_000, fixesOfRuleInFile: 500_000, allFixes: 1_000_000 }),
		);
		expect(result.brokenRules).toEqual([]);
		expect(result.issues.some(({ severity, at }) => severity === "CRITICAL" && at.line === 4)).toBe(true);
		const unmended = result.issues.filter(({ manualSteps }) => manualSteps.some((step) => step.includes("audit again")));
		expect(result.spentRules.length + unmended.length).toBeGreaterThan(0);
	});

	it("a file of wrong characters, each to be mended: the fault is named, without a fix", () => {
		const text = `from fastapi import FastAPI\n\napp = FastAPI()\n${"x = \u201ca\u201d\n".repeat(400)}`;
		const project = buildProject({ "main.py": text }, { target: "main:app" });
		const result = runRules(project, rules, { rule: 200_000, allRules: 1_000_000, fixesOfRuleInFile: 1_000, allFixes: 2_000 });
		expect(result.issues.filter(({ severity }) => severity === "CRITICAL")).toMatchObject([
			{ rule: "invalid-syntax", at: { line: 4 }, fix: null, manualSteps: [expect.stringContaining("mend it by hand")] },
		]);
	});
});
