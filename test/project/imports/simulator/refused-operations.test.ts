import { expect, it } from "vitest";
import { auditBackend } from "../../../rules/audit-backend.ts";

const backend = (code: string) =>
	`#- requirements.txt\nfastapi\nuvicorn\n#- main.py\nfrom fastapi import FastAPI\n\napp = FastAPI()\n\n${code}\n`;

const plain = "class Plain:\n    pass\n\n\n";

// Each line was printed by Python 3.11 to 3.13.
it.each([
	["pairs = [\n    ('a', 'b')\n    ('c', 'd'),\n]", "TypeError: 'tuple' object is not callable"],
	["def load():\n    print('loaded')\n\n\nname = load()['name']", "TypeError: 'NoneType' object is not subscriptable"],
	[`${plain}made = Plain('a')`, "TypeError: Plain() takes no arguments"],
	[`${plain}made = Plain()[0]`, "TypeError: 'Plain' object is not subscriptable"],
	["Name = any | None", "TypeError: unsupported operand type(s) for |: 'builtin_function_or_method' and 'NoneType'"],
	["Name = callable[[int], str]", "TypeError: 'builtin_function_or_method' object is not subscriptable"],
	["port = 'v' + 1", 'TypeError: can only concatenate str (not "int") to str'],
	["host, port = 'a:b:c'.split(':')", "ValueError: too many values to unpack (expected 2)"],
	["name = {'host': 'x'}['port']", "KeyError: 'port'"],
	[
		"count = 0\n\n\ndef add():\n    count += 1\n\n\nadd()",
		"UnboundLocalError: cannot access local variable 'count' where it is not associated with a value",
	],
	["import logging\n\nlogging.basicConfig(level='info')", "ValueError: Unknown level: 'info'"],
	[
		"class Store:\n    def __init__(self, url):\n        self.url = url\n\n\nstore = Store()",
		"TypeError: Store.__init__() missing 1 required positional argument: 'url'",
	],
	[
		"from dataclasses import dataclass\n\n\n@dataclass\nclass Store:\n    url: str\n\n\nstore = Store()",
		"TypeError: Store.__init__() missing 1 required positional argument: 'url'",
	],
	["from typing import Dict\n\nnames = Dict[str]", "TypeError: Too few arguments for typing.Dict; actual 1, expected 2"],
	["from enum import Enum\n\n\nclass Kind(str, Enum):\n    A = 'a'\n\n\nkind = Kind('b')", "ValueError: 'b' is not a valid Kind"],
])("says what Python says of %s", (code, error) => {
	expect(auditBackend("startup-exception", backend(code)).map((issue) => issue.expectedError)).toEqual([error]);
});

it.each([
	"items = {}\nitems['a'] = 1\nname = items['a']",
	"registry = {'a': 1}\nprint(registry)\nregistry.update(b=2)\nname = registry['b']",
	"def load():\n    return {'name': 1}\n\n\nname = load()['name']",
	"from typing import Generic, TypeVar\n\nT = TypeVar('T')\n\n\nclass Page(Generic[T]):\n    pass\n\n\npage = Page[int]()",
	"from dataclasses import dataclass, field\n\n\n@dataclass\nclass Store:\n    url: str = 'a'\n    parts: list = field(default_factory=list)\n\n\nstore = Store(parts=[1])",
	"REGISTRY = {'base': int}\n\n\ndef register(cls):\n    REGISTRY['a'] = cls\n    return cls\n\n\n@register\nclass A:\n    pass\n\n\nfound = REGISTRY['a']",
	"from enum import Enum\n\n\nclass Kind(Enum):\n    X = ('x', 1)\n\n    def __init__(self, label, number):\n        self.label = label\n\n\nlabel = Kind.X.label.upper()",
	"count = 0\n\n\ndef add():\n    global count\n    count += 1\n\n\nadd()",
	"first, *rest = [1]",
	"import sys\n\nmodern = sys.version_info.major",
	"def pick(kind):\n    for each in [1]:\n        found = [part for part in range(each)]\n    return found\n\n\npicked = pick('a')",
	"class Meta(type):\n    def __getitem__(cls, key):\n        return key\n\n\nclass Table(metaclass=Meta):\n    pass\n\n\nrow = Table['a']",
])("says nothing of %s", (code) => {
	expect(auditBackend("startup-exception", backend(code))).toEqual([]);
});

it("lets generators leave out what is None since Python 3.13", () => {
	const code = "from typing import Generator\n\n\ndef rows() -> Generator[int]:\n    yield 1";
	const issuesOn = (python: string) => auditBackend("startup-exception", `#- .python-version\n${python}\n${backend(code)}`);
	expect([issuesOn("3.12").length, issuesOn("3.13")]).toEqual([1, []]);
});
