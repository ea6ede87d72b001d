import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { bootmend, brokenBackend, folderWith, soundBackend } from "./support.ts";

describe("bootmend audit", () => {
	it("exits with 1 and names the fault, its line and what Python says", async () => {
		const { status, stdout } = await bootmend(folderWith(brokenBackend), "audit");
		expect(status).toBe(1);
		expect(stdout).toContain("The server does not come up");
		expect(stdout).toContain("app/main.py:3");
		expect(stdout).toContain("ImportError: cannot import name 'settngs' from 'app.core'");
		expect(stdout).not.toContain("\u001b");
	});

	it("exits with 0 and finds nothing in a backend that boots", async () => {
		const { status, stdout } = await bootmend(folderWith(soundBackend), "audit", "--fail-on", "LOW");
		expect(stdout).toContain("Nothing found that stops the server.");
		expect(status).toBe(0);
	});

	it("fails at the severity that --fail-on names", async () => {
		const folder = folderWith({ ...soundBackend, "app/core.py": brokenBackend["app/core.py"] });
		expect((await bootmend(folder, "audit")).status).toBe(0);
		expect((await bootmend(folder, "audit", "--fail-on", "medium")).status).toBe(1);
	});

	it("prints data alone to standard output", async () => {
		const { stdout } = await bootmend(folderWith(brokenBackend), "audit", "--format", "json");
		expect(JSON.parse(stdout)).toMatchObject({
			schema_version: "1.4",
			critical_path: ["IMPORT-001"],
			project: { target: "app.main:app" },
		});
	});

	it("writes a report to a file, in the format that its name asks for", async () => {
		const folder = folderWith(brokenBackend);
		const { status, stdout, stderr } = await bootmend(folder, "audit", "--output", "out/report.sarif");
		expect({ status, stdout }).toEqual({ status: 1, stdout: "" });
		expect(stderr).toContain("out/report.sarif");
		expect(JSON.parse(readFileSync(join(folder, "out/report.sarif"), "utf8"))).toMatchObject({ version: "2.1.0" });
	});

	it("says so where --python names no Python", async () => {
		const folder = folderWith({ ...soundBackend, "env/pyvenv.cfg": "version = 3.11.7\n" });
		for (const path of ["nowhere/python", "app/main.py", "app"]) {
			const { status, stderr } = await bootmend(folder, "audit", "--python", path);
			expect({ status, says: stderr.includes(`There is no Python at ${path}.`) }).toEqual({ status: 2, says: true });
		}
		expect((await bootmend(folder, "audit", "--python", "env")).status).not.toBe(2);
	});

	it("takes the target that it is told", async () => {
		const folder = folderWith({ ...brokenBackend, "other.py": "from fastapi import FastAPI\n\nmine = FastAPI()\n" });
		const { status, stdout } = await bootmend(folder, "audit", "--target", "other:mine", "--format", "json");
		expect(status).toBe(0);
		expect(JSON.parse(stdout)).toMatchObject({ project: { target: "other:mine", target_evidence: "--target" } });
	});

	it("audits the rest where a file cannot be read or a manifest is broken, and says so", async () => {
		const folder = folderWith({ ...brokenBackend, "pyproject.toml": "[project\n", "app/odd.py": "x = 1\n" });
		const { writeFileSync } = await import("node:fs");
		writeFileSync(join(folder, "app/odd.py"), Buffer.from([0x78, 0x3d, 0x22, 0xe9, 0x22]));
		writeFileSync(join(folder, "app/wide.py"), Buffer.from("\ufeffx = 1\n", "utf16le"));
		const { status, stdout } = await bootmend(folder, "audit");
		expect(status).toBe(1);
		expect(stdout).toContain("app/wide.py: not audited: saved as UTF-16");
		expect(stdout).toContain("app/odd.py:1");
		expect(stdout).toContain("pyproject.toml: line");
	});
});

describe("bad usage", () => {
	const cases: readonly (readonly [string, readonly string[], RegExp])[] = [
		["a path that is not there", ["audit", "nowhere"], /There is no folder .*nowhere/],
		["a file", ["audit", "requirements.txt"], /requirements\.txt is a file/],
		["a mistyped command", ["adit"], /bootmend audit/],
		["an unknown option", ["audit", "--fomat", "json"], /Did you mean --format/],
		["an unknown format", ["audit", "--format", "xml"], /pretty, json, markdown, sarif, github/],
		["an unknown severity", ["audit", "--fail-on", "bad"], /CRITICAL, HIGH, MEDIUM, LOW/],
		["a target that is none", ["audit", "--target", "app/main.py"], /src\.main:app/],
		["a settings file that is not there", ["audit", "--env-file", "x.env"], /There is no file x\.env/],
		["fixing without a word about what", ["fix"], /--yes/],
		["an issue that is not there", ["fix", "--issue", "IMPORT-999"], /There is no issue IMPORT-999.*\n.*IMPORT-001/],
		["resuming without a session", ["resume"], /no session/],
		["a rule that is not there", ["explain", "unknown-import-simbol"], /unknown-import-symbol/],
		["the wizard without a terminal", ["."], /`bootmend audit`.*`bootmend fix --yes`/],
	];
	it.each(cases)("%s exits with 2 and says what to do", async (_, argv, message) => {
		const { status, stdout, stderr } = await bootmend(folderWith(brokenBackend), ...argv);
		expect(stderr).toMatch(message);
		expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
	});

	it("says that a folder holds no backend", async () => {
		const { status, stderr } = await bootmend(folderWith({ "index.py": "print(1)\n" }), "audit");
		expect(stderr).toMatch(/There is no FastAPI backend in /);
		expect(status).toBe(2);
	});

	it("does not call a backend sound whose application it cannot find", async () => {
		const { status, stdout, stderr } = await bootmend(
			folderWith({ "routes.py": "import fastapi\n\nrouter = fastapi.APIRouter()\n" }),
			"audit",
		);
		expect(stdout).toContain("No application to start was found.");
		expect(stderr).toContain("--target");
		expect(status).toBe(2);
	});

	it("shows no stack trace of a bug, unless asked", async () => {
		const { run } = await import("../../src/cli/run.ts");
		const broken = (...argv: string[]) => {
			let stderr = "";
			const stream = {
				write: (text: string) => {
					stderr += text;
					return true;
				},
			};
			const cwd = () => {
				throw new Error("the floor is gone");
			};
			return run(argv, { stdout: stream, stderr: stream, stdin: {}, env: {}, cwd } as never).then((status) => ({
				status,
				stderr,
			}));
		};
		const quiet = await broken("audit");
		expect(quiet.status).toBe(70);
		expect(quiet.stderr).toContain("the floor is gone");
		expect(quiet.stderr).not.toMatch(/\n\s+at /);
		expect((await broken("audit", "--verbose")).stderr).toMatch(/\n\s+at /);
	});
});

describe("the other questions", () => {
	it("draws the import graph in every format", async () => {
		const folder = folderWith({ ...soundBackend, "app/a.py": "import app.b\n", "app/b.py": "import app.a\n" });
		const graph = async (...argv: string[]) => (await bootmend(folder, "graph", ...argv)).stdout;
		expect(await graph()).toContain("app.a → app.b → app.a");
		expect(await graph("--format", "mermaid")).toMatch(/^flowchart LR\n[\s\S]*m\d --> m\d/);
		expect(await graph("--format", "dot")).toContain('"app.a" -> "app.b" [color=red];');
		const { modules, cycles } = JSON.parse(await graph("--format", "json", "--cycles"));
		expect(cycles).toEqual([["app.a", "app.b", "app.a"]]);
		expect(modules).toHaveLength(2);
		expect(await graph("--cycles")).toMatch(/^2 of \d modules, 2 imports, 1 cycle\n/);
		const sound = await bootmend(folderWith(soundBackend), "graph", "--cycles");
		expect(sound.stdout).toMatch(/^No imports among the \d modules go round in a circle\.\n$/);
	});

	it("lists packages in every format", async () => {
		const folder = folderWith(soundBackend);
		const deps = async (...argv: string[]) => (await bootmend(folder, "deps", ...argv)).stdout;
		expect(await deps()).toMatch(/fastapi +any/);
		expect(await deps("--format", "markdown")).toContain("| package | declared |");
		expect(JSON.parse(await deps("--format", "json")).manifests).toEqual(["requirements.txt"]);
	});

	it("lists and explains the rules", async () => {
		const folder = folderWith({});
		expect((await bootmend(folder, "rules")).stdout).toContain("unknown-import-symbol");
		expect(JSON.parse((await bootmend(folder, "rules", "--json")).stdout)[0]).toHaveProperty("summary");
		const { stdout } = await bootmend(folder, "explain", "unknown-import-symbol");
		expect(stdout).toMatch(/Example\n[\s\S]*\n {2}- .*\n {2}\+ /);
	});
});
