import { describe, expect, it } from "vitest";
import { auditBackend, mendedFiles } from "../database/audit-backend.ts";

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

	it("wraps a dependency that is entered with async with", () => {
		const text = lifespan("    async with session() as s:\n        print(s)\n    yield\n", "async def session():\n    yield 1\n");
		expect(mendedFiles(rule, text)["main.py"]).toContain("async with asynccontextmanager(session)() as s:");
	});

	it("does not follow the lifespan of a mounted application", () => {
		const broken = "@asynccontextmanager\nasync def broken(app: FastAPI):\n    raise RuntimeError\n    yield\n";
		const text = backend(`${broken}\n\napp = FastAPI()\napp.mount("/admin", FastAPI(lifespan=broken))\n`);
		expect(auditBackend(rule, text)).toEqual([]);
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

	it("weighs less where only a mounted application is hurt", () => {
		const text = backend(
			'from fastapi.middleware.cors import CORSMiddleware\n\nsub = FastAPI()\nsub.add_middleware(CORSMiddleware, origins=["*"])\napp = FastAPI()\napp.mount("/s", sub)\n',
		).replace("#- main.py", "#- Procfile\nweb: uvicorn main:app\n#- main.py");
		expect(auditBackend(rule, text)).toMatchObject([{ severity: "HIGH" }]);
	});
});
