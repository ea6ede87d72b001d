import type { FixProposal } from "../../../audit/fix.ts";
import type { Module, Project } from "../../../project/project.ts";
import type * as ast from "../../../python/ast.ts";
import { importsOf } from "../../../python/rewrite/remove-imports.ts";
import { spellModule } from "../modules/module-spelling.ts";
import { moveAhead } from "./forward-reference.ts";
import { listNameSources } from "./name-sources.ts";
import { findTypingImport, importAtRuntime } from "./typing-import.ts";

/** Ways to give a name its meaning before a class of the module is defined, best first. */
export function waysToBind(project: Project, module: Module, name: string, user: ast.ClassDef): readonly FixProposal[] {
	const guarded = findTypingImport(module.tree, name);
	if (guarded !== null && guarded.alias.asName === null)
		return [
			{
				title: `Import ${name} at run time`,
				explanation: `${name} is needed when the class is defined; under TYPE_CHECKING it exists for type checkers only.`,
				applicability: "safe",
				...importAtRuntime(module, guarded.statement, guarded.alias),
			},
		];
	const later = module.tree.body.find(
		(each) => (each.type === "ClassDef" || each.type === "FunctionDef") && each.name.name === name,
	);
	if (later !== undefined) {
		const statement = module.tree.body.find((each) => each.start <= user.start && user.end <= each.end);
		const edits = statement === undefined ? null : moveAhead(module, later, statement);
		if (edits === null) return [];
		return [
			{
				title: `Define ${name} before ${user.name.name}`,
				explanation: `Moves the definition of ${name} in front of the class that needs it.`,
				applicability: "safe",
				edits,
			},
		];
	}
	const isRelative = importsOf(module.tree).some((each) => each.type === "ImportFrom" && each.level > 0);
	return listNameSources(project, module, name, false)
		.slice(0, 3)
		.map((source): FixProposal => {
			const spelling = source.isOwn && source.module !== "" ? spellModule(module, source.module, isRelative) : source.module;
			return {
				title: spelling === "" ? `Import ${name}` : `Import ${name} from ${spelling}`,
				explanation: `${spelling === "" ? `${name} is a module` : `${source.module} has ${name}`}; the file names it in an annotation and never imports it.`,
				applicability: source.isCertain ? "safe" : "review",
				edits: [],
				needs: [{ path: module.path, module: spelling, name }],
			};
		});
}
