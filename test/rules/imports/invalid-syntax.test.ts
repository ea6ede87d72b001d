import { expect, it } from "vitest";
import { auditBackend, mendedFiles } from "../audit-backend.ts";

const rule = "invalid-syntax";

function backend(code: string): string {
	return `#- requirements.txt\nfastapi\nuvicorn\n#- runtime.txt\npython-3.11\n#- main.py\nfrom fastapi import FastAPI\nimport part\n\napp = FastAPI(title=part.__name__)\n#- part.py\n${code}`;
}

it.each([
	["a missing colon", "def f()\n    return 1\n", "SyntaxError: expected ':'", "def f():\n    return 1\n"],
	[
		"Python 2's print",
		'print "a"\nprint "b"\n',
		"SyntaxError: Missing parentheses in call to 'print'. Did you mean print(...)?",
		'print("a")\nprint("b")\n',
	],
	[
		"Python 2's except",
		"try:\n    pass\nexcept ValueError, e:\n    raise\n",
		"SyntaxError: multiple exception types must be parenthesized",
		"try:\n    pass\nexcept ValueError as e:\n    raise\n",
	],
	["typographic quotes", "x = “a”\n", "SyntaxError: invalid character '“' (U+201C)", 'x = "a"\n'],
	["a bracket that is not closed", "x = (1\n", "SyntaxError: '(' was never closed", "x = (1)\n"],
	[
		"a late future import",
		"import os\nfrom __future__ import annotations\n",
		"SyntaxError: from __future__ imports must occur at the beginning of the file",
		"from __future__ import annotations\nimport os\n",
	],
	[
		"= in a condition",
		"x = 1\nif x = 1:\n    pass\n",
		"SyntaxError: invalid syntax. Maybe you meant '==' or ':=' instead of '='?",
		"x = 1\nif x == 1:\n    pass\n",
	],
	[
		"tabs and spaces",
		"if 1:\n        x = 1\n\ty = 2\n",
		"TabError: inconsistent use of tabs and spaces in indentation",
		"if 1:\n        x = 1\n        y = 2\n",
	],
	[
		"an empty block",
		"class A:\n",
		"IndentationError: expected an indented block after class definition on line 1",
		"class A:\n    pass\n",
	],
])("says what Python says, and mends it: %s", (_, code, error, mended) => {
	const [issue] = auditBackend(rule, backend(code));
	expect(issue?.expectedError).toBe(error);
	expect(mendedFiles(rule, backend(code))).toEqual({ "part.py": mended });
});

it.each([
	["return at module level", "return 1\n", "SyntaxError: 'return' outside function"],
	["one line of a conflict", "def f():\n    x = 1\n=======\n    return x\n", "SyntaxError: invalid syntax"],
	["a merge conflict", "x = 1\n<<<<<<< HEAD\nx = 2\n=======\nx = 3\n>>>>>>> other\n", "SyntaxError: invalid syntax"],
	["an argument twice", "def f(a, a): ...\n", "SyntaxError: duplicate argument 'a' in function definition"],
])("leaves to a person what may mean several things: %s", (_, code, error) => {
	const [issue] = auditBackend(rule, backend(code));
	expect(issue?.expectedError).toBe(error);
	expect(issue?.fix?.applicability).toBe("review");
});

it("keeps either side of a merge", () => {
	const code = "a = 1\n<<<<<<< HEAD\nb = 2\n||||||| base\nb = 0\n=======\nb = 3\n>>>>>>> other\nc = 4\n";
	const [issue] = auditBackend(rule, backend(code));
	expect(issue?.fix?.edits.map(({ newText }) => newText)).toEqual(["b = 2\n"]);
	expect(issue?.alternatives.map(({ edits }) => edits.map(({ newText }) => newText))).toEqual([["b = 3\n"]]);
});

it.each([
	["a parameter twice", "def f(a, b, a=1): ...\n", "def f(a, b): ...\n"],
	["a keyword argument twice", "x = dict(a=1, b=2, a=3)\n", "x = dict(a=1, b=2)\n"],
	["a keyword as a parameter", "def f(a, from=1): ...\n", "def f(a, from_=1): ...\n"],
	["a return that slipped out", "def f():\n    a = 1\nreturn a\n", "def f():\n    a = 1\n    return a\n"],
	["a bare return", "x = 1\nif x:\n    return\n", "x = 1\nif x:\n    pass\n"],
	[
		"a star import in a function",
		"import os\n\n\ndef f():\n    from os import *\n    return sep\n",
		"import os\nfrom os import *\n\n\ndef f():\n    return sep\n",
	],
	["a missing comma", "x = [\n    1,\n    2\n    3,\n]\n", "x = [\n    1,\n    2,\n    3,\n]\n"],
	["a type alias before 3.12", "type Degrees = float\n", "Degrees = float\n"],
	[
		"type parameters before 3.12",
		"def first[T](items: list[T]) -> T: ...\n\n\nclass Box[T](dict): ...\n",
		'from typing import Generic, TypeVar\n\nT = TypeVar("T")\n\n\ndef first(items: list[T]) -> T: ...\n\n\nclass Box(dict, Generic[T]): ...\n',
	],
])("mends what is left over: %s", (_, code, mended) => {
	expect(mendedFiles(rule, backend(code))["part.py"]).toBe(mended);
});

it("says nothing of the names of a file that does not compile", () => {
	const source =
		"#- main.py\nfrom part import A, late\nfrom fastapi import FastAPI\n\nA.missing\nA().other\nlate.call()\napp = FastAPI()\n#- part.py\nclass A:\n    x = (\n\n\nlate = 1\n";
	expect(auditBackend("missing-attribute", source)).toEqual([]);
	expect(auditBackend("unknown-import-symbol", source)).toEqual([]);
});

it("says nothing of odd but sound code", () => {
	const code = `def f(a, /, b, *, c=1, **d):\n    global g\n    g = a\n    return (yield)\n\n\nx = f'{"a" if 1 else "b":>{10}}' "\\\\"\ntype(x).y = 1 if False else None\nmatch = case = 1\nprint(match, case)\nz = [\n  1,\n\t2]\n`;
	expect(auditBackend(rule, backend(code)).filter((issue) => issue.severity === "CRITICAL")).toEqual([]);
});
