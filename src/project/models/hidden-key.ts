import type * as ast from "../../python/ast.ts";
import { walk } from "../../python/walk.ts";
import type { Value } from "../imports/values.ts";
import { makerOf } from "./class-body.ts";
import { lineageOf } from "./lineage.ts";
import type { TableClass } from "./table-class.ts";

/** May the key of a table be named elsewhere than at its columns: by a constraint, by the mapper's options, or by a table made elsewhere? */
export function mayNameKeyElsewhere({ value }: TableClass): boolean {
	return lineageOf(value).own.some(({ node, namespace: { names } }) => {
		const bound = new Set(names.keys());
		return (
			names.has("__table__") ||
			node.body.some((statement) => isConstraint(statement, bound)) ||
			mayNameKey(names.get("__mapper_args__")?.value) ||
			(names.has("__table_args__") && mayHoldKey(names.get("__table_args__")?.value))
		);
	});
}

/** `PrimaryKeyConstraint(id)` in the body, bound to nothing: it makes itself known to the table through its columns. */
function isConstraint(statement: ast.Statement, bound: ReadonlySet<string>): boolean {
	if (statement.type !== "ExpressionStatement" || statement.value.type !== "Call") return false;
	const { args, keywords } = statement.value;
	let isOfColumns = false;
	for (const part of [...args, ...keywords.map(({ value }) => value)])
		walk(part, (node) => {
			if (node.type === "Name" && bound.has(node.id)) isOfColumns = true;
			if (node.type === "Constant" && typeof node.value === "string" && bound.has(node.value)) isOfColumns = true;
		});
	return isOfColumns;
}

/** May `__mapper_args__` say which columns tell the rows apart? */
function mayNameKey(value: Value | undefined): boolean {
	return value !== undefined && (value.kind !== "dict" || !value.complete || value.entries.has("primary_key"));
}

/** May `__table_args__` name the key, or take the table from elsewhere? */
function mayHoldKey(value: Value | undefined): boolean {
	const items = value?.kind === "sequence" && value.complete ? value.items : [value];
	return items.some((item) => {
		if (item?.kind === "dict" && item.complete)
			return [...item.entries.keys()].some(
				(key) => !/^(schema|comment|info|sqlite_\w+|mysql_\w+|postgresql_\w+)$/.test(String(key)),
			);
		return !["Index", "UniqueConstraint", "CheckConstraint", "ForeignKeyConstraint"].includes(makerOf(item) ?? "");
	});
}
