import type { Call } from "../../../project/imports/trace.ts";
import { isVersionOne } from "../../../project/models/pydantic-schema.ts";
import type { Project } from "../../../project/project.ts";
import type * as ast from "../../../python/ast.ts";
import { addArgument, findKeyword, removeArguments } from "../../../python/rewrite/arguments.ts";
import { replaceText } from "../../../python/rewrite/source.ts";
import type { TextEdit } from "../../../text/range.ts";
import type { CallFault } from "./call-fault.ts";

/** Options of SQLModel's Field that belong into the Column once there is one, in the order in which it checks them. */
const options = [
	"primary_key",
	"nullable",
	"foreign_key",
	"ondelete",
	"unique",
	"index",
	"sa_type",
	"sa_column_args",
	"sa_column_kwargs",
];

/** Options beside `sa_column`, and `ondelete` without the foreign key that it is about (`FieldInfo.__init__` in sqlmodel/main.py). */
export function besideColumn(project: Project, call: Call): CallFault | null {
	if (isVersionOne(project.environment)) return null;
	const { keywords, node } = call;
	if (!keywords.has("sa_column")) return withoutKey(call);
	const option = options.find((each) => keywords.has(each));
	const keyword = option === undefined ? null : findKeyword(node, option);
	if (option === undefined || keyword === null) return null;
	const column = findKeyword(node, "sa_column")?.value;
	const edits = column?.type === "Call" ? moved(call, column) : null;
	return {
		problem: `A field gives ${option} beside sa_column`,
		rootCause: "With sa_column the Column says everything about the column; options beside it would be lost.",
		error: `RuntimeError: Passing ${option} is not supported when also passing a sa_column`,
		fixes:
			edits === null
				? []
				: [
						{
							title: `Give ${option} to the Column`,
							explanation: "The column then has it, as the field meant.",
							applicability: "safe",
							edits: edits.edits,
							needs: edits.needsForeignKey ? [{ path: call.module.path, module: "sqlalchemy", name: "ForeignKey" }] : [],
						},
					],
		manualSteps: [`Write ${option} inside Column(...), or leave sa_column out.`],
	};
}

function withoutKey({ keywords, node, module }: Call): CallFault | null {
	if (!keywords.has("ondelete") || keywords.has("foreign_key")) return null;
	const keyword = findKeyword(node, "ondelete");
	return {
		problem: "A field gives ondelete without a foreign key",
		rootCause: "ondelete says what happens to the row when the one it refers to is deleted; this column refers to none.",
		error: "RuntimeError: ondelete can only be used with foreign_key",
		fixes:
			keyword === null
				? []
				: [
						{
							title: "Take ondelete out",
							explanation: "It has no meaning here.",
							applicability: "safe",
							edits: removeArguments(module, node, [keyword]),
						},
					],
	};
}

/** All options that stand beside the column, put into it. */
function moved(
	{ node, module }: Call,
	column: ast.Call,
): { readonly edits: readonly TextEdit[]; readonly needsForeignKey: boolean } | null {
	const keywords = node.keywords.filter(({ name }) => name !== null && options.includes(name.name));
	if (keywords.some(({ name }) => ["sa_column_args", "sa_column_kwargs", "ondelete"].includes(name?.name ?? ""))) return null;
	const text = ({ start, end }: ast.Expression) => module.text.slice(start, end);
	const positional: string[] = [];
	const named: string[] = [];
	for (const { name, value } of keywords) {
		if (name?.name === "foreign_key") positional.push(`ForeignKey(${text(value)})`);
		else if (name?.name === "sa_type") {
			if (column.args.length === 0) positional.unshift(text(value));
		} else if (name !== null && findKeyword(column, name.name) === null) named.push(`${name.name}=${text(value)}`);
	}
	const edits: TextEdit[] = [...removeArguments(module, node, keywords)];
	const last = column.args.at(-1);
	if (positional.length > 0 && named.length > 0 && column.keywords.length === 0)
		edits.push(addArgument(module, column, [...positional, ...named].join(", ")));
	else {
		if (positional.length > 0) {
			const at = last?.end ?? column.argumentsRange.start + 1;
			const code = positional.join(", ");
			edits.push(
				replaceText(module, at, at, last === undefined ? `${code}${column.keywords.length > 0 ? ", " : ""}` : `, ${code}`),
			);
		}
		if (named.length > 0) edits.push(addArgument(module, column, named.join(", ")));
	}
	return { edits, needsForeignKey: positional.some((each) => each.startsWith("ForeignKey(")) };
}
