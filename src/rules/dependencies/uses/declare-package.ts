import type { FixProposal } from "../../../audit/fix.ts";
import { addRequirement, fileOfMainList, usesHashes } from "../../../project/manifests/edit.ts";
import type { Manifest } from "../../../project/manifests/manifest.ts";
import type { Addition } from "../../../project/manifests/requirement-style.ts";
import type { Project } from "../../../project/project.ts";

/**
 * Adds a package to the main list of a manifest, in the manifest's own hand; undefined where there is no place for it. `reason` is the
 * sentence that says what it is needed for. Where the list pins hashes, a person has to generate it anew.
 */
export function declarePackage(
	project: Project,
	manifest: Manifest,
	distribution: string,
	addition: Addition,
	reason: string,
): FixProposal | undefined {
	const edits = addRequirement(project.files, manifest, addition);
	if (edits === null) return undefined;
	const isHashed = usesHashes(project.files, manifest);
	return {
		title: `Declare ${distribution} in ${fileOfMainList(manifest)}`,
		explanation: `${reason}${aboutHashes(project, manifest)}`,
		applicability: isHashed ? "review" : "safe",
		edits,
		commands: manifest.updateCommands,
	};
}

/** With the version and the extras with which another group or list declares it. */
export function asElsewhere(addition: Addition, { manifests }: Project, distribution: string): Addition {
	const others = manifests.flatMap(({ requirements }) => requirements).filter(({ normalized }) => normalized === distribution);
	const [first] = others;
	if (first === undefined) return addition;
	const extras = [...new Set([...addition.extras, ...others.flatMap((each) => each.extras)])];
	return { ...addition, extras, ...(first.specifier === "" ? {} : { specifier: first.specifier }) };
}

/** What a person has to do about a new or changed line of a list that pins hashes: a sentence with a blank in front, or nothing. */
export function aboutHashes(project: Project, manifest: Manifest): string {
	return usesHashes(project.files, manifest)
		? ` ${manifest.path} pins hashes: the new line needs its own, so generate the file anew with the tool that wrote it.`
		: "";
}
