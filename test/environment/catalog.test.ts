import { describe, expect, test } from "vitest";
import type { Environment } from "../../src/environment/environment.ts";
import { openEnvironment } from "../../src/environment/open-environment.ts";
import { openPackageFiles } from "../../src/workspace/package-files.ts";
import { foundIn } from "./environment-of.ts";

const files = openPackageFiles({ cacheFolder: null });

/** What the bundled catalog says for requirements such as `fastapi==0.115.6` or `sqlmodel[x]>=0.0.20`. */
function declared(
	requirements: readonly string[],
	options: { readonly python?: string; readonly locked?: Readonly<Record<string, string>> } = {},
): Environment {
	return openEnvironment({
		files,
		search: { root: "/nowhere", backend: "/nowhere", override: null, variables: {}, projectName: null },
		requirements: requirements.map((text) => {
			const [, normalized = "", extras = "", specifier = ""] = /^([a-z0-9-]+)(?:\[(.*?)\])?(.*)$/.exec(text) ?? [];
			return { normalized, extras: extras === "" ? [] : extras.split(","), specifier, marker: null };
		}),
		locked: new Map(Object.entries(options.locked ?? {})),
		pythonHints: [{ specifier: options.python ?? "3.11", evidence: "test" }],
	});
}

const versionOf = (environment: Environment, name: string) => environment.distributions.get(name)?.version;

describe("versions", () => {
	test("a pin, a lock file and a range are heard, and what they require comes along", () => {
		const environment = declared(["fastapi==0.95.2", "sqlalchemy<2.0", "httpx"], { locked: { httpx: "0.25.2" } });
		expect([versionOf(environment, "fastapi"), versionOf(environment, "httpx")]).toEqual(["0.95.2", "0.25.2"]);
		expect(versionOf(environment, "starlette")).toBe("0.27.0");
		expect(versionOf(environment, "sqlalchemy")).toMatch(/^1\.4\./);
		expect(environment.distributions.has("anyio")).toBe(true);
	});

	test("a release that a pin does not go with is not taken: an installer goes back to an older one, and nobody knows to which", () => {
		const environment = declared(["pydantic==1.8.2", "fastapi==0.68.1", "pydantic-settings"]);
		expect(versionOf(environment, "pydantic")).toBe("1.8.2");
		expect(versionOf(environment, "pydantic-settings")).toBeUndefined();
		expect(versionOf(declared(["pydantic==2.9.2", "pydantic-settings"]), "pydantic-settings")).toBeDefined();
	});

	test("a release that nobody knows brings no module that no package is known for", () => {
		const environment = declared(["pydantic==1.8.2", "fastapi==0.68.1", "pydantic-settings"]);
		expect(environment.findModule("settings").found).toBe("missing");
		expect(environment.findModule("pydantic_settings").found).toBe("unknown");
		expect(declared(["fastapi", "our-own-settings"]).findModule("settings").found).toBe("unknown");
		const pinned = declared(["fastapi==0.110.0", "cryptography==41.0.7", "markupsafe==2.1.3"]);
		expect(["requests", "httpx", "cffi"].map((name) => pinned.findModule(name).found)).toEqual(["missing", "missing", "present"]);
	});

	test("the Python of the machine is not taken where pinned releases ask for a newer one", () => {
		const requirements = [{ normalized: "django", extras: [], specifier: "==6.0.1", marker: null }];
		const search = { root: "/nowhere", backend: "/nowhere", override: null, variables: {}, projectName: null };
		const chosen = openEnvironment({ files, search, requirements, locked: new Map(), pythonHints: [] });
		expect(chosen.python.minor).toBeGreaterThanOrEqual(12);
		expect(chosen.pythonIsCertain).toBe(false);
	});

	test("where the project's own bounds refuse the newest release of what needs them, an older one is taken", () => {
		const environment = declared(["sqlalchemy>=1.4.46,<2.0.0", "alembic>=1.9.4,<2"]);
		expect(versionOf(environment, "sqlalchemy")).toMatch(/^1\.4\./);
		expect(versionOf(environment, "alembic")).toBe("1.16.5");
		expect(foundIn(environment, "sqlalchemy", "Select")).toBe("absent");
		expect(versionOf(declared(["taskiq<0.12", "taskiq-redis>=1,<2"]), "taskiq-redis")).toBe("1.0.9");
	});

	test("an extra brings what it stands for, a marker keeps out what is for others", () => {
		expect(declared(["uvicorn"]).distributions.has("httptools")).toBe(false);
		expect(declared(["uvicorn[standard]"]).distributions.has("httptools")).toBe(true);
		expect(declared(["anyio"], { python: "3.13" }).distributions.has("exceptiongroup")).toBe(false);
	});
});

describe("modules and names", () => {
	test("what is missing from one catalog may come with the unknown packages of another", () => {
		const fails = (...requirements: string[]) =>
			declared(requirements)
				.followImports(["starlette.middleware.sessions"])
				.filter((crossing) => crossing.fails)
				.map(({ module }) => module);
		expect(fails("fastapi")).toContain("itsdangerous");
		expect(fails("fastapi", "nobody-knows-this-one")).toEqual([]);
	});

	test("names are those of the chosen version", () => {
		const asyncSession = "sqlmodel.ext.asyncio.session";
		expect(foundIn(declared(["sqlmodel==0.0.8"]), asyncSession, "AsyncEngine")).toBe("alias");
		expect(foundIn(declared(["sqlmodel==0.0.22"]), asyncSession, "AsyncEngine")).toBe("absent");
		expect(foundIn(declared(["sqlalchemy==1.4.54"]), "sqlalchemy.orm", "DeclarativeBase")).toBe("absent");
		expect(foundIn(declared(["sqlalchemy==2.0.36"]), "sqlalchemy.orm", "DeclarativeBase")).toBe("alias");
		expect(foundIn(declared(["pydantic==1.10.13"]), "pydantic", "BaseSettings")).toBe("alias");
		const settings = declared(["pydantic==2.9.2"]).findModule("pydantic");
		expect(settings.found === "present" && settings.module.lookup("BaseSettings")).toMatchObject({
			found: "absent",
			error: expect.stringContaining("`BaseSettings` has been moved to the `pydantic-settings` package"),
		});
	});

	test("between two catalogued versions only what both lack is absent", () => {
		const environment = declared(["sqlmodel==0.0.10"]);
		expect(versionOf(environment, "sqlmodel")).toBe("0.0.10");
		expect(foundIn(environment, "sqlmodel", "SQLModel")).toBe("alias");
		expect(foundIn(environment, "sqlmodel", "NothingLikeIt")).toBe("absent");
		const between = declared(["pydantic==2.0"]);
		expect(["BaseSettings", "TypeAdapter"].map((name) => foundIn(between, "pydantic", name))).not.toContain("absent");
	});

	test("a module is missing only where everything that would be installed is known", () => {
		const found = (requirements: readonly string[], module: string) => declared(requirements).findModule(module).found;
		expect(found(["fastapi"], "jose")).toBe("missing");
		expect(found(["fastapi", "python-jose"], "jose.jwt")).toBe("present");
		expect(found(["fastapi", "a-package-of-our-own"], "jose")).toBe("unknown");
		expect(found(["fastapi", "a-package-of-our-own"], "fastapi.nothing")).toBe("missing");
		expect(found(["fastapi"], "fastapi.testclient")).toBe("present");
		expect(found(["sqlalchemy"], "sqlalchemy.testing.fixtures")).toBe("unknown");
	});

	test("of some packages only the metadata is known", () => {
		const environment = declared(["fastapi", "scipy"]);
		expect(environment.distributions.has("numpy")).toBe(true);
		expect(["scipy", "scipy.io", "jose"].map((module) => environment.findModule(module).found)).toEqual([
			"present",
			"unknown",
			"missing",
		]);
		expect(environment.distributionsFor("scipy")[0]).toBe("scipy");
	});

	test("a pre-release is taken where there is nothing else, or where it is asked for", () => {
		expect(versionOf(declared(["apscheduler"]), "apscheduler")).toMatch(/^3\./);
		expect(versionOf(declared(["apscheduler==4.0.0a5"]), "apscheduler")).toBe("4.0.0a5");
		expect(versionOf(declared(["opentelemetry-instrumentation-fastapi"]), "opentelemetry-instrumentation-fastapi")).toMatch(
			/b\d+$/,
		);
	});

	test("what a clean installation would bring of a package is known, where its metadata is", () => {
		const environment = declared(["fastapi"]);
		expect(environment.expected("python-jose", "")?.requires.some((text) => text.startsWith("ecdsa"))).toBe(true);
		expect(environment.expected("sqlmodel", "==0.0.8")?.version).toBe("0.0.8");
		expect(environment.expected("a-package-of-our-own", "")).toBeNull();
		expect(environment.expected("python-jose", "<0.0.1")).toBeNull();
	});

	test("a release that nobody has read may require what the releases next to it do", () => {
		expect(declared(["redis==5.2.1"]).distributions.has("pyjwt")).toBe(false);
		expect(declared(["redis==5.3.0"]).distributions.has("pyjwt")).toBe(true);
	});

	test("it is known from which release on a name or a module is there", () => {
		const environment = declared(["fastapi"]);
		const firstWith = (...asked: Parameters<Environment["releasesWith"]>): string | undefined =>
			environment.releasesWith(...asked).find(({ has }) => has)?.version;
		expect(firstWith("pydantic", "pydantic", "RootModel")).toBe("2.0.3");
		expect(environment.releasesWith("pydantic", "pydantic", "RootModel")[0]).toEqual({ version: "1.8.2", has: false });
		expect(firstWith("redis", "redis.asyncio", null)).toBeDefined();
		expect(environment.releasesWith("a-package-of-our-own", "a", null)).toEqual([]);
	});

	test("entries carry signatures and members, and lead to where things are defined", () => {
		const environment = declared(["sqlalchemy==2.0.36", "sqlmodel"]);
		expect(environment.canonical("sqlalchemy.ext.asyncio.AsyncEngine")).toBe("sqlalchemy.ext.asyncio.engine.AsyncEngine");
		expect(environment.canonical("sqlmodel.create_engine")).toBe("sqlalchemy.engine.create.create_engine");
		expect(environment.findSymbol("AsyncEngine", ["sqlalchemy"])[0]).toBe("sqlalchemy.ext.asyncio");
		const engine = environment.findModule("sqlalchemy.ext.asyncio.engine");
		const lookup = engine.found === "present" ? engine.module.lookup("AsyncEngine") : null;
		expect(lookup?.found === "present" && lookup.entry.kind === "class" && lookup.entry.members.dispose).toMatchObject({
			kind: "method",
			signature: { isAsync: true, parameters: [{ name: "self" }, { name: "close", hasDefault: true }] },
		});
	});
});

test("markers and requirements are read as PEP 508 has them", async () => {
	const { markerHolds } = await import("../../src/environment/marker.ts");
	const { parseRequirement } = await import("../../src/environment/requirement.ts");
	expect(parseRequirement("Jinja2 [i18n, x] (>=3.1) ; python_version < '3.12'")).toEqual({
		normalized: "jinja2",
		extras: ["i18n", "x"],
		specifier: ">=3.1",
		marker: "python_version < '3.12'",
	});
	expect(parseRequirement("pkg @ https://example.org/p.whl")).toMatchObject({ normalized: "pkg", specifier: "" });
	expect(parseRequirement("")).toBeNull();
	const facts = { python: { major: 3, minor: 9 }, platform: "linux", extras: ["standard"] };
	const cases: readonly (readonly [string, boolean])[] = [
		["python_version < '3.10'", true],
		['python_version >= "3.10"', false],
		["'3.8' <= python_version", true],
		["sys_platform == 'win32' or extra == 'standard'", true],
		["extra == 'other'", false],
		["(platform_system != 'Windows' and python_version in '3.8 3.9') and os_name == 'posix'", true],
		// Which patch release it is, nobody knows.
		["python_full_version < '3.9.2'", true],
		["python_full_version < '3.9'", false],
		["platform_machine == 'aarch64'", true],
		["platform_machine == 'arm64'", false],
		["implementation_name != 'cpython'", false],
	];
	for (const [marker, holds] of cases) expect(markerHolds(marker, facts), marker).toBe(holds);
});

test("a folder that packages share is there with any of them, and what another would bring below it is not", () => {
	const environment = declared(["opentelemetry-api"]);
	const found = ["opentelemetry", "opentelemetry.trace", "opentelemetry.sdk"].map((name) => environment.findModule(name).found);
	expect(found).toEqual(["unknown", "present", "missing"]);
});
