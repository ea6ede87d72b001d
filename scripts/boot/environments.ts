import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const run = promisify(execFile);
const root = fileURLToPath(new URL("../..", import.meta.url));
const venvs = join(root, ".venvs");
/** The Python whose error lines are on record. */
const recordedVersion = "3.11";

const everyPool = readdirSync(join(root, "fixtures/pools"))
	.filter((file) => file.endsWith(".txt"))
	.map((file) => file.replace(/\.txt$/, ""))
	.sort()
	.reverse();

/** The names of the package pools of the recorded Python, newest first. */
export const pools: readonly string[] = everyPool.filter((pool) => ownPythonOf(pool) === null);

/** The Python that a pool is for, where it is another than the recorded one: `python3.8` holds what a Python 3.8 can install. */
export function ownPythonOf(pool: string): string | null {
	return /^python(3\.\d+)$/.exec(pool)?.[1] ?? null;
}

/** The names of the pools whose Python is on this machine; one of no particular Python always is. */
export async function findPools(): Promise<ReadonlySet<string>> {
	const found = new Set(pools);
	for (const pool of everyPool) {
		const version = ownPythonOf(pool);
		if (version !== null && (await searchPython(version)).exact !== undefined) found.add(pool);
	}
	return found;
}

const interpreters = new Map<string | null, Promise<string>>();

/**
 * Finds the base interpreter of a pool. Throws where there is none. Where the pool is for no particular Python it is
 * Python 3.11, which the records were made with, or else any from 3.10 on.
 */
export function findPython(pool = ""): Promise<string> {
	const version = ownPythonOf(pool);
	const known = interpreters.get(version);
	if (known !== undefined) return known;
	const search = choosePython(version);
	interpreters.set(version, search);
	return search;
}

async function choosePython(version: string | null): Promise<string> {
	const { exact, others } = await searchPython(version ?? recordedVersion);
	const chosen = exact ?? (version === null ? others[0] : undefined);
	if (chosen === undefined) throw new Error(`No Python ${version ?? "from 3.10 on"} with venv and pip was found on the PATH.`);
	return chosen;
}

/** An interpreter of the version asked for, if there is one, and otherwise those from 3.10 on. */
async function searchPython(version: string): Promise<{ readonly exact?: string; readonly others: readonly string[] }> {
	const pyenv = join(homedir(), ".pyenv/versions");
	const managed = existsSync(pyenv) ? readdirSync(pyenv).map((folder) => join(pyenv, folder, "bin/python")) : [];
	const candidates = [`python${version}`, ...managed, "python3", "python3.12", "python3.13", "python3.10", "python"];
	const others: string[] = [];
	for (const candidate of candidates) {
		const found = await describePython(candidate);
		if (found?.version === version) return { exact: found.path, others };
		if (found !== null && Number(found.version.slice("3.".length)) >= 10) others.push(found.path);
	}
	return { others };
}

async function describePython(command: string): Promise<{ path: string; version: string } | null> {
	const script =
		"import ensurepip, sys, venv; assert sys.version_info >= (3, 8); print(sys.executable); print('%d.%d' % sys.version_info[:2])";
	try {
		const { stdout } = await run(command, ["-c", script], { timeout: 20_000 });
		const [path = "", version = ""] = stdout.trim().split("\n");
		return { path, version };
	} catch {
		return null;
	}
}

const poolBuilds = new Map<string, Promise<string>>();

/** The folder of a pool's virtual environment, built on first use (a minute or so) and kept in `.venvs/`. Throws when pip fails. */
export function preparePool(pool: string): Promise<string> {
	const known = poolBuilds.get(pool);
	if (known !== undefined) return known;
	const build = buildPool(pool);
	poolBuilds.set(pool, build);
	return build;
}

async function buildPool(pool: string): Promise<string> {
	const pins = join(root, "fixtures/pools", `${pool}.txt`);
	const python = await findPython(pool);
	const folder = join(venvs, `pool-${pool}-${digest(python, readFileSync(pins, "utf8"))}`);
	if (existsSync(folder)) return folder;
	mkdirSync(venvs, { recursive: true });
	// Renamed when complete, so that a folder of that name is always whole; its interpreter does not mind, its scripts are not used.
	const building = `${folder}.building`;
	rmSync(building, { recursive: true, force: true });
	await run(python, ["-m", "venv", building]);
	const install = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps", "--only-binary", ":all:"];
	await run(join(building, "bin/python"), [...install, "-r", pins], { timeout: 1_200_000, maxBuffer: 1 << 26 });
	renameSync(building, folder);
	return folder;
}

/** A folder of wheels that have the names, versions and requirements of a pool's packages and are empty, so that no index is asked. */
export async function prepareWheels(pool: string): Promise<string> {
	const script = join(root, "scripts/boot/wheels.py");
	const built = await preparePool(pool);
	const folder = join(venvs, `wheels-${digest(built, readFileSync(script, "utf8"))}`);
	if (existsSync(folder)) return folder;
	const building = mkdtempSync(`${folder}.`);
	await run(join(built, "bin/python"), [script, building]);
	if (existsSync(folder)) rmSync(building, { recursive: true });
	else renameSync(building, folder);
	return folder;
}

/** What a virtual environment is to hold. */
export interface ViewRequest {
	readonly pool: string;
	/** Absolute path of a requirements.txt or pyproject.toml, or null. */
	readonly manifest: string | null;
	readonly also: readonly string[];
	readonly without: readonly string[];
}

export interface View {
	/** Absolute path of its interpreter. */
	readonly python: string;
	readonly folder: string;
	/** Requirements that the pool cannot meet: for pip they would be an error, or bring something else. */
	readonly missing: readonly string[];
}

const views = new Map<string, Promise<View>>();

/** A virtual environment with exactly what a manifest declares and what that needs, linked out of a pool in a blink. */
export function prepareView(request: ViewRequest): Promise<View> {
	const text = request.manifest === null ? "" : readManifest(request.manifest);
	const key = digest(request.pool, text, request.also.join(" "), request.without.join(" "));
	const known = views.get(key);
	if (known !== undefined) return known;
	const view = linkView(request, key);
	views.set(key, view);
	return view;
}

/** The manifest with its includes: what the view depends on. */
function readManifest(path: string): string {
	const text = readFileSync(path, "latin1");
	const includes = [...text.matchAll(/^(?:-r|--requirement)[\s=]*(\S+)/gm)].map((match) => join(path, "..", match[1] ?? ""));
	return [text, ...includes.filter((include) => existsSync(include)).map(readManifest)].join("\n");
}

async function linkView(request: ViewRequest, key: string): Promise<View> {
	const pool = await preparePool(request.pool);
	const folder = join(venvs, `view-${digest(pool, key, readFileSync(join(root, "scripts/boot/view.py"), "utf8"))}`);
	const answer = join(folder, "view.json");
	if (!existsSync(answer)) {
		const building = mkdtempSync(`${folder}.`);
		const input = join(building, "request.json");
		writeFileSync(input, JSON.stringify({ ...request, destination: join(building, "venv") }));
		const { stdout } = await run(join(pool, "bin/python"), [join(root, "scripts/boot/view.py"), input]);
		writeFileSync(join(building, "view.json"), stdout);
		if (existsSync(folder)) rmSync(building, { recursive: true });
		else renameSync(building, folder);
	}
	const { missing } = JSON.parse(readFileSync(answer, "utf8")) as { missing: string[] };
	return { python: join(folder, "venv/bin/python"), folder: join(folder, "venv"), missing };
}

function digest(...parts: readonly string[]): string {
	return createHash("sha256").update(parts.join("\0")).digest("hex").slice(0, 12);
}
