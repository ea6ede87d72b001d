import { expect, test } from "vitest";
import { TableModule } from "../../../src/environment/external-module.ts";
import { environmentWith, foundIn } from "../environment-of.ts";

const lazyTable = `
from importlib import import_module
_dynamic_imports: "dict[str, tuple[str, str]]" = {
    "Model": (__spec__.parent, ".main"),
    "Gone": (__spec__.parent, ".main"),
    "sub": (__spec__.parent, "__module__"),
}
_old = {"pkg:Old": "pkg.main:Model"}
_removed = {"pkg:Removed"}

def _fallback(name):
    import_path = f"{__name__}:{name}"
    if import_path in _old:
        return _load(_old[import_path])
    if import_path in _removed:
        raise errors.RemovedError(f"\`{import_path}\` has been removed.")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

def __getattr__(attr_name):
    dynamic_attr = _dynamic_imports.get(attr_name)
    if dynamic_attr is None:
        return _fallback(attr_name)
    package, module_name = dynamic_attr
    if module_name == "__module__":
        return import_module(f".{attr_name}", package=package)
    module = import_module(module_name, package=package)
    return getattr(module, attr_name)
`;

test("a lazy table is followed to the modules it names", () => {
	const environment = environmentWith({ "pkg/__init__.py": lazyTable, "pkg/main.py": "class Model: ...\n", "pkg/sub.py": "" });
	const found = (symbol: string) => foundIn(environment, "pkg", symbol);
	expect(["Model", "sub", "Old", "Gone", "Removed", "Nothing"].map(found)).toEqual([
		"alias",
		"submodule",
		"unknown",
		"absent",
		"absent",
		"absent",
	]);
	expect(environment.canonical("pkg.Model")).toBe("pkg.main.Model");
	const module = environment.findModule("pkg");
	expect(module.found === "present" && module.module.lookup("Removed")).toEqual({
		found: "absent",
		error: "RemovedError: `pkg:Removed` has been removed.",
	});
});

test("a name that a table nobody can read may refuse, and the end refuses, is not there", () => {
	const environment = environmentWith({
		"pkg.py":
			'_former = {name: text(name) for name in old()}\ndef __getattr__(name):\n    if name in _former:\n        raise AttributeError(_former[name])\n    if name == "A":\n        return 1\n    raise AttributeError(name)\n',
	});
	const module = environment.findModule("pkg");
	expect(module.found === "present" && ["A", "B"].map((symbol) => module.module.lookup(symbol).found)).toEqual([
		"unknown",
		"absent",
	]);
});

test("names of a list that a loop puts into the namespace are perhaps there, and hide nothing else", () => {
	const environment = environmentWith({
		"pkg.py":
			'import core\nif core.is_built():\n    pass\nelse:\n    for name in ["float96", "float128"]:\n        try:\n            globals()[name] = getattr(core, name)\n        except AttributeError:\n            pass\n\n    def __getattr__(attr):\n        if attr == "old":\n            return 1\n        raise AttributeError(attr)\n',
	});
	const module = environment.findModule("pkg");
	expect(module.found === "present" && ["float96", "old", "float"].map((symbol) => module.module.lookup(symbol).found)).toEqual([
		"unknown",
		"present",
		"absent",
	]);
});

test("warnings on the way do not hide what is served", () => {
	const environment = environmentWith({
		"pkg.py":
			'import warnings\n_names = {"A": 1}\ndef __getattr__(name):\n    if name in _names:\n        warnings.warn(f"{name} is old", stacklevel=2)\n        return _names[name]\n    if name == "B":\n        return object_of_its_own\n    raise AttributeError(name)\n',
	});
	const module = environment.findModule("pkg");
	expect(module.found === "present" && ["A", "B", "C"].map((symbol) => module.module.lookup(symbol).found)).toEqual([
		"present",
		"unknown",
		"absent",
	]);
});

test("a factory of another module is followed into its closure", () => {
	const environment = environmentWith({
		"pkg/__init__.py": "from .migration import served\n__getattr__ = served(__name__)\n",
		"pkg/migration.py":
			'import sys\nMOVED = {"pkg:A": 1}\ndef served(module):\n    def wrapper(name):\n        if f"{module}:{name}" in MOVED:\n            return MOVED[f"{module}:{name}"]\n        known = sys.modules[module].__dict__\n        if name in known:\n            return known[name]\n        raise AttributeError(name)\n    return wrapper\n',
	});
	const module = environment.findModule("pkg");
	expect(module.found === "present" && ["A", "B"].map((symbol) => module.module.lookup(symbol).found)).toEqual([
		"present",
		"absent",
	]);
});

test("what cannot be followed is unknown: unknown helpers, tables filled later, endless loops", () => {
	const sources = [
		"def __getattr__(name):\n    return helper(name)\n",
		"_names = {}\n_names['A'] = 1\ndef __getattr__(name):\n    if name in _names:\n        return _names[name]\n    raise AttributeError(name)\n",
		"def __getattr__(name):\n    while True:\n        pass\n",
		"def __getattr__(name):\n    return __getattr__(name + 'x')\n",
		"from lib import __getattr__\n",
		"__getattr__, __dir__, __all__ = attach(__name__)\n",
		"@decorated\ndef __getattr__(name):\n    raise AttributeError(name)\n",
	];
	for (const source of sources) expect(foundIn(environmentWith({ "pkg.py": source }), "pkg", "Z"), source).toBe("unknown");
});

test("old names that lead to others in the module's own namespace are there", () => {
	const environment = environmentWith({
		"pkg.py": [
			"class _Parser: ...",
			"_old = {'Older': '_Parser', 'Lost': '_gone'}",
			"def __getattr__(name):",
			"    if name in {'Parser', 'Missing'}:",
			"        return globals()[f'_{name}']",
			"    if new := _old.get(name):",
			"        return globals()[new]",
			"    if f'_{name}' in globals():",
			"        return 1",
			"    raise AttributeError(name)",
		].join("\n"),
	});
	const module = environment.findModule("pkg");
	const found = ["Parser", "Missing", "Older", "Lost", "old", "new"].map(
		(name) => module.found === "present" && module.module.lookup(name),
	);
	expect(found).toEqual([
		{ found: "present", entry: { kind: "alias", module: "pkg", name: "_Parser" } },
		{ found: "absent", error: "KeyError" },
		{ found: "present", entry: { kind: "alias", module: "pkg", name: "_Parser" } },
		{ found: "absent", error: "KeyError" },
		{ found: "present", entry: { kind: "unknown" } },
		{ found: "absent", refusal: "new" },
	]);
});

test("a helper of another module imports relative to the package that asks", () => {
	const helper = `from importlib import import_module
def import_attr(name, module, package):
    try:
        found = import_module(f".{module}", package=package)
    except ModuleNotFoundError:
        raise ImportError(name) from None
    return getattr(found, name)
`;
	const lazy = (anchor: string) =>
		`from pkg._import_utils import import_attr\n_where = {"Human": "human"}\ndef __getattr__(name):\n    return import_attr(name, _where.get(name), ${anchor})\n`;
	const environment = environmentWith({
		"pkg/__init__.py": "",
		"pkg/_import_utils.py": helper,
		"pkg/messages/__init__.py": lazy("__spec__.parent"),
		"pkg/messages/human.py": "class Human: ...\n",
		"pkg/unclear/__init__.py": lazy("anchor_of(__file__)"),
		"pkg/unclear/human.py": "class Human: ...\n",
	});
	expect(foundIn(environment, "pkg.messages", "Human")).toBe("alias");
	expect(foundIn(environment, "pkg.unclear", "Human")).toBe("unknown");
});

test("the words in which a module refuses a name itself are kept, for the catalog with the name left open", () => {
	const own = 'def __getattr__(name):\n    msg = f"module {__name__} has no attribute {name}"\n    raise AttributeError(msg)\n';
	const usual = 'def __getattr__(name):\n    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")\n';
	const environment = environmentWith({ "own.py": own, "usual.py": usual });
	const moduleOf = (name: string) => {
		const found = environment.findModule(name);
		if (found.found !== "present" || !(found.module instanceof TableModule)) throw new Error(name);
		return found.module;
	};
	expect(moduleOf("own").lookup("gone")).toEqual({ found: "absent", refusal: "module own has no attribute gone" });
	expect(moduleOf("own").bundledTable([])?.getattr).toMatchObject({ refusal: "module own has no attribute {name}" });
	expect(moduleOf("usual").lookup("gone")).toEqual({ found: "absent", refusal: "module 'usual' has no attribute 'gone'" });
	expect(moduleOf("usual").bundledTable([])?.getattr).not.toHaveProperty("refusal");
});
