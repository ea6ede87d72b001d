import { expect, test } from "vitest";
import { readManifests } from "../../../src/project/manifests/read-manifests.ts";
import { sourceTree } from "./source-tree.ts";

function optionalIn(files: Readonly<Record<string, string>>): readonly string[] {
	return readManifests(sourceTree(files), "").flatMap((manifest) => manifest.optionalGroups);
}

const extras =
	'[project]\nname = "x"\ndependencies = ["fastapi"]\n[project.optional-dependencies]\nlogs = ["structlog"]\ndev = ["ruff"]\n';
const groups = '[project]\nname = "x"\ndependencies = ["fastapi"]\n[dependency-groups]\ndev = ["ruff"]\nprod = ["structlog"]\n';
const poetry = `[tool.poetry]
name = "x"
[tool.poetry.dependencies]
fastapi = "*"
structlog = { version = "*", optional = true }
[tool.poetry.group.dev.dependencies]
ruff = "*"
[tool.poetry.group.docs]
optional = true
[tool.poetry.group.docs.dependencies]
mkdocs = "*"
`;

test.each([
	["extras come to those who ask for them", { "pyproject.toml": extras }, ["logs", "dev"]],
	["a script asks for one", { "pyproject.toml": extras, "run.sh": 'pip install -e ".[logs]"\n' }, ["dev"]],
	["what a person reads first asks for one", { "pyproject.toml": extras, "README.md": "    uv sync --extra logs\n" }, ["dev"]],
	["all are asked for", { "pyproject.toml": extras, Makefile: "sync:\n\tuv sync --all-extras\n" }, ["dev"]],
	["a word of the kind asks for none", { "pyproject.toml": extras, "README.md": "Look at the logs [logs].\n" }, ["logs", "dev"]],
	["uv takes the group dev along", { "pyproject.toml": groups, "uv.lock": "" }, ["prod"]],
	["uv is told which groups to take", { "pyproject.toml": `${groups}[tool.uv]\ndefault-groups = ["prod"]\n` }, []],
	["without a tool nobody knows which groups", { "pyproject.toml": groups }, []],
	["poetry takes all groups that are not optional", { "pyproject.toml": poetry }, ["optional", "docs"]],
	["pipenv leaves those of development out", { Pipfile: '[packages]\nfastapi = "*"\n[dev-packages]\nruff = "*"\n' }, ["dev"]],
	["a list has none", { "requirements.txt": "fastapi\n" }, []],
])("%s", (_, files, expected) => {
	expect(optionalIn(files as Record<string, string>)).toEqual(expected);
});
