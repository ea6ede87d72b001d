import { describe, expect, test } from "vitest";
import { auditBackend } from "./audit-backend.ts";

/** Each backend was started on Python 3.14.10 with FastAPI 0.165.0, pydantic 2.14.3 and SQLAlchemy 2.1.9; the errors are what was printed. */
const head = `#- pyproject.toml
[project]
name = "shop"
version = "1"
requires-python = "==3.14.*"
dependencies = ["fastapi", "uvicorn", "pydantic-settings"]
`;

const app = `#- main.py
from fastapi import Depends, FastAPI
from pydantic import BaseModel

app = FastAPI()
`;

function found(rule: string, backend: string): readonly string[] {
	return auditBackend(rule, head + backend).map(
		({ severity, expectedError, problem }) => `${severity} ${expectedError ?? problem}`,
	);
}

describe("names that Python 3.14 took away", () => {
	test.each([
		[
			"import asyncio\n\nasyncio.set_child_watcher(None)",
			"AttributeError: module 'asyncio' has no attribute 'set_child_watcher'",
		],
		["import ast\n\nnumber = ast.Num", "AttributeError: module 'ast' has no attribute 'Num'"],
		["import sqlite3\n\nversion = sqlite3.version", "AttributeError: module 'sqlite3' has no attribute 'version'"],
	])("%s", (code, error) => {
		expect(found("missing-attribute", `${app}${code}\n`)).toEqual([`CRITICAL ${error}`]);
	});

	test.each([
		["asyncio", "SafeChildWatcher"],
		["pkgutil", "find_loader"],
		["urllib.request", "URLopener"],
		["importlib.abc", "ResourceReader"],
	])("from %s import %s", (module, name) => {
		expect(found("unknown-import-symbol", `${app}from ${module} import ${name}\n`)).toEqual([
			`CRITICAL ImportError: cannot import name '${name}' from '${module}'`,
		]);
	});

	test("what is only deprecated is there", () => {
		const code =
			"import asyncio\nimport threading\nfrom collections.abc import ByteString\n\nasyncio.set_event_loop_policy(asyncio.DefaultEventLoopPolicy())\nident = threading.Thread().native_id\n";
		expect(found("missing-attribute", app + code)).toEqual([]);
		expect(found("unknown-import-symbol", app + code)).toEqual([]);
	});
});

describe("annotations are read when somebody asks for them", () => {
	test("a name that only a helper's annotation lacks stops nothing", () => {
		const helper = "\n\ndef helper(at: datetime) -> Page:\n    return at\n\n\nclass Cache:\n    items: OrderedDict\n";
		expect(found("undefined-name", app + helper)).toEqual([]);
	});

	test("a route's parameter and answer fail when the documentation is asked for", () => {
		expect(found("invalid-parameter", `${app}\n\n@app.get("/ip")\ndef ip(request: Request):\n    return 1\n`)).toEqual([
			"HIGH The annotation of request names Request, which is not there when the server runs",
		]);
		expect(found("invalid-response-model", `${app}\n\n@app.get("/all")\ndef all_items() -> List[str]:\n    return []\n`)).toEqual(
			["HIGH The return annotation of all_items is List, which is only a name when the server runs"],
		);
	});

	test("a class further down is a type of a parameter", () => {
		const route = `\n\n@app.post("/items")\ndef create(item: Item):\n    return item\n\n\nclass Item(BaseModel):\n    name: str\n`;
		expect(found("invalid-parameter", app + route)).toEqual([]);
	});

	test.each(["Optional[str] = None", 'Literal["dev", "prod"] = "dev"', 'List[str] = ["*"]'])(
		"settings of the type %s that is not imported",
		(type) => {
			const settings = `from pydantic_settings import BaseSettings\n\n\nclass Settings(BaseSettings):\n    value: ${type}\n\n\nsettings = Settings()\n`;
			const name = type.slice(0, type.indexOf("["));
			expect(found("undefined-field-type", app + settings)).toEqual([
				`CRITICAL pydantic.errors.PydanticUserError: \`Settings\` is not fully defined; you should define \`${name}\`, then call \`Settings.model_rebuild()\`.`,
			]);
		},
	);
});

test.each(["Page | None", "Optional[Page]", "Union[Page, None]"])("an empty Depends() cannot call %s", (type) => {
	const route = `from typing import Optional, Union\n\n\nclass Page:\n    def __init__(self, limit: int = 20):\n        self.limit = limit\n\n\n@app.get("/")\ndef index(page: ${type} = Depends()):\n    return 1\n`;
	expect(found("invalid-parameter", app + route)).toEqual(["CRITICAL TypeError: main.Page | None is not a callable object"]);
});

test("exception types need brackets beside `as` alone", () => {
	const handler = (head: string) => `${app}\ntry:\n    pass\n${head}\n    pass\n`;
	expect(found("invalid-syntax", handler("except ValueError, KeyError:"))).toEqual([]);
	expect(found("invalid-syntax", handler("except ValueError, KeyError as error:"))).toEqual([
		"CRITICAL SyntaxError: multiple exception types must be parenthesized when using 'as'",
	]);
});
