import { describe, expect, it } from "vitest";
import { readLockFiles } from "../../../src/project/manifests/lock-files.ts";
import { readManifests } from "../../../src/project/manifests/read-manifests.ts";
import { sourceTree } from "./source-tree.ts";

const poetry = '[tool.poetry]\nname = "x"\n[tool.poetry.dependencies]\nfastapi = "*"\n';
const pep621 = '[project]\nname = "x"\ndependencies = ["fastapi"]\n';

function primary(files: Record<string, string>, backend = "") {
	const found = readManifests(sourceTree(files), backend).filter((manifest) => manifest.primary);
	expect(found).toHaveLength(1);
	return found[0];
}

describe("the manifest that start-up is installed from", () => {
	it.each([
		[
			"the backend's own before the root's",
			{ "api/requirements.txt": "fastapi\n", "pyproject.toml": pep621 },
			"api/requirements.txt",
			"pip install -r requirements.txt",
		],
		[
			"what the Dockerfile installs",
			{ "api/requirements.txt": "fastapi\n", "api/pyproject.toml": poetry, "api/Dockerfile": "FROM x\nRUN poetry install\n" },
			"api/pyproject.toml",
			"poetry install",
		],
		[
			"what a Dockerfile installs under its name in the container",
			{
				"api/requirements.txt": "a\n",
				"api/requirements-prod.txt": "b\n",
				Dockerfile: "RUN pip install --no-cache-dir -r /app/requirements-prod.txt\n",
			},
			"api/requirements-prod.txt",
			"pip install -r requirements-prod.txt",
		],
		[
			"what has a lock file",
			{ "api/requirements.txt": "fastapi\n", "api/pyproject.toml": pep621, "api/uv.lock": "" },
			"api/pyproject.toml",
			"uv sync",
		],
		[
			"the root's where the backend has none",
			{ "requirements.txt": "fastapi\n", "api/main.py": "" },
			"requirements.txt",
			"pip install -r ../requirements.txt",
		],
		[
			"not the list for tests",
			{ "api/requirements-dev.txt": "pytest\n", "requirements.txt": "fastapi\n" },
			"requirements.txt",
			"pip install -r ../requirements.txt",
		],
		["a Pipfile", { "api/Pipfile": '[packages]\nfastapi = "*"\n' }, "api/Pipfile", "pipenv install"],
		["a project of setuptools", { "api/pyproject.toml": pep621 }, "api/pyproject.toml", "pip install ."],
	])("is %s", (_, files, path, command) => {
		expect(primary(files, "api")).toMatchObject({ path, installCommand: command });
	});

	it("says why it is that one", () => {
		expect(primary({ "requirements.txt": "a\n", Dockerfile: "FROM x\nRUN pip install -r requirements.txt\n" })).toMatchObject({
			installedBy: "Dockerfile:2",
			evidence: "Dockerfile:2 installs it",
		});
		expect(primary({ "requirements.txt": "a\n", "pyproject.toml": poetry, "poetry.lock": "" })).toMatchObject({
			evidence: "poetry.lock is its lock file",
		});
		expect(primary({ "requirements.txt": "a\n", "pyproject.toml": poetry })).toMatchObject({
			evidence: "the first of 2 manifests, nothing names another",
		});
	});

	it("renews a lock that its tool would refuse as stale", () => {
		expect(primary({ "pyproject.toml": poetry, "poetry.lock": "" })?.updateCommands).toEqual(["poetry lock", "poetry install"]);
		expect(primary({ "pyproject.toml": pep621, "uv.lock": "" })?.updateCommands).toEqual(["uv sync"]);
	});
});

it("reads the versions of every kind of lock file, and skips what is locked twice", () => {
	const files = sourceTree({
		"uv.lock":
			'[[package]]\nname = "fastapi"\nversion = "0.115.0"\n[[package]]\nname = "two"\nversion = "1"\n[[package]]\nname = "two"\nversion = "2"\n',
		"poetry.lock": '[[package]]\nname = "Jinja2"\nversion = "3.1.4"\n',
		"Pipfile.lock": '{"default": {"uvicorn": {"version": "==0.30.0"}, "local": {"path": "."}}}',
		"pdm.lock": "not [ toml",
	});
	expect(readLockFiles(files, "").map(({ kind, versions }) => [kind, Object.fromEntries(versions)])).toEqual([
		["uv", { fastapi: "0.115.0" }],
		["poetry", { jinja2: "3.1.4" }],
		["pdm", {}],
		["pipenv", { uvicorn: "0.30.0" }],
	]);
});

it.each([
	["a list under another name", "COPY requirements-prod.txt requirements.txt", "requirements-prod.txt"],
	["a list under its own name", "COPY requirements.txt requirements-prod.txt ./", "requirements.txt"],
])("follows what an image copies: %s", (_, copy, expected) => {
	const files = {
		"requirements.txt": "fastapi\n",
		"requirements-prod.txt": "fastapi\nhttpx\n",
		Dockerfile: `FROM python:3.12\nWORKDIR /app\n${copy}\nRUN pip install -r requirements.txt\n`,
	};
	const taken = readManifests(sourceTree(files), "").filter(({ startUpGroups }) => startUpGroups !== null);
	expect(taken.map(({ path }) => path)).toContain(expected);
});

it("leaves open what a list brings that an image copies and that is not read", () => {
	const files = {
		"requirements.txt": "fastapi\n",
		Dockerfile: "COPY deploy/prod.txt /app/requirements.txt\nRUN pip install -r /app/requirements.txt\n",
	};
	const brought = readManifests(sourceTree(files), "").flatMap(({ requirements }) => requirements.map(({ name }) => name));
	expect(brought).toEqual(["fastapi", ""]);
});

it("takes a list that a tool writes of its project for that project's own", () => {
	const files = {
		"pyproject.toml": `${poetry}[tool.poetry.group.dev.dependencies]\nhttpx = "*"\n`,
		Dockerfile: "RUN poetry export -f requirements.txt -o requirements.txt\nRUN pip install -r requirements.txt\n",
	};
	expect(readManifests(sourceTree(files), "").map(({ path, startUpGroups }) => [path, startUpGroups])).toEqual([
		["pyproject.toml", []],
	]);
});

it("takes no tools of a workplace for what the server is installed from", () => {
	const files = { Makefile: "setup:\n\tpip install pre-commit\n", "api/main.py": "" };
	expect(readManifests(sourceTree(files), "api")).toEqual([]);
});

it("leaves open what an image installs through make", () => {
	const files = { "requirements.txt": "poetry\n", Dockerfile: "RUN pip install -r requirements.txt && make install\n" };
	const brought = readManifests(sourceTree(files), "").flatMap(({ requirements }) => requirements.map(({ name }) => name));
	expect(brought).toEqual(["poetry", ""]);
});

it("knows the repository's own projects from published packages of their names", () => {
	const files = {
		"packages/api/pyproject.toml": '[project]\nname = "fastapi"\ndependencies = ["shared", "fastapi"]\n',
		"packages/shared/pyproject.toml": '[project]\nname = "shared"\ndependencies = ["redis"]\n',
	};
	const [manifest] = readManifests(sourceTree(files), "packages/api");
	expect(manifest?.requirements.map(({ name, url }) => [name, url])).toEqual([
		["shared", "../shared"],
		["fastapi", null],
	]);
});
