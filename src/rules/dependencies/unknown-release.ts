import type { FixProposal } from "../../audit/fix.ts";
import { defineRule } from "../../audit/rule.ts";
import { markerApplies } from "../../environment/marker.ts";
import { canAllBeSatisfied, pinnedVersion, versionSatisfies } from "../../environment/pep440.ts";
import { primaryManifest } from "../../project/manifests/declared.ts";
import { setSpecifier } from "../../project/manifests/edit.ts";
import type { Project } from "../../project/project.ts";

interface Evidence {
	/** PEP 503 name. */
	readonly name: string;
	/** As declared: `==0.110.9`. */
	readonly specifier: string;
	/** The newest release that is known. */
	readonly newest: string;
	/** The release nearest to what is asked for. */
	readonly nearest: string;
	readonly command: string;
}

const main = "from fastapi import FastAPI\n\napp = FastAPI()\n";

export default defineRule<Evidence>({
	name: "unknown-release",
	category: "DEPENDENCY",
	summary: "A version is declared that was never released",
	story:
		"A digit too many, or a version that some other package has: the installing tool finds no such release and installs nothing of the list.",
	references: ["https://packaging.python.org/en/latest/specifications/version-specifiers/"],
	example: {
		before: { "requirements.txt": "fastapi==0.110.9\nuvicorn\n", "main.py": main },
		after: { "requirements.txt": "fastapi==0.110.3\nuvicorn\n", "main.py": main },
	},

	*detect(project) {
		const manifest = primaryManifest(project.manifests);
		if (manifest === null) return;
		const { environment } = project;
		for (const { normalized, specifier, marker, group, url, path, range } of manifest.requirements) {
			if (group !== "" || url !== null || specifier === "" || markerApplies(marker, environment.python) !== true) continue;
			const releases = environment.releasesOf(normalized);
			// The newest ones are asked for most.
			if (releases.findLast(({ version }) => versionSatisfies(version, specifier) !== false) !== undefined) continue;
			const versions = releases.filter(({ isYanked }) => !isYanked).map(({ version }) => version);
			const newest = versions.at(-1);
			if (newest === undefined) continue;
			if (environment.distributions.has(normalized) && isInstalled(project, normalized, specifier)) continue;
			if (isBeyond(specifier, newest) && !isFarBeyond(specifier, newest)) continue;
			const nearest = nearestTo(specifier, versions) ?? newest;
			const evidence = { name: normalized, specifier, newest, nearest, command: manifest.installCommand };
			yield { subject: normalized, path, range, evidence };
		}
	},

	describe({ evidence: { name, specifier, newest, command } }) {
		return {
			severity: "CRITICAL",
			stage: "import",
			problem: `${name}${specifier} is declared, and there is no such release`,
			rootCause: `Of the releases of ${name}, up to ${newest}, none is ${specifier}. ${command} finds nothing to install for it, and installs nothing else either.`,
			expectedError: `ERROR: No matching distribution found for ${name}${specifier}`,
			failsOn: ["clean-install"],
			order: -1,
		};
	},

	fix({ path, range, evidence }, project): FixProposal | undefined {
		const manifest = primaryManifest(project.manifests);
		const requirement = manifest?.requirements.find((each) => each.path === path && each.range.start === range.start);
		const { name, nearest } = evidence;
		const specifier = `${pinnedVersion(evidence.specifier) === null ? ">=" : "=="}${nearest}`;
		const edits = requirement === undefined ? null : setSpecifier(project.files, requirement, specifier);
		if (manifest === null || edits === null) return undefined;
		return {
			title: `Ask for ${name}${specifier}`,
			explanation: `${nearest} is the release of ${name} nearest to what is asked for.`,
			applicability: "review",
			edits,
			commands: manifest.updateCommands,
		};
	},
});

/** A release of its own index, or one that is no final release: what is installed exists. */
function isInstalled({ environment }: Project, name: string, specifier: string): boolean {
	const installed = environment.distributions.get(name)?.version;
	return environment.kind === "interpreter" && installed !== undefined && versionSatisfies(installed, specifier) === true;
}

/** Could a release satisfy it that is newer than all that are known? */
function isBeyond(specifier: string, newest: string): boolean {
	return /[a-z]/.test(specifier.replace(/post|\.\*/g, "")) || canAllBeSatisfied([specifier, `>${newest}`]);
}

/** No package gets from 0.165 to 9.9 or 0.1150, or from 2 to 99, before this list is made anew. */
function isFarBeyond(specifier: string, newest: string): boolean {
	const asked = numbersOf(pinnedVersion(specifier) ?? /^>=\s*([\d.]+)$/.exec(specifier)?.[1] ?? "");
	const now = numbersOf(newest);
	const first = asked.findIndex((number, index) => number !== (now[index] ?? 0));
	return first !== -1 && (asked[first] ?? 0) > 2 * (now[first] ?? 0) + 5;
}

function numbersOf(version: string): number[] {
	return /^\d+(?:\.\d+)*$/.test(version) ? version.split(".").map(Number) : [];
}

/** The newest release below what is asked for; where that is of another series, the next one above. */
function nearestTo(specifier: string, versions: readonly string[]): string | undefined {
	const asked = /\d[\d.]*/.exec(specifier)?.[0]?.replace(/\.$/, "") ?? "";
	const below = versions.findLast((version) => versionSatisfies(version, `<=${asked}`) === true);
	if (below !== undefined && numbersOf(below)[0] === numbersOf(asked)[0]) return below;
	return versions.find((version) => versionSatisfies(version, `>=${asked}`) === true) ?? below;
}
