import type { FixProposal } from "../../../audit/fix.ts";
import type { Module } from "../../../project/project.ts";
import { nodeAt } from "../../../python/node-at.ts";
import { replaceText } from "../../../python/rewrite/source.ts";
import type { TextRange } from "../../../text/range.ts";

/** The change after which the `Enum` that is called is the one of SQLAlchemy, and the one that is derived from that of Python. */
export function enumRemedy(module: Module, range: TextRange, error: string): FixProposal | undefined {
	if (error === "TypeError: object of type 'type' has no len()") return enumOfPython(module, range);
	const isOfPython =
		/<enum 'Enum'> has no members|^ValueError: <enum '\w+'> is not a valid Enum$|Enum(?:Type|Meta)\.__call__\(\) got/.test(error);
	return isOfPython ? enumOfSqlalchemy(module, range) : undefined;
}

/** `Enum(Status)` with Python's Enum, in a file that uses SQLAlchemy: the type of a column is meant. */
function enumOfSqlalchemy(module: Module, range: TextRange): FixProposal | undefined {
	const call = nodeAt(module.tree, range, "Call");
	const owner = sqlalchemyName(module);
	if (call === undefined || owner === null) return undefined;
	return {
		title: `Write ${owner}.Enum for the type of the column`,
		explanation: "Enum is Python's base class of enumerations here; SQLAlchemy has a type for columns of that name.",
		applicability: "safe",
		edits: [replaceText(module, call.callee.start, call.callee.end, `${owner}.Enum`)],
		needs: owner === "sqlalchemy" ? [{ path: module.path, module: "", name: "sqlalchemy" }] : [],
	};
}

/** `class Status(str, Enum)` with SQLAlchemy's Enum: the class is an enumeration of Python. */
function enumOfPython(module: Module, range: TextRange): FixProposal | undefined {
	const call = nodeAt(module.tree, range, "Call");
	const [given] = call?.args ?? [];
	if (call?.callee.type !== "Name" || given?.type !== "Name") return undefined;
	const { id } = call.callee;
	// All enumerations of the file have the same mistake.
	const bases = module.tree.body.flatMap((statement) =>
		statement.type === "ClassDef" ? statement.bases.filter((base) => base.type === "Name" && base.id === id) : [],
	);
	if (bases.length === 0) return undefined;
	return {
		title: "Derive the enumerations from enum.Enum",
		explanation: `${id} is SQLAlchemy's type for columns here; the classes with the members are Python's enumerations.`,
		applicability: "safe",
		edits: bases.map((base) => replaceText(module, base.start, base.end, "enum.Enum")),
		needs: [{ path: module.path, module: "", name: "enum" }],
	};
}

/** Under which name the file has SQLAlchemy, or may have it; null where it imports nothing from there. */
function sqlalchemyName({ tree }: Module): string | null {
	for (const node of tree.body) {
		if (node.type !== "Import") continue;
		const alias = node.names.find(({ name }) => name.name === "sqlalchemy");
		if (alias !== undefined) return alias.asName?.name ?? "sqlalchemy";
	}
	const usesIt = tree.body.some((node) => node.type === "ImportFrom" && /^(sqlalchemy|sqlmodel)\b/.test(node.module));
	return usesIt ? "sqlalchemy" : null;
}
