import { expect, it } from "vitest";
import type { Project } from "../../src/project/project.ts";
import { missingPaths } from "../../src/project/startup-paths.ts";
import { installed } from "../rules/dependencies/audit-dependencies.ts";
import { buildProject } from "./build-project.ts";

const main =
	'from fastapi import FastAPI\nfrom starlette.config import Config\n\nconfig = Config(".env")\napp = FastAPI(debug=config("DEBUG", cast=bool, default=False))\n';

function errors(starlette: string, files: Readonly<Record<string, string>> = {}): readonly (string | null)[] {
	const environment = installed({ starlette: { version: starlette } });
	const project = buildProject({ "main.py": main, ...files }, { environment, target: "main:app" });
	const listed: Project = { ...project, listings: new Map([["", new Set(project.files.keys())]]) };
	return [...missingPaths(listed)].map(({ error }) => error);
}

it("knows the versions of Starlette that refuse a settings file which is not there", () => {
	expect(["0.35.1", "0.36.3", "0.37.0", "0.37.1", "1.10.0"].map((version) => errors(version).length)).toEqual([0, 1, 1, 0, 0]);
	expect(errors("0.36.3")).toEqual(["FileNotFoundError: Config file '.env' not found."]);
	expect(errors("0.36.3", { ".env": "DEBUG=1\n" })).toEqual([]);
});
