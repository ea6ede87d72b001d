import { expect, test } from "vitest";
import { openEnvironment } from "../../src/environment/open-environment.ts";
import { environmentWith, foundIn, optionsFor, site } from "./environment-of.ts";
import { memoryPackageFiles } from "./memory-package-files.ts";

/** A virtual environment's files, with FastAPI installed. */
function venv(folder: string, minor: number, more: Readonly<Record<string, string>> = {}): Record<string, string> {
	const packages = `${folder}/lib/python3.${minor}/site-packages`;
	return {
		[`${folder}/pyvenv.cfg`]: `home = /opt/python/bin\nversion_info = 3.${minor}.2.final.0\n`,
		[`${folder}/bin/python`]: "",
		[`${packages}/fastapi-0.115.0.dist-info/METADATA`]: "Name: fastapi\nVersion: 0.115.0\n\nText with Name: other\n",
		...more,
	};
}

test("the project's own environment is found before all others, wherever it lies", () => {
	const open = (files: Record<string, string>, search = {}) => openEnvironment(optionsFor(memoryPackageFiles(files), search));
	const shell = { variables: { VIRTUAL_ENV: "/home/me/shell", PATH: "/usr/bin", HOME: "/home/me" } };
	const machine = { "/usr/bin/python3": "", "/usr/lib/python3.9/os.py": "", ...venv("/home/me/shell", 10) };
	const found = open(
		{ ...machine, ...venv("/repo/backend/.venv", 12), ...venv("/repo/venv", 11) },
		{ ...shell, backend: "/repo/backend" },
	);
	expect([found.kind, found.python.minor, found.pythonEvidence, found.pythonPath]).toEqual([
		"interpreter",
		12,
		"pyvenv.cfg of backend/.venv",
		"/repo/backend/.venv/bin/python",
	]);
	expect(open({ ...machine, ...venv("/repo/our-env", 11) }, shell).pythonEvidence).toBe("pyvenv.cfg of our-env");
	expect(open(machine, shell).pythonEvidence).toBe("VIRTUAL_ENV");
	expect(open({ ...machine, ...venv("/elsewhere", 13) }, { ...shell, override: "/elsewhere/bin/python" }).python.minor).toBe(13);
	const poetry = venv("/home/me/.cache/pypoetry/virtualenvs/todo-api-gW_DSdP6-py3.11", 11);
	expect(open({ ...machine, ...poetry, "/repo/main.py": "" }, shell).python.minor).toBe(11);
	const pipenv = venv("/home/me/.local/share/virtualenvs/repo-x", 12, {
		"/home/me/.local/share/virtualenvs/repo-x/.project": "/repo\n",
	});
	expect(open({ ...machine, ...pipenv }, shell).python.minor).toBe(12);
});

/** A conda environment's files, with FastAPI installed. */
function conda(folder: string, minor: number): Record<string, string> {
	const library = `${folder}/lib/python3.${minor}`;
	return {
		[`${folder}/conda-meta/history`]: "==> 2025-01-01 <==\n",
		[`${folder}/bin/python`]: "",
		[`${library}/os.py`]: "",
		[`${library}/site-packages/fastapi-0.115.0.dist-info/METADATA`]: "Name: fastapi\nVersion: 0.115.0\n",
	};
}

test.each([
	["a prefix in the project", conda("/repo/.conda", 12), "conda-meta of .conda"],
	["pixi's", conda("/repo/.pixi/envs/default", 12), "conda-meta of .pixi/envs/default"],
	[
		"that which the project names",
		{ ...conda("/home/me/miniforge3/envs/shop", 12), "/repo/environment.yml": "name: shop\ndependencies: []\n" },
		"conda-meta of shop",
	],
	[
		"that which conda has listed",
		{
			...conda("/data/conda/envs/shop", 12),
			"/home/me/.conda/environments.txt": "/data/conda\n/data/conda/envs/shop\n",
			"/repo/environment.yml": "name: shop\n",
		},
		"conda-meta of shop",
	],
])("a conda environment is found: %s", (_, files, evidence) => {
	const machine = { "/usr/bin/python3": "", "/usr/lib/python3.9/os.py": "", "/repo/main.py": "" };
	const variables = { PATH: "/usr/bin", HOME: "/home/me" };
	const found = openEnvironment(optionsFor(memoryPackageFiles({ ...machine, ...files }), { variables }));
	expect([found.kind, found.python.minor, found.pythonEvidence]).toEqual(["interpreter", 12, evidence]);
});

test.each([
	["virtualenvs.path of a variable", {}, { POETRY_VIRTUALENVS_PATH: "/data/venvs" }, "/data/venvs"],
	["virtualenvs.path of poetry.toml", { "/repo/poetry.toml": '[virtualenvs]\npath = "/data/venvs"\n' }, {}, "/data/venvs"],
	[
		"the user's cache-dir",
		{ "/home/me/.config/pypoetry/config.toml": 'cache-dir = "/data"\n[virtualenvs]\npath = "{cache-dir}/venvs"\n' },
		{},
		"/data/venvs",
	],
])("poetry's environment is found below %s", (_, files, variables, folder) => {
	const machine = { "/repo/main.py": "", ...files, ...venv(`${folder}/todo-api-gW_DSdP6-py3.11`, 11) };
	const search = { variables: { HOME: "/home/me", ...variables } };
	expect(openEnvironment(optionsFor(memoryPackageFiles(machine), search)).pythonEvidence).toBe(
		"pyvenv.cfg of todo-api-gW_DSdP6-py3.11",
	);
});

test("hatch's environment is found by the normalised name, that of this folder before that of another copy", () => {
	const all = "/home/me/.local/share/hatch/env/virtual/my-shop";
	const machine = { "/repo/main.py": "", ...venv(`${all}/Another1/my-shop`, 10), ...venv(`${all}/gW_DSdP6/my-shop`, 12) };
	const search = { variables: { HOME: "/home/me" }, projectName: "My.Shop" };
	expect(openEnvironment(optionsFor(memoryPackageFiles(machine), search)).python.minor).toBe(12);
});

test("an environment without any of the project's packages is not the one that starts the server", () => {
	const files = {
		"/repo/.venv/pyvenv.cfg": "home = /x\nversion = 3.12.1\n",
		"/repo/.venv/lib/python3.12/site-packages/pip/__init__.py": "",
	};
	const environment = openEnvironment(optionsFor(memoryPackageFiles(files)));
	expect([environment.kind, environment.python.minor, environment.pythonEvidence]).toEqual([
		"catalog",
		12,
		"pyvenv.cfg of .venv",
	]);
});

test("an environment that Windows made, and that came along with the repository, starts nothing elsewhere", () => {
	const files = {
		"/repo/venv/pyvenv.cfg": "home = C:\\Python38\nversion = 3.8.10\n",
		"/repo/venv/Scripts/python.exe": "",
		"/repo/venv/Lib/site-packages/fastapi-0.115.0.dist-info/METADATA": "Name: fastapi\nVersion: 0.115.0\n",
	};
	const kindOn = (platform: string) => openEnvironment(optionsFor(memoryPackageFiles(files, { platform }))).kind;
	expect([kindOn("linux"), kindOn("win32")]).toEqual(["catalog", "interpreter"]);
});

test("without an environment the project's own words decide the version", () => {
	const pythonOf = (specifier: string) =>
		openEnvironment({ ...optionsFor(memoryPackageFiles({})), pythonHints: [{ specifier, evidence: "there" }] }).python.minor;
	expect(["3.10", ">=3.9,<3.12", "^3.8", "~3.10", "python:3.11-slim", ">=3.11.4", "nonsense"].map(pythonOf)).toEqual([
		10, 11, 13, 10, 11, 13, 13,
	]);
	expect(pythonOf(">=3.14")).toBe(14);
});

test("the machine's Python serves where the project's own words allow it", () => {
	const machine = memoryPackageFiles({ "/usr/bin/python3": "", "/usr/lib/python3.11/os.py": "" });
	const pythonOf = (...specifiers: readonly string[]) => {
		const pythonHints = specifiers.map((specifier) => ({ specifier, evidence: "there" }));
		const { python, pythonIsCertain } = openEnvironment({
			...optionsFor(machine, { variables: { PATH: "/usr/bin" } }),
			pythonHints,
		});
		return `${python.minor} ${pythonIsCertain}`;
	};
	expect(pythonOf()).toBe("11 false");
	expect(pythonOf(">=3.10")).toBe("11 false");
	expect(pythonOf(">=3.12")).toBe("13 false");
	expect(pythonOf(">=3.10", "3.12")).toBe("12 true");
	expect(pythonOf("<4,>=3.9", ">=3.12,<3.13")).toBe("12 false");
});

test("pyenv's shim leads to the version that the nearest version file names", () => {
	const root = "/home/me/.pyenv";
	const files = {
		[`${root}/shims/python3`]: "#!/bin/sh\n",
		[`${root}/version`]: "3.12.1\n",
		"/repo/.python-version": "3.11 # ours\n",
		...Object.fromEntries(
			["3.11.7", "3.11.10", "3.12.1"].flatMap((version) => {
				const lib = `${root}/versions/${version}/lib/python${version.slice(0, 4)}`;
				return [
					[`${lib}/os.py`, ""],
					[`${lib}/site-packages/fastapi-0.115.0.dist-info/METADATA`, "Name: fastapi\nVersion: 0.115.0\n"],
					[`${lib}/site-packages/uvicorn-0.30.0.dist-info/METADATA`, `Name: uvicorn\nVersion: 0.30.0\nSummary: ${version}\n`],
				];
			}),
		),
	};
	const environment = openEnvironment(optionsFor(memoryPackageFiles(files), { variables: { PATH: `/bin:${root}/shims` } }));
	expect([environment.kind, environment.pythonEvidence]).toEqual(["interpreter", "pyenv 3.11.10"]);
});

test("site-packages, .pth lines and editable installs make the search path", () => {
	const environment = environmentWith({
		"plain.py": "",
		"Cased.py": "",
		"space/inner/mod.py": "",
		"extra.pth": "# comment\n/opt/extra\nmissing\n",
		"/../ignored.pth": "",
		"__editable__.ours-1.pth": "import __editable___ours_1_finder; __editable___ours_1_finder.install()\n",
		"__editable___ours_1_finder.py":
			"MAPPING: dict[str, str] = {'ours': '/repo/lib/ours', 'single': '/repo/lib/single'}\nNAMESPACES = {}\n",
		"native.cpython-311-x86_64-linux-gnu.so": "",
		"other.cpython-310-x86_64-linux-gnu.so": "",
		"typed.abi3.so": "",
		"typed.pyi": "def shown(): ...\n",
	});
	const kindOf = (name: string) => {
		const found = environment.findModule(name);
		return found.found === "present" ? found.module.kind : found.found;
	};
	expect(["plain", "cased", "Cased", "space", "space.inner.mod", "native", "other", "typed", "nothing"].map(kindOf)).toEqual([
		"source",
		"missing",
		"source",
		"namespace",
		"source",
		"opaque",
		"missing",
		"stub",
		"missing",
	]);
	expect(["shown", "hidden"].map((name) => foundIn(environment, "typed", name))).toEqual(["function", "unknown"]);
	expect(foundIn(environment, "native", "anything")).toBe("unknown");
	expect(kindOf("native.deeper")).toBe("unknown");
	expect(environment.searchFolders).toEqual(["/repo/lib/ours", "/repo/lib/single"]);
});

test("a start-up hook that we cannot read makes missing modules unknown; harmless ones do not", () => {
	const missing = (files: Record<string, string>) => environmentWith(files).findModule("nothing").found;
	expect(missing({ "hook.pth": "import hook\n", "hook.py": "import sys\nsys.meta_path.insert(0, Finder())\n" })).toBe("unknown");
	expect(
		missing({ "_virtualenv.pth": "import _virtualenv\n", "_virtualenv.py": "import sys\nsys.meta_path.insert(0, x)\n" }),
	).toBe("missing");
	expect(missing({ "cov.pth": "import os; exec('if 1: pass')\n", "distutils-precedence.pth": "import os; x\n" })).toBe("missing");
});

test("modules that a package registers itself are not missing", () => {
	const environment = environmentWith({
		"six.py": "import sys\nsys.modules[__name__ + '.moves'] = 1\n",
		"named/__init__.py": "import sys\nsys.modules['named.there'] = 1\n",
		"plain/__init__.py": "",
		"spread/__init__.py": "__path__ = __import__('pkgutil').extend_path(__path__, __name__)\n",
		"odd/__init__.py": "__path__.append('/somewhere')\n",
	});
	const found = (name: string) => environment.findModule(name).found;
	expect(["six.moves", "named.there", "named.not_there", "plain.x", "spread.x", "odd.x"].map(found)).toEqual([
		"unknown",
		"unknown",
		"missing",
		"missing",
		"missing",
		"unknown",
	]);
});

test("distributions are read from their metadata, and import names lead to them", () => {
	const environment = environmentWith({
		"python_jose-3.3.0.dist-info/METADATA":
			"Metadata-Version: 2.1\r\nName: python-jose\r\nVersion: 3.3.0\r\nRequires-Python: >=3.8\r\nProvides-Extra: cryptography\r\nRequires-Dist: ecdsa!=0.15\r\nRequires-Dist: cryptography>=3.4; extra == 'cryptography'\r\n\r\nRequires-Dist: not this\r\n",
		"python_jose-3.3.0.dist-info/RECORD": "jose/__init__.py,sha256=x,1\npython_jose-3.3.0.dist-info/METADATA,,\n",
		"jose/__init__.py": "",
		"old-1.0.egg-info/PKG-INFO": "Name: old\nVersion: 1.0\n",
		"old-1.0.egg-info/requires.txt": "six\n\n[fast:python_version < '3']\nujson\n",
		"old-1.0.egg-info/top_level.txt": "older\n",
	});
	expect(environment.distributions.get("python-jose")).toMatchObject({
		name: "python-jose",
		version: "3.3.0",
		requiresPython: ">=3.8",
		extras: ["cryptography"],
		topLevel: ["jose"],
		requires: ["ecdsa!=0.15", "cryptography>=3.4; extra == 'cryptography'"],
	});
	expect(environment.distributions.get("old")).toMatchObject({
		requires: ["six", "ujson; extra == \"fast\" and (python_version < '3')"],
		topLevel: ["older"],
	});
	expect([
		environment.distributionsFor("jose")[0],
		environment.distributionsFor("older"),
		environment.distributionsFor("yaml")[0],
	]).toEqual(["python-jose", ["old"], "pyyaml"]);
	expect(environment.distributionsFor("constructor")).toEqual([]);
	const jose = environment.findModule("jose");
	expect(jose.found === "present" && jose.module.distribution).toBe("python-jose");
});

test("names are followed to where they are defined, in circles too", () => {
	const environment = environmentWith({
		"db/__init__.py":
			"from .engine import Engine, make as create\nfrom .loop import A\nimport typing\nFactory = create\nfrom typing import List\n",
		"db/engine/__init__.py": "from db.engine.base import Engine, make\n",
		"db/engine/base.py": "class Engine:\n    def go(self): ...\ndef make(): ...\n",
		"db/loop.py": "from db import A\n",
		"db/ext/asyncio.py": "from ..engine.base import Engine as AsyncEngine\n",
	});
	const names = [
		"db.Engine",
		"db.Engine.go",
		"db.create",
		"db.Factory",
		"db.engine.base",
		"db.A",
		"db.nothing",
		"nowhere.x",
		"db.List",
	];
	expect(names.map((name) => environment.canonical(name))).toEqual([
		"db.engine.base.Engine",
		"db.engine.base.Engine.go",
		"db.engine.base.make",
		"db.engine.base.make",
		"db.engine.base",
		"db.A",
		"db.nothing",
		"nowhere.x",
		"typing.List",
	]);
	expect(environment.findSymbol("Engine", ["db"])).toEqual(["db", "db.engine", "db.engine.base"]);
	expect(environment.findSymbol("AsyncEngine", ["db"])).toEqual(["db.ext.asyncio"]);
});

test("nothing but the modules asked for is read", () => {
	const environment = environmentWith({ "a/__init__.py": "from .b import x\n", "a/b.py": "x = 1\n", "a/c.py": "" });
	environment.machine.reads.length = 0;
	foundIn(environment, "a", "x");
	expect(environment.machine.reads.filter((path) => path.startsWith(`${site}/a/`))).toEqual([`${site}/a/__init__.py`]);
});
