import { expect, test } from "vitest";
import { auditBackend } from "../../rules/audit-backend.ts";

/** What is wrong with settings whose class has these methods, and with the engine that is made of their URL. */
function issuesOf(methods: string): readonly string[] {
	const backend = `
#- requirements.txt
fastapi
uvicorn
pydantic-settings
sqlalchemy
#- main.py
import secrets

from fastapi import FastAPI
from pydantic_settings import BaseSettings
from sqlalchemy import create_engine


class Settings(BaseSettings):
    secret: str
    url: str | None = None

${methods}

settings = Settings()
engine = create_engine(settings.url)
app = FastAPI()
`;
	return ["missing-setting", "missing-database-url", "invalid-database-url"].flatMap((rule) =>
		auditBackend(rule, backend).map(({ problem }) => problem),
	);
}

const lacksSecret = "Settings needs SECRET, which nothing sets";
const lacksUrl = "URL is set nowhere, and the engine gets None for its URL";

test.each([
	["hands everything on", "    def __init__(self, **values):\n        super().__init__(**values)\n", [lacksSecret, lacksUrl]],
	[
		"gives a field itself",
		"    def __init__(self, **values):\n        super().__init__(secret=secrets.token_hex(), **values)\n",
		[lacksUrl],
	],
	[
		"fills what it hands on",
		'    def __init__(self, **values):\n        values["secret"] = "x"\n        super().__init__(**values)\n',
		[],
	],
	[
		"sets a field afterwards",
		'    def __init__(self, **values):\n        super().__init__(**values)\n        self.url = "sqlite://"\n',
		[lacksSecret],
	],
	["hands on what nobody sees", "    def __init__(self):\n        super().__init__(**secrets.options())\n", []],
])("an __init__ of settings that %s", (_, methods, problems) => {
	expect(issuesOf(methods)).toEqual(problems);
});

test("a field that is set after validation is no longer None", () => {
	const methods = '    def model_post_init(self, context):\n        if self.url is None:\n            self.url = "sqlite://"\n';
	expect(issuesOf(methods)).toEqual([lacksSecret]);
});
