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
