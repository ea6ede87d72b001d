import { describe, expect, it } from "vitest";
import { auditBackend, mendedFiles } from "../audit-backend.ts";

const backend = (body: string) =>
	`#- requirements.txt\nfastapi\nuvicorn\n#- main.py\nimport asyncio\nfrom contextlib import asynccontextmanager\n\nfrom fastapi import FastAPI\n\n${body}`;
const lifespan = (body: string, before = "") =>
	backend(`${before}\n\n@asynccontextmanager\nasync def lifespan(app: FastAPI):\n${body}\n\napp = FastAPI(lifespan=lifespan)\n`);

describe("startup-exception", () => {
	const rule = "startup-exception";

	it("awaits what is used without await, and leaves alone what a task runs", () => {
		const load = "async def load():\n    return [1]\n";
		expect(mendedFiles(rule, lifespan("    for each in load():\n        print(each)\n    yield\n", load))["main.py"]).toContain(
			"for each in (await load()):",
		);
		expect(auditBackend(rule, lifespan("    task = asyncio.create_task(load())\n    yield\n", load))).toEqual([]);
	});

	it("wraps a dependency that is entered with async with, and decorates what is only entered", () => {
		const text = lifespan("    async with session() as s:\n        print(s)\n    yield\n", "async def session():\n    yield 1\n");
		expect(mendedFiles(rule, text)["main.py"]).toContain("@asynccontextmanager\nasync def session():");
		const comment = "# session (a generator) opens one session for each caller\n";
		expect(mendedFiles(rule, `${text}${comment}`)["main.py"]).toContain("@asynccontextmanager\nasync def session():");
		const route = "\n@app.get('/')\ndef read(s=Depends(session)):\n    return s\n";
		expect(mendedFiles(rule, `${text}${route}`)["main.py"]).toContain("async with asynccontextmanager(session)() as s:");
	});

	it("passes what is bound where the call stands, and nothing that is bound behind it", () => {
		const calling = (body: string) =>
			backend(
				`def add(name, app):\n    app.title = name\n\ndef make():\n    app = FastAPI()\n${body}    return app\n\napp = make()\n`,
			);
		const mended = (body: string) => mendedFiles(rule, calling(body))["main.py"] ?? "";
		expect(mended("    for name in ['a']:\n        add(app=app)\n")).toContain("add(app=app, name=name)");
		expect(mended("    with open(__file__) as name:\n        if True:\n            add(app=app)\n")).toContain(
			"add(app=app, name=name)",
		);
		expect(mended("    add(app=app)  # sets it as name = title\n    name = 'a'\n")).not.toContain("name=name");
		expect(mended("    def later():\n        name = 'a'\n    add(app=app)\n    name = 'a'\n")).not.toContain("name=name");
	});

	it("does not follow the lifespan of a mounted application", () => {
		const broken = "@asynccontextmanager\nasync def broken(app: FastAPI):\n    raise RuntimeError\n    yield\n";
		const text = backend(`${broken}\n\napp = FastAPI()\napp.mount("/admin", FastAPI(lifespan=broken))\n`);
		expect(auditBackend(rule, text)).toEqual([]);
	});
});

describe("broken-lifespan", () => {
	const rule = "broken-lifespan";

	it("yields where it returns before what it does at the end, and what it returns as the state", () => {
		expect(mendedFiles(rule, lifespan("    print(1)\n    return\n    print(2)\n"))["main.py"]).toContain(
			"    yield\n    print(2)",
		);
		expect(mendedFiles(rule, lifespan('    return {"a": 1}\n    print(2)\n'))["main.py"]).toContain('    yield {"a": 1}\n');
	});

	it("hands out under its name what requests ask their state for", () => {
		const route = "\n@app.get('/')\ndef read(request):\n    return request.state.client\n";
		expect(mendedFiles(rule, `${lifespan("    client = [object]\n    yield client\n")}${route}`)["main.py"]).toContain(
			'yield {"client": client}',
		);
	});

	it("takes pairs and models for mappings where nothing joins them", () => {
		expect(auditBackend(rule, lifespan('    yield [("a", 1)]\n'))).toEqual([]);
	});
});

describe("endless-startup", () => {
	const rule = "endless-startup";

	it("is silent where the loop can be left", () => {
		for (const leave of ["break", "return", "raise TimeoutError"]) {
			const wait = `async def wait():\n    while True:\n        if asyncio.get_event_loop():\n            ${leave}\n`;
			expect(auditBackend(rule, lifespan("    await wait()\n    yield\n", wait))).toEqual([]);
		}
	});
});

describe("invalid-middleware", () => {
	const rule = "invalid-middleware";
	const head = "from starlette.middleware.base import BaseHTTPMiddleware\n\n\n";
	const stamp = (body: string) =>
		backend(`${head}class Stamp(BaseHTTPMiddleware):\n${body}\n\napp = FastAPI()\napp.add_middleware(Stamp)\n`);

	it("returns the response that dispatch waits for", () => {
		const text = stamp(
			"    async def dispatch(self, request, call_next):\n        answer = await call_next(request)\n        print(answer)\n",
		);
		expect(mendedFiles(rule, text)["main.py"]).toContain("        print(answer)\n        return answer\n");
	});

	it("leaves an __init__ alone that calls its base in another way", () => {
		const dispatch = "\n    async def dispatch(self, request, call_next):\n        return await call_next(request)\n";
		const text = stamp(`    def __init__(self, app):\n        BaseHTTPMiddleware.__init__(self, app)\n${dispatch}`);
		expect(auditBackend(rule, text)).toEqual([]);
	});

	it("derives a class with a dispatch from its base, and passes send on where it was forgotten", () => {
		const added = "\n\napp = FastAPI()\napp.add_middleware(Stamp)\n";
		const dispatch = "class Stamp:\n    async def dispatch(self, request, call_next):\n        return await call_next(request)\n";
		expect(mendedFiles(rule, backend(dispatch + added))["main.py"]).toContain("class Stamp(BaseHTTPMiddleware):");
		const call =
			"class Stamp:\n    def __init__(self, app):\n        self.app = app\n\n    async def __call__(self, scope, receive):\n        await self.app(scope, receive)\n";
		expect(mendedFiles(rule, backend(call + added))["main.py"]).toContain("await self.app(scope, receive, send)");
	});

	it("sees that the first parameter is given by its name already, where the application has no place", () => {
		const stamp =
			"class Stamp:\n    def __init__(self, header):\n        self.app = app\n\n    async def __call__(self, scope, receive, send):\n        await self.app(scope, receive, send)\n";
		const text = backend(`${stamp}\n\napp = FastAPI()\napp.add_middleware(Stamp, header="X")\n`);
		expect(auditBackend(rule, text)[0]?.expectedError).toContain("got multiple values for argument 'header'");
		expect(mendedFiles(rule, text)["main.py"]).toContain("def __init__(self, app, header):");
	});

	it("weighs less where only a mounted application is hurt", () => {
		const text = backend(
			'from fastapi.middleware.cors import CORSMiddleware\n\nsub = FastAPI()\nsub.add_middleware(CORSMiddleware, origins=["*"])\napp = FastAPI()\napp.mount("/s", sub)\n',
		).replace("#- main.py", "#- Procfile\nweb: uvicorn main:app\n#- main.py");
		expect(auditBackend(rule, text)).toMatchObject([{ severity: "HIGH" }]);
	});
});
