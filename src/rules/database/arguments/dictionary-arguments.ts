import type { Call } from "../../../project/imports/trace.ts";
import { argumentsOf, makerOf } from "../../../project/models/class-body.ts";
import type { TableClass } from "../../../project/models/table-class.ts";
import type { Project } from "../../../project/project.ts";
import type * as ast from "../../../python/ast.ts";
import { findKeyword } from "../../../python/rewrite/arguments.ts";
import { type ClassFault, raising } from "../../repair/classes/class-fault.ts";
import { columnArguments } from "./column-arguments.ts";
import { relationshipArguments } from "./relationship-arguments.ts";

/** `sa_column_kwargs` and `sa_relationship_kwargs`: SQLModel hands them on when it makes the column or the relationship of a table class. */
export function* dictionaryArguments(project: Project, table: TableClass): Generator<ClassFault> {
	if (table.kind !== "sqlmodel") return;
	for (const { name, value, owner } of table.attributes.values()) {
		const isColumn = makerOf(value) === "Field";
		const made = value?.kind === "instance" && (isColumn || makerOf(value) === "Relationship") ? value.call : null;
		const option = isColumn ? "sa_column_kwargs" : "sa_relationship_kwargs";
		const given = argumentsOf(value)?.keywords.get(option);
		const written = made === null ? undefined : findKeyword(made.node, option)?.value;
		if (made === null || written?.type !== "Dict" || given?.kind !== "dict" || !given.complete) continue;
		const inner: Call = {
			...made,
			callee: isColumn ? made.callee : relationshipFunction(project),
			args: [],
			keywords: new Map([...given.entries].map(([key, each]) => [String(key), each])),
			node: asCall(written),
		};
		const fault = isColumn ? columnArguments(project, inner) : relationshipArguments(inner);
		if (fault === null) continue;
		yield {
			...raising(table.definition),
			module: owner.module,
			subject: `${owner.module.name}:${owner.node.name.name}.${name}`,
			range: written,
			...fault,
		};
	}
}

/** What SQLModel hands the options of a relationship to; its name has been another one since SQLAlchemy 2. */
function relationshipFunction({ environment }: Project): Call["callee"] {
	const isModern = environment.findModule("sqlalchemy.orm._orm_constructors").found === "present";
	const canonical = `sqlalchemy.orm.${isModern ? "_orm_constructors" : "relationships"}.relationship`;
	return { kind: "external", name: "sqlalchemy.orm.relationship", canonical, isModule: false, entry: null };
}

/** A dictionary in braces as if it were a call with its keys for keywords, so that what is said of keywords can be said of it. */
function asCall(dict: ast.Dict): ast.Call {
	const nowhere: ast.InvalidExpression = { type: "InvalidExpression", start: dict.start, end: dict.start };
	const keywords = dict.entries.flatMap(({ key, value }): ast.Keyword[] => {
		if (key?.type !== "Constant" || typeof key.value !== "string" || key.content === null) return [];
		const name: ast.Identifier = { start: key.content.start, end: key.content.end, name: key.value };
		return [{ start: key.start, end: value.end, name, value }];
	});
	return {
		type: "Call",
		start: dict.start,
		end: dict.end,
		callee: nowhere,
		args: [],
		keywords,
		argumentsRange: { start: dict.start, end: dict.end },
	};
}
