import { normalizeName } from "../../environment/environment.ts";
import type { SourceTree } from "../project.ts";
import { readCondaEnvironment } from "./conda-environment.ts";
import { isForDevelopment } from "./declared.ts";
import { sourceOfList } from "./generated-list.ts";
import { findInstallation, type Installation } from "./install-evidence.ts";
import { type Installer, installCommand, installerOf, updateCommands } from "./installer.ts";
import { type LockFile, readLockFiles } from "./lock-files.ts";
import type { Manifest, ManifestKind, ManifestProblem, Requirement } from "./manifest.ts";
import { optionalGroups } from "./optional-groups.ts";
import { folderOf, foldersUpwards, inFolder, relativeTo } from "./paths.ts";
import { readPipfile } from "./pipfile.ts";
import { readPyproject } from "./pyproject.ts";
import { type RequirementsContent, readRequirementsFile, unnamedRequirement } from "./requirements-file.ts";
import { readSetupCfg } from "./setup-cfg.ts";
import { readSetupPy } from "./setup-py.ts";

/**
 * All manifests of the backend: those in its folder first, then those of the folders above it. One is primary: the one a
 * Dockerfile or another start-up file installs from, else one with a lock file, else the first of the usual places. `startUpFile`
 * is the path of the one start-up file that counts, where that is known. Never throws; what cannot be read is in each manifest's problems.
 */
export function readManifests(files: SourceTree, backend: string, startUpFile: string | null = null): Manifest[] {
	const locks = readLockFiles(files, backend);
	const found = foldersUpwards(backend).flatMap((folder) => readFolder(files, folder, locks));
	const candidates = found.map(({ kind, path }) => ({ kind, path }));
	const installation = findInstallation(files, backend, candidates, startUpFile);
	if (installation !== null && installation.packages.length > 0) found.push(namedInCommands(installation));
	const primary = choosePrimary(installation, found);
	const taken = (path: string): Manifest["startUpGroups"] => {
		if (installation?.path == null) return path === primary?.path ? [] : null;
		const groups = installation.groups.get(path) ?? (path === installation.packages[0]?.path ? [] : null);
		// uv's own table may name other groups to take along, and a group may include others.
		return groups !== null && /\b(?:default-groups|include-group)\b/.test(files.get(path)?.text ?? "") ? "all" : groups;
	};
	const own = ownProjects(files);
	return found.map(({ content, installer, kind, path, locked }) => {
		const optional = optionalGroups(files, { path, requirements: content.requirements, installer });
		return {
			kind,
			path,
			requirements: withUnreadable(content, path).map((requirement) => asOwnProject(requirement, own)),
			constraints: content.constraints,
			requiresPython: content.requiresPython,
			requiresPythonRange: content.requiresPythonRange,
			problems: [...content.problems, ...problemsOfLock(locked)],
			primary: primary?.path === path,
			installedBy: primary?.path === path ? primary.installedBy : null,
			startUpGroups: withoutOptional(taken(path), content.requirements, installer === "poetry" ? optional : []),
			optionalGroups: optional,
			evidence: primary?.evidence ?? "",
			lock: locked,
			installer,
			installCommand: installCommand(installer, path, backend),
			updateCommands: [...compileCommands(files, path), ...updateCommands(installer, path, backend, locked !== null)],
		};
	});
}

/** `poetry install` takes all groups but those that say `optional = true`. */
function withoutOptional(
	taken: Manifest["startUpGroups"],
	requirements: readonly Requirement[],
	optional: readonly string[],
): Manifest["startUpGroups"] {
	const left = new Set(optional.filter((group) => !isForDevelopment(group)));
	if (taken !== "all" || left.size === 0) return taken;
	return [...new Set(requirements.map(({ group }) => group))].filter((group) => group !== "" && !left.has(group));
}

/** A lock that cannot be read, mostly for marks of a merge. */
function problemsOfLock(locked: LockFile | null): ManifestProblem[] {
	if (locked?.brokenAt == null) return [];
	return [{ path: locked.path, line: locked.brokenAt, message: "the lock file cannot be read", fatal: true, inLock: true }];
}

/** A generated list is generated anew from its source first. */
function compileCommands(files: SourceTree, path: string): string[] {
	const source = sourceOfList(files, path);
	return source === null ? [] : [source.command];
}

/** A line that could not be read may declare anything: an unnamed requirement stands for it. */
function withUnreadable({ requirements, problems }: RequirementsContent, path: string): readonly Requirement[] {
	return problems.some(({ fatal }) => fatal) ? [...requirements, unnamedRequirement(path, "")] : requirements;
}

/** Folders of the repository's own projects, by normalised name. */
function ownProjects(files: SourceTree): ReadonlyMap<string, string> {
	const found = new Map<string, string>();
	for (const [path, { text }] of files) {
		if (!path.endsWith("pyproject.toml")) continue;
		const name = /^\[(?:project|tool\.poetry)\][^[]*?^name[ \t]*=[ \t]*["']([\w.-]+)["']/m.exec(text)?.[1];
		if (name !== undefined) found.set(normalizeName(name), folderOf(path));
	}
	return found;
}

/** What another project of this repository provides is that project, and none of the same name from an index. */
function asOwnProject(requirement: Requirement, own: ReadonlyMap<string, string>): Requirement {
	const folder = own.get(requirement.normalized);
	if (requirement.url !== null || folder === undefined || foldersUpwards(folderOf(requirement.path)).includes(folder))
		return requirement;
	return { ...requirement, url: relativeTo(folderOf(requirement.path), folder) };
}

type PythonRequirement = Pick<Manifest, "requiresPython" | "requiresPythonRange">;

interface Found {
	readonly kind: ManifestKind;
	readonly path: string;
	readonly content: RequirementsContent & PythonRequirement;
	readonly installer: Installer;
	readonly locked: LockFile | null;
	/** Names of tests, linters and the like: `requirements-dev.txt`. */
	readonly forDevelopment: boolean;
}

function readFolder(files: SourceTree, folder: string, locks: readonly LockFile[]): Found[] {
	const found: Found[] = [];
	const add = (name: string, kind: ManifestKind, content: Found["content"], tool: string | null = null): void => {
		const locked = locks.find((lock) => locksKind(lock, kind) && isLockOf(lock, folder)) ?? null;
		const forDevelopment = isForDevelopment(name);
		found.push({
			kind,
			path: inFolder(folder, name),
			content,
			installer: installerOf(kind, tool, locked),
			locked,
			forDevelopment,
		});
	};
	for (const name of listRequirementsFiles(files, folder)) {
		add(name, "requirements", {
			...readRequirementsFile(files, inFolder(folder, name)),
			requiresPython: null,
			requiresPythonRange: null,
		});
	}
	if (files.has(inFolder(folder, "pyproject.toml"))) {
		const content = readPyproject(files, inFolder(folder, "pyproject.toml"));
		if (content.declaresDependencies || content.problems.length > 0) add("pyproject.toml", "pyproject", content, content.tool);
	}
	if (files.has(inFolder(folder, "Pipfile"))) add("Pipfile", "pipfile", readPipfile(files, inFolder(folder, "Pipfile")));
	for (const [name, kind, read] of [
		["setup.cfg", "setup-cfg", readSetupCfg],
		["setup.py", "setup-py", readSetupPy],
	] as const) {
		if (!files.has(inFolder(folder, name))) continue;
		const content = read(files, inFolder(folder, name));
		if (content.declaresDependencies) add(name, kind, content);
	}
	for (const name of ["environment.yml", "environment.yaml"]) {
		// Only a file that has conda's list is one of conda's.
		if (!/^dependencies[ \t]*:/m.test(files.get(inFolder(folder, name))?.text ?? "")) continue;
		const content = readCondaEnvironment(files, inFolder(folder, name));
		if (content.declaresDependencies || content.problems.length > 0) add(name, "conda", content);
	}
	return found;
}

/** A lock lies beside its project, or in the folder of the workspace whose member that is. */
function isLockOf({ path, projects }: LockFile, folder: string): boolean {
	const own = folderOf(path);
	return own === folder || projects.some((project) => project.folder !== "" && inFolder(own, project.folder) === folder);
}

function locksKind(lock: LockFile, kind: ManifestKind): boolean {
	return lock.kind === "pipenv" ? kind === "pipfile" : kind === "pyproject";
}

/** `requirements.txt` first, then its like (`requirements-prod.txt`, `requirements/base.txt`) by name. */
function listRequirementsFiles(files: SourceTree, folder: string): string[] {
	const prefix = folder === "" ? "" : `${folder}/`;
	const names: string[] = [];
	for (const path of files.keys()) {
		if (!path.startsWith(prefix)) continue;
		const name = path.slice(prefix.length);
		if (/^(?:[\w.-]*requirements[\w.-]*\.(?:txt|in)|requirements\/[\w.-]+\.(?:txt|in))$/i.test(name)) names.push(name);
	}
	const rank = (name: string): number => (name === "requirements.txt" ? 0 : name.endsWith(".in") ? 2 : 1);
	return names.sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1));
}

/** What a Dockerfile names behind `pip install` is a list like any other. */
function namedInCommands({ packages }: Installation): Found {
	return {
		kind: "install-command",
		path: packages[0]?.path ?? "",
		content: { requirements: packages, constraints: [], problems: [], requiresPython: null, requiresPythonRange: null },
		installer: "pip",
		locked: null,
		forDevelopment: false,
	};
}

/** Does it name packages, or another list that would if it were there? */
function isList({ requirements, problems }: RequirementsContent): boolean {
	return requirements.length > 0 || problems.some(({ missing }) => missing !== undefined);
}

interface Primary {
	readonly path: string;
	readonly installedBy: string | null;
	readonly evidence: string;
}

function choosePrimary(installation: Installation | null, found: readonly Found[]): Primary | null {
	if (installation?.path != null)
		return { path: installation.path, installedBy: installation.at, evidence: `${installation.at} installs it` };
	const candidates = found.filter(({ content, forDevelopment }) => isList(content) && !forDevelopment);
	const nearest = candidates[0] === undefined ? null : folderOf(candidates[0].path.replace(/\/requirements\/[^/]+$/, "/x"));
	const inNearest = candidates.filter(({ path }) => path.startsWith(nearest === "" || nearest === null ? "" : `${nearest}/`));
	const locked = inNearest.find((manifest) => manifest.locked !== null);
	if (locked?.locked) return { path: locked.path, installedBy: null, evidence: `${locked.locked.path} is its lock file` };
	const first = inNearest[0] ?? found[0];
	if (first === undefined) return null;
	if (first.kind === "install-command")
		return { path: first.path, installedBy: installation?.at ?? null, evidence: "nothing else names packages" };
	const others = inNearest.filter((manifest) => manifest !== first);
	const evidence =
		others.length === 0
			? "the only manifest of the backend"
			: `the first of ${inNearest.length} manifests, nothing names another`;
	return { path: first.path, installedBy: null, evidence };
}
