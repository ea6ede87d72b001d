import { describe, expect, it } from "vitest";
import unreadable from "../../../src/rules/dependencies/unreadable-manifest.ts";
import { auditDependencies, installed } from "./audit-dependencies.ts";

const main = "#- main.py\nfrom fastapi import FastAPI\napp = FastAPI()\n";
const audit = (requirements: string) => auditDependencies(`#- requirements.txt\n${requirements}\n${main}`);

it("makes prose a comment", () => {
	const { lines, issues, mended } = audit("fastapi\nFirst install Python\nuvicorn");
	expect(lines).toEqual(["CRITICAL unreadable-manifest requirements.txt:2 requirements.txt holds a line that is no requirement"]);
	expect(issues[0]).toMatchObject({
		failsOn: ["clean-install"],
		expectedError: "ERROR: Invalid requirement: 'First install Python' (from line 2 of requirements.txt)",
	});
	expect(issues[0]?.fix?.applicability).toBe("review");
	expect(mended("requirements.txt")).toBe("fastapi\n# First install Python\nuvicorn\n");
});

it("writes the packages of a shell command, a list in prose or one line as pip reads them", () => {
	const known = installed();
	const environment = { ...known, expected: (name: string) => known.distributions.get(name) ?? null };
	const mended = (line: string) =>
		auditDependencies(`#- requirements.txt\n${line}\n${main}`, environment).mended("requirements.txt");
	expect(mended("pip install fastapi>=0.110 uvicorn")).toBe("fastapi>=0.110\nuvicorn\n");
	expect(mended("- fastapi\nuvicorn")).toBe("fastapi\nuvicorn\n");
	expect(mended("fastapi, uvicorn")).toBe("fastapi\nuvicorn\n");
	expect(mended("fastapi==0.115.0uvicorn==0.30.0")).toBe("fastapi==0.115.0\nuvicorn==0.30.0\n");
	expect(mended("fastapi with uvicorn")).toBe("# fastapi with uvicorn\n");
});

it.each([
	["uv", "", "CRITICAL unreadable-manifest uv.lock:2 uv.lock: the lock file cannot be read"],
	["uv", "uv sync --frozen", "CRITICAL unreadable-manifest uv.lock:2 uv.lock: the lock file cannot be read"],
	["pip", "pip install .", "MEDIUM unreadable-manifest uv.lock:2 uv.lock: the lock file cannot be read"],
])("names a lock file in the middle of a merge, which only its tool reads: %s, %s", (_, run, line) => {
	const image = run === "" ? "" : `#- Dockerfile\nFROM python:3.12\nRUN ${run}\n`;
	const project = '#- pyproject.toml\n[project]\nname = "x"\nversion = "0"\ndependencies = ["fastapi", "uvicorn"]\n';
	const { lines, issues } = auditDependencies(`${project}${image}#- uv.lock\nversion = 1\n<<<<<<< HEAD\n${main}`);
	expect(lines).toEqual([line]);
	expect(issues[0]?.manualSteps).toEqual(["Delete uv.lock, then run uv sync: it is written anew."]);
});

it("corrects a single equals sign", () => {
	expect(audit("fastapi = 0.115.0\nuvicorn").mended("requirements.txt")).toBe("fastapi==0.115.0\nuvicorn\n");
});

it("names what only a person can mend", () => {
	const { lines, issues } = audit("fastapi\nuvicorn\n-r requirements-base.txt");
	expect(lines).toEqual([
		"CRITICAL unreadable-manifest requirements.txt:3 requirements.txt: the included file requirements-base.txt is not there",
	]);
	expect(issues[0]).toMatchObject({
		fix: null,
		manualSteps: ["Correct requirements.txt here, then run pip install -r requirements.txt again."],
	});
});

it("is medium for a manifest that start-up is not installed from", () => {
	const literal = `#- requirements.txt\nfastapi\nuvicorn\n#- requirements-dev.txt\nrun the tests with pytest\n${main}`;
	expect(auditDependencies(literal).lines).toEqual([
		"MEDIUM unreadable-manifest requirements-dev.txt:1 requirements-dev.txt holds a line that is no requirement",
	]);
});

it("says nothing about comments, options, hashes and addresses", () => {
	expect(
		audit(
			"# list\n--index-url https://example.com\nfastapi==0.115.0 \\\n    --hash=sha256:aa\nuvicorn @ https://example.com/uvicorn.whl",
		).lines,
	).toEqual([]);
});

it.each([
	[
		"broken TOML",
		'#- pyproject.toml\n[project]\nname = \'x\'\ndependencies = [\n"fastapi"\n"uvicorn"]\n',
		/pyproject\.toml:\d+ pyproject\.toml: no valid TOML/,
	],
	[
		"files that include each other",
		"#- requirements.txt\nfastapi\n-r requirements-b.txt\n#- requirements-b.txt\n-r requirements.txt\n",
		/requirements-b\.txt:1 .*the files include each other in a circle/,
	],
	[
		"a NUL byte",
		"#- requirements.txt\nfastapi\nuvi\0corn\n",
		/requirements\.txt:2 requirements\.txt holds a line that is no requirement/,
	],
])("names the file and the line of %s", (_, manifests, expected) => {
	const { lines } = auditDependencies(`${manifests}${main}`);
	expect(lines[0]).toMatch(expected);
});

it("includes the one list beside a file that is not there", () => {
	const files =
		"#- requirements.txt\n-r requirements/prod.txt\n#- requirements/base.txt\nfastapi\nuvicorn\n#- requirements/dev.txt\n-r base.txt\n";
	const { lines, issues, mended } = auditDependencies(`${files}${main}`);
	expect(lines).toEqual([
		"CRITICAL unreadable-manifest requirements.txt:1 requirements.txt: the included file requirements/prod.txt is not there",
	]);
	expect(issues[0]?.expectedError).toBe(
		"ERROR: Could not open requirements file: [Errno 2] No such file or directory: 'requirements/prod.txt'",
	);
	expect(mended("requirements.txt")).toBe("-r requirements/base.txt\n");
});

describe("a sign that a slip has taken from pyproject.toml is put back", () => {
	const whole =
		'[project]\nname = "x"\nversion = "1"\ndependencies = [\n    "fastapi>=0.100",\n    "uvicorn",\n]\n\n[tool.ruff]\nline-length = 100\n';
	it.each([
		["the comma between two items", '0.100",', '0.100"'],
		["the quote at the end of an item", '0.100",', "0.100,"],
		["the quote at the beginning of an item", '"uvicorn"', 'uvicorn"'],
		["the quote of a name", 'name = "x"', 'name = "x'],
	])("%s", (_, written, broken) => {
		const literal = `#- pyproject.toml\n${whole.replace(written, broken)}#- main.py\nfrom fastapi import FastAPI\n\napp = FastAPI()\n`;
		const { mended, issues } = auditDependencies(literal, installed(), unreadable);
		expect(issues[0]).toMatchObject({ severity: "CRITICAL", fix: { applicability: "review" } });
		expect(mended("pyproject.toml")).toBe(whole);
	});

	it("the bracket at the end of a list", () => {
		const literal = `#- pyproject.toml\n${whole.replace("\n]\n", "\n")}#- main.py\nfrom fastapi import FastAPI\n\napp = FastAPI()\n`;
		expect(auditDependencies(literal, installed(), unreadable).mended("pyproject.toml")).toBe(whole);
	});
});
