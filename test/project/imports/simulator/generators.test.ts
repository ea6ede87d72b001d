import { expect, it } from "vitest";
import { auditBackend } from "../../../rules/audit-backend.ts";

const backend = (code: string) =>
	`#- requirements.txt\nfastapi\nuvicorn\n#- main.py\nfrom fastapi import FastAPI\n\nlimits = {'users': 1}\n\n\n${code}\n\napp = FastAPI()\n`;

const names = "def names():\n    yield 'users'\n    yield 'orders'\n\n\n";

it.each([
	[`${names}for name in names():\n    limits[name]`, "KeyError: 'orders'"],
	[`${names}for name in names():\n    limits[name]\n    break`, null],
	[`${names}for name in names():\n    if name == 'users':\n        continue\n    limits[name]`, "KeyError: 'orders'"],
	[`${names}print([limits[name] for name in names()])`, "KeyError: 'orders'"],
	[`${names}first, = list(names())`, "ValueError: too many values to unpack (expected 1)"],
	[`${names}first, second = list(names())`, null],
	[`${names}def all_names():\n    yield from names()\n\n\nfor name in all_names():\n    limits[name]`, "KeyError: 'orders'"],
	// What the body of the generator catches is not what the loop raises.
	[
		"def rows():\n    try:\n        yield 'orders'\n    except KeyError:\n        pass\n\n\nfor row in rows():\n    limits[row]",
		"KeyError: 'orders'",
	],
	["def rows():\n    yield 'orders'\n\n\ntry:\n    for row in rows():\n        limits[row]\nexcept KeyError:\n    pass", null],
	["def rows():\n    yield limits['orders']\n\n\nrows()", null],
	["def rows():\n    yield limits['orders']\n\n\ndict(rows())", "KeyError: 'orders'"],
	["def rows(given):\n    if given:\n        yield limits['orders']\n\n\nlist(rows([]))", null],
])("runs generators of the project as whoever goes through them does: %s", (code, error) => {
	const said = auditBackend("startup-exception", backend(code)).map((issue) => issue.expectedError ?? "");
	if (error === null) expect(said).toEqual([]);
	else expect(said[0]).toBe(error);
});
