import type { FixProposal } from "../../../audit/fix.ts";
import type { Module, Project } from "../../../project/project.ts";
import type * as ast from "../../../python/ast.ts";
import { nodeAt } from "../../../python/node-at.ts";
import { replaceText } from "../../../python/rewrite/source.ts";
import type { TextRange } from "../../../text/range.ts";

/** The change after which the `Enum` that is called is the one of SQLAlchemy, and the one that is derived from that of Python. */
export function enumRemedy(project: Project, module: Module, range: TextRange, error: string): FixProposal | undefined {
	if (error === "TypeError: object of type 'type' has no len()")
		return enumOfPython(module, range) ?? enumerationOfClass(project, module, range);
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

/** `Enum(Status)` where `Status` is a plain class of names with values: it is to be an enumeration. */
function enumerationOfClass(project: Project, module: Module, range: TextRange): FixProposal | undefined {
	const [given] = nodeAt(module.tree, range, "Call")?.args ?? [];
	if (given?.type !== "Name") return undefined;
	const [found, ...others] = [...project.modules.values()].flatMap((home) =>
		home.tree.body.flatMap((node) => (node.type === "ClassDef" && node.name.name === given.id ? [{ home, node }] : [])),
	);
	if (found === undefined || others.length > 0) return undefined;
	const { home, node } = found;
	const isPlain = node.body.every(
		(each) =>
			(each.type === "Assign" && each.value.type === "Constant") || each.type === "Pass" || each.type === "ExpressionStatement",
	);
	const base = node.bases.at(-1);
	if (!isPlain || node.bases.some((each) => each.type !== "Name" || !/^(str|int|object)$/.test(each.id))) return undefined;
	const isObject = base?.type === "Name" && base.id === "object";
	const edit =
		base === undefined
			? replaceText(home, node.name.end, node.body[0] === undefined ? node.name.end : headEnd(home, node), "(enum.Enum)")
			: isObject
				? replaceText(home, base.start, base.end, "enum.Enum")
				: replaceText(home, base.end, base.end, ", enum.Enum");
	return {
		title: `Make an enumeration of ${given.id}`,
		explanation: "SQLAlchemy's Enum takes the members of an enumeration of Python; the names of the class are its members then.",
		applicability: "safe",
		edits: [edit],
		needs: [{ path: home.path, module: "", name: "enum" }],
	};
}

/** Where the colon stands after the name of a class without bases, and after empty parentheses. */
function headEnd(module: Module, { name }: ast.ClassDef): number {
	const colon = module.text.indexOf(":", name.end);
	return colon < 0 ? name.end : colon;
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
