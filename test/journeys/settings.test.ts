import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { keys } from "./support/terminal.ts";
import { scratchRepository, startWizard } from "./support/wizard.ts";

const password = "correct-horse-battery";
const ctrlR = "\x12";

const backend = {
	"requirements.txt": "fastapi\nuvicorn\npydantic-settings\n",
	"app/__init__.py": "",
	"app/config.py": `from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_file=".env")

    secret_key: str = Field(min_length=16)
    origins: list[str]
    port: int


settings = Settings()
`,
	"app/main.py": "from fastapi import FastAPI\nfrom app.config import settings\n\napp = FastAPI(title=str(settings.port))\n",
};

test("missing settings are filled in on one screen, checked, and written where only their owner reads them and git does not", async () => {
	const repository = scratchRepository(backend);
	const run = startWizard(repository, { columns: 100, rows: 40 });
	await run.waitFor("▸ ● CONFIG-001", "S fill in settings");
	await run.press("S");
	await run.waitFor(
		"3 settings that nothing sets   to .env",
		"▸ SECRET_KEY  required · app/config.py:8 · Settings.secret_key",
		"at least 16 characters long",
		"a JSON list, such as",
		"a whole number",
	);
	await run.press("short", ctrlR);
	await run.waitFor("short", "This has to be at least 16 characters long.");
	await run.press(ctrlR);
	await run.waitFor("•••••");
	expect(run.screen()).not.toContain("short");
	await run.press(`-${password}`, keys.enter, "http://localhost:3000", keys.down, "8000", keys.ctrlS);
	await run.waitFor("ORIGINS cannot be written so", "This has to be a JSON list.");
	await run.press("\x15", '["http://localhost:3000"]', keys.ctrlS);
	await run.waitFor("Write 3 settings?", "SECRET_KEY=••••", ".gitignore  new file", "+ 1  .env", "(0600)");
	expect(existsSync(join(repository.folder, ".env"))).toBe(false);

	await run.press("y");
	await run.waitFor("US2 is decided: 1 accepted", "the audit finds nothing more that stops start-up");
	const file = join(repository.folder, ".env");
	expect(readFileSync(file, "utf8")).toBe(`SECRET_KEY=short-${password}\nORIGINS=["http://localhost:3000"]\nPORT=8000\n`);
	expect(statSync(file).mode & 0o777).toBe(0o600);
	expect(repository.read(".gitignore")).toBe(".env\n");

	await run.press(keys.enter);
	await run.waitFor("US2 is committed");
	expect(repository.git("show", "--name-only", "--format=", "HEAD")).toBe(".gitignore");
	expect(repository.status()).toBe("");
	expect(repository.git("log", "-p", "--all")).not.toContain(password);
	await run.press("p", "j", "R", "y");
	await run.waitFor("taken back");
	expect(existsSync(file)).toBe(false);
	await run.press("q");
	expect(await run.exit()).toBe(0);
	expect(run.output).not.toContain(password);
	expect(repository.journals()).not.toContain(password);
});

test("a file that git has already is not filled in, and Esc keeps what was typed once", async () => {
	const repository = scratchRepository({ ...backend, ".env": "PORT=8000\n" });
	const run = startWizard(repository);
	await run.waitFor("▸ ● CONFIG-001");
	await run.press("S");
	await run.waitFor("git has .env already", "rm --cached .env");
	repository.git("rm", "--quiet", "--cached", ".env");
	await run.press("S");
	await run.waitFor("2 settings that nothing sets");
	await run.press("y", keys.escape);
	await run.waitFor("Esc once more drops what you typed");
	await run.press(keys.escape);
	await run.waitFor("▸ ● CONFIG-001");
	expect(repository.read(".env")).toBe("PORT=8000\n");
});
