import { describe, expect, it } from "vitest";
import { auditDependencies, installed, type TestPackage } from "./audit-dependencies.ts";

const backend = (body: string, requirements = "fastapi\nuvicorn"): string => `
#- requirements.txt
${requirements}
#- main.py
from typing import Annotated, Optional
from fastapi import APIRouter, Depends, FastAPI, File, Form, UploadFile
from fastapi.security import OAuth2PasswordRequestForm
from pydantic import BaseModel, EmailStr
app = FastAPI()
router = APIRouter()
${body}
`;
const found = (body: string, requirements?: string, packages: Record<string, TestPackage> = {}): readonly string[] =>
	auditDependencies(backend(body, requirements), installed(packages)).lines.map((line) => line.split(" ").slice(0, 4).join(" "));

describe("email-validator is needed by", () => {
	it.each([
		["a model", "class User(BaseModel):\n    email: EmailStr"],
		["an optional field", "class User(BaseModel):\n    email: Optional[EmailStr] = None"],
		["a quoted annotation", 'class User(BaseModel):\n    email: "EmailStr"'],
		["a model of a model", "class Base(BaseModel):\n    name: str\nclass User(Base):\n    email: list[EmailStr]"],
		["a route parameter", '@app.get("/")\ndef read(email: EmailStr):\n    return email'],
	])("%s", (_, body) => {
		expect(found(body)).toHaveLength(1);
		expect(found(body)[0]).toMatch(/^CRITICAL missing-optional-dependency main\.py:\d+ email-validator$/);
	});

	it.each([
		["an import alone", ""],
		["a class that is no model", "class User:\n    email: EmailStr"],
		["a function that is no route", "def send(to: EmailStr):\n    return to"],
	])("%s: no", (_, body) => {
		expect(found(body)).toEqual([]);
	});

	it("a model with a forward reference only when it is used", () => {
		expect(
			found('class User(BaseModel):\n    email: EmailStr\n    posts: "list[Post]"\nclass Post(BaseModel):\n    title: str'),
		).toEqual(["HIGH missing-optional-dependency main.py:8 email-validator"]);
	});

	it("a model, although a list for developers alone has it", () => {
		const lists = (name: string) => `fastapi\nuvicorn\n#- ${name}\n-r requirements.txt\nemail-validator`;
		const model = "class User(BaseModel):\n    email: EmailStr";
		const packages = { "email-validator": { version: "2.1.0" } };
		expect(found(model, lists("requirements-dev.txt"), packages)).toHaveLength(1);
		expect(found(model, lists("requirements-email.txt"), packages)).toEqual([]);
	});

	it("nobody where the extra brings it", () => {
		expect(
			found("class User(BaseModel):\n    email: EmailStr", "fastapi\nuvicorn\npydantic[email]", {
				"email-validator": { version: "2.1.0" },
			}),
		).toEqual([]);
	});
});

describe("python-multipart is needed by", () => {
	it.each([
		["an upload", "file: UploadFile"],
		["an optional upload", "file: UploadFile | None = None"],
		["a list of uploads", "files: list[UploadFile]"],
		["a form field", "name: str = Form(...)"],
		["an annotated form field", "name: Annotated[str, Form()]"],
		["a file", "file: bytes = File()"],
		["the password form", "form: OAuth2PasswordRequestForm = Depends()"],
		["the annotated password form", "form: Annotated[OAuth2PasswordRequestForm, Depends()]"],
		["a dependency that takes a form", "user=Depends(current)"],
	])("%s", (what, parameter) => {
		const line = what === "a dependency that takes a form" ? 9 : 10;
		const body = `def current(form: OAuth2PasswordRequestForm = Depends()):\n    return form\n@router.post("/")\ndef create(${parameter}):\n    return 1`;
		expect(found(body)).toEqual([`CRITICAL missing-optional-dependency main.py:${line} python-multipart`]);
	});

	it("nothing but routes", () => {
		expect(found("def create(file: UploadFile, name: str = Form()):\n    return 1")).toEqual([]);
	});

	it("nobody where fastapi[standard] is declared", () => {
		expect(
			found('@app.post("/")\ndef create(file: UploadFile):\n    return 1', "fastapi[standard]\nuvicorn", {
				"python-multipart": { provides: ["python_multipart"] },
			}),
		).toEqual([]);
	});
});

it("knows what Starlette's parts need", () => {
	expect(found("from starlette.middleware.sessions import SessionMiddleware")).toEqual([
		"CRITICAL missing-optional-dependency main.py:7 itsdangerous",
	]);
	expect(found('from fastapi.templating import Jinja2Templates\ntemplates = Jinja2Templates(directory="t")')).toEqual([
		"CRITICAL missing-optional-dependency main.py:8 jinja2",
	]);
	expect(found("from fastapi.templating import Jinja2Templates")).toEqual([]);
	expect(found("from fastapi.templating import Jinja2Templates", undefined, { starlette: { version: "1.0.0" } })).toEqual([
		"CRITICAL missing-optional-dependency main.py:7 jinja2",
	]);
});

it("knows that the test client needs httpx, and newer Starlettes httpx2", () => {
	const client = "from fastapi.testclient import TestClient";
	expect(found(client)).toEqual(["CRITICAL missing-optional-dependency main.py:7 httpx"]);
	const starlette = { starlette: { version: "1.10.0", requires: ['httpx2; extra == "full"'] } };
	expect(found(client, undefined, starlette)).toEqual(["CRITICAL missing-optional-dependency main.py:7 httpx2"]);
	expect(found(client, "fastapi\nuvicorn\nhttpx", { ...starlette, httpx: {} })).toEqual([]);
});

it("knows that ORJSONResponse needs orjson at the first answer", () => {
	const body = "from fastapi.responses import ORJSONResponse\nother = FastAPI(default_response_class=ORJSONResponse)";
	expect(found(body)).toEqual(["HIGH missing-optional-dependency main.py:8 orjson"]);
	expect(found("from fastapi.responses import ORJSONResponse")).toEqual([]);
});

it("knows that an HTTP/2 client needs h2", () => {
	const client = (options: string) => `import httpx\nclient = httpx.AsyncClient(${options})`;
	expect(found(client("http2=True"), "fastapi\nuvicorn\nhttpx", { httpx: {} })).toEqual([
		"CRITICAL missing-optional-dependency main.py:8 h2",
	]);
	expect(found(client("http2=False"), "fastapi\nuvicorn\nhttpx", { httpx: {} })).toEqual([]);
});

it("knows that the login of sqladmin needs itsdangerous, where it is made as the library makes it", () => {
	const login = (own: string) =>
		`from sqladmin.authentication import AuthenticationBackend\nclass Login(AuthenticationBackend):\n    ${own}\nlogin = Login(secret_key="x")`;
	const packages = { sqladmin: {} };
	expect(found(login("pass"), "fastapi\nuvicorn\nsqladmin", packages)).toEqual([
		"CRITICAL missing-optional-dependency main.py:10 itsdangerous",
	]);
	expect(found(login("def __init__(self, secret_key): pass"), "fastapi\nuvicorn\nsqladmin", packages)).toEqual([]);
});

describe("pydantic 1", () => {
	const one: Record<string, TestPackage> = { pydantic: { version: "1.10.13" } };

	it("names its own extra", () => {
		const { issues } = auditDependencies(backend("class User(BaseModel):\n    email: EmailStr"), installed(one));
		expect(issues[0]?.expectedError).toBe("ImportError: email-validator is not installed, run `pip install pydantic[email]`");
	});

	it("reads an env_file that is there with python-dotenv", () => {
		const settings =
			"from pydantic import BaseSettings\nclass Settings(BaseSettings):\n    name: str = 'x'\n    class Config:\n        env_file = '.env'\nsettings = Settings()";
		expect(found(settings, undefined, one)).toEqual([]);
		const { lines } = auditDependencies(`${backend(settings)}#- .env\nname=y\n`, installed(one));
		expect(lines).toEqual([
			"CRITICAL missing-optional-dependency main.py:12 python-dotenv is needed by env_file of Settings, and requirements.txt does not declare it",
		]);
	});
});

describe("engines", () => {
	const sqlalchemy = (version: string): Record<string, TestPackage> => ({
		sqlalchemy: { version, requires: version.startsWith("2.0") ? ["greenlet"] : ['greenlet; extra == "asyncio"'] },
		greenlet: {},
	});

	it("need the driver that the URL names", () => {
		const body =
			'from sqlalchemy.ext.asyncio import create_async_engine\nengine = create_async_engine("sqlite+aiosqlite:///x.db")';
		expect(found(body, "fastapi\nuvicorn\nsqlalchemy", sqlalchemy("2.0.36"))).toEqual([
			"CRITICAL missing-optional-dependency main.py:8 aiosqlite",
		]);
	});

	it("need greenlet from SQLAlchemy 2.1 on, best as its extra", () => {
		const literal = backend("from sqlalchemy.ext.asyncio import create_async_engine", "fastapi\nuvicorn\nsqlalchemy>=2.0");
		const { lines, mended } = auditDependencies(literal, installed(sqlalchemy("2.1.0")));
		expect(lines).toHaveLength(1);
		expect(mended("requirements.txt")).toBe("fastapi\nuvicorn\nsqlalchemy[asyncio]>=2.0\n");
		expect(auditDependencies(literal, installed(sqlalchemy("2.0.36"))).lines).toEqual([]);
	});

	it("prefer the driver that is declared to the default one of a URL without any", () => {
		const body = 'from sqlalchemy import create_engine\nengine = create_engine("mysql://app@db/app")';
		const packages = { ...sqlalchemy("2.0.36"), pymysql: {} };
		const { issues, mended } = auditDependencies(backend(body, "fastapi\nuvicorn\nsqlalchemy\npymysql"), installed(packages));
		expect(issues[0]).toMatchObject({ severity: "CRITICAL", expectedError: "ModuleNotFoundError: No module named 'MySQLdb'" });
		expect(issues[0]?.fix?.title).toBe("Name the pymysql driver in the database URL");
		expect(issues[0]?.alternatives.map(({ title }) => title)).toEqual(["Declare mysqlclient in requirements.txt"]);
		expect(mended("main.py")).toContain('create_engine("mysql+pymysql://app@db/app")');
	});

	it("ask for the psycopg2 that needs no compiler", () => {
		const body = 'from sqlalchemy import create_engine\nengine = create_engine("postgresql+psycopg2://app@db/app")';
		expect(found(body, "fastapi\nuvicorn\nsqlalchemy", sqlalchemy("2.0.36"))).toEqual([
			"CRITICAL missing-optional-dependency main.py:8 psycopg2-binary",
		]);
	});
});

describe("WebSocket routes", () => {
	const body = '@router.websocket("/live")\nasync def live(socket):\n    await socket.accept()\napp.include_router(router)';

	it("need a library beside the bare uvicorn, for requests", () => {
		expect(found(body)).toEqual(["HIGH missing-optional-dependency main.py:7 websockets"]);
	});

	it("have it with wsproto", () => {
		expect(found(body, "fastapi\nuvicorn\nwsproto", { wsproto: {} })).toEqual([]);
	});
});

describe("task queues", () => {
	const queue = 'from celery import Celery\nqueue = Celery("jobs", broker="redis://localhost")\n';
	const send = "@app.post('/jobs')\ndef order():\n    build.delay()";
	const listed = "fastapi\nuvicorn\ncelery";

	it("need the client of their broker, for requests that send a task", () => {
		expect(found(queue + send, listed, { celery: {} })).toEqual(["HIGH missing-optional-dependency main.py:8 redis"]);
	});

	it("need none where nothing is sent, or the broker is another", () => {
		expect(found(queue, listed, { celery: {} })).toEqual([]);
		expect(found(queue.replace("redis:", "amqp:") + send, listed, { celery: {} })).toEqual([]);
	});
});

it("speaks though a group for development holds packages that nobody knows", () => {
	const project = (group: string) => `
#- pyproject.toml
[project]
name = "api"
dependencies = ["fastapi", "uvicorn"]
[dependency-groups]
${group} = ["some-inhouse-tool"]
#- main.py
from fastapi import FastAPI, UploadFile
app = FastAPI()
@app.post("/")
def store(file: UploadFile):
    return {}
`;
	const environment = { ...installed({ "python-multipart": {} }), kind: "catalog" as const };
	const lines = (group: string) => auditDependencies(project(group), environment).lines.map((line) => line.split(" ")[1]);
	expect(lines("dev")).toEqual(["missing-optional-dependency"]);
	expect(lines("web")).toEqual([]);
});
