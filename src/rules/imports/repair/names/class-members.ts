import type { FixProposal } from "../../../../audit/fix.ts";
import type { Project } from "../../../../project/project.ts";
import type * as ast from "../../../../python/ast.ts";
import { referencesTo } from "../../../../python/references.ts";
import { removeImportedNames } from "../../../../python/rewrite/remove-imports.ts";
import { replaceText } from "../../../../python/rewrite/source.ts";
import { ownModules } from "../../../repair/modules/module-spelling.ts";
import { type FailureOf, importedNameAt } from "../../../repair/trial/import-failures.ts";

/** The name stands in a class of the module asked: a constant, a member of an enumeration, a static method. Reads it from the class. */
export function readFromClass(project: Project, failure: FailureOf<"name-not-in-module">): FixProposal | null {
	const { module, detail } = failure;
	const found = importedNameAt(failure);
	const source = ownModules(project).get(detail.source);
	if (found === null || source === undefined || !module.tree.body.includes(found.statement)) return null;
	const owners = source.tree.body.filter(
		(statement): statement is ast.ClassDef => statement.type === "ClassDef" && hasMember(statement, detail.name),
	);
	const [owner] = owners;
	if (owner === undefined || owners.length > 1) return null;
	const { statement, alias } = found;
	const local = alias.asName?.name ?? detail.name;
	const uses = referencesTo(module.tree, local);
	if (uses.length === 0) return null;
	const name = owner.name.name;
	const isImported = statement.names.some((each) => each.name.name === name && each.asName === null);
	const imported = isImported ? removeImportedNames(module, [alias]) : [replaceText(module, alias.start, alias.end, name)];
	return {
		title: `Read ${detail.name} from ${name}`,
		explanation: `${detail.name} is a member of the class ${name} of ${detail.source}, not a name of the module.`,
		applicability: "review",
		edits: [...imported, ...uses.map((use) => replaceText(module, use.start, use.end, `${name}.${detail.name}`))],
	};
}

/** Can the member be read from the class itself, without an instance? */
function hasMember(owner: ast.ClassDef, name: string): boolean {
	return owner.body.some((statement) => {
		if (statement.type === "FunctionDef")
			return (
				statement.name.name === name &&
				statement.decorators.some((decorator) => decorator.type === "Name" && /^(static|class)method$/.test(decorator.id))
			);
		const targets =
			statement.type === "Assign"
				? statement.targets
				: statement.type === "AnnAssign" && statement.value
					? [statement.target]
					: [];
		return targets.some((target) => target.type === "Name" && target.id === name);
	});
}
