import { argumentsOf, type ClassAttribute, makerOf } from "../../../project/models/class-body.ts";
import { hasSqlalchemy, sqlalchemyVersion } from "../../../project/models/orm-version.ts";
import { type TableClass, tableKind } from "../../../project/models/table-class.ts";
import type { Project } from "../../../project/project.ts";
import type * as ast from "../../../python/ast.ts";
import { indentAt, indentUnitOf, lineBreakOf, replaceText } from "../../../python/rewrite/source.ts";
import { type ClassFault, raising } from "../../repair/classes/class-fault.ts";

/** Relationships in a mixin or abstract class, and before SQLAlchemy 2 foreign keys: each table needs its own, which `declared_attr` makes. */
export function* misplacedProperty(project: Project, table: TableClass): Generator<ClassFault> {
	if (table.kind !== "declarative" || sqlalchemyVersion(project) === null) return;
	for (const attribute of table.attributes.values()) {
		const { owner, name, node } = attribute;
		if (owner === table.value || tableKind(owner) !== null) continue;
		const error = errorOf(project, attribute);
		if (error === null) continue;
		yield {
			...raising(table.definition),
			subject: `${owner.module.name}:${owner.node.name.name}.${name}`,
			module: owner.module,
			range: node,
			problem: `${owner.node.name.name}.${name} is shared by all classes that derive from it`,
			rootCause:
				"A relationship or foreign key belongs to one table. In a mixin it has to be made anew for each, by a function under declared_attr.",
			error,
			fixes: wrapped(attribute),
		};
		return;
	}
}

function errorOf(project: Project, { value }: ClassAttribute): string | null {
	const maker = makerOf(value);
	if (maker === "relationship" || maker === "column_property" || maker === "deferred")
		return "sqlalchemy.exc.InvalidRequestError: Mapper properties (i.e. deferred,column_property(), relationship(), etc.) must be declared as @declared_attr callables on declarative mixin classes.  For dataclass field() objects, use a lambda:";
	const hasKey = maker === "Column" && argumentsOf(value)?.args.some((arg) => makerOf(arg) === "ForeignKey") === true;
	if (!hasKey || hasSqlalchemy(project, 2, 0)) return null;
	return "sqlalchemy.exc.InvalidRequestError: Columns with foreign keys to other columns must be declared as @declared_attr callables on declarative mixin classes.  For dataclass field() objects, use a lambda:";
}

function wrapped({ name, owner, node, valueNode, annotation }: ClassAttribute): ClassFault["fixes"] {
	const { module } = owner;
	if (valueNode === null) return [];
	const eol = lineBreakOf(module.text);
	const indent = indentAt(module.text, node.start);
	const text = (part: ast.Expression) => module.text.slice(part.start, part.end);
	const returns = annotation === null ? "" : ` -> ${text(annotation)}`;
	const code = `@declared_attr${eol}${indent}def ${name}(cls)${returns}:${eol}${indent}${indentUnitOf(module)}return ${text(valueNode)}`;
	return [
		{
			title: `Make ${name} with declared_attr`,
			explanation: "The function runs once for each class that derives from this one, so that each has its own.",
			applicability: "safe",
			edits: [replaceText(module, node.start, node.end, code)],
			needs: [{ path: module.path, module: "sqlalchemy.orm", name: "declared_attr" }],
		},
	];
}
