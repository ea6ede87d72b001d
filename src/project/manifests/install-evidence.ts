import { LineIndex } from "../../text/line-index.ts";
import type { SourceTree } from "../project.ts";
import { readInstructions, wordsOf } from "../starts/dockerfile-instructions.ts";
import { type InstallCommand, type InstalledGroups, listInstallCommands } from "./install-commands.ts";
import type { ManifestKind, Requirement } from "./manifest.ts";
import { folderOf, foldersUpwards, inFolder, joinPath } from "./paths.ts";
import { parsePep508, requirementOf } from "./pep508.ts";
import { unnamedRequirement } from "./requirements-file.ts";

interface Candidate {
	readonly kind: ManifestKind;
	readonly path: string;
}

/** Files that install what a start-up needs, the most telling first. */
const startUpFile =
	/^(?:Dockerfile[\w.-]*|[\w.-]+\.Dockerfile|Containerfile|render\.ya?ml|railway\.(?:json|toml)|nixpacks\.toml|Procfile|Makefile|justfile|[\w.-]*\.sh)$/i;

/** What a start-up file orders to be installed. */
export interface Installation {
	/** Path of the manifest that it installs first; null where it only names packages. */
	readonly path: string | null;
	/** The line that installs it: `backend/Dockerfile:7`. */
	readonly at: string;
	/** Every manifest that the file installs, with the groups that come along. */
	readonly groups: ReadonlyMap<string, InstalledGroups>;
	/** Packages that its commands name themselves. */
	readonly packages: readonly Requirement[];
}

/**
 * The installation that a Dockerfile or its like orders: the most telling file that installs anything, or the one that is named; null
 * where none does.
 */
export function findInstallation(
	files: SourceTree,
	backend: string,
	candidates: readonly Candidate[],
	startUpFileNamed: string | null = null,
): Installation | null {
	if (startUpFileNamed !== null) {
		const found = readInstallation(files.get(startUpFileNamed)?.text ?? "", startUpFileNamed, backend, candidates);
		if (found !== null) return found;
	}
	let named: Installation | null = null;
	for (const folder of foldersUpwards(backend)) {
		const names = [...files.keys()]
			.filter((path) => folderOf(path) === folder)
			.map((path) => path.slice(folder === "" ? 0 : folder.length + 1));
		const ranked = names.filter((name) => startUpFile.test(name)).sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1));
		for (const name of ranked) {
			const path = inFolder(folder, name);
			const found = readInstallation(files.get(path)?.text ?? "", path, backend, candidates);
			if (found?.path != null) return found;
			if (found !== null && bringsServer(found)) named ??= found;
		}
	}
	return named;
}

/** `pip install pre-commit` in a Makefile sets up a workplace; who names packages for the server names one that serves. */
function bringsServer({ packages }: Installation): boolean {
	return packages.some(({ normalized }) => normalized === "" || servers.has(normalized));
}

const servers: ReadonlySet<string> = new Set(["fastapi", "starlette", "uvicorn", "gunicorn", "hypercorn", "granian", "sqlmodel"]);

const makesInstallation = /\bmake[ \t]{1,4}[\w-]{0,30}(?:install|deps|dependencies|setup)\b/;

function rank(name: string): number {
	if (/docker|container/i.test(name)) return /dev|test/i.test(name) ? 1 : 0;
	return 2;
}

function readInstallation(text: string, path: string, backend: string, candidates: readonly Candidate[]): Installation | null {
	const lines = new LineIndex(text);
	const groups = new Map<string, InstalledGroups>();
	const packages: Requirement[] = [];
	const copied = rank(path) < 2 ? renamedLists(text) : new Map<string, string>();
	const find = (written: string): Candidate | null => {
		const source = copied.get(nameOf(written));
		if (source === undefined) return findNamed(written, path, backend, candidates);
		const places = [joinPath(path, source), inFolder(backend, source), source];
		return candidates.find((each) => places.includes(each.path)) ?? null;
	};
	let first: { readonly path: string | null; readonly at: string } | null = null;
	const commands = listInstallCommands(text);
	const exported = new Set(commands.flatMap(({ writes }) => (writes === null ? [] : [nameOf(writes)])));
	for (const each of commands) {
		// What a tool has written of its own lists is nothing new.
		const requirementFiles = each.requirementFiles.filter((written) => !exported.has(nameOf(written)));
		const command = { ...each, requirementFiles };
		const at = `${path}:${lines.positionAt(command.start).line}`;
		for (const [manifest, along] of manifestsOf(command, path, candidates, find, (each) => groups.has(each))) {
			if (first?.path == null) first = { path: manifest, at };
			groups.set(manifest, joined(groups.get(manifest), along));
		}
		// A list that is not among the manifests may bring anything.
		const unknown = command.requirementFiles.some((written) => find(written) === null);
		if (unknown && candidates.length > 0) packages.push(unnamedRequirement(path, ""));
		if (unknown && command.requirementFiles.some((written) => copied.has(nameOf(written)))) first ??= { path: null, at };
		for (const each of command.packages) packages.push(requirementOfCommand(each.text, each.start, path));
		if (first === null && command.packages.length > 0) first = { path: null, at };
	}
	// A target of a Makefile that an image runs may install anything.
	if (candidates.length > 0 && rank(path) < 2 && makesInstallation.test(text)) packages.push(unnamedRequirement(path, ""));
	return first === null ? null : { ...first, groups, packages };
}

function* manifestsOf(
	command: InstallCommand,
	from: string,
	candidates: readonly Candidate[],
	find: (written: string) => Candidate | null,
	isKnown: (manifest: string) => boolean,
): Generator<[string, InstalledGroups]> {
	for (const written of command.requirementFiles) {
		const manifest = find(written);
		if (manifest !== null) yield [manifest.path, []];
	}
	for (const { folder, extras } of command.projects) {
		const manifest = findProject(folder, from, candidates);
		if (manifest !== null) yield [manifest.path, extras];
	}
	const { project } = command;
	const manifest = project === null ? undefined : candidates.find(({ kind }) => kind === project.kind);
	if (project !== null && manifest !== undefined && !(project.isRun && isKnown(manifest.path)))
		yield [manifest.path, project.groups];
}

/** Lists that an image gets under another name, `COPY requirements-prod.txt requirements.txt`: that name → path in the build's folder. */
function renamedLists(text: string): ReadonlyMap<string, string> {
	const found = new Map<string, string>();
	for (const { name, rest } of readInstructions(text)) {
		if (name !== "COPY" || /(?:^|\s)--from=/.test(rest)) continue;
		const [source, target, ...more] = wordsOf(rest);
		if (source === undefined || target === undefined || more.length > 0 || !/\.(?:txt|in)$/.test(target)) continue;
		if (/\.(?:txt|in)$/.test(source) && nameOf(source) !== nameOf(target))
			found.set(nameOf(target), source.replace(/^\.?\//, ""));
	}
	return found;
}

function nameOf(path: string): string {
	return path.slice(Math.max(path.lastIndexOf("/"), path.lastIndexOf("\\")) + 1);
}

function joined(known: InstalledGroups | undefined, more: InstalledGroups): InstalledGroups {
	return known === "all" || more === "all" ? "all" : [...new Set([...(known ?? []), ...more])];
}

/** A package of a command line; what is none by PEP 508 (an address, a variable) may bring anything. */
function requirementOfCommand(text: string, start: number, path: string): Requirement {
	const parsed = parsePep508(text);
	const range = { start, end: start + text.length };
	if (parsed === null) return { ...unnamedRequirement(path, ""), url: text, range, notation: "command" };
	return { ...requirementOf(parsed, { path, range, group: "" }), notation: "command" };
}

/** The project in a folder, which in a container may be called otherwise. */
function findProject(written: string, from: string, candidates: readonly Candidate[]): Candidate | null {
	const projects = candidates.filter(({ kind }) => kind !== "requirements" && kind !== "pipfile");
	const folder = joinPath(from, written);
	return projects.find(({ path }) => folderOf(path) === folder) ?? projects[0] ?? null;
}

/** A file named in a container (`/app/requirements.txt`) is told by its path from here or the backend, else by its name alone. */
function findNamed(written: string, from: string, backend: string, candidates: readonly Candidate[]): Candidate | null {
	const exact = [joinPath(from, written), joinPath(inFolder(backend, "x"), written)];
	const byPath = candidates.find(({ path }) => exact.includes(path));
	if (byPath !== undefined) return byPath;
	return candidates.find(({ path }) => nameOf(path) === nameOf(written)) ?? null;
}
