import { defineRule } from "../../audit/rule.ts";
import { markerApplies } from "../../environment/marker.ts";
import { closeOver, primaryManifest, requiredBy } from "../../project/manifests/declared.ts";
import { setSpecifier } from "../../project/manifests/edit.ts";
import type { Requirement } from "../../project/manifests/manifest.ts";
import { canAllBeSatisfied, pinnedVersion, versionSatisfies } from "../../project/manifests/version.ts";

interface Evidence {
	readonly name: string;
	/** As declared: `>=2.1`. */
	readonly specifier: string;
	/** Who asks for something else, and through whom it comes in: `["sqlmodel"]`. */
	readonly chain: readonly string[];
	/** Version of the last of the chain. */
	readonly requirerVersion: string;
	/** What it asks for: `<2.1.0,>=2.0.14`. */
	readonly required: string;
	/** Is that version the only one that the manifest allows? Then no installation can succeed. */
	readonly isPinned: boolean;
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
		if (manifest === null) return;
		const { environment, manifests } = project;
		const mainList = manifest.requirements.filter(
			({ group, normalized, marker }) => group === "" && normalized !== "" && markerApplies(marker, environment.python) === true,
		);
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
					isPinned: chain.length === 1 && isPinnedTo(own, distribution.version),
					command: manifest.installCommand,
				};
				yield { subject: `${normalized}:${requirer}`, path, range, evidence };
			}
		}
	},

	describe({ evidence }) {
		const { name, specifier, chain, requirerVersion, required, isPinned, command } = evidence;
		const requirer = `${chain.at(-1)} ${requirerVersion}`;
		const through = chain.length > 1 ? ` (which comes with ${chain[0]})` : "";
		return {
			severity: isPinned ? "CRITICAL" : "MEDIUM",
			stage: isPinned ? "import" : "none",
			problem: `${name}${specifier} is declared, and ${requirer} needs ${name}${required}`,
			rootCause: isPinned
				? `No version of ${name} satisfies both, and ${chain.at(-1)} is pinned to ${requirerVersion}: ${command} refuses the list and installs nothing.`
				: `No version of ${name} satisfies both${through}. An installation has to take another version of ${chain.at(-1)}, or fails.`,
			...(isPinned
				? {
						expectedError:
							"ERROR: ResolutionImpossible: for help visit https://pip.pypa.io/en/latest/topics/dependency-resolution/#dealing-with-dependency-conflicts",
						order: -1,
					}
				: {}),
			failsOn: isPinned ? ["clean-install"] : [],
		};
	},

	fix({ path, range, evidence }, project) {
		const manifest = primaryManifest(project.manifests);
		const requirement = manifest?.requirements.find((each) => each.path === path && each.range.start === range.start);
		const edits = requirement === undefined ? null : setSpecifier(project.files, requirement, evidence.required);
		if (manifest === null || edits === null) return undefined;
		return {
			title: `Ask for ${evidence.name}${evidence.required}`,
			explanation: `These are the versions that ${evidence.chain.at(-1)} ${evidence.requirerVersion} works with. If the code needs a newer ${evidence.name}, raise ${evidence.chain.at(-1)} instead.`,
			applicability: "review",
			edits,
			commands: manifest.updateCommands,
		};
	},
});

function isPinnedTo(requirement: Requirement | undefined, version: string): boolean {
	return requirement !== undefined && pinnedVersion(requirement.specifier) === version;
}
