import type { FixProposal } from "../../../../audit/fix.ts";
import type { Failure } from "../../../../project/imports/trace.ts";
import type { Project } from "../../../../project/project.ts";
import { boundNames } from "../../../../python/scopes.ts";
import { ownModules } from "../../../repair/modules/module-spelling.ts";
import { importedNameAt } from "../../../repair/trial/import-failures.ts";
import { mends } from "../../../repair/trial/trial.ts";
import { takeOutImport } from "../take-out.ts";

/** Is a package asked by its own modules for a name that it has nowhere, so that Python only takes it for a circle? */
export function isBoundNowhere(project: Project, { statement }: Failure, cycle: readonly string[], name: string): boolean {
	const [source = ""] = cycle;
	const asked = ownModules(project).get(source);
	if (asked === undefined || ownModules(project).has(`${source}.${name}`)) return false;
	return !boundNames(asked.tree.body.filter((each) => each !== statement)).has(name);
}

/** The import of such a name goes, with what needs it. */
export function withoutName(
	project: Project,
	failure: Failure,
	[source]: readonly string[],
	name: string,
): readonly FixProposal[] {
	const found = importedNameAt(failure);
	if (found === null) return [];
	const out = takeOutImport(project, failure.module, found.statement, [found.alias], `${name} of ${source}`);
	return out !== null && mends(project, out, failure) ? [out] : [];
}
