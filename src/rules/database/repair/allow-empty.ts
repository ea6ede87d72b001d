import type { FixProposal } from "../../../audit/fix.ts";
import type { Call } from "../../../project/imports/trace.ts";
import type { ClassAttribute } from "../../../project/models/class-body.ts";
import { isForeignKey } from "../../../project/models/required-columns.ts";
import type { Project } from "../../../project/project.ts";
import { addArgument, findKeyword, removeArguments } from "../../../python/rewrite/arguments.ts";
import { replaceText } from "../../../python/rewrite/source.ts";
import { dottedName } from "../../../python/walk.ts";
import type { TextEdit } from "../../../text/range.ts";

/** Lets columns be empty, by their types and by what they are told; null where one is written in a way of its own. */
export function allowEmpty(
	project: Project,
	columns: readonly ClassAttribute[],
	kind: "sqlmodel" | "declarative",
): FixProposal | null {
	const isNew = project.environment.python.minor >= 10;
	const edits: TextEdit[] = [];
	for (const column of columns) {
		const own = kind === "sqlmodel" ? ofField(column, isNew) : ofColumn(column, isNew);
		if (own === null) return null;
		edits.push(...own);
	}
	const names = columns.map(({ name }) => name).join(" and ");
	const paths = [...new Set(columns.filter(({ annotation }) => annotation !== null).map(({ owner }) => owner.module.path))];
	return {
		title: `Let ${names} be empty`,
		explanation: "The row is then written without a value there. A table that exists already needs a migration.",
		applicability: "review",
		edits,
		needs: isNew ? [] : paths.map((path) => ({ path, module: "typing", name: "Optional" })),
	};
}

/** `phone: str` becomes `phone: str | None = None`. */
function ofField({ annotation, value, valueNode, owner: { module } }: ClassAttribute, isNew: boolean): TextEdit[] | null {
	if (annotation === null || annotation.type === "Constant") return null;
	const type = optional(module.text.slice(annotation.start, annotation.end), isNew);
	const typed = replaceText(module, annotation.start, annotation.end, type);
	if (valueNode === null) return [replaceText(module, annotation.start, annotation.end, `${type} = None`)];
	if (valueNode.type !== "Call") return value?.kind === "constant" ? [typed] : null;
	const [first] = valueNode.args;
	const nullable = findKeyword(valueNode, "nullable");
	const told = nullable === null ? [] : [replaceText(module, nullable.value.start, nullable.value.end, "True")];
	if (first !== undefined) return [typed, ...told, replaceText(module, first.start, first.end, "default=None")];
	return [
		typed,
		...told,
		...(findKeyword(valueNode, "default") === null ? [addArgument(module, valueNode, "default=None")] : []),
	];
}

/** `Mapped[str]` becomes `Mapped[str | None]`, and `nullable=False` goes. */
function ofColumn({ annotation, valueNode, owner: { module } }: ClassAttribute, isNew: boolean): TextEdit[] | null {
	const nullable = valueNode?.type === "Call" ? findKeyword(valueNode, "nullable") : null;
	const told = nullable !== null && valueNode?.type === "Call" ? removeArguments(module, valueNode, [nullable]) : [];
	if (annotation === null) return nullable === null ? null : [...told];
	if (annotation.type !== "Subscript") return null;
	const { start, end } = annotation.index;
	return [...told, replaceText(module, start, end, optional(module.text.slice(start, end), isNew))];
}

function optional(type: string, isNew: boolean): string {
	return isNew && !/^["']/.test(type) ? `${type} | None` : `Optional[${type}]`;
}

const emptyValues: Readonly<Record<string, string>> = {
	str: '""',
	int: "0",
	float: "0.0",
	Decimal: "0",
	bool: "False",
	String: '""',
	Text: '""',
	Integer: "0",
	BigInteger: "0",
	Float: "0.0",
	Numeric: "0",
	Boolean: "False",
};

/** Gives the object that a call makes an empty text, zero or False for each column; null where one is of another type, or refers to another table. */
export function withEmptyValues(
	{ module, node }: Pick<Call, "module" | "node">,
	columns: readonly ClassAttribute[],
): FixProposal | null {
	const edits: TextEdit[] = [];
	const given: string[] = [];
	for (const column of columns) {
		const value = isForeignKey(column) ? undefined : emptyValues[plainTypeOf(column)];
		if (value === undefined) return null;
		const written = findKeyword(node, column.name)?.value;
		if (written === undefined) given.push(`${column.name}=${value}`);
		else edits.push(replaceText(module, written.start, written.end, value));
	}
	if (given.length > 0) edits.push(addArgument(module, node, given.join(", ")));
	return {
		title: `Write the row with ${columns.map((column) => `${column.name}=${emptyValues[plainTypeOf(column)]}`).join(", ")}`,
		explanation: "It stands there until somebody writes what is meant.",
		applicability: "review",
		edits,
	};
}

/** `str` of `name: str` and `Mapped[str]`, `String` of `Column(String(20))`. */
function plainTypeOf({ annotation, valueNode, owner: { module } }: ClassAttribute): string {
	const written = annotation === null ? "" : module.text.slice(annotation.start, annotation.end);
	const type = /^(?:Mapped\[(\w+)\]|(\w+))$/.exec(written);
	if (type !== null) return type[1] ?? type[2] ?? "";
	const [first] = annotation === null && valueNode?.type === "Call" ? valueNode.args : [];
	return first === undefined
		? ""
		: (dottedName(first.type === "Call" ? first.callee : first)
				?.split(".")
				.at(-1) ?? "");
}
