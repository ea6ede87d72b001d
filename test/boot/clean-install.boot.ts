import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Writable } from "node:stream";
import { afterAll, expect, test } from "vitest";
import { findPython } from "../../scripts/boot/environments.ts";
import { bootProject } from "../../scripts/boot/server.ts";
import { run } from "../../src/cli/run.ts";

const root = mkdtempSync(join(tmpdir(), "bootmend-clean-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

// The versions of the pool, so that what is installed today is what was tried.
const constraints = new URL("../../fixtures/pools/2026.txt", import.meta.url).pathname;

/** Needs three packages that its list lacks: one by import, one for forms, one by a URL. */
const main = `from fastapi import FastAPI, UploadFile
from jose import jwt
from sqlalchemy.ext.asyncio import create_async_engine

engine = create_async_engine("sqlite+aiosqlite:///app.db")
app = FastAPI()


@app.post("/files")
def store(file: UploadFile):
    return jwt.get_unverified_claims(file.filename or "")
`;

test("what pip installs anew from a list that was mended boots, and the list is still as PowerShell saved it", async () => {
	const list = join(root, "requirements.txt");
	writeFileSync(list, Buffer.from("\ufefffastapi\r\nsqlalchemy[asyncio]\r\nuvicorn\r\n", "utf16le"));
	writeFileSync(join(root, "main.py"), main);
	expect(await mend(root)).toBe(0);
	const listed = "aiosqlite fastapi python-jose python-multipart sqlalchemy[asyncio] uvicorn".split(" ");
	expect(readFileSync(list, "utf16le")).toBe(`\ufeff${listed.map((line) => `${line}\r\n`).join("")}`);

	const environment = join(root, ".venv");
	execFileSync(await findPython(), ["-m", "venv", environment]);
	const python = join(environment, "bin/python");
	const quiet = ["--quiet", "--no-compile", "--disable-pip-version-check", "--constraint", constraints];
	const install = ["-m", "pip", "install", ...quiet, "-r", "requirements.txt"];
	execFileSync(python, install, { cwd: root, stdio: ["ignore", "ignore", "inherit"] });
	const boot = { python, root, workingDirectory: root, target: "main:app", environment: {}, requests: [] };
	expect(await bootProject(boot)).toMatchObject({ stage: "boots", error: null });
}, 900_000);

/** `fix --yes` as on a machine where nothing is installed. */
async function mend(folder: string): Promise<number> {
	const sink = new Writable({ write: (_chunk, _encoding, done) => done() }) as unknown as NodeJS.WriteStream;
	const { HOME } = process.env;
	const io = { stdout: sink, stderr: sink, stdin: process.stdin, env: { HOME, PATH: "/usr/bin:/bin" }, cwd: () => folder };
	return run(["fix", folder, "--yes", "--no-commit", "--target", "main:app"], io);
}
