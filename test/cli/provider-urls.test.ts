import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { bootmend, commitAll, folderWith, git } from "./support.ts";

const password = "pl4nted-hunter2";

/** A small async backend that connects when it starts, with the URL that a hoster's dashboard prints. */
const backend = (url: string) => ({
	".gitignore": ".env\n",
	"requirements.txt": "fastapi\nuvicorn\nsqlalchemy[asyncio]>=2.0\nasyncpg\npydantic-settings\n",
	".env": `DATABASE_URL='${url}'\n`,
	"config.py": `from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_file=".env")

    database_url: str


settings = Settings()
`,
	"main.py": `from contextlib import asynccontextmanager

from fastapi import FastAPI
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from config import settings

engine = create_async_engine(settings.database_url)


@asynccontextmanager
async def lifespan(app: FastAPI):
    async with engine.begin() as connection:
        await connection.execute(text("SELECT 1"))
    yield


app = FastAPI(lifespan=lifespan)
`,
});

const providers = [
	[
		"Neon",
		"postgresql",
		"ep-cool-1-pooler.eu-central-1.aws.neon.tech/neondb?sslmode=require&channel_binding=require",
		"?ssl=require",
	],
	["Supabase, transaction mode", "postgresql", "aws-0-eu-central-1.pooler.supabase.com:6543/postgres", ""],
	["Heroku", "postgres", "ec2-1-2-3-4.eu-west-1.compute.amazonaws.com:5432/d1", ""],
	["Railway", "postgresql", "containers-us-west-1.railway.app:6543/railway", ""],
	["Render", "postgresql", "dpg-abc-a.frankfurt-postgres.render.com/app_db", ""],
] as const;

/** Everything below a folder as one text, git's objects and the `.env` with its backups aside. */
function everythingBelow(folder: string): string {
	return readdirSync(folder, { recursive: true, withFileTypes: true })
		.filter((entry) => entry.isFile() && entry.name !== ".env")
		.filter(({ parentPath }) => !/\/(\.git|backups?)(\/|$)/.test(parentPath))
		.map(({ parentPath, name }) => readFileSync(join(parentPath, name), "latin1"))
		.join("\n");
}

describe.each(providers)("the URL of %s", (_, scheme, place, query) => {
	const url = `${scheme}://app:${password}@${place}`;

	it("is mended in .env, and its password stands nowhere else", async () => {
		const folder = folderWith(backend(url));
		commitAll(folder);
		const audited = await bootmend(folder, "audit", "--clean-env", "--format", "json");
		const fixed = await bootmend(folder, "fix", "--yes", "--review", "--clean-env");
		const mended = readFileSync(join(folder, ".env"), "utf8");
		expect(mended).toBe(`DATABASE_URL='postgresql+asyncpg://app:${password}@${place.split("?")[0]}${query}'\n`);
		for (const text of [audited, fixed]) expect(text.stdout + text.stderr).not.toContain(password);
		expect(git(folder, "log", "-p", "--all")).not.toContain(password);
		expect(everythingBelow(folder)).not.toContain(password);
		expect((await bootmend(folder, "audit", "--clean-env")).status).toBe(0);
	});
});
