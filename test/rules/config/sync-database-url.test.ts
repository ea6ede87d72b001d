import { describe, expect, it } from "vitest";
import { auditBackend, mendedFiles } from "../audit-backend.ts";

const rule = "sync-database-url";

interface Backend {
	readonly url?: string;
	readonly packages?: string;
	readonly code?: string;
	readonly env?: string;
}

/** A backend that reads DATABASE_URL from .env through pydantic-settings and makes an async engine from it. */
function backend({ url = "", packages = "asyncpg", code, env = `DATABASE_URL=${url}\n` }: Backend): string {
	return `
#- requirements.txt
fastapi
pydantic-settings
sqlalchemy[asyncio]>=2.0,<2.1
${packages}
#- .env
${env}
#- app/__init__.py
#- app/config.py
from pydantic_settings import BaseSettings

class Settings(BaseSettings):
    database_url: str
    model_config = {"env_file": ".env"}

settings = Settings()
#- app/main.py
from fastapi import FastAPI
from sqlalchemy import create_engine
from sqlalchemy.ext.asyncio import create_async_engine
from app.config import settings

${code ?? "engine = create_async_engine(settings.database_url)"}
app = FastAPI()
used = create_engine
`;
}

function envAfter(given: Backend): string | undefined {
	return mendedFiles(rule, backend(given))[".env"]?.trim();
}

describe("the URL of an async engine", () => {
	it("as Neon prints it becomes asyncpg's, and the password stays", () => {
		const url =
			"'postgresql://neondb_owner:s3cr3t%40x@ep-cool-1.eu-central-1.aws.neon.tech/neondb?sslmode=require&channel_binding=require'";
		expect(envAfter({ url })).toBe(
			"DATABASE_URL='postgresql+asyncpg://neondb_owner:s3cr3t%40x@ep-cool-1.eu-central-1.aws.neon.tech/neondb?ssl=require'",
		);
	});

	it.each([
		["postgres://u:p@h:5432/d", "postgresql+asyncpg://u:p@h:5432/d"],
		["postgresql+psycopg2://u:p@h/d", "postgresql+asyncpg://u:p@h/d"],
		['"postgresql://u:p@h/d?sslmode=verify-full"', '"postgresql+asyncpg://u:p@h/d?ssl=verify-full"'],
		["postgresql://u:p@h/d?channel_binding=require", "postgresql+asyncpg://u:p@h/d"],
		["postgresql://u:p@h/d?command_timeout=5&sslmode=prefer", "postgresql+asyncpg://u:p@h/d?command_timeout=5&ssl=prefer"],
		// biome-ignore lint/suspicious/noTemplateCurlyInString: python-dotenv writes references so.
		["postgresql://${DB_USER}:p@h/d", "postgresql+asyncpg://${DB_USER}:p@h/d"],
	])("%s becomes %s", (url, wanted) => {
		expect(envAfter({ url })).toBe(`DATABASE_URL=${wanted}`);
	});

	it.each([
		["sqlite:///./app.db", "aiosqlite", "sqlite+aiosqlite:///./app.db"],
		["mysql://u:p@h/d", "aiomysql", "mysql+aiomysql://u:p@h/d"],
		["mysql+pymysql://u:p@h/d?charset=utf8mb4", "asyncmy", "mysql+asyncmy://u:p@h/d?charset=utf8mb4"],
		["postgresql://u:p@h/d?sslmode=require", "psycopg[binary]", "postgresql+psycopg://u:p@h/d?sslmode=require"],
	])("%s takes the driver that is declared: %s", (url, packages, wanted) => {
		expect(envAfter({ url, packages })).toBe(`DATABASE_URL=${wanted}`);
	});

	it("stops the import, with the error that the installed drivers decide", () => {
		const missing = auditBackend(rule, backend({ url: "postgresql://u:p@h/d" }))[0];
		expect(missing).toMatchObject({ severity: "CRITICAL", stage: "import", category: "CONFIG", fix: { applicability: "safe" } });
		expect(missing?.expectedError).toBe("ModuleNotFoundError: No module named 'psycopg2'");
		const sync = auditBackend(rule, backend({ url: "postgresql://u:p@h/d", packages: "psycopg2-binary" }))[0];
		expect(sync?.expectedError).toBe(
			"sqlalchemy.exc.InvalidRequestError: The asyncio extension requires an async driver to be used. The loaded 'psycopg2' is not async.",
		);
		const renamed = auditBackend(rule, backend({ url: "postgres://u:p@h/d" }))[0];
		expect(renamed?.expectedError).toBe("sqlalchemy.exc.NoSuchModuleError: Can't load plugin: sqlalchemy.dialects:postgres");
	});

	it("is mended in the code where it is written there", () => {
		const code = 'engine = create_async_engine("postgresql://u:p@h/d?sslmode=require")';
		expect(mendedFiles(rule, backend({ code, env: "" }))["app/main.py"]).toContain('"postgresql+asyncpg://u:p@h/d?ssl=require"');
	});

	it("is mended in the f-string that begins it", () => {
		const code = 'name = "d"\nengine = create_async_engine(f"postgresql://u:p@h/{name}")';
		expect(mendedFiles(rule, backend({ code, env: "" }))["app/main.py"]).toContain('f"postgresql+asyncpg://u:p@h/{name}"');
	});

	it("drops an option that may matter only after review", () => {
		const [issue] = auditBackend(rule, backend({ url: "postgresql://u:p@h/d?options=-csearch_path%3Dapp" }));
		expect(issue?.fix?.applicability).toBe("review");
		expect(issue?.fix?.explanation).toContain("options");
	});

	it("of the server's own environment cannot be edited, so the code adapts it, and the steps are named", () => {
		const [issue] = auditBackend(rule, backend({ url: "sqlite://" }), {
			DATABASE_URL: "postgresql://u:hunter2@h/d?sslmode=require",
		});
		const code = issue?.fix?.edits.map(({ newText }) => newText).join("\n");
		expect(code).toContain(
			'make_url(settings.database_url).set(drivername="postgresql+asyncpg").difference_update_query(["sslmode"])',
		);
		expect(code).toContain('connect_args={"ssl": "require"}');
		expect(issue?.fix?.applicability).toBe("review");
		expect(issue?.manualSteps.join()).toContain("DATABASE_URL is set in the environment");
		expect(JSON.stringify([issue?.problem, issue?.rootCause, issue?.manualSteps])).not.toContain("hunter2");
	});

	it("that a sync engine needs as well is left alone", () => {
		const code = "engine = create_async_engine(settings.database_url)\nsync_engine = create_engine(settings.database_url)";
		const [issue] = auditBackend(rule, backend({ url: "postgresql://u:p@h/d", code }));
		expect(issue?.fix).toBeNull();
		expect(issue?.manualSteps[0]).toContain("app/main.py:7");
	});

	it("is reported once where two engines read it", () => {
		const code = "engine = create_async_engine(settings.database_url)\nother = create_async_engine(settings.database_url)";
		expect(auditBackend(rule, backend({ url: "postgresql://u:p@h/d", code }))).toHaveLength(1);
	});
});

describe("no issue", () => {
	it.each([
		["an async driver", { url: "postgresql+asyncpg://u:p@h/d" }],
		["psycopg 3, which is both", { url: "postgresql+psycopg://u:p@h/d", packages: "psycopg[binary]" }],
		["a sync engine", { url: "postgresql://u:p@h/d", code: "engine = create_engine(settings.database_url)" }],
		[
			"code that puts the driver in",
			{
				url: "postgresql://u:p@h/d",
				code: 'engine = create_async_engine(settings.database_url.replace("postgresql://", "postgresql+asyncpg://"))',
			},
		],
		["a URL that is not known", { url: "x", code: "from elsewhere import url\nengine = create_async_engine(url)" }],
		["a dialect of somebody else", { url: "cockroachdb+asyncpg://u:p@h/d" }],
	] satisfies readonly [string, Backend][])("where there is %s", (_, given) => {
		expect(auditBackend(rule, backend(given))).toEqual([]);
	});
});

it("calls nothing critical that only a module makes which the target never imports", () => {
	const issues = auditBackend(
		rule,
		`
#- requirements.txt
fastapi
pydantic-settings
sqlalchemy[asyncio]>=2.0,<2.1
asyncpg
#- .env
DATABASE_URL=postgresql://app:app@localhost/app
#- app/__init__.py
#- app/config.py
from pydantic_settings import BaseSettings

class Settings(BaseSettings):
    database_url: str
    model_config = {"env_file": ".env"}

settings = Settings()
#- app/database.py
from sqlalchemy.ext.asyncio import create_async_engine

from app.config import settings

engine = create_async_engine(settings.database_url)
#- app/main.py
from fastapi import FastAPI

from app.config import settings

app = FastAPI(debug=bool(settings.database_url))
`,
	);
	expect(issues.map(({ severity, reachedFromTarget }) => [severity, reachedFromTarget])).toEqual([["MEDIUM", false]]);
});

it("follows a validator that looks for several beginnings", () => {
	const config = `
from pydantic import field_validator
from pydantic_settings import BaseSettings

class Settings(BaseSettings):
    database_url: str
    model_config = {"env_file": ".env"}

    @field_validator("database_url")
    @classmethod
    def check(cls, v: str) -> str:
        if not v.startswith(("sqlite", "postgresql")):
            raise ValueError("unknown database")
        return v

settings = Settings()
`;
	const files = backend({ url: "postgresql://app:app@localhost/app" }).replace(
		/#- app\/config\.py\n[\s\S]*?(?=#- )/,
		`#- app/config.py${config}`,
	);
	expect(auditBackend(rule, files)[0]?.severity).toBe("CRITICAL");
	expect(auditBackend(rule, files.replace('"postgresql"', '"mysql"'))).toEqual([]);
	expect(auditBackend("refused-by-validator", files.replace('"postgresql"', '"mysql"'))[0]?.severity).toBe("CRITICAL");
});
