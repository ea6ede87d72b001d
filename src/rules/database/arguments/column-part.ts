import type { FixProposal } from "../../../audit/fix.ts";
import { isEnum } from "../../../project/imports/simulator/classes/enumerations.ts";
import type { Call } from "../../../project/imports/trace.ts";
import type { ClassValue, Value } from "../../../project/imports/values.ts";
import { makerOf } from "../../../project/models/class-body.ts";
import { lineageOf } from "../../../project/models/lineage.ts";
import type * as ast from "../../../python/ast.ts";
import { replaceText } from "../../../python/rewrite/source.ts";
import { boundNames } from "../../../python/scopes.ts";
import type { CallFault } from "./call-fault.ts";

const columnTypes: Readonly<Record<string, string>> = {
	int: "Integer",
	str: "String",
	bool: "Boolean",
	float: "Float",
	bytes: "LargeBinary",
	dict: "JSON",
	list: "JSON",
	"datetime.datetime": "DateTime",
	"datetime.date": "Date",
	"datetime.time": "Time",
	"decimal.Decimal": "Numeric",
	"uuid.UUID": "Uuid",
};

/** A positional argument of `Column` that is no type and no part of a column: `Column(str)`, `Column(Status)` of an enumeration. */
export function wrongPart({ args, node, module, open }: Call): CallFault | null {
	if (open || node.args.length !== args.length || node.args.some(({ type }) => type === "Starred")) return null;
	const first = args[0]?.kind === "constant" && typeof args[0].value === "string" ? 1 : 0;
	let isTyped = false;
	for (let index = first; index < args.length; index++) {
		const part = args[index];
		const written = node.args[index];
		if (part === undefined || written === undefined || part.kind === "unknown") return null;
		if (!isTyped && index === first && isColumnType(part)) {
			isTyped = true;
			continue;
		}
		const shown = shownPart(part);
		if (shown === null) {
			if (makerOf(part) === null && part.kind !== "instance") return null;
			continue;
		}
		return {
			problem: `A column is given ${module.text.slice(written.start, written.end)} where its type or a constraint belongs`,
			rootCause: "The positional arguments of Column are its name, its SQLAlchemy type, and foreign keys and the like.",
			error: `sqlalchemy.exc.ArgumentError: 'SchemaItem' object, such as a 'Column' or a 'Constraint' expected, got ${shown}`,
			fixes: index === first ? typeInstead(part, written, module) : [],
			manualSteps: [
				"Give the column an SQLAlchemy type (Integer, String, DateTime) first, and everything else by keyword: nullable=False, default=….",
			],
		};
	}
	return null;
}

/** SQLAlchemy's own types, and whatever may be one. */
function isColumnType(value: Value): boolean {
	if (value.kind === "external") return shownPart(value) === null;
	return value.kind === "instance" && makerOf(value) !== "ForeignKey";
}

/** How Python shows what is certainly no part of a column; null for what may be one. */
function shownPart(value: Value): string | null {
	if (value.kind === "class") return shownClass(value);
	if (value.kind === "external") {
		const name = value.name.replace(/^builtins\./, "");
		if (columnTypes[name] === undefined) return null;
		return `<class '${name}'>`;
	}
	if (value.kind !== "constant" || value.value === undefined) return null;
	if (typeof value.value === "boolean") return value.value ? "True" : "False";
	if (typeof value.value === "string") return /^[^'\\\n]*$/.test(value.value) ? `'${value.value}'` : null;
	return value.value === null ? null : String(value.value);
}

/** A class of the project that is certainly no type of SQLAlchemy; null where it may be one. */
function shownClass(value: ClassValue): string | null {
	const { ancestors, isComplete } = lineageOf(value);
	if (!isComplete || value.decorators.length > 0 || value.keywords.has("metaclass")) return null;
	const isPlain = (name: string) => /^(builtins|enum|typing|typing_extensions|abc|pydantic|sqlmodel)\b/.test(name);
	if (!ancestors.every((each) => each.kind === "class" || (each.kind === "external" && isPlain(each.canonical)))) return null;
	const name = value.node.name.name;
	return isEnum(value) ? `<enum '${name}'>` : `<class '${value.module.name}.${name}'>`;
}

/** `Enum(Status)` with SQLAlchemy's Enum, under the name that it has in the module or can have there. */
function enumType(written: ast.Expression, module: Call["module"]): FixProposal {
	const { body } = module.tree;
	const imported = body
		.flatMap((each) => (each.type === "ImportFrom" && /^(sqlalchemy|sqlmodel)$/.test(each.module) ? each.names : []))
		.find(({ name }) => name.name === "Enum");
	const isTaken = imported === undefined && boundNames(body).has("Enum");
	const maker = imported?.asName?.name ?? (isTaken ? "sqlalchemy.Enum" : "Enum");
	const need = isTaken ? { module: "", name: "sqlalchemy" } : { module: "sqlalchemy", name: "Enum" };
	const shown = module.text.slice(written.start, written.end);
	return {
		title: `Write ${maker}(${shown})`,
		explanation: "A column gets the type Enum of SQLAlchemy, which takes the class with the members.",
		applicability: "safe",
		edits: [replaceText(module, written.start, written.end, `${maker}(${shown})`)],
		needs: imported === undefined ? [{ path: module.path, ...need }] : [],
	};
}

function typeInstead(value: Value, written: ast.Expression, module: Call["module"]): readonly FixProposal[] {
	if (value.kind === "class") return isEnum(value) ? [enumType(written, module)] : [];
	const type = value.kind === "external" ? columnTypes[value.name.replace(/^builtins\./, "")] : undefined;
	if (type === undefined) return [];
	return [
		{
			title: `Write ${type}`,
			explanation: `${type} is SQLAlchemy's column type for this Python type.`,
			applicability: "safe",
			edits: [replaceText(module, written.start, written.end, type)],
			needs: [{ path: module.path, module: "sqlalchemy", name: type }],
		},
	];
}
