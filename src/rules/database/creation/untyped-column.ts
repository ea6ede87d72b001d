import type { FixProposal } from "../../../audit/fix.ts";
import type { Call } from "../../../project/imports/trace.ts";
import type { Value } from "../../../project/imports/values.ts";
import { argumentsOf, type ClassAttribute, makerOf } from "../../../project/models/class-body.ts";
import type { DefinedTable } from "../../../project/models/tables-defined.ts";
import type { Module } from "../../../project/project.ts";
import type * as ast from "../../../python/ast.ts";
import { replaceText } from "../../../python/rewrite/source.ts";
import type { ClassFault } from "../../repair/classes/class-fault.ts";
import { columnMade, whoMakes } from "./made-tables.ts";

/** Columns without a type, of tables that start-up makes: a class may have them, `CREATE TABLE` cannot. */
export function* untypedColumns(tables: readonly DefinedTable[], creation: Call): Generator<ClassFault> {
	let turn = 0;
	for (const defined of tables) {
		const { table, name } = defined;
		if (table === null) {
			yield* untypedArguments(defined, creation, () => turn++ / 1000);
			continue;
		}
		for (const attribute of table.attributes.values()) {
			const column = untyped(attribute);
			if (column === null) continue;
			yield {
				...columnMade(attribute, creation, turn++),
				problem: `${attribute.owner.node.name.name}.${attribute.name} has no type, and its table is made at start-up`,
				rootCause: `${whoMakes(creation, name)}; SQLAlchemy has nothing from which to tell the type of this column.`,
				error: `sqlalchemy.exc.CompileError: (in table '${name}', column '${attribute.name}'): Can't generate DDL for NullType(); did you forget to specify a type on this Column?`,
				fixes: [typed(attribute, column)],
				manualSteps: [`Give the column a type: Column(String, …).`],
			};
		}
	}
}

/** The same of the columns that a call of `Table` is given. */
function* untypedArguments({ name, module, given }: DefinedTable, creation: Call, turn: () => number): Generator<ClassFault> {
	for (const column of given) {
		const value = argumentsOf(column);
		const [title] = value?.args ?? [];
		if (value === null || !hasNoType(column) || title?.kind !== "constant") continue;
		yield {
			module,
			severity: creation.guarded ? "HIGH" : "CRITICAL",
			stage: creation.stage,
			order: creation.order + turn(),
			subject: `${module.name}:${name}.${title.value}`,
			range: value.node,
			problem: `The column ${title.value} of the table ${name} has no type, and the table is made at start-up`,
			rootCause: `${whoMakes(creation, name)}; SQLAlchemy has nothing from which to tell the type of this column.`,
			error: `sqlalchemy.exc.CompileError: (in table '${name}', column '${title.value}'): Can't generate DDL for NullType(); did you forget to specify a type on this Column?`,
			fixes: [withType(String(title.value), value.keywords, module, value.node)],
			manualSteps: ["Give the column a type: Column(String, …)."],
		};
	}
}

/** The call of `Column` that names no type, and has nothing that stands for one; null where it has. */
function untyped({ value, valueNode, annotation }: ClassAttribute): ast.Call | null {
	if (valueNode?.type !== "Call") return null;
	if (makerOf(value) === "Field") {
		const inner = valueNode.keywords.find(({ name }) => name?.name === "sa_column")?.value;
		const column = argumentsOf(value)?.keywords.get("sa_column");
		return inner?.type === "Call" && makerOf(column) === "Column" && hasNoType(column) ? inner : null;
	}
	const isColumn = makerOf(value) === "Column" || (makerOf(value) === "mapped_column" && annotation === null);
	return isColumn && hasNoType(value) ? valueNode : null;
}

/** A foreign key takes over the type of the column it refers to. */
function hasNoType(column: Value | undefined | null): boolean {
	const call = argumentsOf(column);
	const isName = (arg: Value) => arg.kind === "constant" && typeof arg.value === "string";
	return call !== null && call.args.length < 2 && call.args.every(isName) && !call.keywords.has("type_");
}

function typed({ name, value, owner }: ClassAttribute, column: ast.Call): FixProposal {
	const given = makerOf(value) === "Field" ? argumentsOf(value)?.keywords.get("sa_column") : value;
	return withType(name, argumentsOf(given)?.keywords ?? new Map(), owner.module, column);
}

function withType(name: string, keywords: ReadonlyMap<string, Value>, module: Module, column: ast.Call): FixProposal {
	const type = likelyType(name, keywords);
	const [first] = column.args;
	const isAlone = first === undefined && column.keywords.length === 0;
	const at = first?.end ?? column.argumentsRange.start + 1;
	const code = first === undefined ? `${type}${isAlone ? "" : ", "}` : `, ${type}`;
	return {
		title: `Make ${name} a column of type ${type}`,
		explanation: "Its default or its name tells the type. Write another one where it is to hold something else.",
		applicability: "review",
		edits: [replaceText(module, at, at, code)],
		needs: [{ path: module.path, module: "sqlalchemy", name: type }],
	};
}

/** The type that a default has, else the one that columns of such a name usually have. */
function likelyType(name: string, keywords: ReadonlyMap<string, Value>): string {
	const given = keywords.get("default");
	if (given?.kind === "constant") {
		if (typeof given.value === "boolean") return "Boolean";
		if (typeof given.value === "number") return Number.isInteger(given.value) ? "Integer" : "Float";
		if (typeof given.value === "string") return "String";
	}
	const key = keywords.get("primary_key");
	if ((key?.kind === "constant" && key.value === true) || keywords.has("autoincrement")) return "Integer";
	if (/^(is|has|can|was)_|_(active|enabled|verified|deleted)$|^(active|enabled|verified|deleted|done|completed)$/.test(name))
		return "Boolean";
	if (/_(at|on|date|time)$|^(created|updated|modified|deleted|timestamp|date)$/.test(name)) return "DateTime";
	if (/_id$|^(age|count|quantity|year|position|order|rank|stock)$|_(count|number|total)$/.test(name)) return "Integer";
	if (/^(price|amount|rating|score|weight)$|_(price|amount|rate|rating|score)$/.test(name)) return "Float";
	return "String";
}
