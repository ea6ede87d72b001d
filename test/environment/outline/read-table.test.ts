import { expect, test } from "vitest";
import { environmentWith, foundIn } from "../environment-of.ts";

/** What each symbol of a module `pkg.module` with this source is found to be. */
function namesOf(
	source: string,
	symbols: readonly string[],
	more: Readonly<Record<string, string>> = {},
): Record<string, string> {
	const environment = environmentWith({ "pkg/__init__.py": "", "pkg/module.py": source, ...more });
	return Object.fromEntries(symbols.map((symbol) => [symbol, foundIn(environment, "pkg.module", symbol)]));
}

test("plain statements bind their names, and nothing else is there", () => {
	const source = [
		"import os.path, sys as system",
		"from collections import (OrderedDict as OD, deque,)",
		"a = b = 1; c: int = 2; d: int",
		"(e, [f, *g]), h.i, j[0] = x",
		"async def k(): ...",
		"@decorate(1,",
		"          2)",
		"class L(Base): m = 1",
		"if (n := 1): pass",
		"type O = int",
		'p = """',
		"q = 1",
		'"""',
	].join("\n");
	expect(namesOf(source, [..."abcdefghijkLmnOpq", "os", "system", "OD", "deque", "OrderedDict", "__name__"])).toEqual({
		a: "value",
		b: "value",
		c: "value",
		d: "absent",
		e: "value",
		f: "value",
		g: "value",
		h: "absent",
		i: "absent",
		j: "absent",
		k: "function",
		L: "class",
		m: "absent",
		n: "unknown",
		O: "value",
		p: "value",
		q: "absent",
		os: "alias",
		system: "alias",
		OD: "alias",
		deque: "alias",
		OrderedDict: "absent",
		__name__: "unknown",
	});
});

test("conditions on the version, the platform and type checking are decided", () => {
	const source = [
		"import sys, typing as t",
		"from typing import TYPE_CHECKING as CHECKING",
		"PY312 = sys.version_info >= (3, 12)",
		"if sys.version_info >= (3, 11):\n    new = 1\nelse:\n    old = 1",
		"if sys.version_info[:2] == (3, 11): exact = 1",
		"if sys.version_info >= (3, 11, 9): patch = 1",
		"if PY312:\n    later = 1\nelif sys.platform.startswith('linux'):\n    linux = 1",
		"if t.TYPE_CHECKING:\n    typed = 1\nelif not CHECKING:\n    real = 1",
		"if something():\n    perhaps = 1",
		"if something(): both = 1\nelse: both = 2",
	].join("\n");
	expect(namesOf(source, ["new", "old", "exact", "patch", "later", "linux", "typed", "real", "perhaps", "both"])).toEqual({
		new: "value",
		old: "absent",
		exact: "value",
		patch: "unknown",
		later: "absent",
		linux: "value",
		typed: "absent",
		real: "value",
		perhaps: "unknown",
		both: "unknown",
	});
});

test("a guarded import is what it would rather be, where that is there", () => {
	const source = [
		"try:\n    from pkg.fast import loads\nexcept ImportError:\n    from json import loads",
		"try:\n    from pkg.gone import dumps\nexcept ImportError:\n    def dumps(): ...",
		"try:\n    import pkg.gone as missing\nexcept ImportError:\n    pass",
		"try:\n    import pkg.fast as there\nexcept ImportError:\n    pass",
		"try:\n    from pkg.gone import second\nexcept ImportError:\n    pass\ntry:\n    from pkg.fast import loads as second\nexcept ImportError:\n    pass",
		"if x:\n    first = 1\ntry:\n    from pkg.gone import first\nexcept ImportError:\n    pass",
		"try:\n    from pkg.gone import strict\nexcept ImportError:\n    raise RuntimeError",
		"try: x = 1\nfinally: y = 1",
	].join("\n");
	const more = { "pkg/fast.py": "def loads(): ...\n" };
	expect(namesOf(source, ["loads", "dumps", "missing", "there", "second", "first", "strict", "x", "y"], more)).toEqual({
		loads: "alias",
		dumps: "function",
		missing: "absent",
		there: "alias",
		second: "alias",
		first: "unknown",
		strict: "alias",
		x: "value",
		y: "value",
	});
});

test("del takes names away, on every path or only perhaps", () => {
	const source = "a = b = c = 1\ndel a\nif x: del b\nfor c in (): pass\nfor i in y: del c\n";
	expect(namesOf(source, ["a", "b", "c", "i"])).toEqual({ a: "absent", b: "unknown", c: "unknown", i: "unknown" });
});

test("star imports bring what __all__ says, or the public names", () => {
	const more = {
		"pkg/listed.py": "__all__ = ['a', *_more.__all__]\n__all__ += ['_b']\nfrom . import more as _more\nhidden = 1\na = _b = 1\n",
		"pkg/more.py": "__all__ = ('c',)\nc = 1\n",
		"pkg/open.py": "d = 1\n_e = 1\nfrom os import path\n",
		"pkg/computed.py": "__all__ = [n for n in dir()]\nf = 1\n",
	};
	const listed = "from pkg import more as _more\n";
	expect(namesOf("from pkg.open import *\nfrom .more import *\n", ["d", "_e", "path", "c", "z"], more)).toEqual({
		d: "alias",
		_e: "absent",
		path: "alias",
		c: "alias",
		z: "absent",
	});
	const withOrder = { ...more, "pkg/listed.py": listed + more["pkg/listed.py"] };
	expect(namesOf("from .listed import *\n", ["a", "_b", "c", "hidden"], withOrder)).toEqual({
		a: "alias",
		_b: "alias",
		c: "alias",
		hidden: "absent",
	});
	expect(namesOf("from .computed import *\n", ["f", "z"], more)).toEqual({ f: "unknown", z: "absent" });
	const perhaps = { "pkg/perhaps.py": "if unknown():\n    f = 1\n" };
	expect(namesOf("from .perhaps import *\n", ["f", "z"], perhaps)).toEqual({ f: "unknown", z: "absent" });
	expect(namesOf("from .not_there import *\n", ["z"], more)).toEqual({ z: "unknown" });
});

test("a list that functions fill, or that is imported, is not taken at its first word", () => {
	const filled = "__all__ = ['a']\na = b = 1\ndef fill(name):\n    __all__.append(name)\nfill('b')\n";
	expect(namesOf("from .filled import *\n", ["b", "z"], { "pkg/filled.py": filled })).toEqual({ b: "unknown", z: "absent" });
	const taken = "from .listed import *\nfrom .listed import __all__\n";
	const more = { "pkg/taken.py": taken, "pkg/listed.py": "__all__ = ['a']\na = b = 1\n" };
	expect(namesOf("from .taken import *\n", ["a", "b"], more)).toEqual({ a: "alias", b: "absent" });
});

test("modules that star-import each other are answered, not followed for ever", () => {
	const more = { "pkg/other.py": "from .module import *\nx = 1\n" };
	expect(namesOf("from .other import *\ny = 1\n", ["x", "y"], more)).toMatchObject({ y: "value" });
});

test("names that may come in behind the statements' back are unknown, not absent", () => {
	const hidden = [
		"globals()[name] = 1",
		"globals().update(table)",
		"def f():\n    globals()[name] = 1",
		"for n in x: locals()[n] = 1",
		"import sys\nsetattr(sys.modules[__name__], n, 1)",
		"import sys\nsys.modules[__name__] = object()",
		"exec(code)",
		"from enum import IntEnum\nIntEnum._convert_('X', __name__, str)",
		"from lib import install\ninstall(__name__)",
		"def __getattr__(name):\n    return getattr(_other, name)",
		"def f():\n    global z\n    z = 1",
		"def broken(:\n  (",
	];
	for (const source of hidden) expect(namesOf(`a = 1\n${source}\n`, ["z"]), source).toEqual({ z: "unknown" });
	const harmless = [
		"x = globals().get('a')",
		"y = 'a' in globals()",
		"def f(names):\n    names.items()\nf(locals())",
		"import logging\nlog = logging.getLogger(__name__)",
		"def f():\n    exec('z = 1')",
		"text = 'globals()[n] = 1'\n# globals()[n] = 1",
	];
	for (const source of harmless) expect(namesOf(`a = 1\n${source}\n`, ["z"]), source).toEqual({ z: "absent" });
});

test("an attribute that other code of the package sets is not absent", () => {
	const more = {
		"pkg/__init__.py": "from . import module\nmodule.dialect = 1\n",
		"pkg/deep.py": "class A:\n    def f(self):\n        self.other = 1\n",
	};
	expect(namesOf("a = 1\n", ["dialect", "other", "nothing"], more)).toEqual({
		dialect: "unknown",
		other: "absent",
		nothing: "absent",
	});
});

test("a function that looks into its caller's frame leaves the caller open", () => {
	const more = { "pkg/tricks.py": "import sys\ndef alias(table):\n    sys._getframe(1).f_globals.update(table)\n" };
	expect(namesOf("from .tricks import alias\nalias({})\n", ["z"], more)).toEqual({ z: "unknown" });
});

test("hostile and broken sources are answered with care, and in time", () => {
	const sources = [
		'f"{'.repeat(5000),
		"(".repeat(50_000),
		Array.from({ length: 500 }, (_, depth) => `${" ".repeat(depth)}if x:\n`).join(""),
		`if ${"not ".repeat(20_000)}x:\n    z = 1\n`,
		`__all__ = ${"[".repeat(20_000)}`,
		"def (:\n    pass\nclass :\n",
		"from .......... import x\n",
		"\0\0\ufeffimport\rfrom\r\n",
	];
	for (const source of sources) expect(["absent", "unknown"], source.slice(0, 20)).toContain(namesOf(source, ["z"]).z);
});
