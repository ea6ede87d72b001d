import { describe, expect, it } from "vitest";
import { RemovedNames } from "../../../src/environment/removed-names.ts";
import conflicting from "../../../src/rules/dependencies/conflicting-requirements.ts";
import notInstalled from "../../../src/rules/dependencies/declared-not-installed.ts";
import duplicate from "../../../src/rules/dependencies/duplicate-requirement.ts";
import incompatible from "../../../src/rules/dependencies/incompatible-versions.ts";
import mismatch from "../../../src/rules/dependencies/installed-version-mismatch.ts";
import anotherPython from "../../../src/rules/dependencies/requires-another-python.ts";
import undeclared from "../../../src/rules/dependencies/undeclared-import.ts";
import unresolvedImport from "../../../src/rules/imports/unresolved-import.ts";
import { auditBackend } from "../audit-backend.ts";
import { auditDependencies, installed, type TestPackage } from "./audit-dependencies.ts";

const backend = (requirements: string, imports = ""): string =>
	`#- requirements.txt\n${requirements}\n#- main.py\nfrom fastapi import FastAPI\n${imports}\napp = FastAPI()\n`;

describe("declared-not-installed", () => {
	const audit = (requirements: string, imports?: string) =>
		auditDependencies(backend(requirements, imports), installed(), notInstalled);

	it("is critical where start-up imports one of them, with the command as its step", () => {
		const { lines, issues } = audit("fastapi\nuvicorn\npython-jose\nredis", "from jose import jwt");
		expect(lines).toEqual([
			"CRITICAL declared-not-installed requirements.txt:3 python-jose, redis are declared and not installed",
		]);
		expect(issues[0]).toMatchObject({
			fix: null,
			failsOn: ["this-machine"],
			expectedError: "ModuleNotFoundError: No module named 'jose'",
			manualSteps: ["The code is right as it is: run pip install -r requirements.txt in the project's environment."],
		});
	});

	it("is medium where start-up gets by without", () => {
		expect(audit("fastapi\nuvicorn\nredis", "try:\n    import redis\nexcept ImportError:\n    redis = None").lines).toEqual([
			"MEDIUM declared-not-installed requirements.txt:3 redis is declared and not installed",
		]);
	});

	it("speaks for a package of which only its requirements are known, where it is called as the module is", () => {
		const expected = {
			name: "fastcrud",
			version: "0.15.5",
			requires: ["fastapi"],
			requiresPython: null,
			extras: [],
			topLevel: [],
		};
		const environment = { ...installed(), expected: (name: string) => (name === "fastcrud" ? expected : null) };
		const files = backend("fastapi\nuvicorn\nfastcrud", "from fastcrud import FastCRUD\nprint(FastCRUD)");
		const audit = (rule: typeof notInstalled | typeof unresolvedImport) => auditDependencies(files, environment, rule).lines;
		expect(audit(unresolvedImport)).toEqual([]);
		expect(audit(notInstalled)).toEqual([
			"CRITICAL declared-not-installed requirements.txt:3 fastcrud is declared and not installed",
		]);
	});

	it("is critical where start-up needs one without importing it", () => {
		const body = "from pydantic import BaseModel, EmailStr\nclass User(BaseModel):\n    email: EmailStr";
		const { issues } = audit("fastapi\nuvicorn\nemail-validator", body);
		expect(issues[0]).toMatchObject({
			severity: "CRITICAL",
			expectedError: "ImportError: email-validator is not installed, run `pip install pydantic[email]`",
		});
	});

	it("names what fails first, be it a part of what is declared", () => {
		const imports = "from kombu import Queue\nimport redis\nprint(Queue, redis)";
		const environment = installed({ celery: { version: "5.3.6", requires: ["kombu>=5.3"] } });
		const { lines, issues } = auditDependencies(backend("fastapi\nuvicorn\ncelery\nredis", imports), environment, notInstalled);
		expect(lines).toEqual([
			"CRITICAL declared-not-installed requirements.txt:4 redis, kombu (which celery requires) are declared and not installed",
		]);
		expect(issues[0]?.expectedError).toBe("ModuleNotFoundError: No module named 'kombu'");
	});

	it("looks into every list that a start-up file installs, for what start-up needs of it", () => {
		const lists = `#- pyproject.toml\n[project]\nname = "x"\nversion = "0"\ndependencies = ["fastapi", "redis", "numpy"]\n`;
		const dockerfile = `#- Dockerfile\nFROM python:3.12\nCOPY . .\nRUN pip install -r requirements.txt && pip install .\nCMD ["uvicorn", "main:app"]\n`;
		const files = `${lists}${dockerfile}${backend("fastapi\nuvicorn", "import redis\nprint(redis)")}`;
		expect(auditDependencies(files, installed(), notInstalled).lines).toEqual([
			"CRITICAL declared-not-installed pyproject.toml:4 redis is declared and not installed",
		]);
		expect(auditDependencies(files, installed(), undeclared).lines).toEqual([]);
	});

	it("takes a package that nobody knows for what brings a module of its name, and misses no module then", () => {
		const files = backend("fastapi\nuvicorn\npy-shopfinder", "from shopfinder import find");
		expect(auditDependencies(files, installed(), notInstalled).lines).toEqual([
			"CRITICAL declared-not-installed requirements.txt:3 py-shopfinder is declared and not installed",
		]);
		expect(auditDependencies(files, installed(), unresolvedImport).lines).toEqual([]);
		const misspelt = files.replace("import find", "import find\nimport shpofinder");
		expect(auditDependencies(misspelt, installed(), unresolvedImport).lines).toEqual([
			"CRITICAL unresolved-import main.py:3 There is no module shpofinder",
		]);
	});

	it("leaves other platforms, other Pythons and addresses alone", () => {
		expect(
			audit('fastapi\nuvicorn\nredis; sys_platform == "win32"\nx; python_version < "3.9"\ngit+https://example.com/x.git#egg=x')
				.lines,
		).toEqual([]);
	});
});

describe("incompatible-versions", () => {
	const packages: Record<string, TestPackage> = {
		passlib: { version: "1.7.4", requires: ['bcrypt>=3.1.0; extra == "bcrypt"'] },
		bcrypt: { version: "5.0.0" },
	};
	const context = 'from passlib.context import CryptContext\npasswords = CryptContext(schemes=["bcrypt"], deprecated="auto")';
	const audit = (requirements: string, imports: string, more = packages) =>
		auditDependencies(backend(requirements, imports), installed(more), incompatible);

	it("is high where only a request hashes, and asks for bcrypt below 5", () => {
		const { lines, mended } = audit("fastapi\npasslib[bcrypt]", context);
		expect(lines).toEqual(["HIGH incompatible-versions main.py:3 passlib 1.7.4 does not work with bcrypt 5.0.0"]);
		expect(mended("requirements.txt")).toBe("fastapi\npasslib[bcrypt]\nbcrypt<5\n");
		expect(audit("fastapi\npasslib\nbcrypt>=4  # hashes", context).mended("requirements.txt")).toBe(
			"fastapi\npasslib\nbcrypt<5  # hashes\n",
		);
	});

	it("moves an aioredis that nothing declares to the redis that is declared, where that is new enough", () => {
		const audited = (version: string) =>
			auditDependencies(
				backend("fastapi\nuvicorn\nredis", "import aioredis\nCLIENT = aioredis"),
				{ ...installed({ redis: { version } }), distributionsFor: (name) => [name] },
				undeclared,
			);
		expect(audited("5.0.1").mended("main.py")?.split("\n")[1]).toBe("from redis import asyncio as aioredis");
		expect(audited("3.5.3").mended("requirements.txt")).toContain("aioredis");
	});

	it("moves from aioredis to the redis package that took it in", () => {
		const imports = "import aioredis as store\nfrom aioredis.exceptions import RedisError\nCLIENT = (store, RedisError)";
		const { lines, mended } = audit("fastapi\naioredis==2.0.1", imports, { aioredis: { version: "2.0.1" } });
		expect(lines[0]).toMatch(/^CRITICAL incompatible-versions main\.py:\d aioredis 2\.0\.1 does not work with Python/);
		expect(mended("requirements.txt")).toBe("fastapi\nredis==4.6.0\n");
		expect(mended("main.py")).toContain("from redis import asyncio as store\nfrom redis.exceptions import RedisError\n");
		const whole = audit("fastapi\naioredis", "import aioredis.client", { aioredis: { version: "2.0.1" } });
		expect(whole.mended("main.py")).toBeNull();
	});

	it("is critical where start-up hashes", () => {
		expect(audit("fastapi\npasslib[bcrypt]", `${context}\nadmin = passwords.hash("admin")`).lines[0]).toMatch(/^CRITICAL/);
	});

	it("is critical where the first start hashes, on a database without rows", () => {
		const seeding = (test: string) =>
			audit(
				"fastapi\npasslib[bcrypt]",
				`from sqlalchemy.orm import Session\n${context}\n\ndef make_hash(text):\n    return passwords.hash(text)\n\nsession = Session()\nuser = session.query(1).first()\nif ${test}:\n    session.add(make_hash("admin"))`,
			).lines[0];
		expect(seeding("user is None")).toMatch(/^CRITICAL/);
		expect(seeding("not user")).toMatch(/^CRITICAL/);
		expect(seeding("not session")).toMatch(/^HIGH/);
		expect(seeding("user")).toMatch(/^HIGH/);
	});

	it("knows clients that httpx 0.28 keeps from being made", () => {
		const packages = { openai: { version: "1.40.0", requires: ["httpx>=0.23.0,<1"] }, httpx: { version: "0.28.1" } };
		const asked = (imports: string) => audit("fastapi\nuvicorn\nopenai==1.40.0", imports, packages);
		const atStart = asked("from openai import OpenAI\nclient = OpenAI(api_key='x')");
		expect(atStart.lines).toEqual(["CRITICAL incompatible-versions main.py:3 openai 1.40.0 does not work with httpx 0.28.1"]);
		expect(atStart.issues[0]?.expectedError).toBe("TypeError: Client.__init__() got an unexpected keyword argument 'proxies'");
		expect(atStart.mended("requirements.txt")).toBe("fastapi\nuvicorn\nopenai==1.40.0\nhttpx<0.28\n");
		expect(atStart.issues[0]?.alternatives.map(({ title }) => title)).toEqual(["Ask for openai >=1.55.3"]);
		expect(asked("import openai\n\ndef client():\n    return openai.AsyncOpenAI(api_key='x')").lines).toEqual([
			"HIGH incompatible-versions main.py:2 openai 1.40.0 does not work with httpx 0.28.1",
		]);
		expect(asked("import httpx\nfrom openai import OpenAI\nclient = OpenAI(http_client=httpx.Client())").lines).toEqual([]);
	});

	it("knows libraries that fail as soon as they are imported", () => {
		const packages = { motor: { version: "3.5.1", requires: ["pymongo<5,>=4.5"] }, pymongo: { version: "4.20.0" } };
		const asked = (imports: string) => audit("fastapi\nmotor==3.5.1", imports, packages);
		const { lines, mended } = asked("from motor.motor_asyncio import AsyncIOMotorClient");
		expect(lines).toEqual(["CRITICAL incompatible-versions main.py:2 motor 3.5.1 does not work with pymongo 4.20.0"]);
		expect(mended("requirements.txt")).toBe("fastapi\nmotor==3.5.1\npymongo<4.9\n");
		expect(asked("import os").lines).toEqual([]);
	});

	it("knows releases that a newer Python breaks", () => {
		const packages = { fastapi: { version: "0.70.1", requires: ["pydantic>=1.6.2,<2"] }, pydantic: { version: "1.9.0" } };
		const { lines, mended } = audit("fastapi==0.70.1\npydantic==1.9.0\nuvicorn", "", packages);
		expect(lines).toEqual(["CRITICAL incompatible-versions main.py:1 pydantic 1.9.0 does not work with Python 3.11"]);
		expect(mended("requirements.txt")).toBe("fastapi==0.70.1\npydantic>=1.10.0,<2\nuvicorn\n");
	});

	it("says what the sources of the installed packages say", () => {
		const library = {
			start: "old",
			importer: "old.core",
			module: "new.names",
			symbol: "gone",
			fails: true,
			error: "ImportError: cannot import name 'gone' from 'new.names'",
		};
		const environment = {
			...installed({ old: { version: "1.0" }, new: { version: "9.0" } }),
			followImports: (modules: readonly string[]) => (modules.includes("old") ? [library] : []),
		};
		const asked = (requirements: string, imports: string) =>
			auditDependencies(backend(requirements, imports), environment, incompatible);
		const { lines, issues, mended } = asked("fastapi\nold==1.0", "import old");
		expect(lines).toEqual(["CRITICAL incompatible-versions main.py:2 old 1.0 does not work with new 9.0"]);
		expect(issues[0]?.expectedError).toBe(library.error);
		expect(mended("requirements.txt")).toBe("fastapi\nold>=1.0\n");
		expect(asked("fastapi\nold", "import old").mended("requirements.txt")).toBeNull();
		expect(asked("fastapi\nold==1.0", "try:\n    import old\nexcept ImportError:\n    old = None").lines).toEqual([]);
	});

	it("says nothing about bcrypt 4, or another scheme", () => {
		expect(audit("fastapi\npasslib[bcrypt]", context, { ...packages, bcrypt: { version: "4.3.0" } }).lines).toEqual([]);
		expect(audit("fastapi\npasslib[bcrypt]", context.replace('"bcrypt"', '"argon2"')).lines).toEqual([]);
	});
});

describe("installed-version-mismatch", () => {
	it("offers to declare what is installed", () => {
		const { lines, mended } = auditDependencies(backend("fastapi>=0.116  # web\nuvicorn==0.30.0"), installed(), mismatch);
		expect(lines).toEqual([
			"MEDIUM installed-version-mismatch requirements.txt:1 fastapi 0.115.0 is installed, and >=0.116 is declared",
		]);
		expect(mended("requirements.txt")).toBe("fastapi>=0.115.0  # web\nuvicorn==0.30.0\n");
	});
});

it("does not declare what is installed where that lacks what an older release is asked for", () => {
	const { issues } = auditDependencies(
		backend("fastapi\nsetuptools<82"),
		installed({ setuptools: { version: "84.2.1" } }),
		mismatch,
	);
	expect(issues[0]?.fix).toBeNull();
});

it("does not declare what is installed where that has no more what start-up reads", () => {
	const environment = installed({ numpy: { version: "2.4.6" } });
	const numpy = new RemovedNames(environment.distributions).remainderOf("numpy");
	const { issues } = auditDependencies(
		backend("fastapi\nnumpy<1.24", "import numpy\nzero = numpy.float(0)"),
		{
			...environment,
			findModule: (dotted) =>
				dotted === "numpy" && numpy !== null ? { found: "present", module: numpy } : environment.findModule(dotted),
		},
		mismatch,
	);
	expect(issues.map(({ fix }) => fix)).toEqual([null]);
});

describe("conflicting-requirements", () => {
	const audit = (requirements: string) => auditDependencies(backend(requirements), installed(), conflicting);

	it("is none where the project settles the version by itself", () => {
		const lines = (manifest: string) =>
			auditDependencies(`\n${manifest}#- main.py\nfrom fastapi import FastAPI\napp = FastAPI()\n`, installed(), conflicting)
				.lines;
		const listed = 'name = "x"\ndependencies = ["fastapi==0.115.0", "starlette>=0.45"]\n';
		const project = (rest: string) => lines(`#- pyproject.toml\n[project]\n${listed}${rest}`);
		expect(project("[tool.uv]\n")).toHaveLength(1);
		expect(project('[tool.uv]\noverride-dependencies = ["starlette==0.45.0"]\n')).toEqual([]);
		expect(project('[tool.uv]\noverride-dependencies = ["idna==3.0"]\n')).toHaveLength(1);
		expect(project('[tool.pdm.resolution.overrides]\nstarlette = "0.45.0"\n')).toEqual([]);
		const image = (options: string) =>
			lines(
				`#- requirements.txt\nfastapi==0.115.0\nstarlette>=0.45\n#- Dockerfile\nFROM python:3.12\nCOPY . .\nRUN pip install \\\n  ${options}-r requirements.txt\nCMD ["uvicorn", "main:app"]\n`,
			);
		expect(image("")).toHaveLength(1);
		expect(image("--no-deps ")).toEqual([]);
	});

	it("is critical where both sides leave no choice", () => {
		const { lines, issues, mended } = audit("fastapi==0.115.0\nstarlette>=0.45\nuvicorn");
		expect(lines).toEqual([
			"CRITICAL conflicting-requirements requirements.txt:2 starlette>=0.45 is declared, and fastapi 0.115.0 needs starlette<0.39.0,>=0.37.2",
		]);
		expect(issues[0]?.failsOn).toEqual(["clean-install"]);
		expect(mended("requirements.txt")).toBe("fastapi==0.115.0\nstarlette<0.39.0,>=0.37.2\nuvicorn\n");
	});

	it("is medium where pip may still choose another version", () => {
		expect(audit("fastapi\nstarlette>=0.45\nuvicorn").lines[0]).toMatch(/^MEDIUM/);
	});

	it("says nothing where a version satisfies both", () => {
		expect(audit("fastapi==0.115.0\nstarlette>=0.38\nuvicorn").lines).toEqual([]);
	});
});

describe("duplicate-requirement", () => {
	const audit = (requirements: string) => auditDependencies(backend(requirements), installed(), duplicate);

	it("is critical where the two exclude each other", () => {
		const { lines, issues } = audit("fastapi==0.115.0\nuvicorn\nFastAPI==0.114.0");
		expect(lines).toEqual([
			"CRITICAL duplicate-requirement requirements.txt:3 FastAPI is declared twice, with versions that exclude each other",
		]);
		expect(issues[0]).toMatchObject({
			expectedError:
				"ERROR: Cannot install fastapi==0.115.0 and FastAPI==0.114.0 because these package versions have conflicting dependencies.",
			fix: { applicability: "review" },
		});
	});

	it("is low where one says nothing new, and takes that one out", () => {
		const { lines, issues, mended } = audit("fastapi>=0.115\nuvicorn\nfastapi");
		expect(lines[0]).toMatch(/^LOW/);
		expect(issues[0]?.fix?.applicability).toBe("safe");
		expect(mended("requirements.txt")).toBe("fastapi>=0.115\nuvicorn\n");
	});

	it("keeps the line that says more", () => {
		const { issues, mended } = audit("passlib\nuvicorn\npasslib[bcrypt]");
		expect(issues[0]?.fix?.applicability).toBe("safe");
		expect(mended("requirements.txt")).toBe("uvicorn\npasslib[bcrypt]\n");
	});

	it("allows one line for each Python", () => {
		expect(audit('fastapi; python_version < "3.9"\nfastapi; python_version >= "3.9"').lines).toEqual([]);
	});
});

describe("requires-another-python", () => {
	const needy: Record<string, TestPackage> = { numpy: { version: "2.3.0", requiresPython: ">=3.12" } };

	it("is critical where a pinned package cannot be had", () => {
		const { lines, issues } = auditDependencies(backend("fastapi\nnumpy==2.3.0"), installed(needy), anotherPython);
		expect(lines).toEqual([
			"CRITICAL requires-another-python requirements.txt:2 numpy 2.3.0 needs Python >=3.12, and the project has 3.11",
		]);
		expect(issues[0]).toMatchObject({ fix: null, failsOn: ["clean-install"] });
	});

	it("leaves it to the installer where other versions are allowed", () => {
		expect(auditDependencies(backend("fastapi\nnumpy>=2"), installed(needy), anotherPython).lines).toEqual([]);
	});

	it("is medium for the project itself, and no patch release is held against it", () => {
		const project = (requires: string) =>
			`#- pyproject.toml\n[project]\nname = "x"\nrequires-python = "${requires}"\ndependencies = ["fastapi"]\n#- main.py\nfrom fastapi import FastAPI\napp = FastAPI()\n`;
		expect(auditDependencies(project(">=3.12"), installed(), anotherPython).mended("pyproject.toml")).toContain(
			'requires-python = ">=3.11"',
		);
		expect(auditDependencies(project(">=3.11.4"), installed(), anotherPython).lines).toEqual([]);
	});

	/** Without an environment, where the project's own files say which Python it has. */
	const judged = (more: string, requires = ">=3.13") =>
		auditBackend(
			"requires-another-python",
			`#- pyproject.toml\n[project]\nname = "x"\nrequires-python = "${requires}"\ndependencies = ["fastapi"]\n${more}#- main.py\nfrom fastapi import FastAPI\napp = FastAPI()\n`,
		).map(({ severity, failsOn }) => `${severity} ${failsOn.join(",")}`);

	it("is critical where the project is certainly installed with the Python that its files name", () => {
		expect(judged("#- .python-version\n3.11\n")).toEqual(["CRITICAL clean-install"]);
		const image = (install: string) =>
			`#- Dockerfile\nFROM python:3.11-slim\nCOPY . .\nRUN ${install}\nCMD ["uvicorn", "main:app"]\n`;
		expect(judged(image("pip install ."))).toEqual(["CRITICAL clean-install"]);
		expect(judged(image("pip install fastapi uvicorn"))).toEqual(["MEDIUM "]);
		expect(judged("#- .python-version\n3.13\n")).toEqual([]);
	});
});
