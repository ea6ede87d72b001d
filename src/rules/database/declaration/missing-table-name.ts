import type { FixProposal } from "../../../audit/fix.ts";
import { referencesOf } from "../../../project/models/columns.ts";
import { type TableClass, tableClasses } from "../../../project/models/table-class.ts";
import type { Project } from "../../../project/project.ts";
import { replaceText } from "../../../python/rewrite/source.ts";
import { insertBefore } from "../../../python/rewrite/statements.ts";
import { type ClassFault, raising } from "../../repair/classes/class-fault.ts";

/** A declarative class that names no table and shares none. */
export function* missingTableName(project: Project, table: TableClass): Generator<ClassFault> {
	if (table.kind !== "declarative" || table.naming !== "missing" || table.isOpen) return;
	const { value, definition } = table;
	const { module, node } = value;
	const className = node.name.name;
	const [first, second] = node.body;
	const isDocstring = first?.type === "ExpressionStatement" && first.value.type === "Constant";
	const place = isDocstring ? second : first;
	const name = likelyName(project, table);
	const asMixin = withoutBase(project, table);
	yield {
		...raising(definition),
		subject: `${module.name}:${className}`,
		range: node.name,
		problem: `${className} names no table`,
		rootCause:
			"A class below the declarative base is a table, and __tablename__ says which; a class that is none says __abstract__ = True.",
		error: `sqlalchemy.exc.InvalidRequestError: Class <class '${module.name}.${className}'> does not have a __table__ or __tablename__ specified and does not inherit from an existing table-mapped class.`,
		fixes:
			place === undefined || place.type === "Pass"
				? asMixin
				: [
						...asMixin,
						{
							title: `Name the table ${name}`,
							explanation: `__tablename__ = "${name}" says which table ${className} stands for. Where the table exists already, its name has to be this one.`,
							applicability: "review",
							edits: [insertBefore(module, place, `__tablename__ = "${name}"\n`)],
						},
						{
							title: `Make ${className} abstract`,
							explanation: `With __abstract__ = True the class has no table, and classes that derive from it have its columns.`,
							applicability: "review",
							edits: [insertBefore(module, place, "__abstract__ = True\n")],
						},
					],
		manualSteps: [`Add __tablename__ = "${name}" to ${className}, or __abstract__ = True if it is to be a base of tables.`],
	};
}

/** A class that others name among their bases beside the declarative base: it is a mixin, and needs no base itself. */
function withoutBase(project: Project, { value }: TableClass): readonly FixProposal[] {
	const [base, ...others] = value.bases;
	const [written] = value.node.bases;
	if (base === undefined || written === undefined || others.length > 0 || value.node.keywords.length > 0) return [];
	const users = project.trace.classes.filter((each) => each.value.bases.includes(value));
	if (users.length === 0 || !users.every((each) => each.value.bases.includes(base))) return [];
	const { module, node } = value;
	const end = module.text.indexOf(")", written.end);
	if (end < 0) return [];
	return [
		{
			title: `Make a plain mixin of ${node.name.name}`,
			explanation: "The classes that take its columns derive from the declarative base themselves.",
			applicability: "safe",
			edits: [replaceText(module, node.name.end, end + 1, "")],
		},
	];
}

/** The name by which a foreign key already asks for the table, else one like those of the other tables. */
function likelyName(project: Project, { value }: TableClass): string {
	const snake = value.node.name.name.replace(/(?<=[a-z0-9])(?=[A-Z])/g, "_").toLowerCase();
	const candidates = [snake, plural(snake), snake.replaceAll("_", ""), plural(snake.replaceAll("_", ""))];
	const tables = tableClasses(project);
	const taken = new Set(tables.map((table) => table.tableName));
	const wanted = new Set(
		tables.flatMap((table) => referencesOf(table).map(({ reference }) => reference.target.split(".").at(-2))),
	);
	const asked = candidates.find((name) => wanted.has(name) && !taken.has(name));
	if (asked !== undefined) return asked;
	const others = tables.filter((table) => table.naming === "written" && table.value !== value);
	const arePlural = others.filter((table) => table.tableName?.endsWith("s")).length * 2 >= others.length;
	return arePlural ? plural(snake) : snake;
}

function plural(word: string): string {
	if (/(s|x|z|ch|sh)$/.test(word)) return `${word}es`;
	return /[^aeiou]y$/.test(word) ? `${word.slice(0, -1)}ies` : `${word}s`;
}
