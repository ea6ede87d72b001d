import type * as ast from "../python/ast.ts";
import { parentOf } from "./imports/resolver.ts";
import type { Application, SourceTree, StartPlace, Target } from "./project.ts";
import { consoleScriptsOf } from "./starts/console-scripts.ts";
import { listStarts } from "./starts/list-starts.ts";
import { runCallsOf } from "./starts/run-calls.ts";
import { isLaunched } from "./starts/script-launch.ts";
import { findApplications } from "./target.ts";

/** The folder a server starts from, what it starts, and what else it could start. */
export interface Discovery {
	/** Relative to the root; `""` for the root itself. */
	readonly backend: string;
	readonly target: Target | null;
	/** The likeliest first. */
	readonly otherApplications: readonly Application[];
	readonly place: StartPlace;
}

export interface DiscoveryInput {
	readonly files: SourceTree;
	/** The folder a person named, relative to the root. */
	readonly hint: string;
	/** `--target`, or null. */
	readonly given: Target | null;
	/** Where the given target is started; null where that is to be found. */
	readonly place: StartPlace | null;
	readonly parse: (path: string) => ast.Module | null;
}

interface Candidate {
	readonly backend: string;
	readonly target: Target;
	/** Higher is likelier. */
	readonly score: number;
	/** Where the start command runs, if it says so for certain. */
	readonly place?: StartPlace;
}

/** Finds the backend folder and the application, from start commands first and from the modules that build one otherwise. */
export function discover(input: DiscoveryInput): Discovery {
	if (input.given !== null) {
		const { given, place } = input;
		const backend = place === null ? folderOfGiven(input, given) : importFolder(input.files, place, given.module);
		return { backend, target: given, otherApplications: [], place: place ?? placeAt(backend) };
	}
	const candidates = [...fromCommands(input), ...fromModules(input)].sort(
		(a, b) => b.score - a.score || a.backend.length - b.backend.length || (a.target.module < b.target.module ? -1 : 1),
	);
	const [best, ...others] = candidates;
	if (best === undefined) return { backend: input.hint, target: null, otherApplications: [], place: placeAt(input.hint) };
	const identityOf = ({ backend, target }: Candidate) => `${fileOf(input.files, backend, target.module)}:${target.attribute}`;
	const seen = new Set([identityOf(best)]);
	const otherApplications: Application[] = [];
	for (const candidate of others) {
		const { backend, target } = candidate;
		const path = fileOf(input.files, backend, target.module);
		if (path === null || isOfTests.test(path) || seen.has(identityOf(candidate))) continue;
		seen.add(identityOf(candidate));
		otherApplications.push({ path, backend, target });
	}
	return { backend: best.backend, target: best.target, otherApplications, place: best.place ?? placeAt(best.backend) };
}

const isOfTests = /(^|\/)(?:tests?\/|test_[^/]*\.py$|[^/]*_test\.py$|conftest\.py$)/i;

/** A server that is started in the folder that its modules are imported from. */
function placeAt(backend: string): StartPlace {
	return { workingDirectory: backend, searchPath: [backend] };
}

/** The first folder of the search path that has the module; where none has it, the first one. */
function importFolder(files: SourceTree, { searchPath, workingDirectory }: StartPlace, module: string): string {
	return searchPath.find((folder) => fileOf(files, folder, module) !== null) ?? searchPath[0] ?? workingDirectory;
}

/** The file a dotted module is in below a folder, or null. */
function fileOf(files: SourceTree, folder: string, module: string): string | null {
	const base = joined(folder, module.replace(/\./g, "/"));
	if (files.has(`${base}/__init__.py`)) return `${base}/__init__.py`;
	return files.has(`${base}.py`) ? `${base}.py` : null;
}

function joined(folder: string, path: string): string {
	return folder === "" ? path : `${folder}/${path}`;
}

/** The named folder where the module lies in it; else the folder below from which it can be imported and its own imports make sense. */
function folderOfGiven(input: DiscoveryInput, target: Target): string {
	if (fileOf(input.files, input.hint, target.module) !== null) return input.hint;
	for (const folder of foldersHolding(input.files, target.module)) {
		const path = isBelow(folder, input.hint) ? fileOf(input.files, folder, target.module) : null;
		const tree = path === null ? null : input.parse(path);
		if (path === null || tree === null) continue;
		const placed = placeModule(input, path, tree);
		// A module that presupposes another folder is not started from this one.
		return scoreFolder(input, folder, path, tree) + 4 >= scoreFolder(input, placed.folder, path, tree) ? folder : placed.folder;
	}
	return input.hint;
}

function isBelow(folder: string, hint: string): boolean {
	return hint === "" || folder === hint || folder.startsWith(`${hint}/`);
}

/** Folders from which a dotted module can be imported. */
function foldersHolding(files: SourceTree, module: string): string[] {
	const path = module.replace(/\./g, "/");
	const folders: string[] = [];
	for (const file of files.keys()) {
		for (const ending of [`${path}.py`, `${path}/__init__.py`]) {
			if (file === ending) folders.push("");
			else if (file.endsWith(`/${ending}`)) folders.push(file.slice(0, -ending.length - 1));
		}
	}
	return folders.sort((a, b) => a.length - b.length);
}

/** Start commands of deployment files, in the folders where what they name exists. */
function fromCommands(input: DiscoveryInput): Candidate[] {
	const result: Candidate[] = [];
	for (const [index, start] of listStarts(input.files).entries()) {
		const { command, folders, origin } = start;
		const { target, givesObject } = command;
		// Where a module hands over its own object, what builds that object says more.
		if (target.module === "" || givesObject) continue;
		for (const folder of new Set([...folders, input.hint, ...foldersHolding(input.files, target.module)])) {
			const file = fileOf(input.files, folder, target.module);
			if (file === null || !isBelow(folder, input.hint)) continue;
			const near = folder === input.hint ? 15 : folders.includes(folder) ? 10 : 0;
			const score = likelihood(input.files, command.path) + near + (fitsFolder(input, file, folder) ? 6 : 0) - index;
			const isHere = origin !== null && importFolder(input.files, origin, target.module) === folder;
			result.push({ backend: folder, target, score, ...(isHere && { place: origin }) });
		}
	}
	return result;
}

/** Do the module's own imports make sense from the folder, more than from any other? Of two commands that is the one that works. */
function fitsFolder(input: DiscoveryInput, file: string, folder: string): boolean {
	const tree = input.parse(file);
	return tree !== null && placeModule(input, file, tree).folder === folder;
}

/** A module that runs a server itself is what is started where deployment files run it, or where it is what `python -m` runs of its package. */
function likelihood(files: SourceTree, path: string): number {
	if (!path.endsWith(".py")) return 200;
	if (isLaunched(files, path) || consoleScriptsOf(files).some(({ file }) => file === path)) return 190;
	return path.endsWith("__main__.py") ? 140 : 60;
}

const unlikely = /(^|\/)(tests?|examples?|docs?|scripts?|migrations?|alembic|node_modules|benchmarks?|conftest)(\/|\.py$|$)/i;

/** Modules that build an application, under the name that their own imports presuppose. */
function fromModules(input: DiscoveryInput): Candidate[] {
	const result: Candidate[] = [];
	for (const [path, file] of input.files) {
		if (!path.endsWith(".py") || !isBelow(path, input.hint) || !/FastAPI|Starlette|_app\(/.test(file.text)) continue;
		const tree = input.parse(path);
		if (tree === null) continue;
		const applications = findApplications(tree);
		if (applications.length === 0) continue;
		const placed = placeModule(input, path, tree);
		const name = path.slice(path.lastIndexOf("/") + 1);
		const usual = /^(main|app|server|asgi|api|__init__|application)\.py$/.test(name) ? (name === "main.py" ? 12 : 6) : 0;
		const depth = path.slice(placed.folder.length).split("/").length;
		const base = 100 + usual - depth - (unlikely.test(path.slice(input.hint.length)) ? 50 : 0);
		for (const { attribute, factory, rank } of applications) {
			const target = { module: placed.module, attribute, factory, evidence: `${path} builds the application` };
			result.push({ backend: placed.folder, target, score: base - rank * 8 });
		}
	}
	return result;
}

/**
 * The folder that must be on `sys.path` for a module's imports to make sense: where the packages it imports by absolute name lie, or
 * above the package that its relative imports need.
 */
function placeModule(
	input: DiscoveryInput,
	path: string,
	tree: ast.Module,
): { readonly folder: string; readonly module: string } {
	const folders: string[] = [];
	for (let folder = parentOf(path); isBelow(folder, input.hint); folder = parentOf(folder)) {
		folders.push(folder);
		if (folder === "" || folder === input.hint) break;
	}
	let best = { folder: folders[0] ?? "", score: Number.NEGATIVE_INFINITY };
	for (const folder of folders) {
		const score = scoreFolder(input, folder, path, tree);
		if (score > best.score) best = { folder, score };
	}
	const module = path
		.slice(best.folder === "" ? 0 : best.folder.length + 1, -3)
		.replace(/\/__init__$/, "")
		.replace(/\//g, ".");
	return { folder: best.folder, module };
}

function scoreFolder(input: DiscoveryInput, folder: string, path: string, tree: ast.Module): number {
	const inside = path.slice(folder === "" ? 0 : folder.length + 1).split("/");
	let score = 0;
	for (const statement of allImports(tree.body)) {
		if (statement.type === "ImportFrom" && statement.level > 0) {
			// One dot needs the module in a package, two need a package around that.
			if (inside.length > statement.level) score += 10;
			else score -= 10;
			continue;
		}
		const names = statement.type === "Import" ? statement.names.map((alias) => alias.name.name) : [statement.module];
		for (const name of names) {
			const top = name.split(".")[0] ?? name;
			const exists = input.files.has(`${joined(folder, top)}.py`) || isFolder(input.files, joined(folder, top));
			if (exists)
				score +=
					fileOf(input.files, folder, name) !== null || isFolder(input.files, joined(folder, name.replace(/\./g, "/"))) ? 10 : 5;
		}
	}
	// A module that starts itself says by which name it is imported.
	if (runsItself(input.files, path, inside)) score += 8;
	const hasManifest = ["requirements.txt", "pyproject.toml", "Pipfile", ".env", "setup.py", "poetry.lock", "uv.lock"].some(
		(name) => input.files.has(joined(folder, name)),
	);
	if (hasManifest) score += 4;
	if (isSourceFolder(input, folder, inside)) score += 8;
	if (folder === input.hint) score += 2;
	// A regular package is meant to be imported by its name, from outside.
	if (input.files.has(`${folder === "" ? "" : `${folder}/`}__init__.py`)) score -= 6;
	return score - 0.1 * inside.length;
}

/** `uvicorn.run("main:app")` in the file `main.py`. */
function runsItself(files: SourceTree, path: string, inside: readonly string[]): boolean {
	const file = files.get(path);
	if (file === undefined || !file.text.includes("uvicorn")) return false;
	const name = inside.join(".").replace(/(?:\.__init__)?\.py$/, "");
	return runCallsOf(files, file).some(({ target }) => target.module === name);
}

/** The `src` folder of a project within the repository that is installed: its packages are imported from there (a member of a workspace). */
function isSourceFolder({ files, hint }: DiscoveryInput, folder: string, inside: readonly string[]): boolean {
	const project = parentOf(folder);
	if (!/(^|\/)src$/.test(folder) || project === hint || inside.length < 2) return false;
	const isBuilt = /^[ \t]*\[build-system\]/m.test(files.get(joined(project, "pyproject.toml"))?.text ?? "");
	return isBuilt && files.has(`${folder}/${inside[0]}/__init__.py`);
}

const folderCache = new WeakMap<SourceTree, Set<string>>();

function isFolder(files: SourceTree, folder: string): boolean {
	let folders = folderCache.get(files);
	if (folders === undefined) {
		folders = new Set();
		for (const path of files.keys()) for (let each = parentOf(path); each !== ""; each = parentOf(each)) folders.add(each);
		folderCache.set(files, folders);
	}
	return folders.has(folder);
}

function allImports(body: readonly ast.Statement[]): (ast.Import | ast.ImportFrom)[] {
	return body.flatMap((statement) => {
		if (statement.type === "Import" || statement.type === "ImportFrom") return [statement];
		if (statement.type === "Try" || statement.type === "If" || statement.type === "FunctionDef")
			return allImports(statement.body);
		return [];
	});
}
