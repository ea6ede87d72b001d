import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { planPackages } from "../../src/apply/install-packages.ts";
import { buildProject, unknownEnvironment } from "../project/build-project.ts";

let folder = "";
beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), "bootmend-install-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** The environment that an installation would go into, where the audit read this one for that reason. */
function environmentFor(pythonEvidence: string): string | null {
	const venv = join(folder, "somebodys");
	mkdirSync(join(venv, "bin"), { recursive: true });
	writeFileSync(join(venv, "pyvenv.cfg"), "version = 3.11.7\n");
	const environment = {
		...unknownEnvironment(),
		kind: "interpreter" as const,
		pythonPath: join(venv, "bin/python3"),
		pythonEvidence,
	};
	const files = { "requirements.txt": "fastapi\n", "main.py": "from fastapi import FastAPI\n\napp = FastAPI()\n" };
	const project = buildProject(files, { environment, target: "main:app" });
	writeFileSync(join(folder, "python3"), "", { mode: 0o755 });
	const plan = planPackages({ root: join(folder, "backend"), project, variables: { PATH: folder } });
	return "type" in plan ? null : plan.environment;
}

it("installs into the environment that is named, and into none that only stands on the PATH", () => {
	expect(environmentFor("VIRTUAL_ENV")).toBe(join(folder, "somebodys"));
	expect(environmentFor("--python")).toBe(join(folder, "somebodys"));
	expect(environmentFor("python3 on PATH")).toBe(join(folder, "backend/.venv"));
});
