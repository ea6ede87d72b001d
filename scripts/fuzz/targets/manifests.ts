import * as fc from "fast-check";
import { evaluateMarker } from "../../../src/environment/marker.ts";
import { readLockFiles } from "../../../src/project/manifests/lock-files.ts";
import { parsePep508 } from "../../../src/project/manifests/pep508.ts";
import { readManifests } from "../../../src/project/manifests/read-manifests.ts";
import type { SourceFile } from "../../../src/project/project.ts";
import { type Mutation, mutate, mutations } from "../mutations.ts";
import { seedTexts } from "../seeds.ts";
import { law, type Target } from "../target.ts";

const names = [
	"requirements.txt",
	"requirements/base.txt",
	"requirements-dev.in",
	"pyproject.toml",
	"Pipfile",
	"setup.cfg",
	"setup.py",
	"uv.lock",
	"poetry.lock",
	"pdm.lock",
	"Pipfile.lock",
	"Dockerfile",
	"compose.yaml",
	"Makefile",
	"Procfile",
] as const;

const locks: Readonly<Record<string, string>> = {
	"uv.lock":
		'version = 1\nrequires-python = ">=3.11"\n\n[[package]]\nname = "fastapi"\nversion = "0.115.0"\nsource = { registry = "https://packages.example/simple" }\ndependencies = [{ name = "pydantic" }, { name = "starlette", marker = "python_full_version >= \'3.11\'" }]\n',
	"poetry.lock":
		'[[package]]\nname = "fastapi"\nversion = "0.115.0"\noptional = false\npython-versions = ">=3.8"\nfiles = []\n\n[package.dependencies]\npydantic = ">=1.7.4,<3"\n\n[metadata]\nlock-version = "2.0"\n',
	"pdm.lock": '[metadata]\ngroups = ["default"]\n\n[[package]]\nname = "fastapi"\nversion = "0.115.0"\n',
	"Pipfile.lock":
		'{"_meta": {"sources": []}, "default": {"fastapi": {"version": "==0.115.0", "markers": "python_version >= \'3.8\'"}}}\n',
	Pipfile:
		'[[source]]\nurl = "https://packages.example/simple"\n\n[packages]\nfastapi = "*"\nuvicorn = {extras = ["standard"], version = ">=0.30"}\n\n[requires]\npython_version = "3.11"\n',
	"setup.cfg":
		"[options]\npython_requires = >=3.9\ninstall_requires =\n    fastapi>=0.100\n    uvicorn[standard]; python_version >= '3.9'\n",
	"setup.py":
		'from setuptools import setup\n\nREQUIRED = ["fastapi", "uvicorn"]\nsetup(name="x", install_requires=REQUIRED, extras_require={"dev": ["pytest"]})\n',
	"pyproject.toml":
		'[project]\nname = "api"\nversion = "0.1"\nrequires-python = ">=3.10"\ndependencies = ["fastapi>=0.100", "sqlmodel[x]; python_version<\'4\'"]\n\n[project.optional-dependencies]\ndev = ["pytest"]\n\n[dependency-groups]\ntest = ["httpx", {include-group = "lint"}]\nlint = ["ruff"]\n\n[tool.poetry.dependencies]\npython = "^3.10"\nfastapi = {version = "^0.100", extras = ["all"], optional = true}\n\n[tool.uv]\ndev-dependencies = ["x"]\n',
	"requirements.txt":
		"-r requirements/base.txt\n-c constraints.txt\n--index-url https://user:pass@pypi.example/simple\nfastapi[all]>=0.100,<1 ; python_version >= '3.8' and sys_platform != 'win32' # why\nuvicorn==0.30.0 \\\n    --hash=sha256:0000 \\\n    --hash=sha256:1111\n-e git+https://github.com/x/y.git@main#egg=y\n./local\nz @ https://example.com/z.whl\n",
};

interface DamagedManifest {
	readonly files: readonly {
		readonly name: (typeof names)[number];
		readonly seed: number;
		readonly changes: readonly Mutation[];
	}[];
}

let texts: readonly string[] | null = null;

function textOf(name: string, seed: number): string {
	texts ??= seedTexts((path) =>
		/(requirements[^/]*\.txt|pyproject\.toml|Pipfile|setup\.(py|cfg)|\.lock|Dockerfile|ya?ml|Makefile|Procfile)$/.test(path),
	);
	const known = locks[name];
	return known !== undefined && seed % 3 !== 0 ? known : (texts[seed % Math.max(1, texts.length)] ?? "");
}

/** Manifests, lock files and what installs from them, of every kind at once. */
export const manifests: Target<DamagedManifest> = {
	name: "manifests",
	weight: 2,
	input: fc.record({
		files: fc.array(fc.record({ name: fc.constantFrom(...names), seed: fc.nat(1_000_000), changes: mutations }), {
			minLength: 1,
			maxLength: 4,
		}),
	}),
	run: ({ files }) => {
		const tree = new Map<string, SourceFile>();
		for (const { name, seed, changes } of files) {
			const path = seed % 2 === 0 ? name : `backend/${name}`;
			tree.set(path, { path, text: mutate(textOf(name, seed), changes), sha256: "" });
		}
		const read = readManifests(tree, "backend");
		for (const { problems, path } of read) {
			for (const { path: at, line } of problems) {
				const lines = (tree.get(at)?.text ?? "").split(/\r\n|\r|\n/).length;
				law(line >= 1 && line <= lines, () => `${path}: a problem at line ${line} of ${lines}`);
			}
		}
		const lines = [...tree.values()].flatMap(({ text }) => text.split("\n").slice(0, 50));
		const requirements = lines.map((line) => parsePep508(line));
		const markers = lines.map((line) => evaluateMarker(line, { major: 3, minor: 11 }));
		return JSON.stringify([
			read,
			readLockFiles(tree, "backend").map(({ path, versions }) => [path, [...versions]]),
			requirements,
			markers,
		]);
	},
};
