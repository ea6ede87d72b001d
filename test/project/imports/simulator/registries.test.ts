import { expect, it } from "vitest";
import { auditBackend } from "../../../rules/audit-backend.ts";

const backend = (code: string) =>
	`#- requirements.txt\nfastapi\nuvicorn\n#- main.py\nfrom functools import partial\nfrom importlib import import_module\nfrom typing import Callable, Generic, NamedTuple, TypeVar\n\nfrom fastapi import FastAPI\n\nT = TypeVar("T")\n\n\nclass Repository(Generic[T]):\n    pass\n\n\nclass Plan(NamedTuple):\n    name: str\n    price: int = 0\n\n\ndef make(kind, size=1):\n    return kind\n\n\n${code}\n\napp = FastAPI()\n`;

it.each([
	["for kind, handler in {Plan: 1, Repository: 2}:\n    print(kind)", "TypeError: cannot unpack non-iterable type object"],
	["for kind, handler in {Plan: 1}.items():\n    print(kind)", null],
	["SIZES = {'users': 1}\nfor name in ('users'):\n    print(SIZES[name])", "KeyError: 'u'"],
	["SIZES = {'users': 1}\nfor name in ('users',):\n    print(SIZES[name])", null],
	["partial(make, colour=2)('a')", "TypeError: make() got an unexpected keyword argument 'colour'"],
	["partial(make, size=2)()", "TypeError: make() missing 1 required positional argument: 'kind'"],
	["partial(make('a'), 1)", "TypeError: the first argument must be callable"],
	["partial(make, size=2)('a', size=3)", null],
	[
		"class Users(Repository[int, str]):\n    pass",
		"TypeError: Too many arguments for <class 'main.Repository'>; actual 2, expected 1",
	],
	["class Users(Repository[int]):\n    pass\n\n\nUsers[int]", "TypeError: <class 'main.Users'> is not a generic class"],
	["class Users(Repository[list[T]]):\n    pass\n\n\nUsers[int]", null],
	["Hook = Callable[[str]]", "TypeError: Callable must be used as Callable[[arg, ...], result]."],
	["roles = frozenset([['a'], ['b']])", "TypeError: unhashable type: 'list'"],
	["roles = frozenset([('a', 1)])", null],
	["Plan('team', prise=20)", "TypeError: Plan.__new__() got an unexpected keyword argument 'prise'"],
	["Plan('team', 1, 2)", "TypeError: Plan.__new__() takes from 2 to 3 positional arguments but 4 were given"],
	["Plan('team')", null],
	["import_module('.json')", "TypeError: the 'package' argument is required to perform a relative import for '.json'"],
])("knows what start-up makes of registries, partials and generic classes: %s", (code, error) => {
	const [issue] = auditBackend("startup-exception", backend(code));
	expect(issue?.expectedError ?? null).toBe(error);
});
