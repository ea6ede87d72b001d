import { expect, it } from "vitest";
import { foldersOnPath } from "../../src/cli/path-folders.ts";
import type { SourceFile } from "../../src/project/project.ts";

function named(line: string): readonly string[] {
	const path = "services/api/app/main.py";
	const text = `import os, sys\nfrom pathlib import Path\n${line}\n`;
	return foldersOnPath(new Map([[path, { path, text } as SourceFile]]), "services/api");
}

it("looks for what sys.path names beside the backend and above", () => {
	const wanted = ["services/libs/shared", "libs/shared"];
	expect(named('sys.path.append(str(Path(__file__).parents[2] / "libs" / "shared"))')).toEqual(wanted);
	expect(named('sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "..", "libs/shared"))')).toEqual(wanted);
	expect(named("sys.path.insert(0, '../libs/shared')")).toEqual(wanted);
});

it("follows nothing absolute, and nothing that names no folder", () => {
	expect(named('sys.path.append("/opt/shared")')).toEqual([]);
	expect(named('sys.path.append(os.path.join(os.path.dirname(__file__), ".."))')).toEqual([]);
	expect(named("print('libs')")).toEqual([]);
});

it("looks for what a manifest installs from beside the backend", () => {
	const list = {
		path: "services/api/requirements.txt",
		text: "fastapi\n-e ../shared\nother @ file:../../libs/other\n-e ../../../up\n",
	};
	const project = {
		path: "services/api/pyproject.toml",
		text: '[project]\nname = "api"\ndependencies = ["mail"]\n\n[tool.uv.sources]\nmail = { path = "../mail", editable = true }\n',
	};
	const files = new Map([list, project].map((file) => [file.path, file as SourceFile]));
	expect(foldersOnPath(files, "services/api")).toEqual(["services/shared", "libs/other", "services/mail"]);
});
