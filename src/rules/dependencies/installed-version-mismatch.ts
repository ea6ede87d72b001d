import { defineRule } from "../../audit/rule.ts";
import { normalizeName } from "../../environment/environment.ts";
import { markerApplies } from "../../environment/marker.ts";
import { pinnedVersion, versionSatisfies } from "../../environment/pep440.ts";
import { listVanishedModules } from "../../environment/vanished-modules.ts";
import type { Failure } from "../../project/imports/trace.ts";
import { primaryManifest } from "../../project/manifests/declared.ts";
import { setSpecifier } from "../../project/manifests/edit.ts";
import { listExclusions } from "../../project/manifests/impossible-list.ts";
import type { Manifest, Requirement } from "../../project/manifests/manifest.ts";
import type { Project } from "../../project/project.ts";
import { installedPairs } from "./uses/version-pairs.ts";

interface Evidence {
	readonly name: string;
	readonly installed: string;
	readonly specifier: string;
	readonly manifest: string;
	readonly command: string;
}

const main = "from fastapi import FastAPI\n\napp = FastAPI()\n";

export default defineRule<Evidence>({
	name: "installed-version-mismatch",
	category: "DEPENDENCY",
	summary: "The installed version of a package is not one that is declared",
	story: "What runs here is not what the manifest asks for, so this machine and a clean install behave differently.",
	references: ["https://packaging.python.org/en/latest/specifications/version-specifiers/"],
	example: {
		before: { "requirements.txt": "fastapi>=0.116  # web\nuvicorn\n", "main.py": main },
		after: { "requirements.txt": "fastapi>=0.115.0  # web\nuvicorn\n", "main.py": main },
		installed: { before: { fastapi: "0.115.0", uvicorn: "0.30.0" }, after: { fastapi: "0.115.0", uvicorn: "0.30.0" } },
	},

	*detect(project) {
		const manifest = primaryManifest(project.manifests);
		if (manifest === null || project.environment.kind !== "interpreter") return;
		const { installCommand: command } = manifest;
		// What is installed of these does not work: the list is right to ask for others.
		const unsound = new Set(installedPairs(project.environment).flatMap(({ pair }) => [pair.name, pair.with]));
		for (const { name, normalized, specifier, marker, group, url, path, range } of manifest.requirements) {
			const installed = project.environment.distributions.get(normalized)?.version;
			if (installed === undefined || unsound.has(normalized) || group !== "" || url !== null) continue;
			if (markerApplies(marker, project.environment.python) !== true || versionSatisfies(installed, specifier) !== false)
				continue;
			yield { subject: normalized, path, range, evidence: { name, installed, specifier, manifest: path, command } };
		}
	},

	describe({ evidence }) {
		const { name, installed, specifier, manifest, command } = evidence;
		return {
			severity: "MEDIUM",
			stage: "none",
			problem: `${name} ${installed} is installed, and ${specifier} is declared`,
			rootCause: `${manifest} asks for ${name}${specifier}; the environment was made before that, or changed by hand.`,
			manualSteps: [`Run ${command} to bring the environment in line, or change ${manifest} to the version you really use.`],
		};
	},

	fix({ path, range, evidence }, project) {
		const manifest = primaryManifest(project.manifests);
		const requirement = manifest?.requirements.find((each) => each.path === path && each.range.start === range.start);
		const operator = pinnedVersion(evidence.specifier) === null ? ">=" : "==";
		const specifier = `${operator}${evidence.installed}`;
		const edits = requirement === undefined ? null : setSpecifier(project.files, requirement, specifier);
		if (manifest === null || requirement === undefined || edits === null) return undefined;
		if (isUnusable(requirement, specifier, manifest, project)) return undefined;
		return {
			title: "Declare the version that is installed",
			explanation: `The manifest then says what runs here. Where the newer version is meant, skip this and run ${evidence.command} instead.`,
			applicability: "review",
			edits,
		};
	},
});

/** Would no installation take what is installed here, or does it lack what older releases of it bring? */
function isUnusable(requirement: Requirement, specifier: string, manifest: Manifest, project: Project): boolean {
	const { normalized } = requirement;
	if (failsWithInstalled(normalized, project)) return true;
	if (listVanishedModules(normalized).some(({ from }) => versionSatisfies(from, requirement.specifier) === false)) return true;
	const changed = manifest.requirements.map((each) => (each === requirement ? { ...each, specifier } : each));
	return listExclusions(
		changed.filter(({ group }) => group === ""),
		manifest.constraints,
		project.environment,
	).some((exclusion) => exclusion.requirement.normalized === normalized || exclusion.chain.includes(normalized));
}

/** Does start-up stop at something that the installed release of a distribution lacks? Then the list is right to ask for another. */
function failsWithInstalled(distribution: string, { trace, environment }: Project): boolean {
	return trace.failures.some(({ detail }) => {
		const dotted = lackedOf(detail);
		if (dotted === null) return false;
		const found = environment.findModule(dotted.split(".")[0] ?? dotted);
		return (
			found.found === "present" && found.module.distribution !== null && normalizeName(found.module.distribution) === distribution
		);
	});
}

/** The module that is not there, or that lacks what is asked of it. */
function lackedOf(detail: Failure["detail"]): string | null {
	switch (detail.type) {
		case "module-not-found":
			return detail.requested;
		case "name-not-in-module":
			return detail.source;
		case "attribute-missing":
			return detail.via === "module" ? detail.owner : null;
		default:
			return null;
	}
}
