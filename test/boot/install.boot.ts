import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { Writable } from "node:stream";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { findPython } from "../../scripts/boot/environments.ts";
import { run } from "../../src/cli/run.ts";

// Wheels of a line each, so that no index is asked: what is proved is the installation, not the packages.
const wheels = { fastapi: "class FastAPI:\n    pass\n", uvicorn: "", jose: "jwt = None\n" };
const names: Record<string, string> = { jose: "python-jose" };
const usesJose = `from fastapi import FastAPI
from jose import jwt

app = FastAPI()


def read(token: str):
    return jwt.decode(token)
`;
const root = mkdtempSync(join(tmpdir(), "bootmend-install-"));
const index = join(root, "wheels");

beforeAll(async () => {
	mkdirSync(index);
	for (const [module, source] of Object.entries(wheels)) await writeWheel(names[module] ?? module, module, source);
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

describe("fix --install", () => {
	test("declares what is missing, installs it into a new environment of the project, and finds nothing more", async () => {
		const backend = writeBackend("new", usesJose, "fastapi\nuvicorn\n");
		const { status, said } = await fix(backend, { PIP_NO_INDEX: "1", PIP_FIND_LINKS: index });
		expect(said).toContain("Installing into");
		expect(said).toMatch(/Everything that requirements.txt declares is installed: .*python-jose 1\.0/);
		expect(status).toBe(0);
		expect(readFileSync(join(backend, "requirements.txt"), "utf8")).toBe("fastapi\nuvicorn\npython-jose\n");
		expect(execFileSync(join(backend, ".venv/bin/python"), ["-c", "import jose, fastapi"]).length).toBe(0);
		expect(execFileSync("git", ["status", "--short"], { cwd: backend, encoding: "utf8" })).toBe("");
	});

	test("installs into the environment that is there, and leaves the system's Python alone", async () => {
		const backend = writeBackend("own", "from fastapi import FastAPI\n\napp = FastAPI()\n", "fastapi\nuvicorn\n");
		execFileSync(await findPython(), ["-m", "venv", join(backend, ".venv")]);
		const { status, said } = await fix(backend, { PIP_NO_INDEX: "1", PIP_FIND_LINKS: index });
		expect(said).not.toContain("new virtual environment");
		expect(status).toBe(0);
		expect(existsSync(join(backend, ".venv/bin/uvicorn")) || said.includes("uvicorn 1.0")).toBe(true);
	});

	test("explains a failure, keeps the fixes and ends with 1", async () => {
		const backend = writeBackend("failed", usesJose, "fastapi\n");
		const { status, said } = await fix(backend, { PIP_NO_INDEX: "1", PIP_FIND_LINKS: join(root, "nowhere") });
		expect(said).toContain("pip install -r requirements.txt failed. No release of fastapi suits this Python");
		expect(status).toBe(1);
		expect(readFileSync(join(backend, "requirements.txt"), "utf8")).toContain("python-jose");
		expect(execFileSync("git", ["status", "--short"], { cwd: backend, encoding: "utf8" })).toBe("");
	});
});

function writeBackend(name: string, main: string, requirements: string): string {
	const folder = join(root, name);
	mkdirSync(folder);
	writeFileSync(join(folder, "main.py"), main);
	writeFileSync(join(folder, "requirements.txt"), requirements);
	const git = (...command: string[]) => execFileSync("git", command, { cwd: folder, stdio: "ignore" });
	git("init", "--quiet");
	git("config", "user.name", "Test");
	git("config", "user.email", "test@example.com");
	git("add", "--all");
	git("commit", "--quiet", "--message", "Start");
	return folder;
}

async function fix(folder: string, variables: Record<string, string>): Promise<{ status: number; said: string }> {
	let said = "";
	const sink = new Writable({
		write(chunk, _encoding, done) {
			said += String(chunk);
			done();
		},
	}) as unknown as NodeJS.WriteStream;
	const python = dirname(await findPython());
	const { HOME, PATH } = process.env;
	const env = { HOME, PATH: `${python}:${PATH}`, PIP_CONFIG_FILE: "/dev/null", ...variables };
	const io = { stdout: sink, stderr: sink, stdin: process.stdin, env, cwd: () => folder };
	const status = await run(["fix", folder, "--yes", "--install", "--target", "main:app"], io);
	return { status, said };
}

/** A wheel is a zip file with three members (https://packaging.python.org/en/latest/specifications/binary-distribution-format/). */
async function writeWheel(name: string, module: string, source: string): Promise<void> {
	const stem = `${name.replaceAll("-", "_")}-1.0`;
	const script = [
		"import sys, zipfile",
		"path, stem, name, module, source = sys.argv[1:]",
		"info = stem + '.dist-info/'",
		"with zipfile.ZipFile(path, 'w') as wheel:",
		"    wheel.writestr(module + '/__init__.py', source)",
		"    wheel.writestr(info + 'METADATA', f'Metadata-Version: 2.1\\nName: {name}\\nVersion: 1.0\\n')",
		"    wheel.writestr(info + 'WHEEL', 'Wheel-Version: 1.0\\nGenerator: test\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n')",
		"    wheel.writestr(info + 'RECORD', f'{module}/__init__.py,,\\n{info}METADATA,,\\n{info}WHEEL,,\\n{info}RECORD,,\\n')",
	].join("\n");
	execFileSync(await findPython(), ["-c", script, join(index, `${stem}-py3-none-any.whl`), stem, name, module, source]);
}
