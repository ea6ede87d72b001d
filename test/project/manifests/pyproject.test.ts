import fc from "fast-check";
import { expect, it } from "vitest";
import type { Requirement } from "../../../src/project/manifests/manifest.ts";
import { readPipfile } from "../../../src/project/manifests/pipfile.ts";
import { readPyproject } from "../../../src/project/manifests/pyproject.ts";
import { readSetupCfg } from "../../../src/project/manifests/setup-cfg.ts";
import { readSetupPy } from "../../../src/project/manifests/setup-py.ts";
import { sourceTree } from "./source-tree.ts";

const summary = (requirements: readonly Requirement[]) =>
	requirements.map(({ name, extras, specifier, marker, group, url }) =>
		[
			name,
			extras.length ? `[${extras.join()}]` : "",
			specifier,
			marker ? `; ${marker}` : "",
			url ? ` @ ${url}` : "",
			group ? ` (${group})` : "",
		].join(""),
	);

function readText(text: string, others: Record<string, string> = {}) {
	return readPyproject(sourceTree({ "pyproject.toml": text, ...others }), "pyproject.toml");
}

it("reads PEP 621 dependencies, extras and the Python they need", () => {
	const text = `[project]
name = "shop"
requires-python = ">=3.10"
dependencies = [
  "fastapi>=0.115", # web
  'uvicorn[standard]; python_version < "3.13"',
]

[project.optional-dependencies]
dev = ["pytest", "httpx>=0.27"]
`;
	const { requirements, requiresPython, requiresPythonRange, problems } = readText(text);
	expect(summary(requirements)).toEqual([
		"fastapi>=0.115",
		'uvicorn[standard]; python_version < "3.13"',
		"pytest (dev)",
		"httpx>=0.27 (dev)",
	]);
	expect(requirements.map(({ range }) => text.slice(range.start, range.end))[1]).toBe(
		'uvicorn[standard]; python_version < "3.13"',
	);
	expect([requiresPython, text.slice(requiresPythonRange?.start, requiresPythonRange?.end)]).toEqual([">=3.10", ">=3.10"]);
	expect(problems).toEqual([]);
});

it("reads dependency groups and names one that is not there", () => {
	const { requirements, problems } = readText(
		'[dependency-groups]\ntest = ["pytest", {include-group = "lint"}]\ndev = [{include-group = "test"}]\n',
	);
	expect(summary(requirements)).toEqual(["pytest (test)"]);
	expect(problems.map(({ line, message, fatal }) => [line, message, fatal])).toEqual([
		[2, "the included group lint is not there", false],
	]);
});

it("reads poetry's tables, carets, tildes, multiple constraints and groups", () => {
	const text = `[tool.poetry.dependencies]
python = "^3.11"
fastapi = "^0.115"
uvicorn = { version = "~0.30", extras = ["standard"] }
pinned = "1.2.3"
any = "*"
either = "1.0 || 2.0"
many = [
  { version = "<=1.9", python = "<3.8" },
  { version = "^2.0", python = ">=3.8" },
]
mine = { path = "../mine" }

[tool.poetry.group.dev.dependencies]
pytest = ">=8"

[tool.poetry.group.dev.dependencies.ruff]
version = "*"
`;
	const { requirements, requiresPython, tool } = readText(text);
	expect(summary(requirements)).toEqual([
		"fastapi>=0.115,<0.116",
		"uvicorn[standard]>=0.30,<0.31",
		"pinned==1.2.3",
		"any",
		"either",
		'many<=1.9; python_version < "3.8"',
		'many>=2.0,<3.0; python_version >= "3.8"',
		"mine @ ../mine",
		"pytest>=8 (dev)",
		"ruff (dev)",
	]);
	expect([requiresPython, tool]).toEqual([">=3.11,<4.0", "poetry"]);
});

it("reads uv sources, pdm and hatch groups, and setuptools' dynamic files", () => {
	const { requirements } = readText(
		`[project]
dynamic = ["dependencies"]
[tool.setuptools.dynamic]
dependencies = { file = ["requirements.txt"] }
[tool.uv]
dev-dependencies = ["ruff"]
[tool.uv.sources]
fastapi = { git = "https://example.com/fastapi" }
[tool.pdm.dev-dependencies]
test = ["pytest"]
[tool.hatch.envs.docs]
dependencies = ["mkdocs"]
`,
		{ "requirements.txt": "fastapi\n" },
	);
	expect(summary(requirements)).toEqual([
		"pytest (test)",
		"ruff (dev)",
		"mkdocs (hatch:docs)",
		"fastapi @ https://example.com/fastapi",
	]);
});

it("reads on behind broken TOML and names its line", () => {
	const { requirements, problems } = readText('[project]\nname = "x\ndependencies = ["fastapi"]\n');
	expect(problems.map(({ line, fatal }) => [line, fatal])).toEqual([[2, true]]);
	expect(summary(requirements)).toEqual(["fastapi"]);
});

it("names an item that is no requirement", () => {
	expect(readText('[project]\ndependencies = [\n  "fastapi >",\n]\n').problems).toMatchObject([{ line: 3, fatal: true }]);
});

it("tells a file that only configures tools from a manifest", () => {
	expect(readText("[tool.ruff]\nline-length = 100\n").declaresDependencies).toBe(false);
	expect(readText('[project]\nname = "x"\ndependencies = []\n').declaresDependencies).toBe(true);
});

it("reads a Pipfile", () => {
	const text =
		'[packages]\nfastapi = "*"\nuvicorn = {extras = ["standard"], version = ">=0.30"}\n[dev-packages]\npytest = "==8.0"\n[requires]\npython_version = "3.11"\n';
	const { requirements, requiresPython } = readPipfile(sourceTree({ Pipfile: text }), "Pipfile");
	expect(summary(requirements)).toEqual(["fastapi", "uvicorn[standard]>=0.30", "pytest==8.0 (dev)"]);
	expect(requiresPython).toBe("==3.11.*");
});

it("reads setup.cfg", () => {
	const text =
		"[metadata]\nname = x\n[options]\npython_requires = >=3.10\ninstall_requires =\n    fastapi>=0.1\n    # comment\n    uvicorn[standard] ; python_version < '3.12'\n[options.extras_require]\ndev =\n    pytest\n";
	const { requirements, requiresPython } = readSetupCfg(sourceTree({ "setup.cfg": text }), "setup.cfg");
	expect(summary(requirements)).toEqual(["fastapi>=0.1", "uvicorn[standard]; python_version < '3.12'", "pytest (dev)"]);
	expect(requiresPython).toBe(">=3.10");
});

it("reads the literals of setup.py, and keeps a place for what is computed", () => {
	const text =
		'from setuptools import setup\nREQUIRES = ["fastapi>=0.1", "uvicorn"]\nsetup(name="x", install_requires=REQUIRES, extras_require={"dev": ["pytest"], "all": compute()}, python_requires=">=3.9")\n';
	const { requirements, requiresPython } = readSetupPy(sourceTree({ "setup.py": text }), "setup.py");
	expect(summary(requirements)).toEqual(["fastapi>=0.1", "uvicorn", "pytest (dev)", " (all)"]);
	expect(requiresPython).toBe(">=3.9");
});

it("never throws on any TOML-like text", () => {
	const piece = fc.constantFrom(
		"[project]",
		"[tool.poetry.dependencies]",
		"dependencies",
		" = ",
		"[",
		"]",
		"{",
		"}",
		'"',
		"'",
		'"fastapi>=1"',
		",",
		"\n",
		"#",
		".",
		"\\",
		'"""',
		"é",
		"\0",
		"a",
		"[[",
		"]]",
	);
	fc.assert(
		fc.property(
			fc.array(piece, { maxLength: 40 }).map((pieces) => pieces.join("")),
			(text) => {
				for (const { range } of readText(text).requirements) expect(range.end).toBeLessThanOrEqual(text.length);
				expect(() => readPipfile(sourceTree({ Pipfile: text }), "Pipfile")).not.toThrow();
			},
		),
	);
});
