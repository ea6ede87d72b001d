import { expect, test } from "vitest";
import { auditBackend, mendedFiles } from "../audit-backend.ts";

const environs = (env: string, reading: string, before = "env.read_env()\n") => `#- requirements.txt
fastapi
uvicorn
environs
#- .env
${env}
#- main.py
from environs import Env
from fastapi import FastAPI

env = Env()
${before}value = ${reading}
app = FastAPI()
`;

test("environs needs a variable without default", () => {
	const [issue] = auditBackend("missing-environment-variable", environs("OTHER=1", 'env.str("DB_URL")'));
	expect(issue?.expectedError).toBe('environs.exceptions.EnvNotSetError: Environment variable "DB_URL" not set');
});

test.each([
	["DB_URL=sqlite://", 'env("DB_URL")', "env.read_env()\n"],
	["OTHER=1", 'env.int("PAGES", 20)', "env.read_env()\n"],
	["OTHER=1", 'env.list("TAGS", default=[])', "env.read_env()\n"],
	["APP_DB=1", 'env.str("DB")', 'with env.prefixed("APP_"):\n    '],
])("says nothing of %s and %s", (env, reading, before) => {
	expect(auditBackend("missing-environment-variable", environs(env, reading, before))).toEqual([]);
});

test("environs refuses what is no truth value or number", () => {
	const [issue] = auditBackend("refused-variable", environs("DEBUG=maybe", 'env.bool("DEBUG", False)'));
	expect(issue).toMatchObject({
		severity: "CRITICAL",
		expectedError: 'environs.exceptions.EnvValidationError: Environment variable "DEBUG" invalid: Not a valid boolean.',
	});
	expect(mendedFiles("refused-variable", environs("DEBUG=maybe", 'env.bool("DEBUG", False)'))[".env"]).toBe("DEBUG=false\n");
	expect(auditBackend("refused-variable", environs("DEBUG=yes", 'env.bool("DEBUG")'))).toEqual([]);
});

const duration = (text: string) => `#- requirements.txt
fastapi
uvicorn
pydantic-settings
#- .env
TTL=${text}
#- main.py
from datetime import timedelta

from fastapi import FastAPI
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_file=".env")

    ttl: timedelta


settings = Settings()
app = FastAPI()
`;

test.each(["1800", "30m", "15 minutes", "1h"])("pydantic takes no duration from %s", (text) => {
	expect(auditBackend("invalid-setting-value", duration(text))).toHaveLength(1);
});

test.each(["00:30:00", "PT30M", "1 day", "3d", "P1D"])("pydantic takes a duration from %s", (text) => {
	expect(auditBackend("invalid-setting-value", duration(text))).toEqual([]);
});
