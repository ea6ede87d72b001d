import { describe, expect, it } from "vitest";
import { auditBackend, mendedFiles } from "../audit-backend.ts";

/** A backend with a settings class of this body, read from this `.env`; other files behind them. */
function backend(body: string, env: string | null, others = ""): string {
	const lines = body
		.split("\n")
		.map((line) => `    ${line}`)
		.join("\n");
	return `
#- requirements.txt
fastapi
pydantic-settings>=2
${env === null ? "" : `#- .env\n${env}\n`}${others}#- main.py
from typing import Annotated, List, Literal, Optional
from fastapi import FastAPI
from pydantic import AliasChoices, BaseModel, Field, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

class Database(BaseModel):
    host: str

class Settings(BaseSettings):
${lines}

settings = Settings()
app = FastAPI()
`;
}

const reads = 'model_config = SettingsConfigDict(env_file=".env", extra="ignore")\n';
const strict = 'model_config = SettingsConfigDict(env_file=".env")\n';

describe("missing-setting", () => {
	const rule = "missing-setting";

	it("names every required field that nothing sets, and the error with their number", () => {
		const [issue, ...others] = auditBackend(rule, backend(`${reads}a: int\nb: str\nc: str = "x"\nd: Optional[int]`, "A=1"));
		expect(others).toEqual([]);
		expect(issue).toMatchObject({
			severity: "CRITICAL",
			stage: "import",
			problem: "Settings needs B and D, which nothing sets",
			expectedError: "pydantic_core._pydantic_core.ValidationError: 2 validation errors for Settings",
		});
	});

	it("follows the ways in which the name of an .env file is computed", () => {
		const ways = ["os.path.expanduser('.env')", "Path.cwd() / '.env'", "Path('.env').expanduser()"];
		for (const way of ways) {
			const files = backend(`model_config = SettingsConfigDict(env_file=${way}, extra="ignore")\na: int\nb: str`, "A=1");
			const problems = auditBackend(
				rule,
				files.replace("from pydantic_settings", "import os\nfrom pathlib import Path\nfrom pydantic_settings"),
			);
			expect(problems.map(({ problem }) => problem)).toEqual(["Settings needs B, which nothing sets"]);
		}
		const elsewhere = "model_config = SettingsConfigDict(env_file=os.path.expanduser('~/.env'))\na: int";
		expect(
			auditBackend(rule, backend(elsewhere, null).replace("from pydantic_settings", "import os\nfrom pydantic_settings")),
		).toEqual([]);
	});

	it("adds placeholders that the fields take, for a person to review", () => {
		const code = backend(
			`${reads}db_port: int\ndebug: bool\nredis_url: str\nsecret: str = Field(min_length=20)\nkind: Literal["x", "y"]`,
			"A=1",
		);
		expect(auditBackend(rule, code)[0]?.fix?.applicability).toBe("review");
		expect(mendedFiles(rule, code)[".env"]).toBe(
			"A=1\nDB_PORT=5432\nDEBUG=false\nREDIS_URL=redis://localhost:6379/0\nSECRET=change-me-change-me-\nKIND=x\n",
		);
		expect(
			auditBackend("invalid-setting-value", backend(`${reads}secret: str = Field(min_length=20)`, "SECRET=change-me-change-me-")),
		).toEqual([]);
	});

	it("makes the .env file where it is not there, from the values of .env.example", () => {
		const code = backend(`${reads}api_key: str`, null, "#- .env.example\nAPI_KEY='from the example'\n");
		expect(mendedFiles(rule, code)[".env"]).toBe("API_KEY='from the example'\n");
	});

	it("reads the .env file that is there, where the class reads none", () => {
		const code = backend("api_key: str", "API_KEY=x\nOTHER=y");
		expect(auditBackend(rule, code)[0]?.fix?.applicability).toBe("safe");
		expect(mendedFiles(rule, code)["main.py"]).toContain(
			'    model_config = SettingsConfigDict(env_file=".env", extra="ignore")\n\n    api_key: str',
		);
	});

	it("lets a class that reads no file read one, with a placeholder", () => {
		const [issue] = auditBackend(rule, backend("api_key: str", null));
		const texts = issue?.fix?.edits.map(({ path, newText }) => `${path}: ${newText}`).join("\n");
		expect(texts).toContain(".env: API_KEY=change-me");
		expect(texts).toContain('model_config = SettingsConfigDict(env_file=".env", extra="ignore")');
		expect(issue?.fix?.applicability).toBe("review");
		expect(issue?.manualSteps).toEqual(["Set API_KEY in the environment in which the server is started."]);
	});

	it("counts the environment of the server", () => {
		expect(auditBackend(rule, backend("api_key: str", null), { API_KEY: "x" })).toEqual([]);
	});

	it.each([
		["an alias", `${reads}url: str = Field(validation_alias=AliasChoices("DATABASE_URL", "DB"))`, "DB=x"],
		["a prefix", 'model_config = {"env_file": ".env", "env_prefix": "APP_"}\nurl: str', "APP_URL=x"],
		["a nested model", 'model_config = {"env_file": ".env", "env_nested_delimiter": "__"}\ndb: Database', "DB__HOST=x"],
		[
			"a validator that fills in",
			`${reads}a: int\n@model_validator(mode="before")\n@classmethod\ndef fill(cls, v):\n    return {"a": 1}`,
			"B=1",
		],
		["other sources", 'model_config = SettingsConfigDict(secrets_dir="/run/secrets")\na: int', "B=1"],
	])("says nothing where there is %s", (_, body, env) => {
		expect(auditBackend(rule, backend(body, env))).toEqual([]);
	});

	it("knows that pydantic-settings does not look at Field(env=...)", () => {
		expect(auditBackend(rule, backend(`${reads}url: str = Field(..., env="DATABASE_URL")`, "DATABASE_URL=x"))).toHaveLength(1);
	});
});

describe("unexpected-env-key", () => {
	const rule = "unexpected-env-key";

	it("stops the settings, and is ignored after the fix", () => {
		const code = backend(`${strict}a: int`, "A=1\nB=2\nC=3");
		expect(auditBackend(rule, code)[0]).toMatchObject({
			severity: "CRITICAL",
			problem: ".env has B, C, which Settings has no field for",
			expectedError: "pydantic_core._pydantic_core.ValidationError: 2 validation errors for Settings",
		});
		expect(mendedFiles(rule, code)["main.py"]).toContain('SettingsConfigDict(env_file=".env", extra="ignore")');
	});

	it.each([
		['class Config:\n    env_file = ".env"\na: int', '        env_file = ".env"\n        extra = "ignore"\n'],
		['model_config = {"env_file": ".env"}\na: int', '{"env_file": ".env", "extra": "ignore"}'],
		['model_config = SettingsConfigDict(env_file=".env", extra="forbid")\na: int', 'env_file=".env", extra="ignore")'],
	])("is mended where the options stand: %s", (body, wanted) => {
		expect(mendedFiles(rule, backend(body, "A=1\nB=2"))["main.py"]).toContain(wanted);
	});

	it.each([
		["the class ignores it", `${reads}a: int`, "A=1\nB=2"],
		["it is empty", `${strict}a: int`, "A=1\nB="],
		[
			"it belongs to a nested field",
			'model_config = {"env_file": ".env", "env_nested_delimiter": "__"}\ndb: Database',
			"DB__HOST=x",
		],
	])("says nothing where %s", (_, body, env) => {
		expect(auditBackend(rule, backend(body, env))).toEqual([]);
	});
});

describe("undecodable-setting", () => {
	const rule = "undecodable-setting";

	it.each([
		["ORIGINS=a,b", 'ORIGINS=["a","b"]'],
		["ORIGINS='a, b'", 'ORIGINS=\'["a","b"]\''],
		['ORIGINS="a"', 'ORIGINS="[\\"a\\"]"'],
		["ORIGINS=*", 'ORIGINS=["*"]'],
		["ORIGINS=['a', 'b']", 'ORIGINS=["a","b"]'],
		["ORIGINS=", "ORIGINS=[]"],
	])("writes %s as %s", (before, after) => {
		expect(mendedFiles(rule, backend(`${reads}origins: List[str]`, before))[".env"]).toBe(`${after}\n`);
	});

	it("comes before any validator, and before whatever else is wrong", () => {
		const validator = '@field_validator("origins", mode="before")\n@classmethod\ndef split(cls, v):\n    return v.split(",")';
		const code = backend(`${reads}origins: list[str]\nport: int\n${validator}`, "ORIGINS=a,b\nPORT=x");
		const [decoding] = auditBackend(rule, code);
		const [value] = auditBackend("invalid-setting-value", code);
		expect(decoding?.expectedError).toBe(
			'pydantic_settings.exceptions.SettingsError: error parsing value for field "origins" from source "DotEnvSettingsSource"',
		);
		expect(value?.order).toBeGreaterThan(decoding?.order ?? Number.NaN);
	});

	it("is refused by pydantic itself where None is allowed too", () => {
		expect(auditBackend(rule, backend(`${reads}origins: Optional[List[str]] = None`, "ORIGINS=a,b"))[0]?.expectedError).toBe(
			"pydantic_core._pydantic_core.ValidationError: 1 validation error for Settings",
		);
	});

	it.each([
		["NoDecode", `${reads}origins: Annotated[list[str], NoDecode]`, "ORIGINS=a,b"],
		["JSON", `${reads}origins: list[str]`, 'ORIGINS=["a"]'],
		["a union with str", `${reads}origins: str | list[str]`, "ORIGINS=a,b"],
	])("says nothing of %s", (_, body, env) => {
		expect(auditBackend(rule, backend(body, env))).toEqual([]);
	});
});

describe("invalid-setting-value", () => {
	const rule = "invalid-setting-value";

	it.each([
		["port: int = 8000", "PORT=abc", "PORT=8000\n"],
		["port: int = 8000", "PORT=9000,", "PORT=9000\n"],
		["rate: float = 1.0", "RATE=0,5", "RATE=0.5\n"],
		['env: Literal["dev", "production"]', "ENV=prod", "ENV=production\n"],
		["flag: bool = False", "FLAG=maybe", "FLAG=false\n"],
	])("%s with %s gets what it takes", (field, before, after) => {
		const code = backend(`${reads}${field}`, before);
		expect(auditBackend(rule, code)[0]?.fix?.applicability).toBe("review");
		expect(mendedFiles(rule, code)[".env"]).toBe(after);
	});

	it("takes an empty value out where the field has a default", () => {
		const code = backend(`${reads}port: int = 8000\nflag: Optional[bool] = None`, "A=1\nPORT=\nB=2\nFLAG=");
		expect(mendedFiles(rule, code)[".env"]).toBe("A=1\nB=2\n");
	});

	it.each([
		["port: int", "PORT= 8_000 "],
		["port: int", "PORT=80.0"],
		["ratio: float", "RATIO=.5"],
		["flag: bool", "FLAG=YES"],
		["port: int | str", "PORT=abc"],
		['port: int\n@field_validator("port", mode="before")\n@classmethod\ndef fix(cls, v):\n    return 3', "PORT=abc"],
	])("says nothing of %s with %s", (field, env) => {
		expect(auditBackend(rule, backend(`${reads}${field}`, env))).toEqual([]);
	});
});

describe("undefined-field-type", () => {
	const problems = (rebuild: string) =>
		auditBackend("undefined-field-type", backend('database: "Missing"', null, `#- rebuild.py\n${rebuild}\n`)).map(
			({ problem }) => problem,
		);

	it("tells of a name that completing the models cannot bring", () => {
		const told = ["Missing, the type of Settings.database, is not defined"];
		expect(problems("")).toEqual(told);
		expect(problems("def rebuild(model):\n    model.model_rebuild(force=True)  # takes _types_namespace and globals()")).toEqual(
			told,
		);
	});

	it.each([
		"model.model_rebuild(_types_namespace={'Missing': int})",
		"model.update_forward_refs(Missing=int)",
		"model.model_rebuild(**options)",
		"getattr(model, 'model_rebuild')(_types_namespace=names)",
		"from elsewhere import Missing\n    model.model_rebuild()",
	])("leaves alone what %s may bring", (call) => {
		expect(problems(`def rebuild(model):\n    ${call}`)).toEqual([]);
	});
});

describe("settings of pydantic 1", () => {
	const backend = (fields: string) => `
#- requirements.txt
fastapi==0.87.0
pydantic==1.10.2
#- main.py
from typing import Any, Optional
from fastapi import FastAPI
from pydantic import BaseSettings, Field

class Settings(BaseSettings):
${fields}

settings = Settings()
app = FastAPI()
`;

	it("have None for what is Optional and has no default", () => {
		const sound = `    a: Optional[str]\n    b: Optional[str] = Field(env="BB")\n    c: Any\n    d: "Optional[int]"`;
		expect(auditBackend("missing-setting", backend(sound))).toEqual([]);
	});

	it("lack what is Optional and asked for", () => {
		const broken = backend(
			`    a: Optional[str] = ...\n    b: Optional[str] = Field(..., env="BB")\n    c: str = Field(env="CC")`,
		);
		expect(auditBackend("missing-setting", broken)[0]?.problem).toBe("Settings needs A, BB and CC, which nothing sets");
	});
});

describe("validator-without-return", () => {
	const rule = "validator-without-return";
	const forgetful = '@field_validator("region")\n@classmethod\ndef check(cls, value):\n    print(value)';

	it("speaks of a value that is set, and of a default that validators see, as those of settings do", () => {
		const unseen = 'model_config = SettingsConfigDict(env_file=".env", validate_default=False)\n';
		const audit = (config: string, env: string | null) =>
			auditBackend(rule, backend(`${config}region: str = "eu"\n${forgetful}`, env));
		expect(audit(unseen, "REGION=us")).toHaveLength(1);
		expect(audit(reads, null)).toHaveLength(1);
		expect(audit(unseen, null)).toEqual([]);
	});
});

describe("uncalled-function", () => {
	const rule = "uncalled-function";
	const asked = (parameters: string, body: string) => `#- requirements.txt
fastapi
pydantic-settings>=2
#- main.py
from fastapi import FastAPI
from pydantic_settings import BaseSettings

class Settings(BaseSettings):
    title: str = "Shop"

def get_settings(${parameters}):
    return Settings()

app = FastAPI(title=${body})
`;

	it("calls the function where it can be called without arguments, and only there", () => {
		const mended = (parameters: string) => mendedFiles(rule, asked(parameters, "get_settings.title"))["main.py"];
		for (const parameters of ["", "refresh=False", "*names", "**options"])
			expect(mended(parameters)).toContain("title=get_settings().title");
		expect(auditBackend(rule, asked("environment", "get_settings.title"))[0]?.fix).toBeNull();
	});
});
