import type { FixProposal } from "../../../audit/fix.ts";
import { argumentsOf, makerOf } from "../../../project/models/class-body.ts";
import type { Column } from "../../../project/models/columns.ts";
import type { TableClass } from "../../../project/models/table-class.ts";
import { addArgument, findKeyword } from "../../../python/rewrite/arguments.ts";
import { replaceText } from "../../../python/rewrite/source.ts";

/** Makes a column a foreign key to `table.column`; null where its call cannot be seen. */
export function withForeignKey(table: TableClass, { attribute }: Column, target: string): FixProposal | null {
	const { owner, node, value, valueNode } = attribute;
	const { module } = owner;
	const common = {
		title: `Make ${table.value.node.name.name}.${attribute.name} a foreign key to ${target}`,
		explanation:
			"The column is named after the other table; as a foreign key it says which row is meant. A table that exists already needs a migration.",
		applicability: "safe" as const,
	};
	if (table.kind === "sqlmodel") {
		const key = `foreign_key="${target}"`;
		const needs = [{ path: module.path, module: "sqlmodel", name: "Field" }];
		if (valueNode === null) return { ...common, edits: [replaceText(module, node.end, node.end, ` = Field(${key})`)], needs };
		if (valueNode.type === "Call")
			return makerOf(value) === "Field" && findKeyword(valueNode, "sa_column") === null
				? { ...common, edits: [addArgument(module, valueNode, key)] }
				: null;
		const fallback = module.text.slice(valueNode.start, valueNode.end);
		return {
			...common,
			edits: [replaceText(module, valueNode.start, valueNode.end, `Field(default=${fallback}, ${key})`)],
			needs,
		};
	}
	const code = `ForeignKey("${target}")`;
	const needs = [{ path: module.path, module: "sqlalchemy", name: "ForeignKey" }];
	if (valueNode === null)
		return {
			...common,
			edits: [replaceText(module, node.end, node.end, ` = mapped_column(${code})`)],
			needs: [...needs, { path: module.path, module: "sqlalchemy.orm", name: "mapped_column" }],
		};
	if (valueNode.type !== "Call" || argumentsOf(value) === null) return null;
	const last = valueNode.args.at(-1);
	const at = last?.end ?? valueNode.argumentsRange.start + 1;
	const edit = last === undefined ? `${code}${valueNode.keywords.length > 0 ? ", " : ""}` : `, ${code}`;
	return { ...common, edits: [replaceText(module, at, at, edit)], needs };
}
