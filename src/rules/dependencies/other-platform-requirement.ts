import { defineRule } from "../../audit/rule.ts";
import { markerApplies } from "../../environment/marker.ts";
import { type OtherPlatform, otherPlatform } from "../../environment/other-platforms.ts";
import { versionSatisfies } from "../../environment/pep440.ts";
import { primaryManifest } from "../../project/manifests/declared.ts";
import { addMarker, removeRequirement } from "../../project/manifests/edit.ts";
import type { Requirement } from "../../project/manifests/manifest.ts";

interface Evidence {
	/** As declared. */
	readonly name: string;
	readonly specifier: string;
	readonly other: OtherPlatform;
	readonly command: string;
}

const main = "from fastapi import FastAPI\n\napp = FastAPI()\n";
const systems: Readonly<Record<string, string>> = { win32: "Windows", darwin: "macOS" };

export default defineRule<Evidence>({
	name: "other-platform-requirement",
	category: "DEPENDENCY",
	summary: "A package is declared that exists for Windows or macOS alone",
	story:
		"`pip freeze` on a Windows machine writes down what only Windows needs, such as pywin32: on a Linux server or in a container the installation of the whole list fails.",
	references: ["https://packaging.python.org/en/latest/specifications/dependency-specifiers/#environment-markers"],
	example: {
		before: { "requirements.txt": "fastapi==0.115.0\npywin32==306\nuvicorn==0.30.6\n", "main.py": main },
		after: {
			"requirements.txt": 'fastapi==0.115.0\npywin32==306; sys_platform == "win32"\nuvicorn==0.30.6\n',
			"main.py": main,
		},
	},

	*detect({ manifests, environment }) {
		const manifest = primaryManifest(manifests);
		for (const requirement of manifest?.requirements ?? []) {
			const { normalized, name, specifier, path, range, group, marker, url, notation } = requirement;
			const other = otherPlatform(normalized);
			if (other === null || manifest === null || group !== "" || url !== null || notation === "conda") continue;
			// Where it is installed, the project lives on such a machine.
			if (environment.kind === "interpreter" && environment.distributions.has(normalized)) continue;
			if (markerApplies(marker, environment.python) !== true || isFoundHere(other, requirement)) continue;
			yield { subject: normalized, path, range, evidence: { name, specifier, other, command: manifest.installCommand } };
		}
	},

	describe({ evidence: { name, specifier, other, command } }) {
		const system = systems[other.platform] ?? other.platform;
		return {
			severity: "CRITICAL",
			stage: "import",
			problem: `${name} is declared for every machine, and can be installed on ${system} alone`,
			rootCause: `${other.isBuilt ? `${name} cannot be built on Linux` : `There is no ${name}${specifier} for Linux`}. ${command} stops at it there, and installs nothing else either.`,
			...(other.isBuilt ? {} : { expectedError: `ERROR: No matching distribution found for ${name}${specifier}` }),
			failsOn: ["clean-install"],
			order: -1,
		};
	},

	fix({ path, range, evidence: { name, other } }, { manifests, files }) {
		const manifest = primaryManifest(manifests);
		const requirement = manifest?.requirements.find((each) => each.path === path && each.range.start === range.start);
		if (manifest === null || requirement === undefined) return undefined;
		const edits = addMarker(files, requirement, `sys_platform == "${other.platform}"`);
		const system = systems[other.platform] ?? other.platform;
		if (edits !== null)
			return {
				title: `Ask for ${name} on ${system} only`,
				explanation: `With this marker ${system} still gets ${name}, and every other machine passes over the line.`,
				applicability: "safe",
				edits,
				commands: manifest.updateCommands,
			};
		const removed = removeRequirement(files, requirement);
		if (removed === null) return undefined;
		return {
			title: `Remove ${name}`,
			explanation: `${name} does nothing on a server that runs Linux.`,
			applicability: "review",
			edits: removed,
			commands: manifest.updateCommands,
		};
	},
});

/** Does Linux get an empty or an old release under these bounds? */
function isFoundHere({ here }: OtherPlatform, { specifier }: Requirement): boolean {
	return here !== null && (specifier === "" || versionSatisfies(here, specifier) !== false);
}
