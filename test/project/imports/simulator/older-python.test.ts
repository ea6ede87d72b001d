import { expect, it } from "vitest";
import { auditBackend, mendedFiles } from "../../../rules/audit-backend.ts";

const backend = (code: string, python = "3.9") =>
	`#- .python-version\n${python}\n#- requirements.txt\nfastapi\nuvicorn\n#- main.py\nfrom __future__ import annotations\n\nfrom typing import List\n\nfrom fastapi import FastAPI\nfrom pydantic import BaseModel\n\napp = FastAPI()\n\n\n${code}`;

const model = "class Note(BaseModel):\n    title: str | None = None\n";

it("knows that pydantic evaluates the annotations that Python postpones", () => {
	const [issue] = auditBackend("startup-exception", backend(model));
	expect(issue?.expectedError).toMatch(/^TypeError: (Unable to evaluate type annotation 'str \| None'|unsupported operand)/);
	expect(mendedFiles("startup-exception", backend(model))["main.py"]).toContain("title: Optional[str] = None");
});

it("knows that pydantic evaluates what is in quotes", () => {
	const quoted = "class Note(BaseModel):\n    title: 'str | None' = None\n    parts: \"dict[str, int | str]\" = {}\n";
	const source = backend(quoted).replace("from __future__ import annotations\n", "");
	const [issue] = auditBackend("startup-exception", source);
	expect(issue?.expectedError).toMatch(/^TypeError: (Unable to evaluate type annotation 'str \| None'|unsupported operand)/);
	const mended = mendedFiles("startup-exception", source)["main.py"];
	expect(mended).toContain("title: 'Optional[str]' = None");
	expect(mended).toContain('parts: "dict[str, Union[int, str]]" = {}');
});

it.each([
	["class Note(BaseModel):\n    title: 'Optional[str]' = None\n    other: 'Later | None' = None\n", "3.9"],
	["class Note:\n    title: 'str | None' = None\n", "3.9"],
	[model, "3.10"],
	["class Note(BaseModel):\n    title: List[str]\n", "3.9"],
	["class Note:\n    title: str | None = None\n", "3.9"],
	["class Note(BaseModel):\n    _cache: str | None = None\n", "3.9"],
])("says nothing of %s on Python %s", (code, python) => {
	expect(auditBackend("startup-exception", backend(code, python))).toEqual([]);
});

it("knows the strict zip of Python 3.10", () => {
	const code = "pairs = dict(zip('ab', [1, 2], strict=True))\n";
	expect(auditBackend("startup-exception", backend(code))[0]?.expectedError).toBe("TypeError: zip() takes no keyword arguments");
	expect(auditBackend("startup-exception", backend(code, "3.10"))).toEqual([]);
	expect(mendedFiles("startup-exception", backend(code))["main.py"]).toContain("zip('ab', [1, 2])");
});

it("asks isinstance with a tuple of classes", () => {
	const code = "assert isinstance(1, int | str)\n";
	expect(mendedFiles("startup-exception", backend(code))["main.py"]).toContain("isinstance(1, (int, str))");
});

it("waits with wait_for where asyncio has no timeout", () => {
	const code =
		"async def lifespan(app):\n    async with asyncio.timeout(5):\n        await asyncio.sleep(0)\n    yield\n\n\napp = FastAPI(lifespan=lifespan)\n";
	const source = backend(`import asyncio\nfrom contextlib import asynccontextmanager\n\n\n@asynccontextmanager\n${code}`);
	expect(mendedFiles("missing-attribute", source)["main.py"]).toContain(
		"    await asyncio.wait_for(asyncio.sleep(0), 5)\n    yield",
	);
	const two = source.replace(
		"        await asyncio.sleep(0)\n",
		"        await asyncio.sleep(0)\n        await asyncio.sleep(0)\n",
	);
	expect(mendedFiles("missing-attribute", two)).toEqual({});
});
