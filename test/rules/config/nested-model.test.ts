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

test("what a validator of the whole settings asks of nested models is known, beside a validator of one of their fields", () => {
	const files = (env: string) => `#- requirements.txt
fastapi
uvicorn
pydantic-settings
#- .env
${env}
#- main.py
from fastapi import FastAPI
from pydantic import BaseModel, Field, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict


class App(BaseModel):
    environment: str = "local"


class Auth(BaseModel):
    enabled: bool = False
    algorithm: str = "RS256"

    @field_validator("algorithm")
    @classmethod
    def in_capitals(cls, value: str) -> str:
        return value.upper()


class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_file=".env", env_nested_delimiter="__")

    app: App = Field(default_factory=App)
    auth: Auth = Field(default_factory=Auth)

    @model_validator(mode="after")
    def check(self):
        if self.app.environment in {"staging", "prod"} and not self.auth.enabled:
            raise ValueError("AUTH__ENABLED must be true")
        return self


settings = Settings()
app = FastAPI()
`;
	expect(auditBackend("refused-by-validator", files("APP__ENVIRONMENT=prod\nAUTH__ALGORITHM=rs256"))[0]?.severity).toBe(
		"CRITICAL",
	);
	expect(auditBackend("refused-by-validator", files("APP__ENVIRONMENT=prod\nAUTH__ENABLED=true"))).toEqual([]);
	expect(auditBackend("refused-by-validator", files("APP__ENVIRONMENT=dev\nAUTH__ALGORITHM=rs256"))).toEqual([]);
});

test("the items of a list are judged by their type", () => {
	const files = (type: string, env: string) => `#- requirements.txt
fastapi
uvicorn
pydantic-settings
#- .env
ITEMS=${env}
#- main.py
from fastapi import FastAPI
from pydantic import AnyHttpUrl, EmailStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_file=".env")

    items: ${type} = []


settings = Settings()
app = FastAPI()
`;
	const refused = (type: string, env: string) => auditBackend("invalid-setting-value", files(type, env));
	const broken = files("list[AnyHttpUrl]", '["localhost:3000","https://a.example"]');
	expect(auditBackend("invalid-setting-value", broken)[0]).toMatchObject({
		severity: "CRITICAL",
		expectedError: "pydantic_core._pydantic_core.ValidationError: 1 validation error for Settings",
	});
	expect(mendedFiles("invalid-setting-value", broken)[".env"]).toContain('["http://localhost:3000","https://a.example"]');
	expect(refused("list[int]", '["a", 1, "b"]')[0]?.expectedError).toContain("2 validation errors");
	expect(refused("list[str]", "8000")[0]?.expectedError).toContain("1 validation error");
	expect(mendedFiles("invalid-setting-value", files("list[str]", "[8000]"))[".env"]).toContain('["8000"]');
	for (const [type, env] of [
		["list[int]", '["1", 2, true]'],
		["list[EmailStr]", '["a@example.com"]'],
		["list[AnyHttpUrl]", "[]"],
		["tuple[str, int]", '["a", 1]'],
		["list[Path]", '["a"]'],
	] as const)
		expect(refused(type, env)).toEqual([]);
});

test("a list that NoDecode leaves a text needs a validator that makes it one", () => {
	const files = (validator: string) => `#- requirements.txt
fastapi
uvicorn
pydantic-settings
#- .env
ORIGINS=http://a,http://b
#- main.py
from typing import Annotated
from fastapi import FastAPI
from pydantic import BeforeValidator, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict


class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_file=".env")

    origins: Annotated[list[str], NoDecode${validator}] = []


settings = Settings()
app = FastAPI()
`;
	const broken = files("");
	expect(auditBackend("invalid-setting-value", broken)[0]?.severity).toBe("CRITICAL");
	expect(mendedFiles("invalid-setting-value", broken)["main.py"]).toContain("def split_origins(cls, value");
	expect(auditBackend("invalid-setting-value", files(', BeforeValidator(lambda v: v.split(","))'))).toEqual([]);
});

test("a nested model that is made of nothing needs what it requires", () => {
	const files = (field: string) => `#- requirements.txt
fastapi
uvicorn
pydantic-settings
#- main.py
from fastapi import FastAPI
from pydantic import BaseModel, Field
from pydantic_settings import BaseSettings


class Jwt(BaseModel):
    ${field}


class Settings(BaseSettings):
    jwt: Jwt = Field(default_factory=Jwt)


settings = Settings()
app = FastAPI()
`;
	expect(auditBackend("invalid-model-data", files("secret: str"))[0]?.severity).toBe("CRITICAL");
	expect(auditBackend("invalid-model-data", files('secret: str = "a"'))).toEqual([]);
});

test("options that are joined with | name the prefix and the file, and computed ones are not guessed", () => {
	const joined = (config: string) =>
		`#- requirements.txt\nfastapi\nuvicorn\npydantic-settings\n#- .env\nDB_HOST=localhost\n#- main.py\nimport json\nfrom fastapi import FastAPI\nfrom pydantic_settings import BaseSettings, SettingsConfigDict\n\nbase = SettingsConfigDict(env_file=".env", extra="ignore")\n\n\nclass Settings(BaseSettings):\n    model_config = ${config}\n\n    host: str\n\n\nsettings = Settings()\napp = FastAPI()\n`;
	expect(auditBackend("missing-setting", joined('base | SettingsConfigDict(env_prefix="DB_")'))).toEqual([]);
	expect(auditBackend("missing-setting", joined('base | SettingsConfigDict(env_prefix="APP_")'))).toHaveLength(1);
	expect(auditBackend("missing-setting", joined('json.load(open("options.json"))'))).toEqual([]);
});
