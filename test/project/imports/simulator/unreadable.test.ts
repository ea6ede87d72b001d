import { expect, it } from "vitest";
import { buildProject, parseFiles } from "../../build-project.ts";

it("says nothing of what lies in a folder that may not be read, or in a package whose file may not", () => {
	const files = parseFiles(
		"#- main.py\nimport locked.part\nfrom locked import anything\nfrom half.there import x, y\napp = 1\n#- half/there.py\nx = 1\n",
	);
	const { trace } = buildProject(files, { target: "main:app", unreadable: ["locked", "half/__init__.py"] });
	expect(trace.failures.map(({ error }) => error.replace(/ \(.*/, ""))).toEqual([
		"ImportError: cannot import name 'y' from 'half.there'",
	]);
});
