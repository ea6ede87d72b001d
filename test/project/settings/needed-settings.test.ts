import fc from "fast-check";
import { expect, test } from "vitest";
import { parseDotenv, resolveDotenv } from "../../../src/project/settings/dotenv.ts";
import { dotenvText, neededSettings } from "../../../src/project/settings/needed-settings.ts";
import { buildProject } from "../build-project.ts";

const config = `from typing import Literal

from fastapi import FastAPI
from pydantic import EmailStr, Field, PostgresDsn
from pydantic_settings import BaseSettings


class Settings(BaseSettings):
    secret_key: str = Field(min_length=8)
    origins: list[str]
    limits: dict[str, int]
    port: int
    debug: bool
    mode: Literal["dev", "prod"]
    owner: EmailStr
    database_url: str
    dsn: PostgresDsn
    greeting: str


settings = Settings()
app = FastAPI()
`;

const known = () => {
	const project = buildProject({
		"requirements.txt": "fastapi\nuvicorn\npydantic-settings\npydantic[email]\nsqlalchemy\n",
		"main.py": config,
	});
	return new Map(neededSettings(project).map((setting) => [setting.name, setting]));
};

test.each([
	["SECRET_KEY", "at least 8 characters long", "short", "long enough"],
	["ORIGINS", 'a JSON list, such as ["a", "b"]', "http://a,http://b", '["http://a"]'],
	["LIMITS", 'a JSON object, such as {"a": 1}', "a=1", '{"a": 1}'],
	["PORT", "a whole number", "80a", "8000"],
	["DEBUG", "true or false", "maybe", "on"],
	["MODE", "one of dev, prod", "production", "prod"],
	["OWNER", "an e-mail address", "ada", "ada@example.com"],
	["DATABASE_URL", "a database URL, such as sqlite:///./app.db", "localhost", "postgresql://u:p@h/d"],
	["DSN", "a URL that begins with postgres:// or postgresql://", "mysql://h/d", "postgresql://u:p@h/d"],
])("%s has to be %s", (name, shape, wrong, right) => {
	const setting = known().get(name);
	expect(setting?.shape).toBe(shape);
	expect(setting?.refusal(wrong)).not.toBeNull();
	expect(setting?.refusal(right)).toBeNull();
	expect(setting).toMatchObject({ isRequired: true, readBy: expect.stringMatching(/^Settings\./) });
});

test("plain text may be anything", () => {
	expect(known().get("GREETING")).toMatchObject({ shape: "text" });
	expect(known().get("GREETING")?.refusal("")).toBeNull();
});

test("a value is read back from a .env file as it was typed, or cannot be written", () => {
	const typed = fc.string({ unit: "grapheme", maxLength: 40 }).map((text) => text.replace(/[\r\n]/g, ""));
	const written = fc.oneof(typed, fc.stringMatching(/^[ '"\\#$={}a-c]{0,12}$/));
	fc.assert(
		fc.property(written, (value) => {
			const text = dotenvText(value);
			if (text === null) expect(value).toMatch(/\$\{[^}]*\}|[\p{C}\p{Z}]/u);
			else expect(resolveDotenv(parseDotenv(`B=1\nA=${text}\n`).entries, {}, "file").get("A")).toBe(value);
		}),
	);
	expect(dotenvText("pa#ss word")).toBe("pa#ss word");
	expect(dotenvText("pass #word")).toBe("'pass #word'");
	expect(dotenvText('it\'s #1 "x"')).toBe("'it\\'s #1 \"x\"'");
	// biome-ignore lint/suspicious/noTemplateCurlyInString: what python-dotenv replaces
	expect(dotenvText("a${B}")).toBeNull();
});
