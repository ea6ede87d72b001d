import { expect, it } from "vitest";
import { environmentWith } from "./environment-of.ts";

const library = {
	"kit/__init__.py": "from kit.core import run\n",
	"kit/core.py": "import json\nimport helper\n\ndef run():\n    import later\n",
	"kit/store.py":
		'try:\n    import redis\nexcept ImportError as error:\n    raise RuntimeError("install redis") from error\nfrom helper import gone\n',
	"kit/fallback.py": "try:\n    import fast\nexcept ImportError:\n    import slow\n",
	"helper/__init__.py": "here = 1\n",
};

function failures(...modules: string[]) {
	return environmentWith(library)
		.followImports(modules)
		.filter(({ fails }) => fails)
		.map(({ start, importer, error }) => `${start}: ${importer}: ${error}`);
}

it("what a package needs at its top is there, and what its functions import does not matter", () => {
	expect(failures("kit")).toEqual([]);
});

it("an optional part fails with what the library says, then with Python's own words, in that order", () => {
	expect(failures("kit", "kit.store")).toEqual([
		"kit.store: kit.store: RuntimeError: install redis",
		"kit.store: kit.store: ImportError: cannot import name 'gone' from 'helper'",
	]);
});

it("a fallback is needed where what it stands in for is missing", () => {
	expect(failures("kit.fallback")).toEqual(["kit.fallback: kit.fallback: ModuleNotFoundError: No module named 'slow'"]);
});

it("imports of other packages are told even where they succeed", () => {
	const crossings = environmentWith(library).followImports(["kit"]);
	expect(crossings.map(({ importer, module, fails }) => [importer, module, fails])).toEqual([["kit.core", "helper", false]]);
});

it("answers the same from its cache", () => {
	const environment = environmentWith(library);
	expect(environment.followImports(["kit.store"])).toEqual(environment.followImports(["kit.store"]));
});

it("setuptools brings copies of what pkg_resources imports", () => {
	const files = { "kit.py": "import pkg_resources\n", "pkg_resources/__init__.py": "import packaging.version\n" };
	const found = environmentWith(files).followImports(["kit"]);
	expect(found.map(({ module, fails }) => [module, fails])).toEqual([["pkg_resources", false]]);
});
