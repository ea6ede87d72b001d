import { expect, it } from "vitest";
import { auditBackend } from "../../../rules/audit-backend.ts";

const registry = `class Registry:
    def __init__(self):
        self._made = {}

    def add(self, name):
        self._made[name] = name
        return name

    def get(self, name):
        return self._made[name]


registry = Registry()
`;

const backend = (code: string) =>
	`#- requirements.txt\nfastapi\nuvicorn\nclick\n#- main.py\nimport click\nfrom fastapi import FastAPI\n\nfrom registry import registry\nfrom plans import plan\n\n${code}\n\napp = FastAPI()\n#- registry.py\n${registry}#- plans.py\nPLANS = {}\n\n\ndef plan(name=None):\n    def decorate(function):\n        PLANS[name or function.__name__] = function\n        return function\n\n    return decorate\n\n\n@plan()\ndef basic():\n    return 1\n`;

it.each([
	["registry.add('users')\nregistry.get('users')", null],
	["registry.add('users')\nregistry.get('user')", "KeyError: 'user'"],
	["registry.get('users')", "KeyError: 'users'"],
	["data = {'users': 'users'}\nregistry.get(data.pop('users', None))", "KeyError: 'users'"],
	["data = {'users': 1}\ndata.pop('users')\ndata['users']", "KeyError: 'users'"],
	["data = {}\nregistry.get(data.pop('users', 'orders'))", "KeyError: 'orders'"],
	// Whether an item is in the list is not known, so that nothing is known of whether there is one.
	["import os\nlost = [name for name in ('users',) if name not in os.environ.values()]\nif lost:\n    {}['users']", null],
	["from plans import PLANS\nPLANS['basic']", null],
	["from plans import PLANS\nPLANS['basis']", "KeyError: 'basis'"],
	["from plans import PLANS\nPLANS |= {'basis': basic}\nPLANS['basis']", "NameError: name 'basic' is not defined"],
	["from plans import PLANS\nPLANS |= {'basis': 1}\nPLANS['basis']", null],
	["from plans import PLANS\nPLANS.__setitem__('basis', 1)\nPLANS['basis']", null],
	// What was not followed may have filled it: a library that was handed the function, a module of a name that nobody knows.
	["click.command(registry.add)\nregistry.get('user')", null],
	["list(map(registry.add, ['user']))\nregistry.get('user')", null],
	["from importlib import import_module\nimport os\nimport_module(os.environ['PLUGIN'].lower())\nregistry.get('user')", null],
	["while registry:\n    registry.add('user')\n    break\nregistry.get('user')", null],
	["for name in open('names.txt'):\n    registry.add(name)\nregistry.get('user')", null],
	["try:\n    registry.get('user')\nexcept KeyError:\n    pass", null],
])("knows what a registry has where everything that filled it was followed: %s", (code, error) => {
	const said = [...auditBackend("startup-exception", backend(code)), ...auditBackend("undefined-name", backend(code))]
		.map((issue) => issue.expectedError ?? "")
		.filter((each) => /^(Key|Name)Error: '?(?!'PLUGIN)/.test(each));
	expect(said[0] ?? null).toBe(error);
});
