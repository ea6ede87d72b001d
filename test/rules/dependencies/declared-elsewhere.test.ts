import { expect, test } from "vitest";
import { mendedFiles } from "../audit-backend.ts";

test("what only another group declares comes with its version and its extras", () => {
	const pyproject = `[project]
name = "x"
version = "0"
dependencies = [
    "fastapi>=0.115",
    "uvicorn>=0.30",
]

[project.optional-dependencies]
dev = [
    "pwdlib[argon2]>=0.3.0",
]
`;
	const main =
		"from fastapi import FastAPI\nfrom pwdlib import PasswordHash\n\nHASHES = PasswordHash.recommended()\napp = FastAPI()\n";
	const mended = mendedFiles("undeclared-import", `#- pyproject.toml\n${pyproject}#- main.py\n${main}`);
	expect(mended["pyproject.toml"]).toContain('    "uvicorn>=0.30",\n    "pwdlib[argon2]>=0.3.0",\n]\n');
});

test("code that needs pydantic 2 gets it together with pydantic-settings, not code that does with pydantic 1", () => {
	const backend = (names: string, more: string): string =>
		`#- requirements.txt\nfastapi==0.115.0\npydantic<2\nuvicorn\n#- main.py\nfrom fastapi import FastAPI\nfrom pydantic_settings import ${names}\n\n\nclass Settings(BaseSettings):\n    ${more}\n\n\napp = FastAPI()\n`;
	expect(
		mendedFiles("undeclared-import", backend("BaseSettings, SettingsConfigDict", "model_config = SettingsConfigDict()")),
	).toEqual({ "requirements.txt": "fastapi==0.115.0\npydantic>=2\npydantic-settings\nuvicorn\n" });
	expect(Object.keys(mendedFiles("undeclared-import", backend("BaseSettings", "debug: bool = False")))).toEqual(["main.py"]);
});

test("a driver that only the developers' packages hold is declared as it stands there", () => {
	const main =
		'from fastapi import FastAPI\nfrom sqlalchemy import create_engine\n\nENGINE = create_engine("postgresql://u:p@localhost/x")\napp = FastAPI()\n';
	const pipfile = '[packages]\nfastapi = "*"\nuvicorn = "*"\nsqlalchemy = "<2.1"\n\n[dev-packages]\npsycopg2 = "*"\n';
	expect(mendedFiles("missing-optional-dependency", `#- Pipfile\n${pipfile}#- main.py\n${main}`)).toEqual({
		Pipfile: pipfile.replace('"<2.1"\n', '"<2.1"\npsycopg2 = "*"\n'),
	});
});
