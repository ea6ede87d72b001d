import { expect, it } from "vitest";
import { readManifests } from "../../../src/project/manifests/read-manifests.ts";
import rule from "../../../src/rules/dependencies/stale-lock.ts";
import { sourceTree } from "../../project/manifests/source-tree.ts";
import { auditDependencies, installed } from "./audit-dependencies.ts";

const main = "import h11\nfrom fastapi import FastAPI\n\napp = FastAPI(version=h11.__version__)\n";
const project =
	'[project]\nname = "shop"\nversion = "1"\nrequires-python = ">=3.11"\ndependencies = ["fastapi>=0.100", "h11>=0.14"]\n';
const poetry = '[tool.poetry]\nname = "shop"\n[tool.poetry.dependencies]\npython = "^3.11"\nfastapi = "^0.115"\nh11 = "*"\n';
const pipfile = '[packages]\nfastapi = "*"\nh11 = "*"\n';
const locked = (...pairs: readonly string[]): string =>
	pairs.map((pair) => `[[package]]\nname = "${pair.split("=")[0]}"\nversion = "${pair.split("=")[1]}"\n`).join("\n");

function audit(files: Readonly<Record<string, string>>): ReturnType<typeof auditDependencies> {
	const literal = Object.entries({ ...files, "main.py": main })
		.map(([path, text]) => `#- ${path}\n${text}`)
		.join("");
	const environment = installed({ h11: {} });
	return auditDependencies(literal, { ...environment, distributionsFor: (name) => [name] }, rule);
}

const image = (command: string, copied = ". ."): string => `FROM python:3.12\nCOPY ${copied}\nRUN ${command}\n`;

it.each([
	["uv sync --locked", ["CRITICAL", "error: The lockfile at `uv.lock` needs to be updated"]],
	["uv sync --frozen --no-dev", ["CRITICAL", "ModuleNotFoundError: No module named 'h11'"]],
	["uv sync", ["MEDIUM", ""]],
	["uv lock && uv sync --locked", null],
	["uv pip install --system -r pyproject.toml", null],
])("knows what %s does", (command, expected) => {
	const { issues } = audit({ "pyproject.toml": project, "uv.lock": locked("fastapi=0.115.0"), Dockerfile: image(command) });
	const [issue] = issues;
	expect(issue === undefined ? null : [issue.severity, (issue.expectedError ?? "").slice(0, expected?.[1]?.length)]).toEqual(
		expected,
	);
});

it("names the command where poetry and pipenv refuse", () => {
	const { issues } = audit({
		"pyproject.toml": poetry,
		"poetry.lock": locked("fastapi=0.115.0"),
		Dockerfile: image("poetry install"),
	});
	expect(issues[0]).toMatchObject({ severity: "CRITICAL", problem: "poetry.lock is older than pyproject.toml: it lacks h11" });
	expect(issues[0]?.manualSteps).toEqual([
		"A lock file is written by its tool alone: run poetry lock, then poetry install, and commit poetry.lock.",
	]);
	const lock = '{"default": {"fastapi": {"version": "==0.115.0"}}}\n';
	const deployed = audit({ Pipfile: pipfile, "Pipfile.lock": lock, Dockerfile: image("pipenv install --deploy --system") });
	expect(deployed.issues[0]).toMatchObject({ severity: "CRITICAL" });
	expect(audit({ Pipfile: pipfile, "Pipfile.lock": lock }).issues[0]).toMatchObject({ severity: "MEDIUM" });
});

it("is no startup failure where no file orders the installation, or the image has no lock", () => {
	const files = { "pyproject.toml": poetry, "poetry.lock": locked("fastapi=0.115.0") };
	expect(audit(files).issues[0]).toMatchObject({ severity: "HIGH", failsOn: [] });
	expect(audit({ ...files, Dockerfile: image("poetry install", "pyproject.toml ./") }).issues).toEqual([]);
});

it("sees a locked version that the manifest excludes, and what uv says was declared", () => {
	const old = audit({
		"pyproject.toml": project,
		"uv.lock": locked("fastapi=0.99.0", "h11=0.14.0"),
		Dockerfile: image("uv sync --locked"),
	});
	expect(old.lines).toEqual([
		"CRITICAL stale-lock pyproject.toml:5 uv.lock is older than pyproject.toml: it lacks fastapi>=0.100 (0.99.0 is locked)",
	]);
	const own =
		'[[package]]\nname = "shop"\nversion = "1"\nsource = { virtual = "." }\n\n[package.metadata]\nrequires-dist = [{ name = "fastapi" }]\n';
	const lock = `${locked("fastapi=0.115.0", "h11=0.14.0")}\n${own}`;
	expect(audit({ "pyproject.toml": project, "uv.lock": lock, Dockerfile: image("uv sync --locked") }).issues).toHaveLength(1);
	expect(audit({ "pyproject.toml": project, "uv.lock": lock, Dockerfile: image("uv sync --frozen") }).issues[0]).toMatchObject({
		severity: "MEDIUM",
	});
});

it("says nothing of a lock that has it all", () => {
	const lock = locked("fastapi=0.115.0", "h11=0.16.0");
	expect(audit({ "pyproject.toml": project, "uv.lock": lock, Dockerfile: image("uv sync --locked") }).issues).toEqual([]);
});

it("goes by poetry's own hash where the lock has one", () => {
	// As Python writes it: sha256(json.dumps(…, sort_keys=True)).
	const hash = "5fc05ef4f83c1993d6a9b2e38b01042ba539c6e25d3e4d09b1ccddd7661ccf54";
	const lockOf = (content: string, ...pairs: readonly string[]): string =>
		`${locked(...pairs)}\n[metadata]\nlock-version = "2.0"\ncontent-hash = "${content}"\n`;
	const audited = (lock: string) =>
		audit({ "pyproject.toml": poetry, "poetry.lock": lock, Dockerfile: image("poetry install") }).lines;
	expect(audited(lockOf("0".repeat(64), "fastapi=0.115.0", "h11=0.16.0"))).toEqual([
		"CRITICAL stale-lock pyproject.toml:5 poetry.lock is older than pyproject.toml",
	]);
	expect(audited(lockOf(hash, "fastapi=0.115.0", "h11=0.16.0"))).toEqual([]);
});

/** As uv writes it, with what the project declared when it was locked. */
const lockedByUv = (declared: string, { folder = ".", version = "1", more = "" } = {}): string =>
	`version = 1\nrequires-python = ">=3.11"\n\n${locked("fastapi=0.115.0", "h11=0.16.0")}
[[package]]\nname = "shop"\nversion = "${version}"\nsource = { virtual = "${folder}" }

[package.metadata]\nrequires-dist = [${declared}]\n${more}`;
const fastapi = '{ name = "fastapi", specifier = ">=0.100" }';
const asDeclared = `${fastapi}, { name = "h11", specifier = ">=0.14" }`;

it.each([
	["the same list", asDeclared, {}, []],
	["the same bound in other words", asDeclared.replace("0.100", "0.100.0"), {}, []],
	["another bound", asDeclared.replace("0.100", "0.99"), {}, [": it lacks fastapi>=0.100 (locked as >=0.99)"]],
	["a package more", `${asDeclared}, { name = "idna" }`, {}, [": it has idna, which nothing declares any more"]],
	["an extra", asDeclared.replace('"h11",', '"h11", extras = ["x"],'), {}, [": it lacks h11>=0.14 (locked as h11[x])"]],
	["another version of the project", asDeclared, { version: "2" }, [', which says version = "1" now']],
	[
		"a group",
		asDeclared,
		{ more: '[package.metadata.requires-dev]\ndev = [{ name = "pytest" }]\n' },
		[": it has pytest, which nothing declares any more"],
	],
])("compares what uv has locked with what is declared: %s", (_, declared, more, differences) => {
	const lock = lockedByUv(declared, more);
	const { issues } = audit({ "pyproject.toml": project, "uv.lock": lock, Dockerfile: image("uv sync --locked") });
	expect(issues.map(({ problem }) => problem)).toEqual(differences.map((each) => `uv.lock is older than pyproject.toml${each}`));
	const frozen = audit({ "pyproject.toml": project, "uv.lock": lock, Dockerfile: image("uv sync --frozen") });
	expect(frozen.issues).toEqual([]);
});

it("knows the lock of a workspace in the folder above, and other Pythons", () => {
	const files = { "uv.lock": lockedByUv(fastapi, { folder: "backend" }), "backend/pyproject.toml": project };
	const [manifest] = readManifests(sourceTree(files), "backend");
	expect(manifest?.lock?.path).toBe("uv.lock");
	expect(
		readManifests(sourceTree({ ...files, "uv.lock": lockedByUv(fastapi, { folder: "api" }) }), "backend")[0]?.lock,
	).toBeNull();
	const lock = lockedByUv(asDeclared).replace("3.11", "3.10");
	const { issues } = audit({ "pyproject.toml": project, "uv.lock": lock, Dockerfile: image("uv sync --locked") });
	expect(issues[0]?.problem).toBe('uv.lock is older than pyproject.toml, which says requires-python = ">=3.11" now');
});

it("sees a marker that is another than was locked, and trusts what uv writes otherwise", () => {
	const lockedWith = (marker: string): string =>
		`${locked("fastapi=0.115.0", "h11=0.14.0")}\n[[package]]\nname = "shop"\nversion = "1"\nsource = { virtual = "." }\n\n[package.metadata]\nrequires-dist = [{ name = "fastapi", specifier = ">=0.100" }, { name = "h11", specifier = ">=0.14"${marker} }]\n`;
	const declaredWith = (marker: string): string => project.replace('"h11>=0.14"', `"h11>=0.14${marker}"`);
	const problems = (lock: string, declared: string) =>
		audit({
			"pyproject.toml": declaredWith(declared),
			"uv.lock": lockedWith(lock),
			Dockerfile: image("uv sync --locked"),
		}).issues.map(({ problem }) => problem);
	expect(problems(", marker = \"sys_platform != 'win32'\"", "; sys_platform == 'linux'")).toEqual([
		"uv.lock is older than pyproject.toml: it lacks h11>=0.14 (locked for sys_platform != 'win32')",
	]);
	expect(problems(", marker = \"sys_platform != 'win32'\"", "")).toHaveLength(1);
	expect(problems("", "; platform_system == 'Linux'")).toHaveLength(1);
	expect(problems(", marker = \"sys_platform == 'linux'\"", "; platform_system=='Linux'")).toEqual([]);
	expect(problems(", marker = \"python_full_version >= '3.8'\"", "; python_version >= '3.8'")).toEqual([]);
	expect(problems("", "; python_version >= '3.8'")).toEqual([]);
});
