import type { FixProposal } from "../../audit/fix.ts";
import { defineRule } from "../../audit/rule.ts";
import { normalizeName } from "../../environment/environment.ts";
import { markerApplies } from "../../environment/marker.ts";
import { primaryManifest, startUpRequirements } from "../../project/manifests/declared.ts";
import { removeRequirement, renameRequirement } from "../../project/manifests/edit.ts";
import type { Requirement } from "../../project/manifests/manifest.ts";
import { findMisspelling } from "../../project/manifests/misspelt-names.ts";
import { findMistakenName } from "../../project/manifests/mistaken-names.ts";
import { speaksOfIndexes } from "../../project/manifests/package-indexes.ts";
import { distributionsOf } from "../../project/manifests/third-party-imports.ts";
import type { Project } from "../../project/project.ts";
import { listThirdPartyUses } from "./uses/third-party-uses.ts";

interface Evidence {
	/** As written. */
	readonly name: string;
	readonly specifier: string;
	/** The often used package that is one slip of the keyboard away, or null. */
	readonly meant: string | null;
	/** The day of the list of names. */
	readonly asOf: string;
	readonly command: string;
}

const main = "from fastapi import FastAPI\n\napp = FastAPI()\n";

export default defineRule<Evidence>({
	name: "unpublished-package",
	category: "DEPENDENCY",
	summary: "A package is declared that nobody has published",
	story:
		"A name that is made up or mistyped: the installing tool finds no package of that name, and installs nothing of the list.",
	references: ["https://packaging.python.org/en/latest/specifications/simple-repository-api/"],
	example: {
		before: { "requirements.txt": "fastapi\nuvicron\nuvicorn\n", "main.py": main },
		after: { "requirements.txt": "fastapi\nuvicorn\n", "main.py": main },
	},

	*detect(project) {
		const { environment, manifests } = project;
		const manifest = primaryManifest(manifests);
		const asOf = environment.publishedUntil();
		if (manifest === null || asOf === null) return;
		const unpublished = startUpRequirements(manifests).filter((each) => isUnpublished(each, project));
		if (unpublished.length === 0 || speaksOfIndexes(project.files)) return;
		const misspelt = misspeltRequirements(project);
		for (const requirement of unpublished) {
			// That it is a slip for what start-up imports is said elsewhere.
			if (misspelt.has(requirement)) continue;
			const { name, normalized, specifier, path, range } = requirement;
			const evidence = { name, specifier, meant: nearestOftenUsed(normalized, project), asOf, command: manifest.installCommand };
			yield { subject: normalized, path, range, evidence };
		}
	},

	describe({ evidence: { name, specifier, meant, asOf, command } }) {
		return {
			// The index leaves a few projects out of its list.
			severity: meant === null ? "HIGH" : "CRITICAL",
			stage: "import",
			problem: `${name} is declared, and the public index has no package of that name`,
			rootCause: `Of all names on the index (as of ${asOf}) none is ${name}, and the repository names no other index. ${command} finds nothing to install for it, and installs nothing else either.`,
			expectedError: `ERROR: No matching distribution found for ${name}${specifier}`,
			failsOn: ["clean-install"],
			order: -1,
			manualSteps: [`If ${name} is a package of your own, say where it is installed from: by an index, an address or a path.`],
		};
	},

	fix({ path, range, evidence }, project): FixProposal | undefined {
		const manifest = primaryManifest(project.manifests);
		const requirement = startUpRequirements(project.manifests).find(
			(each) => each.path === path && each.range.start === range.start,
		);
		if (manifest === null || requirement === undefined) return undefined;
		const { name, meant } = evidence;
		const isDeclared = startUpRequirements(project.manifests).some(({ normalized }) => normalized === meant);
		if (meant !== null && !isDeclared) {
			const edits = renameRequirement(project.files, requirement, meant);
			return edits === null
				? undefined
				: {
						title: `Declare ${meant} instead of ${name}`,
						explanation: `${meant} is published and often used, and ${name} is one slip away from it.`,
						applicability: "review",
						edits,
						commands: manifest.updateCommands,
					};
		}
		const edits = isImported(requirement, project) ? null : removeRequirement(project.files, requirement);
		if (edits === null) return undefined;
		return {
			title: `Remove ${name}`,
			explanation: meant === null ? "Nothing imports a module of that name." : `${meant} is declared already.`,
			applicability: "review",
			edits,
			commands: manifest.updateCommands,
		};
	},
});

function isUnpublished(requirement: Requirement, { environment, files, manifests }: Project): boolean {
	const { name, normalized, url, notation, marker } = requirement;
	if (name === "" || url !== null || notation === "conda" || markerApplies(marker, environment.python) !== true) return false;
	if (environment.isPublished(normalized) || environment.expected(normalized, "") !== null) return false;
	if (environment.kind === "interpreter" && environment.distributions.has(normalized)) return false;
	if (findMistakenName(requirement) !== undefined || manifests.some(({ lock }) => lock?.names.has(normalized) === true))
		return false;
	return ![...files.keys()].some((path) => isOfOwnPackage(path, normalized, files));
}

/** Does a folder of the repository bear the name, or a package's description in it? It may be installed from there beforehand. */
function isOfOwnPackage(path: string, normalized: string, files: Project["files"]): boolean {
	if (path.split("/").some((part) => normalizeName(part.replace(/\.(?:py|whl|tar\.gz)$/, "")) === normalized)) return true;
	if (!/(?:^|\/)(?:pyproject\.toml|setup\.(?:cfg|py))$/.test(path)) return false;
	const name = /^\s{0,8}name\s{0,4}=\s{0,4}["']?([\w.-]+)/m.exec(files.get(path)?.text ?? "")?.[1];
	return name !== undefined && normalizeName(name) === normalized;
}

/** Those that `wrong-distribution-name` takes for a slip of what start-up imports. */
function misspeltRequirements(project: Project): ReadonlySet<Requirement> {
	const found = new Set<Requirement>();
	for (const { name } of listThirdPartyUses(project)) {
		const slip = findMisspelling(distributionsOf(name, project.environment), project);
		if (slip !== null) found.add(slip.requirement);
	}
	return found;
}

/** The only often used package whose name is one letter more, less or another, or has two changed places; null where there are none or several. */
function nearestOftenUsed(name: string, { environment }: Project): string | null {
	const letters = "abcdefghijklmnopqrstuvwxyz0123456789-";
	const near = new Set<string>();
	for (let at = 0; at <= name.length; at++) {
		const [before, after] = [name.slice(0, at), name.slice(at)];
		if (after !== "") near.add(before + after.slice(1));
		if (after.length > 1) near.add(before + after.charAt(1) + after.charAt(0) + after.slice(2));
		for (const letter of letters) {
			near.add(before + letter + after);
			if (after !== "") near.add(before + letter + after.slice(1));
		}
	}
	near.delete(name);
	const [only, ...others] = [...near].filter((each) => environment.isOftenUsed(each));
	return name.length < 4 || others.length > 0 ? null : (only ?? null);
}

function isImported({ normalized }: Requirement, project: Project): boolean {
	return project.trace.externalImports.some(({ module }) => normalizeName(module).startsWith(normalized));
}
