import { expect, test } from "vitest";
import { placeholderText } from "../../../src/project/settings/placeholder.ts";
import { settingRows } from "../../../src/project/settings/setting-rows.ts";
import { settingUse } from "../../../src/project/settings/setting-uses.ts";
import { buildProject } from "../build-project.ts";

const config = `import json
import os

from fastapi import FastAPI
from pydantic_settings import BaseSettings
from sqlalchemy import create_engine

REDIS_DB = int(os.environ["REDIS_DB"])
ORIGINS = json.loads(os.getenv("ORIGINS"))
STORE = os.environ["STORE"]
SHARD = os.environ.get("SHARD_NUMBER", "1")


class Settings(BaseSettings):
    connection_string: str
    name: str


settings = Settings()
engine = create_engine(settings.connection_string)
store = create_engine(STORE)
shard = int(SHARD)
app = FastAPI(docs_url=os.environ["API_DOCS_URL"])
`;

const project = () =>
	buildProject({ "requirements.txt": "fastapi\nuvicorn\npydantic-settings\nsqlalchemy\n", "main.py": config });

test.each([
	["REDIS_DB", "number"],
	["ORIGINS", "json"],
	["STORE", "database-url"],
	["SHARD_NUMBER", "number"],
	["connection_string", "database-url"],
	["name", null],
] as const)("the code that reads %s makes of it: %s", (name, use) => {
	expect(settingUse(project(), name)).toBe(use);
});

test.each([
	["REDIS_DB", "0"],
	["ORIGINS", "[]"],
	["STORE", "sqlite:///./app.db"],
	["API_DOCS_URL", "/docs"],
	["LOG_LEVEL", "INFO"],
	["NAME", "change-me"],
])("a placeholder for %s is what the code can do with: %s", (name, text) => {
	expect(placeholderText(project(), name)).toBe(text);
});

test("a field of a settings class that an engine is made of gets a database URL", () => {
	const row = settingRows(project()).find(({ name }) => name === "CONNECTION_STRING");
	expect(row?.placeholder).toBe("sqlite:///./app.db");
});
