import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, it } from "vitest";
import { isOnPath, runProgram } from "../../src/workspace/install/run-program.ts";

const folders: string[] = [];
afterEach(() => {
	for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

function node(script: string, signal?: AbortSignal) {
	const cwd = mkdtempSync(join(tmpdir(), "bootmend-run-"));
	folders.push(cwd);
	const lines: string[] = [];
	const ended = runProgram({
		program: process.execPath,
		args: ["-e", script],
		cwd,
		env: process.env,
		onLine: (line) => lines.push(line),
		...(signal === undefined ? {} : { signal }),
	});
	return { ended, lines };
}

it("tells each line as it comes, the last state of a progress bar, and the status", async () => {
	const { ended, lines } = node("process.stdout.write('one\\n10%\\r100%\\nlast'); process.exitCode = 3");
	expect(await ended).toEqual({ type: "exited", status: 3, output: ["one", "100%", "last"] });
	expect(lines).toEqual(["one", "100%", "last"]);
});

it("keeps a bounded tail of what is printed without end", async () => {
	const { ended } = node("for (let i = 0; i < 2000; i++) console.log(i)");
	const result = await ended;
	expect(result.type === "exited" && result.output.length).toBe(400);
	expect(result.type === "exited" && result.output.at(-1)).toBe("1999");
});

it("ends the program and what it started when it is interrupted", async () => {
	const interruption = new AbortController();
	const { ended, lines } = node(
		"const { spawn } = require('node:child_process'); const child = spawn('sleep', ['60']); console.log(child.pid); setInterval(() => {}, 1000)",
		interruption.signal,
	);
	await expect.poll(() => lines.length).toBe(1);
	interruption.abort();
	expect(await ended).toEqual({ type: "interrupted" });
	await expect.poll(() => isRunning(Number(lines[0]))).toBe(false);
});

it("ends the program and what it started when we are killed ourselves", async () => {
	const ours = `
		import { runProgram } from ${JSON.stringify(new URL("../../src/workspace/install/run-program.ts", import.meta.url).href)};
		const script = "const { spawn } = require('node:child_process'); console.log(spawn('sleep', ['60']).pid); setInterval(() => {}, 1000)";
		await runProgram({ program: process.execPath, args: ["-e", script], cwd: "/", env: process.env, onLine: (line) => console.log(line) });`;
	const child = spawn(process.execPath, ["--import", "tsx", "--input-type=module", "-e", ours], {
		stdio: ["ignore", "pipe", "inherit"],
	});
	let printed = "";
	child.stdout.on("data", (data) => {
		printed += String(data);
	});
	await expect.poll(() => printed, { timeout: 20_000 }).toMatch(/\d+\n/);
	child.kill("SIGKILL");
	await expect.poll(() => isRunning(Number(printed)), { timeout: 10_000 }).toBe(false);
});

it("takes the temporary files of a program with it", async () => {
	const script = `const { mkdtempSync } = require("node:fs"); console.log(mkdtempSync(require("node:os").tmpdir() + "/left-"))`;
	const { ended, lines } = node(script);
	expect(await ended).toMatchObject({ type: "exited", status: 0 });
	expect(lines[0]).toMatch(/bootmend-install-\d+-\w+\/left-/);
	expect(existsSync(lines[0] ?? "")).toBe(false);
});

it("says why a program did not start", async () => {
	const ended = await runProgram({ program: "no-such-program", args: [], cwd: tmpdir(), env: {}, onLine: () => {} });
	expect(ended).toEqual({ type: "not-started", reason: expect.stringContaining("ENOENT") });
});

it("finds programs on the PATH", () => {
	expect(isOnPath("sh", process.env.PATH)).toBe(true);
	expect(isOnPath("no-such-program", process.env.PATH)).toBe(false);
	expect(isOnPath("sh", undefined)).toBe(false);
});

/** A process that has ended and whose parent has not looked yet (a container without an init process) no longer runs. */
function isRunning(pid: number): boolean {
	try {
		process.kill(pid, 0);
		return !existsSync(`/proc/${pid}/stat`) || !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
	} catch {
		return false;
	}
}
