import type { FixProposal } from "../../../audit/fix.ts";
import { argumentsOf, type ClassAttribute, makerOf } from "../../../project/models/class-body.ts";
import type { TableClass } from "../../../project/models/table-class.ts";
import { readSettingType } from "../../../project/settings/setting-type.ts";
import { addArgument, findKeyword } from "../../../python/rewrite/arguments.ts";
import { replaceText } from "../../../python/rewrite/source.ts";
import { type ClassFault, raising } from "../../repair/classes/class-fault.ts";

/** `ondelete="SET NULL"` of a column that cannot be empty (`get_column_from_field` in sqlmodel/main.py). */
export function* setNullRequired(table: TableClass): Generator<ClassFault> {
	if (table.kind !== "sqlmodel") return;
	for (const attribute of table.attributes.values()) {
		const keywords = makerOf(attribute.value) === "Field" ? argumentsOf(attribute.value)?.keywords : undefined;
		const action = keywords?.get("ondelete");
		if (keywords === undefined || action?.kind !== "constant" || action.value !== "SET NULL") continue;
		if (keywords.has("sa_column") || !isFilled(attribute, keywords)) continue;
		const { owner, name, node } = attribute;
		yield {
			...raising(table.definition),
			module: owner.module,
			subject: `${owner.module.name}:${owner.node.name.name}.${name}`,
			range: node,
			problem: `${owner.node.name.name}.${name} is to become NULL when its row goes, and cannot be NULL`,
			rootCause:
				'ondelete="SET NULL" empties the column when the row that it refers to is deleted; its type, or nullable=False, forbids that.',
			error: 'RuntimeError: ondelete="SET NULL" requires nullable=True',
			fixes: fixesOf(attribute),
		};
	}
}

/** A column is nullable as the field says, else where its type allows None. */
function isFilled({ annotation }: ClassAttribute, keywords: ReadonlyMap<string, { readonly kind: string }>): boolean {
	const nullable = keywords.get("nullable");
	if (nullable !== undefined) return nullable.kind === "constant" && "value" in nullable && nullable.value === false;
	if (annotation === null) return false;
	const { isOptional, members } = readSettingType(annotation);
	return !isOptional && members !== null && members.every((member) => /^(int|str|UUID|uuid|float|bool)$/.test(member));
}

function fixesOf({ owner: { module }, valueNode }: ClassAttribute): readonly FixProposal[] {
	if (valueNode?.type !== "Call") return [];
	const nullable = findKeyword(valueNode, "nullable");
	const action = findKeyword(valueNode, "ondelete");
	const edit =
		nullable === null
			? addArgument(module, valueNode, "nullable=True")
			: replaceText(module, nullable.value.start, nullable.value.end, "True");
	return [
		{
			title: "Let the column be empty",
			explanation: "It then loses its reference when the other row goes. The field's type should allow None as well.",
			applicability: "review",
			edits: [edit],
		},
		...(action === null
			? []
			: [
					{
						title: "Delete the row together with the one it refers to",
						explanation: "CASCADE keeps the column filled: the row itself goes.",
						applicability: "review" as const,
						edits: [replaceText(module, action.value.start, action.value.end, '"CASCADE"')],
					},
				]),
	];
}
