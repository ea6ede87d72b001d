import { expect, it } from "vitest";
import { readModuleTable } from "../../../src/environment/outline/read-table.ts";

function needs(text: string) {
	const context = { module: "pkg.part", isPackage: false, python: { major: 3, minor: 11 }, platform: "linux" };
	return readModuleTable(text, context).needs;
}

it("names what a module imports for certain, with what it asks for", () => {
	expect(needs("import a.b\nfrom . import c, d as e\nfrom x import *\n")).toEqual([
		{ module: "a.b", names: [], error: null },
		{ module: "pkg", names: ["c", "d"], error: null },
		{ module: "x", names: [], error: null },
	]);
});

it("leaves out what may be missing", () => {
	const guarded = "try:\n    import a\nexcept ImportError:\n    a = None\n";
	expect(needs(guarded)).toEqual([]);
	expect(needs("try:\n    import a\nexcept Exception as error:\n    reason = error\n")).toEqual([]);
	expect(needs("def f():\n    import a\n\nif unknown():\n    import b\n")).toEqual([]);
	expect(needs("from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import a\n")).toEqual([
		{ module: "typing", names: ["TYPE_CHECKING"], error: null },
	]);
});

it("tells what is raised instead of the ImportError", () => {
	const text =
		'try:\n    import jinja2\nexcept ModuleNotFoundError as error:\n    raise ImportError("jinja2 must be installed "\n        "to use it") from error\n';
	expect(needs(text)).toEqual([{ module: "jinja2", names: [], error: "ImportError: jinja2 must be installed to use it" }]);
	expect(needs("try:\n    import a\nexcept ImportError:\n    log()\n    raise\n")).toEqual([
		{ module: "a", names: [], error: null },
	]);
	expect(needs("try:\n    import a\nexcept AttributeError:\n    pass\n")).toEqual([{ module: "a", names: [], error: null }]);
});

it("tells what a fallback stands in for", () => {
	expect(needs("try:\n    import fast\nexcept ImportError:\n    import slow\n")).toEqual([
		{ module: "slow", names: [], error: null, unless: ["fast"] },
	]);
});

it("asks for nothing that a handler imports only perhaps, or lets go", () => {
	const handler = (body: string) => needs(`try:\n    import a\nexcept ImportError:\n    ${body}\n`);
	expect(handler("import b")).toEqual([{ module: "b", names: [], error: null, unless: ["a"] }]);
	expect(handler("with suppress(ImportError):\n        import b")).toEqual([]);
	expect(handler("if unknown():\n        import b")).toEqual([]);
	expect(handler("try:\n        import b\n    except ImportError:\n        b = None")).toEqual([]);
	expect(handler("for name in names:\n        import b")).toEqual([]);
});
