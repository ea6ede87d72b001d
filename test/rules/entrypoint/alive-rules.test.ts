import { describe, expect, it } from "vitest";
import { auditBackend, mendedFiles } from "../audit-backend.ts";

const backend = (body: string) =>
	`#- requirements.txt\nfastapi==0.115.0\nstarlette==0.38.6\nuvicorn\n#- main.py\nimport asyncio\n\nfrom fastapi import APIRouter, Depends, FastAPI\n\nrouter = APIRouter()\n\n\n@router.get("/r")\ndef r():\n    return 1\n\n\n${body}\n`;
const mended = (rule: string, text: string) => mendedFiles(rule, text)["main.py"] ?? "";

describe("application-made-twice", () => {
	const rule = "application-made-twice";

	it("makes the application once where it has lost routers or routes", () => {
		const text = backend("app = FastAPI()\napp.include_router(router)\napp = FastAPI()\n");
		expect(mended(rule, text).match(/FastAPI\(\)/g)).toHaveLength(1);
	});

	it("leaves an application alone that was given nothing, or that is kept", () => {
		for (const each of [
			'app = FastAPI()\napp = FastAPI(title="x")\napp.include_router(router)',
			"app = FastAPI()\napp.include_router(router)\ninner = app\napp = FastAPI()\napp.mount('/v1', inner)",
			"app = FastAPI()\napp.include_router(router)\nother = FastAPI()\nother.mount('/v1', app)\napp = other",
		])
			expect(auditBackend(rule, backend(each))).toEqual([]);
	});
});

describe("coroutine-as-result", () => {
	const rule = "coroutine-as-result";
	const service = "async def find(item: int):\n    return {}\n\n\napp = FastAPI()\n\n\n";
	const route = (body: string, head = "") =>
		backend(`${service}@app.get("/")\nasync def read(${head}):\n    ${body.replaceAll("; ", "\n    ")}\n`);

	it("awaits what is asked, read or gone through", () => {
		expect(mended(rule, route("found = find(1); if not found:;     return 1; return found"))).toContain("found = await find(1)");
		expect(mended(rule, route('return find(1)["name"]'))).toContain('return (await find(1))["name"]');
		expect(mended(rule, route("for each in find(1):;     print(each)"))).toContain("for each in await find(1):");
	});

	it("is silent where something else may await it, or the name is the function's own", () => {
		for (const each of [
			"found = find(1); both = await asyncio.gather(found, find(2)); return both",
			"task = find(1); if task:;     return await task",
			"found = await find(1); return found.name",
			"found = find(1); return found",
		])
			expect(auditBackend(rule, route(each))).toEqual([]);
		expect(auditBackend(rule, route("found = find(1); return found.name", "find=Depends(r)"))).toEqual([]);
	});
});
