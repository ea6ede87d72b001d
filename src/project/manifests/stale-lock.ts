import { normalizeName } from "../../environment/environment.ts";
import { markerApplies } from "../../environment/marker.ts";
import { compareVersions, versionSatisfies } from "../../environment/pep440.ts";
import type { Project, SourceTree } from "../project.ts";
import type { LockedProject, LockedRequirement, LockFile } from "./lock-files.ts";
import type { Manifest, Requirement } from "./manifest.ts";
import { folderOf, inFolder } from "./paths.ts";
import { poetryContentHashes } from "./poetry-content-hash.ts";
import { readPyproject } from "./pyproject.ts";
import { overriddenPackages } from "./resolution.ts";
import { findTomlNode, parseTomlDocument } from "./toml-document.ts";

/** Something that a manifest declares and its lock does not have as it is declared. */
export interface Unlocked {
	readonly requirement: Requirement;
	/** What the lock has instead, for people: `0.110.0 is locked`; null where it does not have the package at all. */
	readonly instead: string | null;
}

/** How a lock differs from its manifest; without a word of either list where only poetry's hash tells. */
export interface LockDifference {
	/** In the manifest's order. */
	readonly lacking: readonly Unlocked[];
	/** PEP 503 names of what was locked as declared, and is declared no more. */
	readonly surplus: readonly string[];
	/** What is not about packages, for people: `version = "0.2.0"`. */
	readonly heading: string | null;
}

/**
 * What of a manifest its lock was not made of; null where there is nothing. What installs in spite of an old lock asks only whether
 * the packages are there; a tool that `compares` refuses each change of what any project of the workspace says.
 */
export function compareLock(lock: LockFile, manifest: Manifest, project: Project, compares: boolean): LockDifference | null {
	const hash = lock.kind === "poetry" ? isMadeOf(lock, project.files.get(manifest.path)?.text ?? "") : null;
	if (hash === true) return null;
	const projects = lock.projects.map((known) => ({ known, path: pyprojectOf(lock, known) }));
	const own = projects.find(({ path }) => path === manifest.path)?.known ?? null;
	const lacking = listLacking(lock, own, manifest, project);
	const changes = compares ? projects.flatMap((each) => changesOf(each.known, each.path, project.files)) : [];
	const told = new Set(lacking.map(({ requirement }) => placeOf(requirement)));
	const changed = changes.flatMap((each) => each.lacking).filter(({ requirement }) => !told.has(placeOf(requirement)));
	const surplus = changes.flatMap((each) => each.surplus);
	const heading = changes.find((each) => each.heading !== null)?.heading ?? (compares ? pythonChanged(lock, manifest) : null);
	const all = [...lacking, ...changed];
	if (all.length === 0 && surplus.length === 0 && heading === null && hash !== false) return null;
	return { lacking: all, surplus, heading };
}

function pyprojectOf(lock: LockFile, { folder }: LockedProject): string {
	const own = folderOf(lock.path);
	return inFolder(folder === "" ? own : inFolder(own, folder), "pyproject.toml");
}

function placeOf({ path, range }: Requirement): string {
	return `${path}:${range.start}`;
}

/** How a project's own file differs from what it was when it was locked; nothing where it cannot be read. */
function changesOf(known: LockedProject, path: string, files: SourceTree): LockDifference[] {
	const text = files.get(path)?.text;
	if (text === undefined) return [];
	const content = { ...readPyproject(files, path), path };
	if (content.problems.some(({ fatal }) => fatal)) return [];
	const lacking = listChanged(known, content, text);
	return [{ lacking, surplus: listSurplus(known, content, text), heading: headingChanged(known, text) }];
}

/** uv writes a project's own name and version into the lock. */
function headingChanged({ normalized, version }: LockedProject, text: string): string | null {
	const document = parseTomlDocument(text);
	const written = (key: string): string | null => {
		const node = findTomlNode(document, ["project", key]);
		return node?.kind === "string" ? node.value : null;
	};
	const [name, now] = [written("name"), written("version")];
	if (name !== null && normalizeName(name) !== normalized) return `name = "${name}"`;
	return now !== null && version !== null && compareVersions(now, version) !== 0 ? `version = "${now}"` : null;
}

/** By poetry's hash; null where it has none, or none can be made here. */
function isMadeOf({ contentHash }: LockFile, pyproject: string): boolean | null {
	const hashes = contentHash === null ? [] : poetryContentHashes(pyproject);
	return hashes.length === 0 ? null : hashes.some((each) => each === contentHash);
}

/** What the main list declares for this Python and the lock does not have, or has in a version that is not allowed. */
function listLacking(
	lock: LockFile,
	known: LockedProject | null,
	manifest: Manifest,
	{ environment, files }: Project,
): Unlocked[] {
	const overridden = overriddenPackages(files, manifest);
	const main = mainList(manifest);
	return main.flatMap((requirement): Unlocked[] => {
		const { normalized, marker, url, specifier } = requirement;
		if (normalized === "" || normalized === "python" || markerApplies(marker, environment.python) !== true) return [];
		if (!lock.names.has(normalized) || known?.requirements.some((each) => each.normalized === normalized) === false)
			return [{ requirement, instead: null }];
		const locked = lock.versions.get(normalized);
		const isOne = main.filter((each) => each.normalized === normalized).length === 1;
		// Releases before a final one, and those of a repository, are judged by their tool.
		if (locked === undefined || url !== null || !isOne || overridden.has(normalized) || !/^\d+(?:\.\d+)*$/.test(locked))
			return [];
		return versionSatisfies(locked, specifier) === false ? [{ requirement, instead: `${locked} is locked` }] : [];
	});
}

/** Of a workspace uv writes down which Pythons suit all its members. */
function pythonChanged({ projects, requiresPython: locked }: LockFile, { requiresPython: now }: Manifest): string | null {
	if (locked === null || now === null || projects.length !== 1) return null;
	const isPlain = (specifier: string): boolean => clausesOf(specifier).every((clause) => /^(?:>=|<)[\d.]+$/.test(clause));
	if (!isPlain(locked) || !isPlain(now) || sameMembers(clausesOf(locked), clausesOf(now))) return null;
	return `requires-python = "${now}"`;
}

type List = Pick<Manifest, "path" | "requirements">;

function mainList({ requirements, path }: List): readonly Requirement[] {
	return requirements.filter((each) => each.group === "" && each.path === path);
}

/** Requirements that were others, or none, when the project was locked. */
function listChanged(known: LockedProject, manifest: List, text: string): Unlocked[] {
	const main = mainList(manifest).flatMap((requirement) => {
		const instead = changedFrom(known.requirements, requirement);
		return instead === undefined ? [] : [{ requirement, instead }];
	});
	if (includesGroups(text)) return main;
	const optional = manifest.requirements.filter(({ group, url }) => group !== "" && url === null);
	const added = optional.filter(({ normalized }) => normalized !== "" && !known.optional.has(normalized));
	// A project may ask for its own extras.
	const others = added.filter(({ normalized }) => normalized !== known.normalized);
	return [...main, ...others.map((requirement) => ({ requirement, instead: null }))];
}

/** What a requirement was when it was locked, for people; null where it was not there, undefined where it was the same. */
function changedFrom(
	locked: readonly LockedRequirement[],
	{ normalized, extras, specifier, marker }: Requirement,
): string | null | undefined {
	const same = locked.filter((each) => each.normalized === normalized);
	if (normalized === "") return undefined;
	const wanted = extras.map(normalizeName);
	const [first] = same;
	if (first === undefined) return null;
	if (!same.some((each) => sameMembers(each.extras, wanted)))
		return first.extras.length === 0 ? "locked without extras" : `locked as ${normalized}[${first.extras.join(",")}]`;
	if (same.length === 1 && isOtherMarker(first.marker, marker))
		return first.marker === null ? "locked for every machine" : `locked for ${first.marker}`;
	if (same.some((each) => each.specifier === null || sameMembers(clausesOf(each.specifier), clausesOf(specifier))))
		return undefined;
	return first.specifier === "" ? "locked without a bound" : `locked as ${first.specifier}`;
}

/** Is a marker another one than was locked? Of those that speak of anything but one platform nobody says. */
function isOtherMarker(locked: string | null, now: string | null): boolean {
	const [before, after] = [onePlatform(locked), onePlatform(now)];
	return before !== null && after !== null && before !== after;
}

/** `sys_platform == 'linux'` as uv writes it, `""` where there is no marker; null for all others. */
function onePlatform(marker: string | null): string | null {
	if (marker === null) return "";
	const found = /^\s*(sys_platform|platform_system|platform_machine|os_name)\s*([!=]=)\s*["']([\w-]+)["']\s*$/.exec(marker);
	if (found === null) return null;
	const [, variable, operator, value = ""] = found;
	if (variable !== "platform_system") return `${variable} ${operator} ${value}`;
	const platform = systems[value];
	return platform === undefined ? null : `sys_platform ${operator} ${platform}`;
}

/** `platform_system` and the `sys_platform` of the same machines. */
const systems: Readonly<Record<string, string>> = { Linux: "linux", Windows: "win32", Darwin: "darwin" };

function listSurplus(known: LockedProject, { requirements }: List, text: string): string[] {
	const declared = new Set(requirements.map(({ normalized }) => normalized));
	const locked = known.requirements.map(({ normalized }) => normalized);
	return [...locked, ...(includesGroups(text) ? [] : known.optional)].filter((name) => !declared.has(name));
}

/** A group that includes others is written out in the lock. */
function includesGroups(text: string): boolean {
	return /\binclude-group\b/.test(text);
}

function sameMembers(one: readonly string[], other: readonly string[]): boolean {
	return [...new Set(one)].sort().join() === [...new Set(other)].sort().join();
}

/** `>= 0.100.0` is `>=0.100`; behind `~=` and before `.*` each number counts. */
function clausesOf(specifier: string): string[] {
	return specifier
		.split(",")
		.map((clause) => clause.replace(/\s/g, ""))
		.filter((clause) => clause !== "")
		.map((clause) => (/^~=|\*$/.test(clause) ? clause : clause.replace(/(?:\.0)+$/, "")));
}
