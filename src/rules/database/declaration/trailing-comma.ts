import { type ClassAttribute, makerOf } from "../../../project/models/class-body.ts";
import { columnsOf } from "../../../project/models/columns.ts";
import type { TableClass } from "../../../project/models/table-class.ts";
import { replaceText } from "../../../python/rewrite/source.ts";
import { type ClassFault, raising } from "../../repair/classes/class-fault.ts";

/** `id = Column(Integer, primary_key=True),` is a tuple, which SQLAlchemy only warns of: the column is not there. */
export function* trailingComma(table: TableClass): Generator<ClassFault> {
	if (table.kind !== "declarative") return;
	for (const attribute of table.attributes.values()) {
		if (!isColumnInTuple(attribute)) continue;
		const { name, owner, node, valueNode } = attribute;
		const { module } = owner;
		const className = owner.node.name.name;
		const isFatal = columnsOf(table)?.every(({ isKey }) => isKey === false) === true;
		const comma = valueNode === null ? null : /^\s*,/.exec(module.text.slice(endOfItem(attribute)));
		const end = endOfItem(attribute);
		yield {
			...raising(table.definition),
			...(isFatal ? {} : { severity: "HIGH" as const, stage: "request" as const }),
			subject: `${module.name}:${className}.${name}`,
			module,
			range: node,
			problem: `A comma behind the column makes ${className}.${name} a tuple`,
			rootCause: "SQLAlchemy leaves a tuple that holds a column alone, so that the table does not have the column.",
			error:
				isFatal && table.tableName !== null
					? `sqlalchemy.exc.ArgumentError: Mapper Mapper[${className}(${table.tableName})] could not assemble any primary key columns for mapped table '${table.tableName}'`
					: null,
			fixes:
				comma === null
					? []
					: [
							{
								title: "Take the comma out",
								explanation: `${name} is then the column itself.`,
								applicability: "safe",
								edits: [replaceText(module, end, end + comma[0].length, "")],
							},
						],
		};
	}
}

/** Is the value a tuple of one column that is written without parentheses? */
function isColumnInTuple({ value, valueNode }: ClassAttribute): boolean {
	if (value?.kind !== "sequence" || value.type !== "tuple" || valueNode?.type !== "Sequence") return false;
	const [only] = value.items;
	const maker = makerOf(only);
	return value.items.length === 1 && (maker === "Column" || maker === "mapped_column" || maker === "relationship");
}

function endOfItem({ valueNode }: ClassAttribute): number {
	return valueNode?.type === "Sequence" ? (valueNode.items[0]?.end ?? valueNode.end) : 0;
}
