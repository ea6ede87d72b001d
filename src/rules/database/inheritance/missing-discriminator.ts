import type { FixProposal } from "../../../audit/fix.ts";
import { isSimilarName } from "../../../project/imports/nearest-module.ts";
import { columnsOf } from "../../../project/models/columns.ts";
import { mapperArguments } from "../../../project/models/mapper-arguments.ts";
import type { TableClass } from "../../../project/models/table-class.ts";
import { type ClassFault, raising } from "../../repair/classes/class-fault.ts";

/** `polymorphic_on` names, as a text, an attribute that the class does not map. */
export function* missingDiscriminator(table: TableClass): Generator<ClassFault> {
	if (table.kind !== "declarative" || table.isOpen || table.parent !== null) return;
	const named = mapperArguments(table)?.get("polymorphic_on");
	const columns = columnsOf(table);
	if (named?.kind !== "constant" || typeof named.value !== "string" || columns === null) return;
	const wanted = named.value;
	if (table.attributes.has(wanted) || table.value.namespace.names.has(wanted)) return;
	const { origin } = named;
	const { module, node } = table.value;
	const attributes = columns.filter(({ isKey }) => isKey !== true).map(({ attribute }) => attribute.name);
	const alike = attributes.filter((each) => isSimilarName(each, wanted));
	const usual = attributes.filter((each) => ["type", "kind", "discriminator", "discr", "category"].includes(each));
	const candidates = alike.length > 0 ? alike : usual;
	yield {
		...raising(table.definition),
		subject: `${module.name}:${node.name.name}:polymorphic_on`,
		range: origin?.type === "source" && origin.path === module.path ? origin.range : node.name,
		problem: `polymorphic_on of ${node.name.name} names ${wanted}, which is no column of the class`,
		rootCause: "The discriminator is the column that says of each row which class it belongs to.",
		error: `sqlalchemy.exc.ArgumentError: Can't determine polymorphic_on value '${wanted}' - no attribute is mapped to this name.`,
		fixes:
			origin?.type !== "source"
				? []
				: candidates.map(
						(name): FixProposal => ({
							title: `Tell the classes apart by ${name}`,
							explanation: `${name} is a column that the class has.`,
							applicability: candidates.length === 1 ? "safe" : "review",
							edits: [{ path: origin.path, range: origin.range, newText: name }],
						}),
					),
		manualSteps: [`Give ${node.name.name} a column ${wanted}, or name one that it has.`],
	};
}
