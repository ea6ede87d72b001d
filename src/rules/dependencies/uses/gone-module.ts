import type { FixProposal } from "../../../audit/fix.ts";
import { versionSatisfies } from "../../../environment/pep440.ts";
import { parseRequirement } from "../../../environment/requirement.ts";
import { vanishedModule } from "../../../environment/vanished-modules.ts";
import { startUpRequirements } from "../../../project/manifests/declared.ts";
import { addRequirement, setSpecifier, usesHashes } from "../../../project/manifests/edit.ts";
import type { Manifest } from "../../../project/manifests/manifest.ts";
import { packageAddition } from "../../../project/manifests/package-addition.ts";
import type { Project } from "../../../project/project.ts";

/** A module that a declared distribution brought once: `pkg_resources` of setuptools. */
export interface GoneModule {
	readonly distribution: string;
	/** The first release without it. */
	readonly from: string;
	/** Does every clean installation take such a release? */
	readonly everywhere: boolean;
}

/** A declared distribution of which what is installed here, or what an installation takes, lacks the module by now. */
export function findGoneModule({ environment, manifests }: Project, module: string, isLacking: boolean): GoneModule | null {
	const vanished = vanishedModule(module);
	if (vanished === null) return null;
	const { distribution, from } = vanished;
	const installed = environment.distributions.get(distribution)?.version;
	const isInstalled = environment.kind === "interpreter";
	const isGoneHere =
		isLacking &&
		(isInstalled || distribution !== "setuptools") &&
		installed !== undefined &&
		versionSatisfies(installed, `>=${from}`) === true;
	const asked = startUpRequirements(manifests).filter(({ normalized }) => normalized === distribution);
	// A virtual environment of an older Python starts with an older setuptools, which then stays.
	const { python, pythonIsCertain } = environment;
	const isSetuptools = distribution === "setuptools";
	const isAnew = !isSetuptools || (pythonIsCertain && python.major === 3 && python.minor >= 12);
	const isAllowed = asked.every(({ specifier }) => versionSatisfies(from, specifier) === true);
	const everywhere = isAnew && isAllowed && !isHeldBack(environment, distribution, from);
	// Of others an older release may be locked.
	return isGoneHere || (isSetuptools && everywhere && (!isInstalled || isLacking)) ? { distribution, from, everywhere } : null;
}

/** Does a library ask for an older release of it? */
function isHeldBack({ distributions }: Project["environment"], distribution: string, release: string): boolean {
	return [...distributions.values()].some(({ requires }) =>
		requires.some((text) => {
			const requirement = parseRequirement(text);
			return requirement?.normalized === distribution && versionSatisfies(release, requirement.specifier) !== true;
		}),
	);
}

/** It is declared, but not below the first release that lacks the module. */
export function withFormerModule(
	project: Project,
	manifest: Manifest,
	distribution: string,
	module: string,
): FixProposal | undefined {
	const addition = packageAddition(distribution, [], project.environment, module);
	const declared = manifest.requirements.find(({ normalized, group }) => normalized === distribution && group === "");
	const edits =
		declared === undefined
			? addRequirement(project.files, manifest, addition)
			: setSpecifier(project.files, declared, addition.specifier ?? "");
	if (edits === null || usesHashes(project.files, manifest)) return undefined;
	return {
		title: `Ask for ${distribution}${addition.specifier}`,
		explanation: `These are the releases that bring ${module}.`,
		applicability: "safe",
		edits,
		commands: manifest.updateCommands,
	};
}
