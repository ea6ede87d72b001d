import type { FixProposal } from "../../../audit/fix.ts";
import { createdDialect } from "../../../project/database/created-dialect.ts";
import { postgresError } from "../../../project/database/database-error.ts";
import { listEngines } from "../../../project/database/engine-calls.ts";
import type { Call } from "../../../project/imports/trace.ts";
import type { Value } from "../../../project/imports/values.ts";
import { argumentsOf, type ClassAttribute, makerOf } from "../../../project/models/class-body.ts";
import { referencesOf } from "../../../project/models/columns.ts";
import type { DefinedTable } from "../../../project/models/tables-defined.ts";
import type { Project } from "../../../project/project.ts";
import type * as ast from "../../../python/ast.ts";
import { findKeyword } from "../../../python/rewrite/arguments.ts";
import { replaceText } from "../../../python/rewrite/source.ts";
import type { ClassFault } from "../../repair/classes/class-fault.ts";
import { columnMade, whoMakes } from "./made-tables.ts";
import { firstType } from "./type-argument.ts";

/** Kinds of types that no database compares with each other. */
type Family = "integer" | "text" | "uuid";

interface WrittenType {
	readonly family: Family;
	readonly node: ast.Expression;
	/** What a fix would write in another file, and the import that this takes. */
	readonly name: string;
	readonly from: string | null;
}

/** Foreign keys whose column is of another kind than the one that they refer to, in tables that a database makes which minds. */
export function* foreignKeyTypes(project: Project, tables: readonly DefinedTable[], creation: Call): Generator<ClassFault> {
	const [engine] = listEngines(project);
	const dialect = createdDialect(project);
	if (engine === undefined || (dialect !== "postgresql" && dialect !== "mysql")) return;
	let turn = 0;
	for (const { table, name } of tables) {
		if (table === null) continue;
		for (const { attribute, reference } of referencesOf(table)) {
			const referred = referredType(tables, reference.target);
			const own = writtenType(attribute, true);
			if (own === null || referred === null || own.family === referred.family) continue;
			const { owner } = attribute;
			yield {
				...columnMade(attribute, creation, turn++),
				subject: `${owner.module.name}:${owner.node.name.name}.${attribute.name}:type`,
				problem: `${owner.node.name.name}.${attribute.name} is ${shown[own.family]}, and refers to ${reference.target}, which is ${shown[referred.family]}`,
				rootCause: `${whoMakes(creation, name)}, and the database refuses a foreign key between columns that it cannot compare.`,
				error:
					dialect === "postgresql"
						? postgresError(project, engine, "DatatypeMismatch", refusal(name, columnName(attribute)))
						: null,
				fixes: [sameType(owner.module, own, referred)],
			};
		}
	}
}

/** PostgreSQL's words; the name is the one that it gives a constraint without one. */
function refusal(table: string, column: string): string {
	return `foreign key constraint "${table}_${column}_fkey" cannot be implemented`;
}

function columnName({ name, value }: ClassAttribute): string {
	const given = argumentsOf(value)?.args[0];
	return given?.kind === "constant" && typeof given.value === "string" ? given.value : name;
}

const shown: Readonly<Record<Family, string>> = { integer: "a number", text: "a text", uuid: "a UUID" };

function sameType(module: ClassFault["module"], own: WrittenType, { name, from }: WrittenType): FixProposal {
	return {
		title: `Make it ${name}`,
		explanation: "The column of a foreign key has the type of the column that it refers to.",
		applicability: "review",
		edits: [replaceText(module, own.node.start, own.node.end, name)],
		needs: from === null ? [] : [{ path: module.path, module: from, name: name.split("(", 1)[0] ?? name }],
	};
}

function referredType(tables: readonly DefinedTable[], target: string): WrittenType | null {
	const dot = target.lastIndexOf(".");
	const [found, ...others] = tables.filter(
		({ name, schema }) => (schema === null ? name : `${schema}.${name}`) === target.slice(0, dot),
	);
	const attribute = others.length > 0 ? undefined : found?.table?.attributes.get(target.slice(dot + 1));
	return attribute === undefined ? null : writtenType(attribute, false);
}

/** The type that a column is given, by its annotation where that counts; a foreign key of SQLAlchemy without one takes that of its target. */
function writtenType({ annotation, value, valueNode, owner }: ClassAttribute, isKey: boolean): WrittenType | null {
	const maker = makerOf(value);
	const call = argumentsOf(value);
	if (call === null || valueNode?.type !== "Call") return null;
	const { text } = owner.module;
	if (maker === "Field") {
		if (["sa_type", "sa_column_args", "sa_column_kwargs"].some((each) => call.keywords.has(each))) return null;
		const column = findKeyword(valueNode, "sa_column")?.value;
		const given = call.keywords.get("sa_column");
		if (given !== undefined)
			return column?.type === "Call" && makerOf(given) === "Column"
				? ofColumn(text, argumentsOf(given)?.args ?? [], column)
				: null;
		return annotation === null ? null : ofAnnotation(text, annotation);
	}
	if (maker !== "Column" && maker !== "mapped_column") return null;
	if (call.keywords.has("type_")) return null;
	const explicit = ofColumn(text, call.args, valueNode);
	if (explicit !== null || isKey || firstType(call.args, valueNode) !== null) return explicit;
	const inner = annotation?.type === "Subscript" ? annotation.index : null;
	return maker === "mapped_column" && inner !== null ? ofAnnotation(text, inner) : null;
}

const families: Readonly<Record<string, Family>> = {
	Integer: "integer",
	BigInteger: "integer",
	SmallInteger: "integer",
	INTEGER: "integer",
	BIGINT: "integer",
	String: "text",
	Text: "text",
	Unicode: "text",
	VARCHAR: "text",
	UUID: "uuid",
	Uuid: "uuid",
};

function ofColumn(text: string, args: readonly Value[], node: ast.Call): WrittenType | null {
	const found = firstType(args, node);
	const maker = found?.value.kind === "instance" ? found.value.of : found?.value;
	if (found === null || maker?.kind !== "external" || !/^sqlalchemy\./.test(maker.canonical)) return null;
	const short = maker.canonical.slice(maker.canonical.lastIndexOf(".") + 1);
	const family = families[short];
	const written = text.slice(found.node.start, found.node.end);
	if (family === undefined || !/^\w+(\([^()]*\))?$/.test(written)) return null;
	const from = maker.canonical.startsWith("sqlalchemy.dialects.postgresql") ? "sqlalchemy.dialects.postgresql" : "sqlalchemy";
	return { family, node: found.node, name: written, from };
}

const pythonTypes: Readonly<Record<string, Family>> = { int: "integer", str: "text", UUID: "uuid", "uuid.UUID": "uuid" };

/** `int`, `Optional[int]`, `uuid.UUID | None`: the type itself is what a fix changes. */
function ofAnnotation(text: string, annotation: ast.Expression): WrittenType | null {
	const node = withoutNone(annotation);
	const written = text.slice(node.start, node.end);
	const family = pythonTypes[written];
	if (family === undefined) return null;
	return { family, node, name: written.replace(/^uuid\./, ""), from: family === "uuid" ? "uuid" : null };
}

function withoutNone(node: ast.Expression): ast.Expression {
	const isNone = (each: ast.Expression) => each.type === "Constant" && each.value === null;
	if (node.type === "Subscript" && node.value.type === "Name" && node.value.id === "Optional") return node.index;
	if (node.type !== "BinOp" || node.operator !== "|") return node;
	return isNone(node.right) ? node.left : isNone(node.left) ? node.right : node;
}
