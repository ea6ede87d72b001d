import { expect, it } from "vitest";
import { eventPlaces } from "../../../src/project/imports/event-places.ts";
import { buildProject, parseFiles } from "../build-project.ts";

/** The place that a traceback ends with, of the first failure of `main.py`. */
function firstPlace(main: string): string | undefined {
	const { trace } = buildProject(parseFiles(`#- helpers.py\nthere = 1\n#- main.py\n${main}`), { target: "main:app" });
	const place = eventPlaces(trace).get(trace.failures[0]?.order ?? -1);
	return place && `${place.path}:${place.line}`;
}

it("names the first line of an import, whichever of its names is missing", () => {
	expect(firstPlace("from helpers import (\n    there,\n    missing,\n)\napp = 1")).toBe("main.py:1");
	expect(firstPlace("import os, \\\n    helpers, \\\n    helpers.nothing\napp = 1")).toBe("main.py:1");
});

it("names the line of the expression for everything else", () => {
	expect(firstPlace("app = [\n    1,\n    missing,\n]")).toBe("main.py:3");
});

it("names the call that fails, and a class below its decorators", () => {
	const { trace } = buildProject(parseFiles("#- main.py\n@print\nclass A:\n    pass\n\n\napp = A(\n    1,\n)"), {
		target: "main:app",
	});
	const places = eventPlaces(trace);
	expect(trace.classes.map(({ order }) => places.get(order)?.line)).toEqual([2]);
	expect(trace.calls.map(({ order }) => places.get(order)?.line)).toContain(6);
});

it("names the statement of a handler that raises another error, and the first place where it raises the same", () => {
	const guarded = (raising: string) => `try:\n    import helpers.there\nexcept ImportError as error:\n    ${raising}\napp = 1`;
	expect(firstPlace(guarded('raise RuntimeError("build it") from error'))).toBe("main.py:4");
	expect(firstPlace(guarded("raise"))).toBe("main.py:2");
	expect(firstPlace(guarded("raise error"))).toBe("main.py:2");
});

it("names the line at which the compiler gives up", () => {
	expect(firstPlace("class A:\n    # nothing\n\n# more\napp = 1")).toBe("main.py:5");
	expect(firstPlace("app = 1\nclass A:\n    # nothing")).toBe("main.py:3");
	expect(firstPlace("try:\n    app = 1\n# so far\n\nother = 2\n")).toBe("main.py:5");
	expect(firstPlace("try:\n    app = 1\n")).toBe("main.py:2");
});

it("names the import of a file with null bytes, which has no lines", () => {
	expect(firstPlace("app = 1\nfrom spoilt import app\n#- spoilt.py\nx = 1\0\n")).toBe("main.py:2");
});
