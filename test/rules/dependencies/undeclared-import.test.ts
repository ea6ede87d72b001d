import { describe, expect, it } from "vitest";
import type { ModuleLookup } from "../../../src/environment/environment.ts";
import undeclared from "../../../src/rules/dependencies/undeclared-import.ts";
import { auditDependencies, installed, type TestPackage } from "./audit-dependencies.ts";

const backend = (body: string, requirements = "fastapi>=0.115\nuvicorn>=0.30"): string => `
#- requirements.txt
${requirements}
#- main.py
from fastapi import FastAPI
${body}
app = FastAPI()
`;
const jose = { "python-jose": { version: "3.3.0", provides: ["jose"] } };

it("is critical on this machine and on a clean install where the package is not installed", () => {
	const { lines, issues, mended } = auditDependencies(backend("from jose import jwt\nDECODE = jwt.decode"));
	expect(lines).toEqual(["CRITICAL undeclared-import main.py:2 jose is imported and requirements.txt does not declare it"]);
	expect(issues[0]).toMatchObject({
		failsOn: ["this-machine", "clean-install"],
		expectedError: "ModuleNotFoundError: No module named 'jose'",
	});
	expect(mended("requirements.txt")).toBe("fastapi>=0.115\nuvicorn>=0.30\npython-jose\n");
});

it("fails on a clean install only where it happens to be installed, and asks for that version", () => {
	const { issues, mended } = auditDependencies(backend("from jose import jwt\nDECODE = jwt.decode"), installed(jose));
	expect(issues[0]).toMatchObject({ severity: "CRITICAL", failsOn: ["clean-install"] });
	expect(mended("requirements.txt")).toBe("fastapi>=0.115\nuvicorn>=0.30\npython-jose>=3.3.0\n");
});

it("declares nothing for names that nothing uses, and leaves alone an import that may be there for its effect", () => {
	const { issues, mended } = auditDependencies(backend("from jose import jwt"), installed(jose));
	expect(issues.map(({ rule }) => rule)).toEqual(["undeclared-import"]);
	expect(mended("requirements.txt")).toBeNull();
	expect(mended("main.py")).not.toContain("jose");
	expect(auditDependencies(backend("from jose import jwt")).mended("main.py")).not.toContain("jose");
	expect(auditDependencies(backend("import jose")).mended("requirements.txt")).toContain("python-jose");
});

it("reports each package once, at its first import", () => {
	expect(auditDependencies(backend("import jose\nfrom jose import jwt\nimport jose.jws")).lines).toHaveLength(1);
});

it("is high where only a function imports it", () => {
	expect(auditDependencies(backend("def cache():\n    import redis\n    return redis")).lines).toEqual([
		"HIGH undeclared-import main.py:3 redis is imported and requirements.txt does not declare it",
	]);
});

it("is medium where another manifest declares it and no start-up file says which one counts", () => {
	const literal = `${backend("from jose import jwt")}#- pyproject.toml\n[project]\nname = "x"\ndependencies = ["python-jose"]\n`;
	const { lines, issues } = auditDependencies(literal, installed(jose));
	expect(lines).toEqual(["MEDIUM undeclared-import main.py:2 jose is imported and only pyproject.toml declares it"]);
	expect(issues[0]?.fix?.applicability).toBe("review");
});

it("is critical where the Dockerfile installs the manifest that lacks it", () => {
	const literal = `${backend("from jose import jwt")}#- pyproject.toml\n[project]\nname = "x"\ndependencies = ["python-jose"]\n#- Dockerfile\nRUN pip install -r requirements.txt\n`;
	expect(auditDependencies(literal, installed(jose)).issues[0]).toMatchObject({
		severity: "CRITICAL",
		failsOn: ["clean-install"],
	});
});

describe("says nothing where", () => {
	it.each([
		["it comes with a declared package", "from starlette.requests import Request", undefined],
		["it is declared", "from jose import jwt", "fastapi\nuvicorn\npython-jose[cryptography]"],
		["it is in the standard library", "import asyncio", undefined],
		[
			"a missing import is caught",
			"try:\n    import redis\nexcept ImportError:\n    redis = None\ndef f():\n    import redis",
			undefined,
		],
		["only a type checker sees it", "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import redis", undefined],
		["nobody knows which package brings it", "import no_such_thing_anywhere", undefined],
	])("%s", (_, body, requirements) => {
		expect(auditDependencies(backend(body, requirements), installed(jose)).lines).toEqual([]);
	});

	it("an own module that has lost its root was meant", () => {
		expect(auditDependencies(`${backend("from config import settings")}#- core/config.py\nsettings = 1\n`).lines).toEqual([]);
	});

	it("a declared package is not installed and might bring it", () => {
		const lines = auditDependencies(backend("from jose import jwt", "fastapi\nuvicorn\nsomething-else"), installed(jose)).lines;
		expect(lines.filter((line) => line.includes("undeclared-import"))).toEqual([]);
	});

	it("the file is never imported at start-up", () => {
		expect(auditDependencies(`${backend("")}#- scripts/seed.py\nimport redis\n`).lines).toEqual([]);
	});
});

it("has steps and no fix where the backend has no manifest", () => {
	const { issues } = auditDependencies("#- main.py\nfrom fastapi import FastAPI\nimport redis\napp = FastAPI()\n");
	expect(issues).toHaveLength(1);
	expect(issues[0]).toMatchObject({ severity: "CRITICAL", fix: null, failsOn: ["this-machine"] });
	expect(issues[0]?.manualSteps[0]).toContain("pip install redis");
});

it("takes the condition off a package that is declared for other Pythons only", () => {
	const { lines, mended } = auditDependencies(
		backend("import redis", 'fastapi\nuvicorn\nredis>=5; python_version < "3.11"  # cache'),
	);
	expect(lines).toHaveLength(1);
	expect(mended("requirements.txt")).toBe("fastapi\nuvicorn\nredis>=5  # cache\n");
});

it("leaves a folder of the project alone that has all that is asked of it, where a package of that name might come in", () => {
	const environment = {
		...installed(),
		kind: "catalog" as const,
		findModule: (): ModuleLookup => ({ found: "unknown" }),
		distributionsFor: (name: string) => [name],
	};
	const audited = (line: string) =>
		auditDependencies(`${backend(line)}#- redis/cache.py\nx = 1\n`, environment, undeclared).lines;
	expect(audited("from redis import cache")).toEqual([]);
	expect(audited("import redis.cache")).toEqual([]);
	expect(audited("from redis import Redis")).toHaveLength(1);
});

it("takes any of the packages that bring a module, where several are installed", () => {
	const packages = installed({ "python-slugify": { provides: ["slugify"] }, slugify: {} });
	const names = ["slugify", "python-slugify"];
	const environment = { ...packages, distributionsFor: (name: string) => (name === "slugify" ? names : []) };
	const audited = (list: string) =>
		auditDependencies(backend("from slugify import slugify", list), environment, undeclared).lines;
	expect(audited("fastapi\nuvicorn\npython-slugify")).toEqual([]);
	expect(audited("fastapi\nuvicorn")).toHaveLength(1);
});

it("asks for an older release where newer ones lack the module", () => {
	const literal =
		"#- requirements.txt\nfastapi\nuvicorn\n#- main.py\nimport pkg_resources\nfrom fastapi import FastAPI\napp = FastAPI()\n";
	const { lines, mended } = auditDependencies(literal, installed());
	expect(lines).toEqual([expect.stringMatching(/^CRITICAL undeclared-import main\.py:1 /)]);
	expect(mended("requirements.txt")).toBe("fastapi\nuvicorn\nsetuptools<82\n");
});

it("asks for an older release of what is declared where newer ones lack the module", () => {
	const literal =
		"#- requirements.txt\nfastapi\nsetuptools>=60\n#- main.py\nimport pkg_resources\nfrom fastapi import FastAPI\napp = FastAPI()\n";
	const { lines, issues, mended } = auditDependencies(literal, installed({ setuptools: { version: "82.0.1" } }), undeclared);
	expect(lines).toEqual([
		"CRITICAL undeclared-import main.py:1 pkg_resources is imported, and setuptools does not bring it from 82.0.0 on",
	]);
	// Before Python 3.12 an environment starts with an older setuptools.
	expect(issues[0]?.failsOn).toEqual(["this-machine"]);
	expect(mended("requirements.txt")).toBe("fastapi\nsetuptools<82\n");
	expect(
		auditDependencies(literal, installed({ setuptools: { version: "80.0.0", provides: ["pkg_resources"] } }), undeclared).lines,
	).toEqual([]);
});

describe("a declared package that has what is imported", () => {
	const audited = (requirements: string, imports: string, packages: Record<string, TestPackage>) =>
		auditDependencies(
			`#- requirements.txt\nfastapi\nuvicorn\n${requirements}\n#- main.py\n${imports}\nfrom fastapi import FastAPI\napp = FastAPI()\n`,
			installed(packages),
			undeclared,
		);
	const jose = { "python-jose": { provides: ["jose"] } };

	it("is imported under its own name instead", () => {
		const { lines, mended } = audited("python-jose", "from jwt import JWTError  # tokens\nprint(JWTError)", jose);
		expect(lines).toHaveLength(1);
		expect(mended("main.py")).toContain("from jose import JWTError  # tokens\n");
		expect(mended("requirements.txt")).toBeNull();
	});

	it("is pydantic itself before 2, which pydantic-settings cannot be installed with", () => {
		const old = { pydantic: { version: "1.10.2" } };
		const imports = "from pydantic_settings import (\n    BaseSettings,\n)\nprint(BaseSettings)";
		expect(audited("pydantic<2", imports, old).mended("main.py")).toContain("from pydantic import (\n    BaseSettings,\n)\n");
		const more = audited(
			"pydantic<2",
			"from pydantic_settings import BaseSettings, SettingsConfigDict\nprint(BaseSettings, SettingsConfigDict)",
			old,
		);
		expect(more.issues[0]?.fix?.title).toBe("Ask for pydantic 2, and declare pydantic-settings");
	});

	it("is pydantic itself under the alias that the code has for the other", () => {
		const old = { pydantic: { version: "1.10.2" } };
		const asked = (use: string) => audited("pydantic<2", `import pydantic_settings as ps\n${use}`, old);
		expect(asked("class S(ps.BaseSettings): ...").mended("main.py")).toContain("import pydantic as ps\n");
		expect(asked("print(ps)").issues[0]?.fix).toBeNull();
	});

	it("is not in question where the module is imported whole", () => {
		expect(audited("python-jose", "import jwt", jose).mended("requirements.txt")).toContain("pyjwt");
	});
});

describe("a declared package that is not installed", () => {
	const literal =
		"\n#- requirements.txt\nfastapi\nuvicorn\ncelery\n#- main.py\nfrom fastapi import FastAPI\nimport jose\napp = FastAPI()\n";
	const here = installed({ "python-jose": { provides: ["jose"] } });
	const told = (requires: readonly string[] | null): readonly string[] => {
		const celery = requires && { name: "celery", version: "5", requires, requiresPython: null, topLevel: [], extras: [] };
		const environment = { ...here, expected: (name: string) => (name === "celery" ? celery : null) };
		return auditDependencies(literal, environment).lines.filter((line) => line.includes("undeclared-import"));
	};

	it("hides nothing where its metadata are known", () => {
		expect(told([])).toEqual(["CRITICAL undeclared-import main.py:2 jose is imported and requirements.txt does not declare it"]);
	});

	it("may bring anything where they are not, and what they name", () => {
		expect(told(null)).toEqual([]);
		expect(told(["python-jose>=3"])).toEqual([]);
	});
});

it("is missed by an own module of the same name, which does not import itself", () => {
	const literal = (importer: string): string =>
		`#- requirements.txt\nfastapi\n#- main.py\nfrom fastapi import FastAPI\nfrom ${importer} import client\n\napp = FastAPI(title=client)\n#- db/__init__.py\n#- db/redis.py\n${importer === "db.redis" ? "from redis import asyncio\n\nclient = asyncio.__name__\n" : ""}#- db/use.py\nimport redis\n\nclient = redis.__name__\n`;
	expect(auditDependencies(literal("db.redis"), installed(), undeclared).lines).toEqual([
		"CRITICAL undeclared-import db/redis.py:1 redis is imported and requirements.txt does not declare it",
	]);
	expect(auditDependencies(literal("db.use"), installed(), undeclared).lines).toEqual([]);
});
