import { describe, expect, it } from "vitest";
import { type PathNames, readException, readFatalError, readFaultStack, readLastWords } from "../../src/verify/traceback.ts";

const names: PathNames = [
	["/venv/lib/python3.11/site-packages", "<site-packages>"],
	["/usr/lib/python3.11", "<stdlib>"],
	["/home/ada/shop", ""],
];

describe("readException", () => {
	it("reads the line, the frames and the innermost place of the project", () => {
		const read = readException(
			`INFO: starting
Traceback (most recent call last):
  File "/venv/lib/python3.11/site-packages/uvicorn/importer.py", line 19, in import_from_string
    module = importlib.import_module(module_str)
  File "/home/ada/shop/src/main.py", line 4, in <module>
    from .models import User
  File "/home/ada/shop/src/models.py", line 2, in <module>
    from sqlmodel import Feld
ImportError: cannot import name 'Feld' from 'sqlmodel' (/venv/lib/python3.11/site-packages/sqlmodel/__init__.py)
`,
			names,
		);
		expect(read.error).toBe("ImportError: cannot import name 'Feld' from 'sqlmodel' (<site-packages>/sqlmodel/__init__.py)");
		expect(read.at).toEqual({ path: "src/models.py", line: 2, name: "<module>", ofProject: true });
		expect(read.frames.map(({ path }) => path)).toEqual(["<site-packages>/uvicorn/importer.py", "src/main.py", "src/models.py"]);
	});

	it("takes what was raised last of a chain, and the place of what it came from where the last never passed through the project", () => {
		const read = readException(
			`Traceback (most recent call last):
  File "/home/ada/shop/src/db.py", line 7, in connect
    socket.connect(address)
ConnectionRefusedError: [Errno 111] Connection refused

The above exception was the direct cause of the following exception:

Traceback (most recent call last):
  File "/venv/lib/python3.11/site-packages/sqlalchemy/engine/base.py", line 143, in __init__
    self._dbapi_connection = engine.raw_connection()
sqlalchemy.exc.OperationalError: (psycopg.OperationalError) connection failed
(Background on this error at: https://sqlalche.me/e/20/e3q8)
`,
			names,
		);
		expect(read.error).toBe("sqlalchemy.exc.OperationalError: (psycopg.OperationalError) connection failed");
		expect(read.detail).toEqual(["(Background on this error at: https://sqlalche.me/e/20/e3q8)"]);
		expect(read.at).toMatchObject({ path: "src/db.py", line: 7 });
	});

	it("looks into an exception group", () => {
		const read = readException(
			`  + Exception Group Traceback (most recent call last):
  |   File "/venv/lib/python3.11/site-packages/anyio/_backends/_asyncio.py", line 767, in __aexit__
  |     raise BaseExceptionGroup(
  | ExceptionGroup: unhandled errors in a TaskGroup (1 sub-exception)
  +-+---------------- 1 ----------------
    | Traceback (most recent call last):
    |   File "/home/ada/shop/src/jobs.py", line 12, in poll
    |     raise ValueError("no queue")
    | ValueError: no queue
    +------------------------------------
`,
			names,
		);
		expect(read).toMatchObject({ error: "ValueError: no queue", at: { path: "src/jobs.py", line: 12 } });
	});

	it("keeps pydantic's message field by field, without its links", () => {
		const read = readException(
			`Traceback (most recent call last):
  File "/home/ada/shop/src/config.py", line 9, in <module>
    settings = Settings()
pydantic_core._pydantic_core.ValidationError: 2 validation errors for Settings
secret_key
  Field required [type=missing, input_value={}, input_type=dict]
    For further information visit https://errors.pydantic.dev/2.12/v/missing
database_url
  Field required [type=missing, input_value={}, input_type=dict]
    For further information visit https://errors.pydantic.dev/2.12/v/missing
`,
			names,
		);
		expect(read.error).toBe("pydantic_core._pydantic_core.ValidationError: 2 validation errors for Settings");
		expect(read.detail.filter((line) => !line.startsWith(" "))).toEqual(["secret_key", "database_url"]);
		expect(read.detail.join("\n")).not.toContain("errors.pydantic.dev");
	});

	it("finds the place of a SyntaxError, whose last frame has no name", () => {
		const read = readException(
			`Traceback (most recent call last):
  File "/home/ada/shop/src/main.py", line 1, in <module>
    import src.routes
  File "/home/ada/shop/src/routes.py", line 8
    def broken(:
               ^
SyntaxError: invalid syntax
`,
			names,
		);
		expect(read).toMatchObject({ error: "SyntaxError: invalid syntax", at: { path: "src/routes.py", line: 8, name: "" } });
	});

	it("sees through colours", () => {
		const read = readException(
			"\u001b[31mTraceback (most recent call last):\u001b[0m\n  File \"\u001b[35m/home/ada/shop/a.py\u001b[0m\", line \u001b[35m3\u001b[0m, in f\n\u001b[1mKeyError\u001b[0m: 'X'\n",
			names,
		);
		expect(read).toMatchObject({ error: "KeyError: 'X'", at: { path: "a.py", line: 3 } });
	});

	it("says nothing where there is no traceback", () => {
		expect(readException("INFO: all is well", names)).toEqual({ error: null, detail: [], frames: [], at: null });
	});
});

it("reads uvicorn's own words, and the message of sys.exit", () => {
	expect(readLastWords('INFO:     x\nERROR:    Error loading ASGI app. Could not import module "main".\n', names)).toBe(
		'Error loading ASGI app. Could not import module "main".',
	);
	expect(readLastWords("DATABASE_URL is not set\n", names)).toBe("DATABASE_URL is not set");
	expect(readLastWords("\n", names)).toBeNull();
});

it("reads what faulthandler wrote about a crash, innermost last", () => {
	const text = `Fatal Python error: Segmentation fault

Thread 0x00007f6857a51b00 (most recent call first):
  File "/usr/lib/python3.11/threading.py", line 320 in wait

Current thread 0x00007f6857a51b80 (most recent call first):
  File "/usr/lib/python3.11/ctypes/__init__.py", line 519 in string_at
  File "/home/ada/shop/main.py", line 5 in crash
  File "/home/ada/shop/main.py", line 6 in <module>
`;
	expect(readFatalError(text)).toBe("Fatal Python error: Segmentation fault");
	expect(readFaultStack(text, names).map(({ path, line }) => `${path}:${line}`)).toEqual([
		"main.py:6",
		"main.py:5",
		"<stdlib>/ctypes/__init__.py:519",
	]);
});
