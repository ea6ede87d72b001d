import { describe, expect, it } from "vitest";
import { type InstallMachine, planInstallation } from "../../../src/project/manifests/install-plan.ts";
import { buildProject } from "../build-project.ts";

const main = "from fastapi import FastAPI\n\napp = FastAPI()\n";
const own = { folder: "/srv/api/.venv", python: "/srv/api/.venv/bin/python", hasPip: true };
const machine: InstallMachine = { backend: "/srv/api", own, has: () => true, platform: "linux" };

function plan(files: Record<string, string>, on: Partial<InstallMachine> = {}) {
	const planned = planInstallation(buildProject({ "main.py": main, ...files }, { target: "main:app" }), { ...machine, ...on });
	if ("type" in planned) return { refused: `${planned.message} ${planned.nextStep}` };
	return { ...planned, commands: planned.steps.map(({ program, args }) => [program, ...args].join(" ")) };
}

describe("the commands of an installation", () => {
	const pep621 = '[project]\nname = "x"\ndependencies = ["fastapi>=0.100", "uvicorn"]\n';
	const poetry = '[tool.poetry]\nname = "x"\n[tool.poetry.dependencies]\nfastapi = "*"\n';
	it.each([
		[
			"a requirements file",
			{ "requirements.txt": "fastapi\n" },
			["/srv/api/.venv/bin/python -m pip install -r requirements.txt"],
		],
		[
			"a project that is built",
			{ "pyproject.toml": `${pep621}[build-system]\nrequires = ["hatchling"]\n` },
			["/srv/api/.venv/bin/python -m pip install ."],
		],
		[
			"a project that is only a list",
			{ "pyproject.toml": pep621 },
			["/srv/api/.venv/bin/python -m pip install fastapi>=0.100 uvicorn"],
		],
		["uv", { "pyproject.toml": pep621, "uv.lock": "" }, ["uv sync"]],
		["poetry without a lock", { "pyproject.toml": poetry }, ["poetry install"]],
		["poetry with a lock", { "pyproject.toml": poetry, "poetry.lock": "" }, ["poetry lock", "poetry install"]],
		["pdm with a lock", { "pyproject.toml": pep621, "pdm.lock": "" }, ["pdm lock", "pdm install"]],
		["pipenv", { Pipfile: '[packages]\nfastapi = "*"\n' }, ["pipenv install"]],
	])("for %s", (_, files, commands) => {
		expect(plan(files)).toMatchObject({ commands, environment: "/srv/api/.venv", creates: false });
	});

	it("make the environment first where the project has none of its own", () => {
		const planned = plan({ "requirements.txt": "fastapi\n" }, { own: null, has: (program) => program === "python3" });
		expect(planned).toMatchObject({
			commands: ["python3 -m venv .venv", "/srv/api/.venv/bin/python -m pip install -r requirements.txt"],
			environment: "/srv/api/.venv",
			creates: true,
		});
	});

	it("remove nothing from an environment outside the repository", () => {
		const shared = { folder: "/srv/venv", python: "/srv/venv/bin/python", hasPip: true };
		const files = { "pyproject.toml": pep621, "uv.lock": "" };
		expect(plan(files, { own: shared })).toMatchObject({ commands: ["uv sync --inexact"], environment: "/srv/venv" });
	});

	it("take uv where the environment has no pip, else bring pip in", () => {
		const bare = { ...own, hasPip: false };
		expect(plan({ "requirements.txt": "fastapi\n" }, { own: bare })).toMatchObject({
			commands: ["uv pip install --python /srv/api/.venv/bin/python -r requirements.txt"],
		});
		expect(plan({ "requirements.txt": "fastapi\n" }, { own: bare, has: () => false })).toMatchObject({
			commands: [
				"/srv/api/.venv/bin/python -m ensurepip --upgrade",
				"/srv/api/.venv/bin/python -m pip install -r requirements.txt",
			],
		});
	});

	it("name the environment to the tools that would choose another", () => {
		expect(plan({ "pyproject.toml": pep621, "uv.lock": "" })).toMatchObject({
			variables: { VIRTUAL_ENV: "/srv/api/.venv", UV_PROJECT_ENVIRONMENT: "/srv/api/.venv" },
		});
	});
});

describe("nothing is installed", () => {
	it("where no manifest says what", () => {
		expect(plan({})).toEqual({ refused: expect.stringContaining("requirements.txt") });
	});
	it("where the project's tool is not there", () => {
		const files = { "pyproject.toml": '[tool.poetry.dependencies]\nfastapi = "*"\n', "poetry.lock": "" };
		expect(plan(files, { has: () => false })).toEqual({ refused: expect.stringContaining("pipx install poetry") });
	});
	it("where there is no Python to make an environment with", () => {
		expect(plan({ "requirements.txt": "fastapi\n" }, { own: null, has: () => false })).toEqual({
			refused: expect.stringContaining("Install Python 3"),
		});
	});
});
