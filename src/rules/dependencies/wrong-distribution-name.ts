import { defineRule } from "../../audit/rule.ts";
import { closeOver, possibleClosure, primaryManifest, startUpRequirements } from "../../project/manifests/declared.ts";
import { removeRequirement, renameRequirement, replaceRequirement } from "../../project/manifests/edit.ts";
import type { Requirement } from "../../project/manifests/manifest.ts";
import { findMisspelling } from "../../project/manifests/misspelt-names.ts";
import { findMistakenName, type MistakenName } from "../../project/manifests/mistaken-names.ts";
import { packageAddition } from "../../project/manifests/package-addition.ts";
import { distributionsOf } from "../../project/manifests/third-party-imports.ts";
import type { Project } from "../../project/project.ts";
import { listOptionalUses } from "./uses/all-uses.ts";
import { findMistakenUse, isReallyMeant, type MistakenUse } from "./uses/mistaken-use.ts";
import { listThirdPartyUses } from "./uses/third-party-uses.ts";

interface Evidence {
	readonly mistaken: MistakenName;
	/** Where start-up imports the module (`src/auth.py:3`), or null where it does not. */
	readonly importedAt: string | null;
	/** Is the right one declared as well? */
	readonly meantIsDeclared: boolean;
	/** What start-up asks of another author's package and it does not have, or null. */
	readonly asked: MistakenUse | null;
	/** Is the wrong one installed here, and the right one not? */
	readonly isHere: boolean;
	readonly order: number | null;
}

const main = `from fastapi import FastAPI
from jose import jwt

app = FastAPI()


@app.get("/claims")
def read_claims(token: str):
    return jwt.get_unverified_claims(token)
`;

export default defineRule<Evidence>({
	name: "wrong-distribution-name",
	category: "DEPENDENCY",
	summary: "A package is declared under a name that is not the package meant",
	story:
		"The name of the import is declared where the package goes by another name. pip then finds nothing, or installs somebody else's package, which breaks at its import or behaves differently.",
	references: ["https://packaging.python.org/en/latest/discussions/distribution-package-vs-import-package/"],
	example: {
		before: { "requirements.txt": "fastapi\nuvicorn\njose\n", "main.py": main },
		after: { "requirements.txt": "fastapi\nuvicorn\npython-jose\n", "main.py": main },
	},

	*detect(project) {
		const manifest = primaryManifest(project.manifests);
		if (manifest === null) return;
		for (const requirement of manifest.requirements) {
			const mistaken = findMistakenName(requirement);
			if (mistaken === undefined) continue;
			const use = firstImport(project, mistaken.module);
			// Somebody may really want the other author's package; without an import of the module nothing speaks against it.
			if (use === null && mistaken.outcome !== "refused") continue;
			if (mistaken.outcome === "other" && isReallyMeant(project, mistaken)) continue;
			const { path, range } = requirement;
			const others = manifest.requirements.filter((other) => other !== requirement);
			const declared = closeOver(others, project.manifests, project.environment).provided;
			const evidence = {
				mistaken,
				importedAt: use?.at ?? null,
				meantIsDeclared: declared.has(mistaken.meant),
				asked: mistaken.outcome === "other" ? findMistakenUse(project, mistaken) : null,
				isHere: isHere(project, mistaken),
				order: use?.order ?? null,
			};
			yield { subject: mistaken.name, path, range, evidence };
		}
		for (const { requirement, evidence } of misspellings(project)) {
			const { path, range, normalized } = requirement;
			yield { subject: normalized, path, range, evidence };
		}
	},

	describe({ evidence }) {
		const { mistaken, importedAt, meantIsDeclared, asked, isHere, order } = evidence;
		const { name, module, meant, outcome } = mistaken;
		const error = asked?.error ?? mistaken.error;
		const isUseless = outcome === "broken" || outcome === "absent" || asked !== null;
		const stops = outcome === "refused" || outcome === "misspelt" || (isUseless && importedAt !== null && !meantIsDeclared);
		const imported = importedAt === null ? "" : ` ${importedAt} imports ${module}, which is ${meant}.`;
		return {
			severity: stops ? "CRITICAL" : outcome === "forwards" ? "LOW" : "HIGH",
			stage: stops ? "import" : outcome === "forwards" ? "none" : "request",
			problem: `${name} is declared where ${meant} is meant`,
			rootCause: `${outcomeInWords[outcome](name, module)}${imported}`,
			...(error === "" ? {} : { expectedError: error }),
			failsOn: stops
				? (asked !== null || outcome === "misspelt") && isHere
					? ["this-machine", "clean-install"]
					: ["clean-install"]
				: [],
			order: outcome === "refused" ? -1 : (asked?.order ?? order ?? -1),
		};
	},

	fix({ path, range, evidence }, project) {
		const { mistaken, meantIsDeclared } = evidence;
		const manifest = primaryManifest(project.manifests);
		const requirement = manifest?.requirements.find((each) => each.path === path && each.range.start === range.start);
		if (manifest === null || requirement === undefined) return undefined;
		const edits = meantIsDeclared
			? removeRequirement(project.files, requirement)
			: mistaken.outcome === "misspelt"
				? renameRequirement(project.files, requirement, mistaken.meant)
				: replaceRequirement(project.files, requirement, additionFor(mistaken, requirement, project));
		if (edits === null) return undefined;
		return {
			title: meantIsDeclared
				? `Remove ${mistaken.name}, since ${mistaken.meant} is declared`
				: `Declare ${mistaken.meant} instead of ${mistaken.name}`,
			explanation: `${mistaken.meant} is the package that provides ${mistaken.module}.`,
			applicability: mistaken.outcome === "other" || mistaken.outcome === "misspelt" ? "review" : "safe",
			edits,
			commands: manifest.updateCommands,
		};
	},
});

const outcomeInWords: Readonly<Record<MistakenName["outcome"], (name: string, module: string) => string>> = {
	refused: (name) => `pip cannot install a package of the name ${name}, and then installs nothing of the list.`,
	broken: (name, module) => `The package ${name} installs, and its module ${module} does not import on Python 3.`,
	absent: (name, module) => `The package ${name} brings no module ${module}.`,
	other: (name, module) => `The package ${name} is another author's; its module ${module} has other functions.`,
	misspelt: (name) => `No package of the name ${name} is known, and what it seems to be a slip for is declared nowhere.`,
	forwards: (name) =>
		`The package ${name} only requires the one that is meant. It works, and is in nobody's hands but its author's.`,
};

/** Packages that start-up needs, that nothing brings, and that a declared name of which nobody knows is a slip for. */
function* misspellings(project: Project): Generator<{ readonly requirement: Requirement; readonly evidence: Evidence }> {
	const { manifests, environment } = project;
	if (possibleClosure(manifests, environment).opaque.length === 0 && environment.kind === "catalog") return;
	const { provided } = closeOver(startUpRequirements(manifests), manifests, environment);
	const needs = [
		...listThirdPartyUses(project)
			.filter(({ deferred }) => !deferred)
			.map(({ name, module, range, order }) => ({ name, wanted: distributionsOf(name, environment), module, range, order })),
		...listOptionalUses(project)
			.filter(({ stage }) => stage !== "request")
			.map(({ importName, providers, module, range, order }) => ({ name: importName, wanted: providers, module, range, order })),
	];
	const seen = new Set<string>();
	for (const { name, wanted, module, range, order } of needs) {
		if (wanted.some((each) => provided.has(each) || seen.has(each))) continue;
		const found = findMisspelling(wanted, project);
		if (found === null) continue;
		const { requirement, meant } = found;
		seen.add(meant);
		const isHere = environment.kind === "interpreter" && environment.findModule(name).found === "missing";
		const error = isHere
			? `ModuleNotFoundError: No module named '${name.split(".")[0]}'`
			: `ERROR: No matching distribution found for ${requirement.name}${requirement.specifier}`;
		const mistaken: MistakenName = {
			name: requirement.normalized,
			module: name.split(".")[0] ?? name,
			meant,
			outcome: "misspelt",
			error,
			modules: null,
			own: null,
		};
		const importedAt = `${module.path}:${module.lines.positionAt(range.start).line}`;
		yield { requirement, evidence: { mistaken, importedAt, meantIsDeclared: false, asked: null, isHere, order } };
	}
}

function isHere({ environment: { kind, distributions } }: Project, { name, meant }: MistakenName): boolean {
	return kind === "catalog" || (distributions.has(name) && !distributions.has(meant));
}

function firstImport(project: Project, module: string): { readonly at: string; readonly order: number } | null {
	const tops = module === "python_multipart" ? ["multipart", module] : [module];
	const found = project.trace.externalImports.find(
		({ module: name, reached }) => reached && tops.includes(name.split(".")[0] ?? name),
	);
	if (found === undefined) return null;
	const { line } = found.importer.lines.positionAt(found.range.start);
	return { at: `${found.importer.path}:${line}`, order: found.order };
}

/** The old version belongs to another package, so it says nothing about the right one. */
function additionFor({ meant }: MistakenName, requirement: Requirement, project: Project): ReturnType<typeof packageAddition> {
	return packageAddition(meant, requirement.extras, project.environment);
}
