import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { addImport } from "../../../src/python/rewrite/add-import.ts";
import type { Origin } from "../../../src/python/rewrite/import-placement.ts";
import { applied, sourceOf } from "./support.ts";

const originOf = (module: string): Origin => {
	const top = module.split(".")[0] ?? "";
	if (["os", "sys", "typing", "logging", "datetime"].includes(top)) return "standard-library";
	return top === "app" ? "own" : "third-party";
};

function withImport(text: string, module: string, name: string, more: { asName?: string; typeOnly?: boolean } = {}): string {
	const wanted = { module, name, asName: more.asName ?? null, typeOnly: more.typeOnly ?? false };
	return applied(text, addImport(sourceOf(text), wanted, originOf));
}

describe("joining an import that is there", () => {
	it("appends to a short one", () => {
		expect(withImport("from a.b import create\n", "a.b", "Engine")).toBe("from a.b import create, Engine\n");
		expect(withImport("from a.b import create, Base\n", "a.b", "aaa")).toBe("from a.b import create, Base, aaa\n");
	});

	it("keeps a sorted list sorted", () => {
		expect(withImport("from fastapi import APIRouter, Depends\n", "fastapi", "Body")).toBe(
			"from fastapi import APIRouter, Body, Depends\n",
		);
		expect(withImport("from m import A, b, c\n", "m", "aa")).toBe("from m import A, aa, b, c\n");
	});

	it("gives it a line of its own where the others have that", () => {
		expect(withImport("from m import (\n    b,\n    a,\n)\n", "m", "c")).toBe("from m import (\n    b,\n    a,\n    c,\n)\n");
		expect(withImport("from m import (\n    b,\n    a  # why\n)\n", "m", "c")).toBe(
			"from m import (\n    b,\n    a,  # why\n    c,\n)\n",
		);
		expect(withImport("from m import (\n    a,\n    c,\n)\n", "m", "b")).toBe("from m import (\n    a,\n    b,\n    c,\n)\n");
		expect(withImport("from m import (b,\n    a)\n", "m", "c")).toBe("from m import (b,\n    a,\n    c)\n");
	});

	it("joins packed parentheses and backslashes", () => {
		expect(withImport("from m import (b, a)\n", "m", "c")).toBe("from m import (b, a, c)\n");
		expect(withImport("from m import b, \\\n    a\n", "m", "c")).toBe("from m import b, \\\n    a, c\n");
	});

	it("breaks a line that grows beyond the file's length", () => {
		const text = "from some.package.of.mine import first_long_name_of_it, second_long_name_of_it\n";
		expect(withImport(text, "some.package.of.mine", "third_name")).toBe(
			"from some.package.of.mine import (\n    first_long_name_of_it,\n    second_long_name_of_it,\n    third_name,\n)\n",
		);
	});

	it("does nothing where the name is imported already", () => {
		const text = "from m import a, b as c\nimport os\n";
		expect(withImport(text, "m", "a")).toBe(text);
		expect(withImport(text, "m", "b", { asName: "c" })).toBe(text);
		expect(withImport(text, "", "os")).toBe(text);
	});

	it("never joins an import that runs too late", () => {
		const text = "import os\n\nx = Late()\n\nfrom m import a\n";
		expect(withImport(text, "m", "Late")).toBe("import os\n\nfrom m import Late\n\nx = Late()\n\nfrom m import a\n");
	});

	it("leaves relative and absolute imports apart", () => {
		expect(withImport("from .m import a\n", "m", "b")).toBe("from m import b\n\nfrom .m import a\n");
		expect(withImport("from .m import a\n", ".m", "b")).toBe("from .m import a, b\n");
	});
});

describe("a new import line", () => {
	const grouped =
		"import os\nfrom typing import Any\n\nfrom fastapi import FastAPI\nfrom sqlmodel import SQLModel\n\nfrom app.a import a\n\nx = 1\n";

	it("goes to its group, in its order", () => {
		expect(withImport(grouped, "pydantic", "BaseModel")).toBe(
			grouped.replace("from sqlmodel", "from pydantic import BaseModel\nfrom sqlmodel"),
		);
		expect(withImport(grouped, "datetime", "date")).toBe(grouped.replace("Any\n", "Any\nfrom datetime import date\n"));
		expect(withImport(grouped, "app.b", "b")).toBe(grouped.replace("import a\n", "import a\nfrom app.b import b\n"));
		expect(withImport(grouped, "", "sys")).toBe(grouped.replace("import os\n", "import os\nimport sys\n"));
	});

	it("opens a group of its own where there is none", () => {
		expect(withImport("import os\n\nx = 1\n", "fastapi", "FastAPI")).toBe("import os\n\nfrom fastapi import FastAPI\n\nx = 1\n");
		expect(withImport("from fastapi import FastAPI\n\nx = 1\n", "", "os")).toBe(
			"import os\n\nfrom fastapi import FastAPI\n\nx = 1\n",
		);
		expect(withImport("import os\nfrom app.a import a\nx = 1\n", "fastapi", "FastAPI")).toBe(
			"import os\nfrom fastapi import FastAPI\nfrom app.a import a\nx = 1\n",
		);
	});

	it("follows the docstring, the opening comments and the future imports of a file without others", () => {
		expect(withImport('"""Doc."""\n\nx = os.sep\n', "", "os")).toBe('"""Doc."""\n\nimport os\n\nx = os.sep\n');
		expect(withImport('"""Doc."""\nx = 1\n', "", "os")).toBe('"""Doc."""\n\nimport os\n\nx = 1\n');
		expect(withImport("#!/usr/bin/env python\n# -*- coding: utf-8 -*-\n\ndef f(): ...\n", "", "os")).toBe(
			"#!/usr/bin/env python\n# -*- coding: utf-8 -*-\n\nimport os\n\n\ndef f(): ...\n",
		);
		expect(withImport("from __future__ import annotations\n\nx = 1\n", "", "os")).toBe(
			"from __future__ import annotations\n\nimport os\n\nx = 1\n",
		);
		expect(withImport("", "", "os")).toBe("import os\n");
	});

	it("keeps CRLF and a missing last line break", () => {
		expect(withImport("import os\r\n\r\nx = 1\r\n", "", "sys")).toBe("import os\r\nimport sys\r\n\r\nx = 1\r\n");
		expect(withImport("import os", "", "sys")).toBe("import os\nimport sys");
	});
});

describe("an import for annotations only", () => {
	it("makes the block, and the import of its test", () => {
		expect(withImport("from typing import Any\n\nx = 1\n", "app.user", "User", { typeOnly: true })).toBe(
			"from typing import Any, TYPE_CHECKING\n\nif TYPE_CHECKING:\n    from app.user import User\n\nx = 1\n",
		);
		expect(withImport("import os\n\nx = 1\n", "app.user", "User", { typeOnly: true })).toBe(
			"import os\nfrom typing import TYPE_CHECKING\n\nif TYPE_CHECKING:\n    from app.user import User\n\nx = 1\n",
		);
		expect(withImport("x = 1\n", "app.user", "User", { typeOnly: true })).toBe(
			"from typing import TYPE_CHECKING\n\nif TYPE_CHECKING:\n    from app.user import User\n\nx = 1\n",
		);
	});

	it("joins a block that is there", () => {
		const text = "from typing import TYPE_CHECKING\n\nif TYPE_CHECKING:\n    from app.a import A\n";
		expect(withImport(text, "app.a", "B", { typeOnly: true })).toBe(text.replace("import A", "import A, B"));
		expect(withImport(text, "app.c", "C", { typeOnly: true })).toBe(`${text}    from app.c import C\n`);
	});
});

it("any import added to any of these files parses, is there, and comes before its use", () => {
	const heads = [
		"",
		'"""Doc."""\n',
		"#!/usr/bin/env python\n",
		"from __future__ import annotations\n",
		'"""Doc."""\n\nfrom __future__ import annotations\n\n',
	];
	const bodies = [
		"import os\n",
		"import os, sys\n",
		"from m import (\n    a,\n    b,\n)\n",
		"from m import a\n\nfrom app.x import y\n",
		"try:\n    import q\nexcept ImportError:\n    q = None\n",
		"",
	];
	const tails = ["x = New()\n", "class C(New):\n    pass\n", "def f() -> New: ...\n", "\n\nx = 1\n\n\ny: New = 2"];
	fc.assert(
		fc.property(
			fc.constantFrom(...heads),
			fc.constantFrom(...bodies),
			fc.constantFrom(...tails),
			fc.constantFrom("m", "app.z", "typing", ".rel"),
			fc.boolean(),
			(head, body, tail, module, crlf) => {
				const text = (head + body + tail).replaceAll("\n", crlf ? "\r\n" : "\n");
				const result = withImport(text, module, "New");
				const after = sourceOf(result);
				expect(after.tree.errors).toEqual([]);
				const statement = after.tree.body.find((s) => s.type === "ImportFrom" && s.names.some((n) => n.name.name === "New"));
				expect(statement?.start).toBeLessThan(result.search(/New\(|New\)|New:|: New/));
				expect(withImport(result, module, "New")).toBe(result);
				if (crlf) expect(result.replaceAll("\r\n", "")).not.toMatch(/[\r\n]/);
			},
		),
	);
});
