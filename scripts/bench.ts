// `npm run bench`: the whole process of `bootmend audit` against linters and type checkers, on the same trees in one run.
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { writeTree } from "./bench-tree.ts";

interface Tool {
	readonly name: string;
	/** The program; null where it is not on this machine. */
	readonly program: string | null;
	readonly args: readonly string[];
	/** Removes what the tool keeps between runs, where it can be told to. */
	readonly env?: Readonly<Record<string, string>>;
}

interface Measured {
	/** Seconds of each run. */
	readonly seconds: readonly number[];
	/** In megabytes; null where /usr/bin/time is not there. */
	readonly peak: number | null;
	readonly status: number | null;
}

const cli = fileURLToPath(new URL("../dist/cli.js", import.meta.url));
const work = mkdtempSync(join(tmpdir(), "bootmend-bench-"));
const timeProgram = existsSync("/usr/bin/time") ? "/usr/bin/time" : null;
/** A tool that takes longer than this is not asked again. */
const patience = 20;
const runs = 5;

if (!existsSync(cli)) {
	console.error("Build it first: npm run build");
	process.exit(2);
}
const sqlalchemyBackend = {
	"src/__init__.py": "",
	"src/main.py": "from fastapi import FastAPI\n\nimport src.sqlalchemy.orm\n\napp = FastAPI()\n",
	"requirements.txt": "fastapi\nuvicorn\ngreenlet\n",
};

try {
	const counts = process.argv
		.slice(2)
		.map(Number)
		.filter((count) => count > 0);
	for (const count of counts.length > 0 ? counts : [15, 250, 1000]) {
		const folder = join(work, `tree-${count}`);
		const files = writeTree(folder, count);
		benchTree(`${files} generated files`, folder);
	}
	if (counts.length === 0) benchSqlalchemy();
	if (timeProgram === null) console.log("\nPeak memory is left out: there is no /usr/bin/time here.");
} finally {
	rmSync(work, { recursive: true, force: true });
}

/** SQLAlchemy's own source as if it were the project's: large modules, deep class trees, star imports, cycles that are fine. */
function benchSqlalchemy(): void {
	const python = find("python3") ?? "python3";
	const where = "import os, sqlalchemy; print(os.path.dirname(sqlalchemy.__file__))";
	const { stdout, status } = spawnSync(python, ["-c", where], { encoding: "utf8" });
	if (status !== 0) {
		console.log("\nSQLAlchemy's source is left out: the python3 on the PATH has none installed.");
		return;
	}
	const folder = join(work, "sqlalchemy");
	cpSync(stdout.trim(), join(folder, "src/sqlalchemy"), { recursive: true, filter: (path) => !path.endsWith("__pycache__") });
	for (const [path, text] of Object.entries(sqlalchemyBackend)) writeFileSync(join(folder, path), text);
	benchTree("SQLAlchemy's own source", folder);
}

function benchTree(title: string, folder: string): void {
	console.log(`\n${title}: median of ${runs} runs after one to warm up\n`);
	console.log(row(["tool", "seconds", "spread", "times bootmend", "peak MB", "exit"]));
	let base: number | null = null;
	for (const tool of tools()) {
		if (tool.program === null) {
			console.log(row([tool.name, "not found", "", "", "", ""]));
			continue;
		}
		const { seconds, peak, status } = measure(tool, folder);
		const middle = median(seconds);
		base ??= middle;
		const spread = `${Math.min(...seconds).toFixed(2)}–${Math.max(...seconds).toFixed(2)}`;
		console.log(
			row([
				tool.name,
				middle.toFixed(2),
				spread,
				(middle / base).toFixed(1),
				peak === null ? "–" : peak.toFixed(0),
				String(status),
			]),
		);
	}
}

function tools(): readonly Tool[] {
	const cache = join(work, "cache");
	return [
		{
			name: "bootmend",
			program: process.execPath,
			args: [cli, "audit", "--format", "json", "."],
			env: { XDG_CACHE_HOME: cache },
		},
		{
			name: "bootmend, no cache",
			program: process.execPath,
			args: [cli, "audit", "--format", "json", "."],
			env: { XDG_CACHE_HOME: "/dev/null" },
		},
		{ name: "python -c import", program: find("python3"), args: ["-c", "import src.main"] },
		{ name: "ruff", program: find("ruff"), args: ["check", "--no-cache", "."] },
		{ name: "pyright", program: find("pyright"), args: ["."] },
		{ name: "mypy", program: find("mypy"), args: ["--no-incremental", "--cache-dir", "/dev/null", "src"] },
		{ name: "pylint -E", program: find("pylint"), args: ["--errors-only", "src"], env: { PYLINTHOME: cache } },
	];
}

function measure(tool: Tool, folder: string): Measured {
	const seconds: number[] = [];
	let peak: number | null = null;
	let status: number | null = null;
	for (let turn = 0; turn <= runs; turn++) {
		const program = timeProgram ?? tool.program ?? "";
		const args = timeProgram === null ? tool.args : ["-f", "peak-kb %M", tool.program ?? "", ...tool.args];
		const start = performance.now();
		const result = spawnSync(program, args, {
			cwd: folder,
			env: { ...process.env, ...tool.env },
			encoding: "utf8",
			maxBuffer: 1 << 28,
		});
		const elapsed = (performance.now() - start) / 1000;
		const kilobytes = /peak-kb (\d+)/.exec(result.stderr)?.[1];
		if (kilobytes) peak = Math.max(peak ?? 0, Number(kilobytes) / 1000);
		({ status } = result);
		if (turn > 0 || elapsed > patience) seconds.push(elapsed);
		if (elapsed > patience) break;
	}
	return { seconds, peak, status };
}

function find(program: string): string | null {
	const folders = (process.env.PATH ?? "").split(delimiter);
	return folders.map((folder) => join(folder, program)).find((path) => existsSync(path)) ?? null;
}

function median(values: readonly number[]): number {
	const sorted = [...values].sort((a, b) => a - b);
	const middle = Math.floor(sorted.length / 2);
	return sorted.length % 2 === 1 ? (sorted[middle] ?? 0) : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2;
}

function row(cells: readonly string[]): string {
	return cells.map((cell, i) => (i === 0 ? cell.padEnd(20) : cell.padStart(15))).join("");
}
