import type { FixProposal } from "../../../audit/fix.ts";
import type { Call } from "../../../project/imports/trace.ts";
import type { DefinedTable } from "../../../project/models/tables-defined.ts";
import type { Module, Project } from "../../../project/project.ts";
import { importsOf } from "../../../python/rewrite/remove-imports.ts";
import { spellModule } from "../../repair/modules/module-spelling.ts";
import { bringsNoFailure } from "../../repair/trial/trial.ts";

/** Imports the class of a table where the models come together, so that the table is there before tables are made. */
export function importForTables(
	project: Project,
	table: DefinedTable,
	target: DefinedTable,
	creation: Call | null,
): readonly FixProposal[] {
	const { node, module } = target;
	if (node.type !== "ClassDef") return [];
	const { name } = node.name;
	for (const place of placesFor(project, table, creation)) {
		if (place.path === module.path) continue;
		const isRelative = importsOf(place.tree).some((each) => each.type === "ImportFrom" && each.level > 0);
		const proposal: FixProposal = {
			title: `Import ${name} in ${place.path}`,
			explanation: `Importing ${module.name} defines the table ${target.name}, to which the foreign key refers.`,
			applicability: "safe",
			edits: [],
			needs: [{ path: place.path, module: spellModule(place, module.name, isRelative), name }],
		};
		if (bringsNoFailure(project, proposal)) return [proposal];
	}
	return [];
}

/** Where the models are gathered already: the package of the class, the module that makes the tables, the target's own. */
function placesFor(project: Project, { module }: DefinedTable, creation: Call | null): readonly Module[] {
	const parent = project.modules.get(module.name.split(".").slice(0, -1).join("."));
	const gathers =
		parent !== undefined && importsOf(parent.tree).length > 0 && project.trace.runs.get(parent.name)?.reached === true;
	const main = project.target === null ? undefined : project.modules.get(project.target.module);
	const candidates = [gathers ? parent : undefined, creation?.module, main, module];
	return candidates.filter((each) => each !== undefined);
}
