import type { FixProposal } from "../../../audit/fix.ts";
import { normalizeName } from "../../../environment/environment.ts";
import { compareVersions, parseVersion, versionSatisfies } from "../../../environment/pep440.ts";
import { removalBefore } from "../../../environment/removed-names.ts";
import { primaryManifest } from "../../../project/manifests/declared.ts";
import { setSpecifier, usesHashes } from "../../../project/manifests/edit.ts";
import type { Project } from "../../../project/project.ts";

/**
 * Asks for releases of a package that have the module, or the name in it, where the declared ones lack it. Null where the package is
 * not declared by a version that can be changed, where other releases than the installed one are asked for already, and where it is
 * not known which would do.
 */
export function askForReleaseWith(project: Project, module: string, symbol: string | null): FixProposal | null {
	const { environment } = project;
	const [top = ""] = module.split(".");
	const found = environment.findModule(top);
	const name = found.found === "present" && found.module.distribution !== null ? normalizeName(found.module.distribution) : null;
	const what = symbol === null ? module : `${symbol} of ${module}`;
	return name === null ? null : askForRelease(project, name, environment.releasesWith(name, module, symbol), what);
}

/** Asks for releases of a package (PEP 503 name) from before the one that refuses what the code does. */
export function askForReleaseBefore(project: Project, distribution: string, release: string, what: string): FixProposal | null {
	const removal = removalBefore(distribution, release);
	if (removal === null) return null;
	const releases = [
		{ version: removal.lastWith, has: true },
		{ version: removal.from, has: false },
	];
	return askForRelease(project, distribution, releases, what);
}

function askForRelease(
	project: Project,
	name: string,
	releases: ReturnType<Project["environment"]["releasesWith"]>,
	what: string,
): FixProposal | null {
	const { environment, files } = project;
	const current = environment.distributions.get(name)?.version;
	const manifest = primaryManifest(project.manifests);
	const declared = manifest?.requirements.find(({ normalized, group }) => group === "" && normalized === name);
	if (current === undefined || manifest === null || declared === undefined) return null;
	if (versionSatisfies(current, declared.specifier) === false) return null;
	const bound = boundWith(releases, current);
	if (bound === null || usesHashes(files, manifest)) return null;
	const edits = setSpecifier(files, declared, bound.specifier);
	if (edits === null) return null;
	return {
		title: `Ask for ${declared.name}${bound.specifier}`,
		explanation: bound.isNewer
			? `The code is written for a newer ${declared.name}: ${what} came with a later release than ${current}.`
			: `The code is written for an older ${declared.name}: ${what} is gone from ${current}.`,
		applicability: "review",
		edits,
		commands: manifest.updateCommands,
	};
}

/** The versions that have it: from the first on after which none lacks it, or up to the first that lacks it. */
function boundWith(
	releases: ReturnType<Project["environment"]["releasesWith"]>,
	current: string,
): { readonly specifier: string; readonly isNewer: boolean } | null {
	const newer = releases.filter(({ version }) => compareVersions(version, current) > 0);
	if (newer.at(-1)?.has === true) {
		const lastWithout = newer.findLastIndex(({ has }) => !has);
		return { specifier: `>=${newer[lastWithout + 1]?.version}`, isNewer: true };
	}
	const older = releases.filter(({ version }) => compareVersions(version, current) < 0);
	const lastWith = older.findLastIndex(({ has }) => has);
	if (lastWith === -1) return null;
	const version = older[lastWith]?.version ?? "";
	return { specifier: below(version, older[lastWith + 1]?.version ?? current), isNewer: false };
}

/** From a release that has it up to where it went: with the later major, within one with a later minor release, within that who knows. */
function below(version: string, without: string): string {
	const [major = 0, minor = 0] = parseVersion(version)?.release ?? [];
	const [laterMajor = 0, laterMinor = 0] = parseVersion(without)?.release ?? [];
	if (major !== laterMajor) return `>=${version},<${major + 1}`;
	return minor === laterMinor ? `==${version}` : `>=${version},<${major}.${minor + 1}`;
}
