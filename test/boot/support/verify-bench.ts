import { type ChildProcess, spawn } from "node:child_process";
import {
	chmodSync,
	cpSync,
	mkdirSync,
	mkdtempSync,
	readdirSync,
	readFileSync,
	realpathSync,
	rmSync,
	statSync,
	writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect } from "vitest";
import { prepareView } from "../../../scripts/boot/environments.ts";
import { makeScratchFolder } from "../../../src/workspace/scratch-folder.ts";

const program = fileURLToPath(new URL("../../../dist/cli.js", import.meta.url));

export interface Report {
	readonly boots: boolean;
	readonly unavailable: boolean;
	readonly reaches: string;
	readonly stages: readonly { readonly stage: string; readonly verdict: string; readonly said: string }[];
	readonly failure: {
		readonly error: string;
		readonly detail: readonly string[];
		readonly file_path: string | null;
		readonly line_number: number | null;
		readonly found_by_boot: boolean;
		readonly issue: { readonly rule: string };
		readonly bug_report: string | null;
	} | null;
	readonly answers: readonly {
		readonly method: string;
		readonly path: string;
		readonly status: number | null;
		readonly body: string;
	}[];
	readonly module_times: readonly { readonly module: string }[];
	readonly database: { readonly replaced: Readonly<Record<string, string>> };
	readonly output: string;
}

export interface Started {
	readonly child: ChildProcess;
	readonly folder: string;
	/** Where everything temporary goes, so that a test sees what is left. */
	readonly temporary: string;
	readonly ended: Promise<{ readonly status: number | null; readonly stdout: string; readonly stderr: string }>;
}

/** Projects of a test file, and the interpreter that boots them. */
export interface BootBench {
	/** Holds everything, and is everybody's to go through: run by root, PostgreSQL is somebody else. */
	readonly root: string;
	start(files: ProjectFiles, ...argv: readonly string[]): Started;
	/** Runs to the end; the project is untouched then, and nothing is left. */
	verify(files: ProjectFiles, ...argv: readonly string[]): Promise<Verified>;
	remove(): void;
}

/** Path → text, or the folder of a project that is copied. */
export type ProjectFiles = Readonly<Record<string, string>> | string;

export interface Verified {
	readonly status: number | null;
	readonly report: Report;
	readonly stdout: string;
	readonly verdicts: Readonly<Record<string, string>>;
}

/** A bench whose interpreter has these packages. */
export async function openBootBench(requirements: string): Promise<BootBench> {
	const root = realpathSync(makeScratchFolder("verify"));
	chmodSync(root, 0o755);
	writeFileSync(join(root, "requirements.txt"), requirements);
	const view = await prepareView({ pool: "2026", manifest: join(root, "requirements.txt"), also: [], without: [] });
	return {
		root,
		start: (files, ...argv) => start(root, view.python, files, argv),
		verify: (files, ...argv) => verify(root, view.python, files, argv),
		remove: () => rmSync(root, { recursive: true, force: true }),
	};
}

function start(root: string, python: string, files: ProjectFiles, argv: readonly string[]): Started {
	const folder = mkdtempSync(join(root, "project-"));
	if (typeof files === "string") cpSync(files, folder, { recursive: true });
	else {
		for (const [path, text] of Object.entries(files)) {
			mkdirSync(dirname(join(folder, path)), { recursive: true });
			writeFileSync(join(folder, path), text);
		}
	}
	const temporary = mkdtempSync(join(root, "tmp-"));
	chmodSync(temporary, 0o755);
	const child = spawn(process.execPath, [program, "verify", folder, "--python", python, "--json", ...argv], {
		env: { PATH: process.env.PATH ?? "", HOME: root, LANG: "C.UTF-8", TMPDIR: temporary },
		stdio: ["ignore", "pipe", "pipe"],
	});
	let stdout = "";
	let stderr = "";
	child.stdout.on("data", (chunk: Buffer) => {
		stdout += chunk.toString();
	});
	child.stderr.on("data", (chunk: Buffer) => {
		stderr += chunk.toString();
	});
	const ended = new Promise<Awaited<Started["ended"]>>((resolve) => {
		child.on("close", (status) => resolve({ status, stdout, stderr }));
	});
	return { child, folder, temporary, ended };
}

async function verify(root: string, python: string, files: ProjectFiles, argv: readonly string[]): Promise<Verified> {
	const started = start(root, python, files, argv);
	const before = listing(started.folder);
	const { status, stdout, stderr } = await started.ended;
	expect(stdout, stderr).toMatch(/^\{/);
	expect(listing(started.folder)).toEqual(before);
	await expectNothingLeft(started);
	const report = JSON.parse(stdout) as Report;
	return { status, report, stdout, verdicts: Object.fromEntries(report.stages.map(({ stage, verdict }) => [stage, verdict])) };
}

/** Every file with its size and time of change. */
function listing(folder: string): string[] {
	return readdirSync(folder, { recursive: true, encoding: "utf8" })
		.map((path) => {
			const { size, mtimeMs, mode } = statSync(join(folder, path));
			return `${path} ${size} ${mtimeMs} ${mode}`;
		})
		.sort();
}

/** No folder and no process of a boot is there any more, a moment after its end. */
export async function expectNothingLeft({ temporary }: Started): Promise<void> {
	for (let waited = 0; waited < 5_000 && leftBy(temporary).length > 0; waited += 50) {
		await new Promise((resolve) => setTimeout(resolve, 50));
	}
	expect(leftBy(temporary)).toEqual([]);
}

export function leftBy(temporary: string): string[] {
	const folders = readdirSync(temporary);
	const processes = readdirSync("/proc")
		.filter((name) => /^\d+$/.test(name))
		.filter((name) => {
			try {
				return readFileSync(`/proc/${name}/environ`, "utf8").includes(`TMPDIR=${temporary}\0`);
			} catch {
				return false;
			}
		});
	return [...folders, ...processes.map((name) => `process ${name}`)];
}
