import { createHash } from "node:crypto";
import { parse } from "smol-toml";
import { normalizeName } from "./environment.ts";
import type { InterpreterSearch } from "./interpreter.ts";
import type { PackageFiles } from "./package-files.ts";

/** Folders that hold an environment made for this project, nearest first: its own folders, then where the tools keep theirs. */
export function* projectEnvironments(files: PackageFiles, search: InterpreterSearch): Generator<string> {
	const seen = new Set<string>();
	for (const base of basesOf(search)) {
		const entries = files.listFolder(base);
		if (entries === null) continue;
		const folders = [...entries].filter(([, kind]) => kind === "folder").map(([name]) => name);
		const usual = [".venv", "venv", "env", ".env", ".pixi/envs/default"];
		const named = [
			search.variables.UV_PROJECT_ENVIRONMENT ?? "",
			...usual,
			...folders.filter((name) => !usual.includes(name)).sort(),
		];
		for (const name of named) {
			if (name === "") continue;
			const folder = name.startsWith("/") ? name : `${base}/${name}`;
			if (!seen.has(folder) && isEnvironment(files, folder)) yield folder;
			seen.add(folder);
		}
		const pdm = files.readText(`${base}/.pdm-python`)?.trim().replaceAll("\\", "/");
		if (pdm) yield parentOf(parentOf(pdm));
	}
	yield* toolEnvironments(files, search);
}

function basesOf({ backend, root }: InterpreterSearch): readonly string[] {
	return [...new Set([backend, root])];
}

/** A virtual environment (PEP 405), or one of conda. One that Windows made starts nothing elsewhere: repositories carry such along. */
function isEnvironment(files: PackageFiles, folder: string): boolean {
	const entries = files.listFolder(folder);
	if (entries?.get("conda-meta") === "folder") return true;
	const isOfWindows = entries?.has("Scripts") === true && !entries.has("bin");
	return entries?.has("pyvenv.cfg") === true && (files.platform === "win32" || !isOfWindows);
}

/** Environments that tools keep below the user's home for this very folder. */
function* toolEnvironments(files: PackageFiles, search: InterpreterSearch): Generator<string> {
	const home = (search.variables.HOME ?? search.variables.USERPROFILE)?.replaceAll("\\", "/").replace(/\/$/, "");
	if (!home) return;
	const data = search.variables.XDG_DATA_HOME || `${home}/.local/share`;
	for (const base of basesOf(search)) {
		const folderHash = hashOf(files.realPath(base) ?? base);
		for (const folder of poetryFolders(files, search, home, base)) {
			for (const [name] of files.listFolder(folder) ?? []) if (name.includes(`-${folderHash}-py`)) yield `${folder}/${name}`;
		}
		const pipenv = search.variables.WORKON_HOME || `${data}/virtualenvs`;
		for (const [name] of files.listFolder(pipenv) ?? [])
			if (files.readText(`${pipenv}/${name}/.project`)?.trim() === base) yield `${pipenv}/${name}`;
		if (search.projectName !== null)
			yield* hatchEnvironments(files, [data, `${home}/Library/Application Support`], search.projectName, folderHash);
		yield* condaEnvironments(files, home, base);
	}
}

/** Of a project's folder, as poetry and hatch name environments by it. */
function hashOf(folder: string): string {
	return createHash("sha256").update(folder).digest("base64url").slice(0, 8);
}

/** Where poetry makes environments, each called name-hash-pyX.Y (https://python-poetry.org/docs/configuration/#virtualenvspath). */
function* poetryFolders(files: PackageFiles, search: InterpreterSearch, home: string, base: string): Generator<string> {
	const { POETRY_VIRTUALENVS_PATH, POETRY_CACHE_DIR, XDG_CACHE_HOME, XDG_CONFIG_HOME, APPDATA } = search.variables;
	const configured = [
		`${base}/poetry.toml`,
		`${XDG_CONFIG_HOME || `${home}/.config`}/pypoetry/config.toml`,
		`${home}/Library/Application Support/pypoetry/config.toml`,
		...(APPDATA ? [`${APPDATA.replaceAll("\\", "/")}/pypoetry/config.toml`] : []),
	].map((path) => poetrySettings(files.readText(path)));
	const caches = [
		POETRY_CACHE_DIR,
		...configured.map(({ cache }) => cache),
		`${XDG_CACHE_HOME || `${home}/.cache`}/pypoetry`,
		`${home}/Library/Caches/pypoetry`,
		`${home}/AppData/Local/pypoetry/Cache`,
	].filter((cache) => cache !== undefined && cache !== "");
	const folders = [POETRY_VIRTUALENVS_PATH, ...configured.map(({ path }) => path)].filter((path) => path !== undefined);
	for (const folder of folders) yield folder.replace("{cache-dir}", caches[0] ?? "").replace(/^~(?=\/)/, home);
	for (const cache of caches) yield `${cache}/virtualenvs`;
}

function poetrySettings(text: string | null): { readonly path?: string; readonly cache?: string } {
	try {
		const { virtualenvs, "cache-dir": cache } = parse(text ?? "");
		const path = (virtualenvs as { path?: unknown } | undefined)?.path;
		return { ...(typeof path === "string" && { path }), ...(typeof cache === "string" && { cache }) };
	} catch {
		return {};
	}
}

/** hatch keeps them by the project's name and the hash of its folder; an older one is taken where the folder has moved. */
function* hatchEnvironments(
	files: PackageFiles,
	dataFolders: readonly string[],
	name: string,
	folderHash: string,
): Generator<string> {
	const normalized = normalizeName(name);
	for (const data of dataFolders) {
		const all = `${data}/hatch/env/virtual/${normalized}`;
		const hashes = [...(files.listFolder(all)?.keys() ?? [])];
		for (const hash of [...hashes.filter((one) => one === folderHash), ...hashes.filter((one) => one !== folderHash)])
			yield `${all}/${hash}/${normalized}`;
	}
}

/** The environment that the project's environment.yml names, among those that conda has made for this user. */
function* condaEnvironments(files: PackageFiles, home: string, base: string): Generator<string> {
	for (const file of ["environment.yml", "environment.yaml"]) {
		const name = /^name:[ \t]*["']?([\w.-]+)/m.exec(files.readText(`${base}/${file}`) ?? "")?.[1];
		if (name === undefined || name === "base") continue;
		const listed = (files.readText(`${home}/.conda/environments.txt`) ?? "")
			.split(/\r?\n/)
			.map((line) => line.replaceAll("\\", "/"));
		const usual = condaRoots.map((root) => `${root.startsWith("/") ? root : `${home}/${root}`}/envs/${name}`);
		const found = [...listed.filter((path) => path.endsWith(`/envs/${name}`)), ...usual];
		yield* new Set(found.filter((folder) => isEnvironment(files, folder)));
	}
}

/** Where conda's distributions install themselves when nothing else is said; below the home unless they are absolute. */
const condaRoots = [
	"miniconda3",
	"anaconda3",
	"miniforge3",
	"mambaforge",
	"micromamba",
	".conda",
	"/opt/conda",
	"/opt/miniconda3",
];

function parentOf(path: string): string {
	return path.slice(0, Math.max(0, path.lastIndexOf("/")));
}
