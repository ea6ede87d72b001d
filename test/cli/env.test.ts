import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { bootmend, folderWith } from "./support.ts";

const backend = {
	"requirements.txt": "fastapi\nuvicorn\npydantic-settings\npython-dotenv\n",
	".env": "DATABASE_URL=postgresql://app:hunter2@db.example.com/app\n",
	"config.py": `import os

from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_file=".env", extra="ignore")

    database_url: str
    secret_key: str
    debug: bool = False
    api_token: str = "planted-default"


def region() -> str:
    return os.getenv("REGION", "eu")


settings = Settings()
`,
	"main.py": "from fastapi import FastAPI\n\nfrom config import settings\n\napp = FastAPI(debug=settings.debug)\n",
};

describe("bootmend env", () => {
	const env = async (...argv: string[]) => bootmend(folderWith(backend), "env", "--clean-env", ...argv);

	it("names each setting, where it is read, its default and what sets it", async () => {
		const { status, stdout, stderr } = await env();
		expect(status).toBe(0);
		expect(stdout).toMatch(/DATABASE_URL +yes +– +\.env +Settings\.database_url +config\.py:9/);
		expect(stdout).toMatch(/SECRET_KEY +yes +– +nothing/);
		expect(stdout).toMatch(/DEBUG +no +false +–/);
		expect(stdout).toMatch(/REGION +no +eu +– +os\.getenv +config\.py:16/);
		expect(stderr).toContain("An empty machine must provide DATABASE_URL and SECRET_KEY.");
		expect(stderr).toContain("Here nothing sets SECRET_KEY.");
	});

	it("gives each part of a nested model its own row, and what readers of other kinds ask for", async () => {
		const folder = folderWith({
			"requirements.txt": "fastapi\nuvicorn\npydantic-settings\npython-decouple\n",
			".env": "DB__URL=sqlite:///app.db\nWORKERS=2\n",
			"main.py": `from decouple import config
from fastapi import FastAPI
from pydantic import BaseModel
from pydantic_settings import BaseSettings, SettingsConfigDict


class Database(BaseModel):
    url: str
    pool_size: int = 5


class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_file=".env", env_nested_delimiter="__", extra="ignore")

    db: Database


settings = Settings()
workers = config("WORKERS", cast=int)
app = FastAPI(title=config("TITLE", default="Shop"))
`,
		});
		const { stdout, stderr } = await bootmend(folder, "env", "--clean-env");
		expect(stdout).toMatch(/DB__URL +yes +– +\.env +Settings\.db\.url +main\.py:8/);
		expect(stdout).toMatch(/DB__POOL_SIZE +no +5 +– +Settings\.db\.pool_size/);
		expect(stdout).toMatch(/WORKERS +yes +– +\.env +decouple\.config +main\.py:19/);
		expect(stdout).toMatch(/TITLE +no +Shop +– +decouple\.config/);
		expect(stdout).not.toMatch(/^DB /m);
		expect(stderr).toContain("An empty machine must provide DB__URL and WORKERS.");
	});

	it("knows names that constants of the code hold, and what an Env of environs is asked for", async () => {
		const folder = folderWith({
			"requirements.txt": "fastapi\nuvicorn\nenvirons\n",
			"main.py": `import os

from environs import Env
from fastapi import FastAPI

REGION = "APP_REGION"
DEFAULT_SIZE = 10


class Names:
    login = "ADMIN_LOGIN"
    size = "POOL_SIZE"


env = Env()
port = env.int("PORT", 8000)
title = env("TITLE")
login = os.environ[Names.login]
size = int(os.getenv(Names.size, DEFAULT_SIZE))
region = os.getenv(REGION)
app = FastAPI()
`,
		});
		const { stdout, stderr } = await bootmend(folder, "env", "--clean-env");
		expect(stdout).toMatch(/ADMIN_LOGIN +yes +– +nothing +os\.environ +main\.py:18/);
		expect(stdout).toMatch(/POOL_SIZE +no +10 +– +os\.getenv/);
		expect(stdout).toMatch(/APP_REGION +no +–/);
		expect(stdout).toMatch(/PORT +no +8000 +– +environs +main\.py:16/);
		expect(stderr).toContain("An empty machine must provide ADMIN_LOGIN and TITLE.");
	});

	it.each([[["--format", "json"]], [["--format", "markdown"]], [[]], [["--write-example"]]])(
		"prints no value and no default of a secret with %j",
		async (argv) => {
			const { stdout, stderr } = await env(...argv);
			expect(stdout + stderr).not.toMatch(/hunter2|planted-default/);
		},
	);

	it("gives the same as data", async () => {
		const { required, missing, settings } = JSON.parse((await env("--format", "json")).stdout);
		expect({ required, missing }).toEqual({ required: ["DATABASE_URL", "SECRET_KEY"], missing: ["SECRET_KEY"] });
		expect(settings).toContainEqual({
			name: "API_TOKEN",
			read_at: "config.py:12",
			read_by: "Settings.api_token",
			required: false,
			default: "••••",
			secret: true,
			set_by: null,
		});
	});

	it("shows the example file, and writes it only when told to", async () => {
		const folder = folderWith(backend);
		const example = join(folder, ".env.example");
		const shown = await bootmend(folder, "env", "--clean-env", "--write-example");
		expect(shown.stdout).toContain("+DATABASE_URL=");
		expect(shown.stderr).toContain("Nothing was written.");
		expect(existsSync(example)).toBe(false);
		await bootmend(folder, "env", "--clean-env", "--write-example", "--yes");
		const text = readFileSync(example, "utf8");
		expect(text).toMatch(/^SECRET_KEY=change-me$/m);
		expect(text).toMatch(/^# DEBUG=false$/m);
		expect(text).not.toMatch(/hunter2|planted-default/);
		const again = await bootmend(folder, "env", "--clean-env", "--write-example", "--yes");
		expect(again.stderr).toContain("has every setting already");
		expect(readFileSync(example, "utf8")).toBe(text);
	});
});
