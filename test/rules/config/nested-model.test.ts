import { expect, test } from "vitest";
import { auditBackend, mendedFiles } from "../audit-backend.ts";

const backend = (env: string, config = `, env_nested_delimiter="__"`) => `#- requirements.txt
fastapi
uvicorn
pydantic-settings
#- .env
${env}
#- main.py
from fastapi import FastAPI
from pydantic import BaseModel
from pydantic_settings import BaseSettings, SettingsConfigDict


class Cache(BaseModel):
    url: str
    ttl: int = 60


class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_file=".env", extra="ignore"${config})

    cache: Cache


settings = Settings()
app = FastAPI()
`;

test("a text for a nested model is no JSON, and becomes its one required field", () => {
	const broken = backend("CACHE=redis://localhost");
	expect(auditBackend("undecodable-setting", broken)[0]).toMatchObject({
		severity: "CRITICAL",
		expectedError:
			'pydantic_settings.exceptions.SettingsError: error parsing value for field "cache" from source "DotEnvSettingsSource"',
	});
	expect(mendedFiles("undecodable-setting", broken)[".env"]).toContain('{"url":"redis://localhost"}');
});

test("JSON for a nested model is read", () => {
	expect(auditBackend("undecodable-setting", backend('CACHE={"url": "redis://localhost"}'))).toEqual([]);
});

test("parts behind one underscore get the delimiter that the class reads", () => {
	expect(mendedFiles("missing-setting", backend("CACHE_URL=redis://localhost"))[".env"]).toBe("CACHE__URL=redis://localhost\n");
});

test("parts behind a delimiter that the class does not name are read once it does", () => {
	const mended = mendedFiles("missing-setting", backend("CACHE__URL=redis://localhost", ""));
	expect(mended["main.py"]).toContain('env_nested_delimiter="__"');
});
