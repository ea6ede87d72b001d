import type { PythonVersion } from "./environment.ts";
import type { PackageFiles } from "./package-files.ts";
import { projectEnvironments } from "./project-environments.ts";
import { formatPythonVersion, parsePythonVersion } from "./python-version.ts";

/** A Python installation or virtual environment, as its files describe it. Nothing of it is ever run. */
export interface Interpreter {
	readonly python: PythonVersion;
	/** For the report: `pyvenv.cfg of .venv`. */
	readonly evidence: string;
	/** Path of the executable, or null where none was seen. */
	readonly path: string | null;
	/** Folder of the standard library (it holds `os.py`), or null. */
	readonly standardLibrary: string | null;
	/** `site-packages` and the like in `sys.path` order. */
	readonly siteFolders: readonly string[];
	/** Is it of the project's own (found in its folders or in a tool's place for it), or the machine's? */
	readonly ownedByProject: boolean;
}

/** Where to look for the interpreter that would start the server. */
export interface InterpreterSearch {
	/** Absolute path of the repository root and of the backend folder. */
	readonly root: string;
	readonly backend: string;
	/** `--python`: an executable or the folder of an environment. */
	readonly override: string | null;
	/** The variables of the process that would start the server: `VIRTUAL_ENV`, `CONDA_PREFIX`, `PATH`, `HOME`, `PYENV_VERSION`, … */
	readonly variables: Readonly<Record<string, string | undefined>>;
	/** The project's name in its pyproject, for the places where poetry and hatch put environments. */
	readonly projectName: string | null;
}

/** Interpreters in the order in which they are to be asked, the best first. */
export function* findInterpreters(files: PackageFiles, search: InterpreterSearch): Generator<Interpreter> {
	if (search.override !== null) {
		const given = interpreterGiven(files, search.override, search);
		if (given !== null) yield given;
		return;
	}
	for (const folder of projectEnvironments(files, search)) {
		const kind = files.listFolder(folder)?.has("pyvenv.cfg") ? "pyvenv.cfg" : "conda-meta";
		const found = environmentIn(files, clean(folder), `${kind} of ${shortName(folder, search)}`);
		if (found !== null) yield { ...found, ownedByProject: true };
	}
	for (const name of ["VIRTUAL_ENV", "CONDA_PREFIX"]) {
		const folder = search.variables[name];
		const found = folder ? environmentIn(files, clean(folder), `${name}`) : null;
		if (found !== null) yield { ...found, ownedByProject: true };
	}
	for (const folder of (search.variables.PATH ?? "").split(files.platform === "win32" ? ";" : ":")) {
		if (folder === "") continue;
		const path = `${clean(folder)}/${files.platform === "win32" ? "python.exe" : "python3"}`;
		const found = files.realPath(path) === null ? null : interpreterAt(files, path, search, "python3 on PATH");
		if (found !== null) {
			yield found;
			return;
		}
	}
}

/** What `--python` names: an executable called python or pypy, or the folder of an environment; null where it is neither, or not there. */
export function interpreterGiven(files: PackageFiles, path: string, search: InterpreterSearch): Interpreter | null {
	const given = clean(path.startsWith("/") || /^[A-Za-z]:/.test(path) ? path : `${search.backend}/${path}`);
	const isExecutable = /^(python|pypy)/i.test(given.slice(given.lastIndexOf("/") + 1)) && files.realPath(given) !== null;
	if (files.listFolder(given) === null && !isExecutable) return null;
	const found = interpreterAt(files, given, search, "--python");
	return found && { ...found, ownedByProject: true };
}

/** The interpreter that an executable or a folder belongs to. */
function interpreterAt(files: PackageFiles, path: string, search: InterpreterSearch, evidence: string): Interpreter | null {
	const given = clean(path.startsWith("/") || /^[A-Za-z]:/.test(path) ? path : `${search.backend}/${path}`);
	if (files.listFolder(given) !== null) return environmentIn(files, given, evidence);
	const prefix = parentOf(parentOf(given));
	if (files.listFolder(prefix)?.has("pyvenv.cfg")) return withPath(environmentIn(files, prefix, evidence), given);
	if (/\/shims\/[^/]+$/.test(given)) return pyenvInterpreter(files, prefix, search);
	const real = files.realPath(given);
	if (real === null) return null;
	const version = parsePythonVersion(real.slice(real.lastIndexOf("/") + 1));
	const realPrefix = files.platform === "win32" ? parentOf(real) : parentOf(parentOf(clean(real)));
	return withPath(installationIn(files, realPrefix, version, evidence), given);
}

function withPath(interpreter: Interpreter | null, path: string): Interpreter | null {
	return interpreter === null ? null : { ...interpreter, path };
}

/** pyenv's shims run the version that a variable or a version file names (https://github.com/pyenv/pyenv#understanding-python-version-selection). */
function pyenvInterpreter(files: PackageFiles, pyenvRoot: string, search: InterpreterSearch): Interpreter | null {
	const installed = [...(files.listFolder(`${pyenvRoot}/versions`)?.keys() ?? [])];
	const chosen = [
		search.variables.PYENV_VERSION,
		nearestVersionFile(files, search.backend),
		files.readText(`${pyenvRoot}/version`),
	];
	for (const text of chosen) {
		for (const wanted of text?.split(/[\s:]+/) ?? []) {
			const name =
				wanted === ""
					? undefined
					: (installed.find((one) => one === wanted) ?? newest(installed.filter((one) => one.startsWith(`${wanted}.`))));
			const found = name === undefined ? null : environmentIn(files, `${pyenvRoot}/versions/${name}`, `pyenv ${name}`);
			if (found !== null) return found;
		}
	}
	return null;
}

function nearestVersionFile(files: PackageFiles, from: string): string | null {
	for (let folder = from; folder !== ""; folder = parentOf(folder)) {
		const text = files.readText(`${folder}/.python-version`);
		if (text !== null) return text.replace(/#.*/g, "");
	}
	return null;
}

function newest(versions: readonly string[]): string | undefined {
	const patch = (version: string) => Number(version.split(".")[2] ?? 0);
	return [...versions].sort((a, b) => patch(b) - patch(a))[0];
}

/** A virtual environment (PEP 405), a conda environment or an installation below one folder. */
function environmentIn(files: PackageFiles, prefix: string, evidence: string): Interpreter | null {
	const config = files.readText(`${prefix}/pyvenv.cfg`);
	if (config === null) return installationIn(files, prefix, null, evidence);
	const values = new Map<string, string>();
	for (const line of config.split(/\r?\n/)) {
		const equals = line.indexOf("=");
		if (equals > 0) values.set(line.slice(0, equals).trim().toLowerCase(), line.slice(equals + 1).trim());
	}
	const libraries = libraryFolders(files, prefix);
	const written = parsePythonVersion(values.get("version_info") ?? values.get("version") ?? "");
	const python = written ?? libraries[0]?.python ?? null;
	if (python === null) return null;
	const home = values.get("home");
	const base = home === undefined ? null : baseInstallation(files, clean(home), python);
	const own = libraries
		.filter((library) => library.python === null || library.python.minor === python.minor)
		.map((library) => library.site);
	const shared = values.get("include-system-site-packages")?.toLowerCase() === "true" ? (base?.siteFolders ?? []) : [];
	return {
		python,
		evidence,
		path: executableIn(files, prefix),
		standardLibrary: base?.standardLibrary ?? null,
		siteFolders: distinct(files, [...own, ...shared]),
		ownedByProject: false,
	};
}

function baseInstallation(files: PackageFiles, home: string, python: PythonVersion): Interpreter | null {
	const real = files.realPath(`${home}/python${formatPythonVersion(python)}`) ?? files.realPath(`${home}/python3`);
	const prefixes = [
		files.platform === "win32" ? home : parentOf(home),
		...(real === null ? [] : [parentOf(parentOf(clean(real)))]),
	];
	for (const prefix of prefixes) {
		const found = installationIn(files, prefix, python, "");
		if (found?.standardLibrary) return found;
	}
	return null;
}

/** An installation by its prefix: `/usr`, `~/.pyenv/versions/3.11.7`, a conda environment. */
function installationIn(
	files: PackageFiles,
	prefix: string,
	version: PythonVersion | null,
	evidence: string,
): Interpreter | null {
	const libraries = libraryFolders(files, prefix).filter(
		(library) =>
			version === null ||
			library.python === null ||
			(library.python.major === version.major && library.python.minor === version.minor),
	);
	const [first] = libraries;
	const python = version ?? first?.python ?? null;
	if (python === null || first === undefined) return null;
	const standardLibrary =
		libraries.map((library) => library.folder).find((folder) => files.listFolder(folder)?.has("os.py")) ?? null;
	const minor = formatPythonVersion(python);
	// Debian and its children keep packages in dist-packages, and those of pip under /usr/local.
	const debian = prefix === "/usr" ? [`/usr/local/lib/python${minor}/dist-packages`, "/usr/lib/python3/dist-packages"] : [];
	const sites = [...libraries.map((library) => library.site), ...debian].filter((folder) => files.listFolder(folder) !== null);
	return {
		python,
		evidence,
		path: executableIn(files, prefix),
		standardLibrary,
		siteFolders: distinct(files, sites),
		ownedByProject: false,
	};
}

interface LibraryFolder {
	readonly folder: string;
	readonly site: string;
	readonly python: PythonVersion | null;
}

/** `lib/python3.11` and its like below a prefix; `Lib` on Windows. */
function libraryFolders(files: PackageFiles, prefix: string): readonly LibraryFolder[] {
	const found: LibraryFolder[] = [];
	for (const lib of ["lib", "lib64"]) {
		for (const [name, kind] of files.listFolder(`${prefix}/${lib}`) ?? []) {
			const python = /^python\d\.\d+t?$/.test(name) ? parsePythonVersion(name) : null;
			if (kind === "folder" && python !== null)
				found.push({ folder: `${prefix}/${lib}/${name}`, site: `${prefix}/${lib}/${name}/site-packages`, python });
		}
	}
	if (files.listFolder(`${prefix}/Lib`)?.has("site-packages"))
		found.push({ folder: `${prefix}/Lib`, site: `${prefix}/Lib/site-packages`, python: null });
	return found.sort((a, b) => (b.python?.minor ?? 0) - (a.python?.minor ?? 0));
}

function executableIn(files: PackageFiles, prefix: string): string | null {
	for (const name of ["bin/python", "bin/python3", "Scripts/python.exe", "python.exe"])
		if (files.realPath(`${prefix}/${name}`) !== null) return `${prefix}/${name}`;
	return null;
}

function distinct(files: PackageFiles, folders: readonly string[]): readonly string[] {
	const seen = new Set<string>();
	return folders.filter((folder) => {
		const real = files.realPath(folder);
		if (real === null || seen.has(real)) return false;
		seen.add(real);
		return true;
	});
}

function shortName(folder: string, search: InterpreterSearch): string {
	return folder.startsWith(`${search.root}/`) ? folder.slice(search.root.length + 1) : folder.slice(folder.lastIndexOf("/") + 1);
}

function clean(path: string): string {
	const slashes = path.replaceAll("\\", "/");
	return slashes.length > 1 ? slashes.replace(/(?<!\/)\/+$/, "") : slashes;
}

function parentOf(path: string): string {
	return path.slice(0, Math.max(0, path.lastIndexOf("/")));
}
