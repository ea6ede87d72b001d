import type { FixProposal } from "../../../audit/fix.ts";
import type { Value } from "../../../project/imports/values.ts";
import { attributesOf, makerOf } from "../../../project/models/class-body.ts";
import { ownerOf } from "../../../project/models/lineage.ts";
import type { TableClass } from "../../../project/models/table-class.ts";
import type { Module } from "../../../project/project.ts";
import type * as ast from "../../../python/ast.ts";
import { replaceText } from "../../../python/rewrite/source.ts";
import { type ClassFault, raising } from "../../repair/classes/class-fault.ts";

/** What SQLAlchemy calls the parts of a table. */
const parts = /\.(UniqueConstraint|Index|CheckConstraint|PrimaryKeyConstraint|ForeignKeyConstraint|ExcludeConstraint)$/;

/** `__table_args__` that is neither a tuple nor a dict, or whose options do not stand last (`_setup_table` in sqlalchemy/orm/decl_base.py). */
export function* tableArgumentsShape(table: TableClass): Generator<ClassFault> {
	const owner = ownerOf(table.value, "__table_args__");
	const attribute = owner === null ? undefined : attributesOf(owner).get("__table_args__");
	if (attribute === undefined || attribute.owner !== table.value || attribute.valueNode === null || attribute.value === null)
		return;
	const { module } = attribute.owner;
	const className = table.value.node.name.name;
	const found =
		notATuple(module, attribute.value, attribute.valueNode) ?? misplacedOptions(module, attribute.value, attribute.valueNode);
	if (found === null) return;
	yield {
		...raising(table.definition),
		module,
		subject: `${module.name}:${className}.__table_args__`,
		range: attribute.node,
		...found(className),
	};
}

type Words = Pick<ClassFault, "problem" | "rootCause" | "error" | "fixes">;

function notATuple(module: Module, value: Value, node: ast.Expression): ((className: string) => Words) | null {
	const isPart = value.kind === "instance" && value.of.kind === "external" && parts.test(value.of.canonical);
	const isList = value.kind === "sequence" && value.type !== "tuple";
	if (!isPart && !isList) return null;
	const explanation = "SQLAlchemy takes the constraints of a table as a tuple, and nothing changes about them.";
	const fix = isPart ? wrapped(module, node) : node.type === "Sequence" ? asTuple(module, node) : null;
	return (className) => ({
		problem: `${className}.__table_args__ is ${isPart ? `a single ${makerOf(value)}` : `a ${isList ? value.type : "list"}`}, and has to be a tuple`,
		rootCause: isPart
			? "Parentheses alone make no tuple: one with a single item needs a comma behind it."
			: "SQLAlchemy takes a tuple of constraints, or a dict of options.",
		error: "sqlalchemy.exc.ArgumentError: __table_args__ value must be a tuple, dict, or None",
		fixes: fix === null ? [] : [{ title: "Make it a tuple", explanation, applicability: "safe", edits: fix }],
	});
}

/** `(Index(...))` becomes `(Index(...),)`. */
function wrapped(module: Module, node: ast.Expression): FixProposal["edits"] {
	const isInParentheses = /\(\s*$/.test(module.text.slice(0, node.start)) && /^\s*\)/.test(module.text.slice(node.end));
	if (isInParentheses) return [replaceText(module, node.end, node.end, ",")];
	return [replaceText(module, node.start, node.start, "("), replaceText(module, node.end, node.end, ",)")];
}

function asTuple(module: Module, node: ast.Sequence): FixProposal["edits"] {
	const last = node.items.at(-1);
	const needsComma = last !== undefined && node.items.length === 1 && !/^\s*,/.test(module.text.slice(last.end));
	return [
		replaceText(module, node.start, node.start + 1, "("),
		...(needsComma ? [replaceText(module, last.end, last.end, ",")] : []),
		replaceText(module, node.end - 1, node.end, ")"),
	];
}

function misplacedOptions(module: Module, value: Value, node: ast.Expression): ((className: string) => Words) | null {
	if (value.kind !== "sequence" || value.type !== "tuple" || !value.complete || node.type !== "Sequence") return null;
	const at = value.items.findIndex((item, index) => item.kind === "dict" && index < value.items.length - 1);
	const options = value.items[at];
	if (options?.kind !== "dict" || node.items.length !== value.items.length) return null;
	const shown = shownDict(options);
	const order = [...node.items.slice(0, at), ...node.items.slice(at + 1), ...node.items.slice(at, at + 1)];
	const isOnly = value.items.filter(({ kind }) => kind === "dict").length === 1;
	const edits = node.items.flatMap((slot, index) => {
		const item = order[index];
		return item === undefined || item === slot
			? []
			: [replaceText(module, slot.start, slot.end, module.text.slice(item.start, item.end))];
	});
	return (className) => ({
		problem: `The options in ${className}.__table_args__ do not stand last`,
		rootCause: "A dict of options has to be the last item; anywhere else it is taken for a constraint.",
		error:
			shown === null
				? null
				: `sqlalchemy.exc.ArgumentError: 'SchemaItem' object, such as a 'Column' or a 'Constraint' expected, got ${shown}`,
		fixes: isOnly
			? [{ title: "Put the options last", explanation: "The constraints come first, as they are.", applicability: "safe", edits }]
			: [],
	});
}

/** A dict as Python shows it; null where a value is not plain. */
function shownDict({ entries, complete }: Value & { kind: "dict" }): string | null {
	const shown = [...entries].map(([key, value]) => {
		if (value.kind !== "constant") return null;
		const text =
			typeof value.value === "boolean"
				? value.value
					? "True"
					: "False"
				: typeof value.value === "string"
					? `'${value.value}'`
					: value.value === null
						? "None"
						: String(value.value);
		return `'${String(key)}': ${text}`;
	});
	return complete && shown.every((each) => each !== null) ? `{${shown.join(", ")}}` : null;
}
