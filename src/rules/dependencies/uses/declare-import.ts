import type { FixProposal } from "../../../audit/fix.ts";
import { primaryManifest } from "../../../project/manifests/declared.ts";
import { makeRequired, removeMarker } from "../../../project/manifests/edit.ts";
import type { Manifest, Requirement } from "../../../project/manifests/manifest.ts";
import { packageAddition } from "../../../project/manifests/package-addition.ts";
import type { Project } from "../../../project/project.ts";
import { asElsewhere, declarePackage } from "./declare-package.ts";
import { sqlalchemyExtras } from "./engine-packages.ts";
import { withFormerModule } from "./gone-module.ts";
import { importInstead } from "./import-instead.ts";

/** An import of a package that an installation does not bring. */
export interface ImportToDeclare {
	/** Dotted as written. */
	readonly module: string;
	/** PEP 503 name of the distribution that provides it. */
	readonly distribution: string;
	/** Where it is declared instead: `the group dev of pyproject.toml`; null where nothing declares it. */
	readonly elsewhere: string | null;
	/** Where it is declared, and newer releases lack the module: the first of them. */
	readonly goneFrom: string | null;
}

/** Declares what an import needs in the list that start-up is installed from; undefined where there is no such list, or no place in it. */
export function declareImport(evidence: ImportToDeclare, project: Project): FixProposal | undefined {
	const manifest = primaryManifest(project.manifests);
	if (manifest === null) return undefined;
	const { distribution, module, elsewhere, goneFrom } = evidence;
	if (goneFrom !== null) return withFormerModule(project, manifest, distribution, module);
	const instead = importInstead(project, module, distribution);
	if (instead !== null) return instead.proposal;
	const restricted = manifest.requirements.find(
		({ normalized, group, marker }) => normalized === distribution && group === "" && marker !== null,
	);
	if (restricted !== undefined) return withoutMarker(project, manifest, restricted);
	const optional = manifest.requirements.find(
		(requirement) => requirement.normalized === distribution && isOptionalEntry(requirement),
	);
	if (optional !== undefined) return asRequired(project, manifest, optional);
	const extras = distribution === "sqlalchemy" ? sqlalchemyExtras(project) : [];
	const addition = asElsewhere(packageAddition(distribution, extras, project.environment, module), project, distribution);
	const reason = `${module} comes with ${distribution}; once it is declared, every installation brings it.`;
	const declared = declarePackage(project, manifest, distribution, addition, reason);
	return declared === undefined || elsewhere === null ? declared : { ...declared, applicability: "review" };
}

/** It is declared, but for other Pythons or platforms only. */
function withoutMarker(project: Project, manifest: Manifest, requirement: Requirement): FixProposal | undefined {
	const edits = removeMarker(project.files, requirement);
	if (edits === null) return undefined;
	return {
		title: `Declare ${requirement.name} without its condition`,
		explanation: `${requirement.name} is declared only where ${requirement.marker}, and the code imports it everywhere.`,
		applicability: "safe",
		edits,
		commands: manifest.updateCommands,
	};
}

/** It is declared, but only for whoever asks for an extra. */
function asRequired(project: Project, manifest: Manifest, requirement: Requirement): FixProposal | undefined {
	const edits = makeRequired(project.files, requirement);
	if (edits === null) return undefined;
	return {
		title: `Require ${requirement.name} always`,
		explanation: `${requirement.name} is optional in ${requirement.path}, and the code imports it always. An extra that names it stays valid.`,
		applicability: "safe",
		edits,
		commands: manifest.updateCommands,
	};
}

/** poetry's `optional = true`: only an extra brings it. */
export function isOptionalEntry({ group, notation }: Requirement): boolean {
	return group === "optional" && notation === "poetry";
}
