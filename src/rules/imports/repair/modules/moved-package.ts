import type { FixProposal } from "../../../../audit/fix.ts";
import { primaryManifest } from "../../../../project/manifests/declared.ts";
import { addRequirement, usesHashes } from "../../../../project/manifests/edit.ts";
import { packageAddition } from "../../../../project/manifests/package-addition.ts";
import type { Project } from "../../../../project/project.ts";
import { type FailureOf, importedNameAt } from "../../../repair/trial/import-failures.ts";
import { moveImport } from "../cycles/move-import.ts";

/** Names that went from one package into a package of their own: the module there, and its distribution. */
const moved: Readonly<Record<string, { readonly module: string; readonly distribution: string }>> = {
	// https://docs.pydantic.dev/latest/migration/#basesettings-has-moved-to-pydantic-settings
	"pydantic.BaseSettings": { module: "pydantic_settings", distribution: "pydantic-settings" },
};

/**
 * Imports a name from the package that it has moved to, and declares that package where it is not there yet. The old class in
 * `pydantic.v1` is no way out: it takes none of the types and validators that the file has of pydantic 2.
 */
export function importFromMovedPackage(project: Project, failure: FailureOf<"name-not-in-module">): FixProposal | null {
	const { detail, module } = failure;
	const home = moved[`${detail.source}.${detail.name}`];
	const found = importedNameAt(failure);
	const manifest = primaryManifest(project.manifests);
	if (home === undefined || found === null || manifest === null) return null;
	if (project.environment.findModule(home.module).found === "present" || usesHashes(project.files, manifest)) return null;
	const isDeclared = manifest.requirements.some(({ normalized }) => normalized === home.distribution);
	const addition = isDeclared
		? []
		: addRequirement(project.files, manifest, packageAddition(home.distribution, [], project.environment));
	if (addition === null) return null;
	const move = moveImport(module, found.statement, found.alias, home.module);
	return {
		title: `Import ${detail.name} from ${home.module}, and declare ${home.distribution}`,
		explanation: `${detail.name} has moved out of ${detail.source} into a package of its own, which is declared as well.`,
		applicability: "review",
		...move,
		edits: [...move.edits, ...addition],
		commands: manifest.updateCommands,
	};
}
