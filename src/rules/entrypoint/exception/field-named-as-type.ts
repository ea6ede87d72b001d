import type { FixProposal } from "../../../audit/fix.ts";
import type { Module } from "../../../project/project.ts";
import type * as ast from "../../../python/ast.ts";
import { enclosingStatement } from "../../../python/rewrite/enclosing.ts";
import { replaceText } from "../../../python/rewrite/source.ts";
import { boundNames } from "../../../python/scopes.ts";
import { contains, holdsName, walk } from "../../../python/walk.ts";
import type { TextRange } from "../../../text/range.ts";

/**
 * `date: date | None = None` in a class: the field is bound before its annotation is read, which then means the default and no longer
 * the type (https://docs.python.org/3/reference/simple_stmts.html#annotated-assignment-statements). The import gives the type a second name.
 */
export function secondNameForType(module: Module, range: TextRange): FixProposal | undefined {
	const field = enclosingStatement(module.tree, range.start);
	const owner = module.tree.body.find((statement) => contains(statement, range.start));
	if (owner?.type !== "ClassDef" || field?.type !== "AnnAssign" || !owner.body.includes(field)) return undefined;
	if (field.target.type !== "Name" || !holdsName(field.annotation, field.target.id)) return undefined;
	const name = field.target.id;
	const aliases = module.tree.body
		.filter((statement) => statement.type === "ImportFrom" && statement.end <= owner.start)
		.flatMap((statement) => (statement.type === "ImportFrom" ? statement.names : []));
	const imported = aliases.find((alias) => (alias.asName ?? alias.name).name === name);
	if (imported === undefined) return undefined;
	const second = `${name}_type`;
	const isThere = aliases.some((alias) => alias.asName?.name === second && alias.name.name === imported.name.name);
	if ((!isThere && boundNames(module.tree.body).has(second)) || boundNames(owner.body).has(second)) return undefined;
	const addition = replaceText(module, imported.end, imported.end, `, ${imported.name.name} as ${second}`);
	const edits = annotationsIn(owner)
		.flatMap((annotation) => namesIn(annotation, name))
		.map((use) => replaceText(module, use.start, use.end, second));
	return {
		title: `Import ${name} as ${second} too, and annotate with that`,
		explanation: `In the class, ${name} is the field's default by the time its annotation is read; under a second name the type is still there.`,
		applicability: "safe",
		edits: isThere ? edits : [addition, ...edits],
	};
}

/** The annotations that are read in the class's own scope: those of its fields, and those of its methods. */
function annotationsIn({ body }: ast.ClassDef): readonly ast.Expression[] {
	return body.flatMap((statement) => {
		if (statement.type === "AnnAssign") return [statement.annotation];
		if (statement.type !== "FunctionDef") return [];
		return [statement.returns, ...statement.parameters.map(({ annotation }) => annotation)].filter((each) => each !== null);
	});
}

function namesIn(annotation: ast.Expression, name: string): readonly ast.Name[] {
	const found: ast.Name[] = [];
	walk(annotation, (node) => {
		if (node.type === "Name" && node.id === name) found.push(node);
	});
	return found;
}
