import { describe, expect, it } from "vitest";
import type { FoundIssue } from "../../../src/audit/run-rules.ts";
import { asJsonObject } from "../../../src/project/settings/json-list.ts";
import { auditBackend } from "../audit-backend.ts";

function backend(env: string, settings: string, rest: string): string {
	return `
#- requirements.txt
fastapi
pydantic-settings
sqlalchemy
#- .env
${env}
#- main.py
from typing import Annotated
from fastapi import FastAPI
from pydantic import BaseModel, BeforeValidator, Field, conint, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict
from sqlalchemy import create_engine


class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_file=".env", env_nested_delimiter="__")
${settings}


settings = Settings()
${rest}
app = FastAPI()
`;
}

/** All that the fix writes. */
function codeOf(issue: FoundIssue | undefined): string {
	return (issue?.fix?.edits ?? []).map(({ newText }) => newText).join("\n");
}

describe("missing-database-url", () => {
	const optional = "    app_name: str\n    database_url: str | None = None";

	it("tells of an optional URL that nothing sets", () => {
		const [issue] = auditBackend(
			"missing-database-url",
			backend("APP_NAME=x", optional, "engine = create_engine(settings.database_url)"),
		);
		expect(issue?.severity).toBe("CRITICAL");
		expect(issue?.problem).toContain("DATABASE_URL");
		expect(codeOf(issue)).toContain("DATABASE_URL=sqlite:///./app.db");
	});

	it.each([
		["a URL that is set", "APP_NAME=x\nDATABASE_URL=sqlite:///x.db", optional],
		[
			"one that a validator of the object sets",
			"A=1",
			`${optional}\n\n    @model_validator(mode="after")\n    def fill(self):\n        self.database_url = self.database_url or "sqlite:///x.db"\n        return self`,
		],
	])("says nothing of %s", (_, env, settings) => {
		expect(auditBackend("missing-database-url", backend(env, settings, "engine = create_engine(settings.database_url)"))).toEqual(
			[],
		);
	});
});

describe("missing-attribute of settings", () => {
	it("takes the only field that nobody reads and that shares a word for the renamed one", () => {
		const fields = '    db_host: str = "a"\n    db_user_name: str = "b"';
		const [issue] = auditBackend("missing-attribute", backend("DB_HOST=a", fields, "print(settings.db_host, settings.db_login)"));
		expect(codeOf(issue)).toBe("db_user_name");
	});

	it("adds a field for a value that .env has", () => {
		const [issue] = auditBackend(
			"missing-attribute",
			backend("WORKERS=4", "    workers_max: int = 2", "print(settings.workers_max, settings.port)"),
		);
		expect(codeOf(issue)).toContain("port: int = 8000");
	});
});

describe("invalid-setting-value", () => {
	it.each([
		["a bound in Annotated", "WORKERS=0", "    workers: Annotated[int, Field(ge=1)] = 2"],
		["a bound of conint", "WORKERS=0", "    workers: conint(ge=1) = 2"],
	])("minds %s", (_, env, settings) => {
		expect(auditBackend("invalid-setting-value", backend(env, settings, ""))).toHaveLength(1);
	});

	it("leaves a value alone that a validator of the annotation sees first", () => {
		const settings = "    workers: Annotated[int, BeforeValidator(lambda v: 4)] = 2";
		expect(auditBackend("invalid-setting-value", backend("WORKERS=auto", settings, ""))).toEqual([]);
	});
});

describe("asJsonObject", () => {
	it.each([
		["beta:true", '{"beta":true}'],
		["a=1, b='x y'", '{"a":1,"b":"x y"}'],
		["{'a': 'b'}", '{"a":"b"}'],
		["zip:01234", '{"zip":"01234"}'],
	])("reads %s", (text, json) => {
		expect(asJsonObject(text)).toBe(json);
	});

	it.each(["just words", "a:[1]"])("does not guess at %s", (text) => {
		expect(asJsonObject(text)).toBeNull();
	});
});
