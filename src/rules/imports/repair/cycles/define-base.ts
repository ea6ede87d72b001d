import type { FixProposal } from "../../../../audit/fix.ts";
import type { Module } from "../../../../project/project.ts";
import type * as ast from "../../../../python/ast.ts";
import { removeImportedNames } from "../../../../python/rewrite/remove-imports.ts";
import { insertAfter } from "../../../../python/rewrite/statements.ts";

/** Two modules have the base of the mapped classes from each other, and neither makes it: the one that is asked does. */
export function* defineBase(importer: Module, source: Module, name: string): Generator<FixProposal> {
	if (!hasTableBelow(importer.tree, name) && !hasTableBelow(source.tree, name)) return;
	const aliases = source.tree.body.flatMap((statement) =>
		statement.type === "ImportFrom" ? statement.names.filter((alias) => (alias.asName ?? alias.name).name === name) : [],
	);
	const imports = source.tree.body.filter(
		(statement) =>
			isImport(statement) && !(statement.type === "ImportFrom" && statement.names.some((each) => aliases.includes(each))),
	);
	const last = imports.at(-1);
	if (last === undefined || aliases.length !== 1) return;
	yield {
		title: `Make ${name} in ${source.name}`,
		explanation: `${source.name} and ${importer.name} import ${name} from each other, and nothing makes it.`,
		applicability: "review",
		edits: [...removeImportedNames(source, aliases), insertAfter(source, last, `\n\n${name} = declarative_base()`)],
		needs: [{ path: source.path, module: "sqlalchemy.orm", name: "declarative_base" }],
	};
}

function isImport(statement: ast.Statement): statement is ast.Import | ast.ImportFrom {
	return statement.type === "Import" || statement.type === "ImportFrom";
}

/** Does the module map a class to a table below a base of that name? */
function hasTableBelow({ body }: ast.Module, name: string): boolean {
	return body.some(
		(statement) =>
			statement.type === "ClassDef" &&
			statement.bases.some((base) => base.type === "Name" && base.id === name) &&
			statement.body.some(
				(each) =>
					each.type === "Assign" && each.targets.some((target) => target.type === "Name" && target.id === "__tablename__"),
			),
	);
}
