import { describe, expect, it } from "vitest";
import { auditBackend, mendedFiles } from "../audit-backend.ts";

/** A backend whose engine gets this URL, with a secret and a sync PostgreSQL driver at hand. */
function backend(url: string, maker = "create_engine"): string {
	return `
#- requirements.txt
fastapi
pydantic-settings>=2
sqlalchemy[asyncio]>=2.0
asyncpg
psycopg2-binary
#- main.py
from fastapi import FastAPI
from pydantic import PostgresDsn, SecretStr
from pydantic_settings import BaseSettings
from sqlalchemy import URL, create_engine, make_url
from sqlalchemy.ext.asyncio import create_async_engine

class Settings(BaseSettings):
    password: SecretStr = SecretStr("pepper")
    user: str = "app"

settings = Settings()
url = URL.create("postgresql+psycopg2", username=settings.user, password="pepper", host="db", database="app")
engine = ${maker}(${url})
app = FastAPI()
`;
}

describe("masked-database-password", () => {
	const rule = "masked-database-password";

	it("sees the stars of a secret in an f-string, and writes the secret's text there", () => {
		const source = backend('f"postgresql+psycopg2://{settings.user}:{settings.password}@db/app"');
		const [issue, ...others] = auditBackend(rule, source);
		expect(others).toEqual([]);
		expect(issue).toMatchObject({ severity: "HIGH", stage: "request" });
		expect(JSON.stringify(issue)).not.toContain("pepper");
		expect(mendedFiles(rule, source)["main.py"]).toContain(":{settings.password.get_secret_value()}@db/app");
	});

	it("sees those of a URL that became a text, and hands on the URL", () => {
		const source = backend("str(url)");
		expect(auditBackend(rule, source)).toHaveLength(1);
		expect(mendedFiles(rule, source)["main.py"]).toContain("create_engine(url)");
	});

	it.each([
		"url",
		"url.render_as_string(hide_password=False)",
		'f"postgresql+psycopg2://{settings.user}:{settings.password.get_secret_value()}@db/app"',
		'str(PostgresDsn.build(scheme="postgresql+psycopg2", username="app", password="pepper", host="db", path="app"))',
	])("says nothing of %s", (url) => {
		expect(auditBackend(rule, backend(url))).toEqual([]);
	});
});

describe("sync-database-url", () => {
	const rule = "sync-database-url";

	it.each([
		["url", 'URL.create("postgresql+asyncpg"'],
		["url.render_as_string(hide_password=False)", 'URL.create("postgresql+asyncpg"'],
		[
			'str(PostgresDsn.build(scheme="postgresql+psycopg2", username="app", host="db", path="app"))',
			'scheme="postgresql+asyncpg"',
		],
		['make_url("postgresql+psycopg2://app@db/app")', 'make_url("postgresql+asyncpg://app@db/app")'],
	])("follows %s to where its scheme is written", (url, mended) => {
		const source = backend(url, "create_async_engine");
		expect(auditBackend(rule, source)).toHaveLength(1);
		expect(mendedFiles(rule, source)["main.py"]).toContain(mended);
	});

	it("takes a scheme that the code sets for the one that holds", () => {
		expect(auditBackend(rule, backend('url.set(drivername="postgresql+asyncpg")', "create_async_engine"))).toEqual([]);
	});
});
