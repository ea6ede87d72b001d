import type { FixProposal } from "../../audit/fix.ts";
import { defineRule, type Match } from "../../audit/rule.ts";
import { normalizeName } from "../../environment/environment.ts";
import { markerApplies } from "../../environment/marker.ts";
import { canAllBeSatisfied, pinnedVersion, versionSatisfies } from "../../environment/pep440.ts";
import { closeOver, primaryManifest, requiredBy } from "../../project/manifests/declared.ts";
import { setSpecifier } from "../../project/manifests/edit.ts";
import { allowedReleases, listExclusions } from "../../project/manifests/impossible-list.ts";
import type { Manifest, Requirement } from "../../project/manifests/manifest.ts";
import { isResolved, overriddenPackages } from "../../project/manifests/resolution.ts";
import type { Project } from "../../project/project.ts";
import type { TextEdit } from "../../text/range.ts";
import { aboutHashes } from "./uses/declare-package.ts";
import { isKeptBack } from "./uses/version-pairs.ts";

interface Evidence {
	readonly name: string;
	/** As declared: `>=2.1`. */
	readonly specifier: string;
	/** Where a `-c` file allows only other versions of the same package: `constraints.txt`; null where another package does. */
	readonly limitedBy: string | null;
	/** Who asks for something else, and through whom it comes in: `["sqlmodel"]`. */
	readonly chain: readonly string[];
	/** Version of the last of the chain. */
	readonly requirerVersion: string;
	/** What it asks for: `<2.1.0,>=2.0.14`. */
	readonly required: string;
	/** Does whatever the manifest allows of the requirer ask for that, or the like? Then no installation can succeed. */
	readonly isCertain: boolean;
	readonly command: string;
}

const main = "from fastapi import FastAPI\n\napp = FastAPI()\n";

export default defineRule<Evidence>({
	name: "conflicting-requirements",
	category: "DEPENDENCY",
	summary: "A declared version is one that another declared package excludes",
	story:
		"Two packages of the list ask for versions of a third that exclude each other: pip refuses the list, or quietly takes an old version of one of them.",
	references: ["https://pip.pypa.io/en/stable/topics/dependency-resolution/#dealing-with-dependency-conflicts"],
	example: {
		before: { "requirements.txt": "fastapi==0.115.0\nstarlette>=0.45\nuvicorn\n", "main.py": main },
		after: { "requirements.txt": "fastapi==0.115.0\nstarlette<0.39.0,>=0.37.2\nuvicorn\n", "main.py": main },
	},

	*detect(project) {
		const manifest = primaryManifest(project.manifests);
		if (manifest === null || !isResolved(project.files, manifest)) return;
		const { environment, manifests } = project;
		const overridden = overriddenPackages(project.files, manifest);
		const mainList = manifest.requirements.filter(
			({ group, normalized, marker }) =>
				group === "" && normalized !== "" && !overridden.has(normalized) && markerApplies(marker, environment.python) === true,
		);
		const { installCommand: command } = manifest;
		const told = new Set<string>();
		const constraints = manifest.constraints.filter(({ normalized }) => !overridden.has(normalized));
		for (const [requirement, limit] of contradictions(mainList, constraints, project)) {
			const { name, specifier, normalized, path, range } = requirement;
			told.add(normalized);
			const required = limit.specifier;
			const limitedBy = limit.path;
			const evidence = { name, specifier, chain: [], requirerVersion: "", required, isCertain: true, command, limitedBy };
			yield { subject: `${normalized}:${limitedBy}`, path, range, evidence };
		}
		for (const { requirement, chain, version, required } of listExclusions(mainList, constraints, environment)) {
			const { name, specifier, normalized, path, range } = requirement;
			if (told.has(normalized)) continue;
			told.add(normalized);
			const evidence = { name, specifier, chain, requirerVersion: version, required, isCertain: true, command, limitedBy: null };
			yield { subject: `${normalized}:${chain.at(-1)}`, path, range, evidence };
		}
		const declared = new Map(mainList.map((requirement) => [requirement.normalized, requirement]));
		const { provided } = closeOver(mainList, manifests, environment);
		for (const [requirer, chain] of provided) {
			const distribution = environment.distributions.get(requirer);
			const own = declared.get(requirer);
			if (distribution === undefined || (own !== undefined && versionSatisfies(distribution.version, own.specifier) === false))
				continue;
			for (const required of requiredBy(distribution, own?.extras ?? [], environment)) {
				if (required.marker !== null && markerApplies(required.marker, environment.python, own?.extras ?? []) !== true) continue;
				const requirement = declared.get(required.normalized);
				if (
					requirement === undefined ||
					requirement.url !== null ||
					told.has(required.normalized) ||
					isKeptBack(requirement, provided) ||
					canAllBeSatisfied([requirement.specifier, required.specifier])
				)
					continue;
				const { name, specifier, normalized, path, range } = requirement;
				const evidence = {
					name,
					specifier,
					chain: [...chain.slice(0, -1), distribution.name],
					requirerVersion: distribution.version,
					required: required.specifier,
					isCertain: chain.length === 1 && isPinnedTo(own, distribution.version),
					command,
					limitedBy: null,
				};
				yield { subject: `${normalized}:${requirer}`, path, range, evidence };
			}
		}
	},

	describe({ evidence }) {
		const { name, specifier, chain, requirerVersion, required, isCertain, command, limitedBy } = evidence;
		if (limitedBy !== null)
			return {
				severity: "CRITICAL",
				stage: "import",
				problem: `${name}${specifier} is declared, and ${limitedBy} allows only ${name}${required}`,
				rootCause: `No version of ${name} satisfies both: ${command} refuses the list and installs nothing.`,
				expectedError: impossible,
				order: -1,
				failsOn: ["clean-install"],
			};
		const requirer = `${chain.at(-1)} ${requirerVersion}`;
		const through = chain.length > 1 ? ` (which comes with ${chain[0]})` : "";
		return {
			severity: isCertain ? "CRITICAL" : "MEDIUM",
			stage: isCertain ? "import" : "none",
			problem: `${name}${specifier} is declared, and ${requirer} needs ${name}${required}`,
			rootCause: isCertain
				? `No version of ${name} satisfies both${through}, and what else is declared allows no other ${chain.at(-1)} that would do: ${command} refuses the list and installs nothing.`
				: `No version of ${name} satisfies both${through}. An installation has to take another version of ${chain.at(-1)}, or fails.`,
			...(isCertain
				? {
						expectedError: impossible,
						order: -1,
					}
				: {}),
			failsOn: isCertain ? ["clean-install"] : [],
		};
	},

	fix(match, project) {
		return listMends(match, project)[0];
	},

	alternatives(match, project) {
		return listMends(match, project).slice(1);
	},
});

const impossible =
	"ERROR: ResolutionImpossible: for help visit https://pip.pypa.io/en/latest/topics/dependency-resolution/#dealing-with-dependency-conflicts";

/** Requirements, each with a constraint that allows none of the versions that it asks for. */
function contradictions(
	requirements: readonly Requirement[],
	constraints: readonly Requirement[],
	{ environment }: Project,
): readonly (readonly [Requirement, Requirement])[] {
	return requirements.flatMap((requirement) => {
		const limit = constraints.find(
			({ normalized, specifier, marker }) =>
				normalized === requirement.normalized &&
				requirement.url === null &&
				markerApplies(marker, environment.python) === true &&
				!canAllBeSatisfied([requirement.specifier, specifier]),
		);
		return limit === undefined ? [] : [[requirement, limit] as const];
	});
}

/** What may be asked for in the place of one of the two: first what leaves no clash behind, and of that what the code does not speak against. */
function listMends({ path, range, evidence }: Match<Evidence>, project: Project): FixProposal[] {
	const manifest = primaryManifest(project.manifests);
	const lines = [...(manifest?.requirements ?? []), ...(manifest?.constraints ?? [])];
	const requirement = lines.find((each) => each.path === path && each.range.start === range.start);
	if (manifest === null || requirement === undefined) return [];
	const { chain, requirerVersion, required, limitedBy } = evidence;
	if (limitedBy !== null) return eitherOfTwo(project, manifest, requirement, limitedBy);
	const mends: Mend[] = [
		{
			requirement,
			specifier: required,
			explanation: `These are the versions that ${chain.at(-1)} ${requirerVersion} works with. If the code needs a newer ${evidence.name}, raise ${chain[0]} instead.`,
		},
	];
	const requirer = manifest.requirements.find(
		({ normalized, group }) => group === "" && normalized === normalizeName(chain[0] ?? ""),
	);
	const newer = requirer === undefined ? null : newerBound(requirer, manifest, project);
	if (requirer !== undefined && newer !== null)
		mends.push({
			requirement: requirer,
			specifier: newer,
			explanation: `Releases of ${requirer.name} from there on work with ${evidence.name}${evidence.specifier}.`,
		});
	const rank = (mend: Mend): number =>
		(leavesClash(mend, manifest, project) ? 2 : 0) + (mend.requirement === requirement && isSpokenAgainst(mend, project) ? 1 : 0);
	return mends
		.toSorted((a, b) => rank(a) - rank(b))
		.flatMap((mend) => {
			const edits = setSpecifier(project.files, mend.requirement, mend.specifier);
			return edits === null ? [] : [proposalOf(project, mend, edits, manifest)];
		});
}

/** A requirement and a constraint on it that exclude each other: either can be made to say what the other does. */
function eitherOfTwo(project: Project, manifest: Manifest, requirement: Requirement, limitedBy: string): FixProposal[] {
	const limit = manifest.constraints.find(
		(each) =>
			each.path === limitedBy &&
			each.normalized === requirement.normalized &&
			!canAllBeSatisfied([each.specifier, requirement.specifier]),
	);
	if (limit === undefined) return [];
	const mends: Mend[] = [
		{
			requirement: limit,
			specifier: requirement.specifier,
			explanation: `${requirement.path} says what the backend asks for; ${limitedBy} only limits it.`,
		},
		{
			requirement,
			specifier: limit.specifier,
			explanation: `These are the versions that ${limitedBy} allows. Look whether the code works with them.`,
		},
	];
	return mends.flatMap((mend) => {
		const edits = setSpecifier(project.files, mend.requirement, mend.specifier);
		return edits === null ? [] : [proposalOf(project, mend, edits, manifest)];
	});
}

interface Mend {
	readonly requirement: Requirement;
	/** What it asks for instead. */
	readonly specifier: string;
	readonly explanation: string;
}

function proposalOf(
	project: Project,
	{ requirement, specifier, explanation }: Mend,
	edits: readonly TextEdit[],
	manifest: Manifest,
): FixProposal {
	return {
		title: `Ask for ${requirement.name}${specifier}`,
		explanation: `${explanation}${aboutHashes(project, manifest)}`,
		applicability: "review",
		edits,
		commands: manifest.updateCommands,
	};
}

/** The first release of the requirer from which on the list can be installed, as a lower bound; null where none is known. */
function newerBound(requirer: Requirement, manifest: Manifest, project: Project): string | null {
	const current = allowedReleases(requirer.normalized, [requirer.specifier], project.environment).next().value;
	const releases = [...allowedReleases(requirer.normalized, [`>${current?.version ?? ""}`], project.environment)]
		.filter(({ requires }) => requires !== null)
		.toReversed();
	const isSound = (version: string): boolean =>
		!leavesClash({ requirement: requirer, specifier: `==${version}` }, manifest, project);
	// Bounds only rise: the first release that will do is found by halving.
	let [low, high] = [0, releases.length - 1];
	const newest = releases[high];
	if (newest === undefined || !isSound(newest.version)) return null;
	while (low < high) {
		const middle = (low + high) >> 1;
		if (isSound(releases[middle]?.version ?? "")) high = middle;
		else low = middle + 1;
	}
	return `>=${releases[low]?.version}`;
}

function leavesClash(
	{ requirement, specifier }: Pick<Mend, "requirement" | "specifier">,
	manifest: Manifest,
	project: Project,
): boolean {
	const change = (each: Requirement) => (each === requirement ? { ...each, specifier } : each);
	const mainList = manifest.requirements.map(change).filter(({ group }) => group === "");
	return listExclusions(mainList, manifest.constraints.map(change), project.environment).some(
		({ requirement: other, chain }) => other.normalized === requirement.normalized || chain.includes(requirement.normalized),
	);
}

/** Would an older pydantic than 2 lack what the code imports? */
function isSpokenAgainst({ requirement, specifier }: Mend, { modules }: Project): boolean {
	if (requirement.normalized !== "pydantic" || versionSatisfies("2.5", specifier) !== false) return false;
	const words =
		/\b(?:field_validator|model_validator|field_serializer|ConfigDict|computed_field|TypeAdapter|RootModel|model_dump|pydantic_settings)\b/;
	return [...modules.values()].some(({ text }) => words.test(text));
}

function isPinnedTo(requirement: Requirement | undefined, version: string): boolean {
	return requirement !== undefined && pinnedVersion(requirement.specifier) === version;
}
