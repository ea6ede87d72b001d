import type { FixProposal } from "../../../audit/fix.ts";
import { createdDialect } from "../../../project/database/created-dialect.ts";
import type { Call } from "../../../project/imports/trace.ts";
import type { Value } from "../../../project/imports/values.ts";
import { argumentsOf, type ClassAttribute, makerOf } from "../../../project/models/class-body.ts";
import type { DefinedTable } from "../../../project/models/tables-defined.ts";
import type { Project } from "../../../project/project.ts";
import { addArgument, findKeyword } from "../../../python/rewrite/arguments.ts";
import { replaceText } from "../../../python/rewrite/source.ts";
import type { ClassFault } from "../../repair/classes/class-fault.ts";
import { columnMade, whoMakes } from "./made-tables.ts";
import { firstType } from "./type-argument.ts";

/** The length that MySQL's own tutorials give a text of no particular kind, and SQLModel too. */
const usual = 255;

/** Columns of texts without a length, in tables that are made in MySQL: its VARCHAR has to have one. SQLModel gives its own fields one. */
export function* unsizedTexts(project: Project, tables: readonly DefinedTable[], creation: Call): Generator<ClassFault> {
	if (createdDialect(project) !== "mysql") return;
	// It may stand in the base, in its registry, or in the call that makes either.
	const hasOwnTypes = [...project.modules.values()].some(({ text }) => text.includes("type_annotation_map"));
	let turn = 0;
	for (const { table, name } of tables) {
		if (table?.kind !== "declarative") continue;
		for (const attribute of table.attributes.values()) {
			const fix = sized(attribute, hasOwnTypes);
			if (fix === null) continue;
			const { owner } = attribute;
			yield {
				...columnMade(attribute, creation, turn++),
				problem: `${owner.node.name.name}.${attribute.name} has no length, and the tables are made in MySQL`,
				rootCause: `${whoMakes(creation, name)}, and a VARCHAR of MySQL has to have a length.`,
				error: `sqlalchemy.exc.CompileError: (in table '${name}', column '${attribute.name}'): VARCHAR requires a length on dialect mysql`,
				fixes: [fix],
				manualSteps: [`Give the column a length, String(${usual}), or make it Text.`],
			};
		}
	}
}

/** The fix for a column that is a text without a length; null for every other. */
function sized(attribute: ClassAttribute, hasOwnTypes: boolean): FixProposal | null {
	const { value, valueNode, annotation, owner, node } = attribute;
	const { module } = owner;
	const words = {
		title: `Give ${attribute.name} a length of ${usual}`,
		explanation: "Choose another where the texts are longer: MySQL counts characters, and Text has no limit that matters.",
		applicability: "review" as const,
		needs: [{ path: module.path, module: "sqlalchemy", name: "String" }],
	};
	const maker = makerOf(value);
	const call = argumentsOf(value);
	if ((maker === "Column" || maker === "mapped_column") && call !== null && valueNode?.type === "Call") {
		const type = firstType(call.args, valueNode);
		if (type !== null) {
			if (!isUnsized(type.value)) return null;
			if (type.node.type === "Call") return { ...words, needs: [], edits: [addArgument(module, type.node, String(usual))] };
			return { ...words, needs: [], edits: [replaceText(module, type.node.end, type.node.end, `(${usual})`)] };
		}
		const hasOther = call.args.length > 0 || findKeyword(valueNode, "type_") !== null;
		if (hasOther || maker === "Column" || !isText(attribute) || hasOwnTypes) return null;
		return { ...words, edits: [addArgument(module, valueNode, `String(${usual})`)] };
	}
	if (value !== null || node.type !== "AnnAssign" || annotation === null || !isText(attribute) || hasOwnTypes) return null;
	return {
		...words,
		edits: [replaceText(module, annotation.end, annotation.end, ` = mapped_column(String(${usual}))`)],
		needs: [...words.needs, { path: module.path, module: "sqlalchemy.orm", name: "mapped_column" }],
	};
}

/** `String` and `String()`, of SQLAlchemy itself. */
function isUnsized(type: Value): boolean {
	const maker = type.kind === "instance" ? type.of : type;
	if (maker.kind !== "external" || !/^sqlalchemy\.sql\.sqltypes\.(String|Unicode|VARCHAR)$/.test(maker.canonical)) return false;
	return (
		type.kind !== "instance" ||
		(type.call !== null && !type.call.open && type.call.args.length === 0 && !type.call.keywords.has("length"))
	);
}

/** `Mapped[str]`, perhaps with None. */
function isText({ annotation, owner }: ClassAttribute): boolean {
	if (annotation === null) return false;
	const written = owner.module.text.slice(annotation.start, annotation.end).replace(/\s/g, "");
	return /^(?:\w+\.)?Mapped\[(?:str|str\|None|None\|str|(?:typing\.)?Optional\[str\])\]$/.test(written);
}
