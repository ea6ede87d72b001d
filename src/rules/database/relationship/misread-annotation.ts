import type { FixProposal } from "../../../audit/fix.ts";
import { hasSqlalchemy } from "../../../project/models/orm-version.ts";
import type { Relationship } from "../../../project/models/relationships.ts";
import type { TableClass } from "../../../project/models/table-class.ts";
import type { Project } from "../../../project/project.ts";
import { replaceText } from "../../../python/rewrite/source.ts";
import { removeStatements } from "../../../python/rewrite/statements.ts";
import { bringsNoFailure } from "../../repair/trial/trial.ts";
import { mapperName, nameOf, type RelationshipFault } from "./relationship-fault.ts";

/** An annotation that SQLModel hands to SQLAlchemy as one text, which looks for a class of that name. */
export function misreadAnnotation(project: Project, relationship: Relationship): RelationshipFault | null {
	const { misread, attribute, table } = relationship;
	if (misread === null) return null;
	const isQuoted = attribute.annotation?.type === "Constant";
	return {
		relationship,
		problem: `The annotation of ${nameOf(relationship)} is a text, which is taken for the name of a class`,
		rootCause: isQuoted
			? "SQLModel reads list[...] and Optional[...] around a quoted name; a text as a whole it passes on to SQLAlchemy as the name of a class."
			: "With from __future__ import annotations all annotations are texts. SQLModel passes those of relationships on to SQLAlchemy, as the name of a class.",
		error: errorOf(project, table, attribute.name, isQuoted ? misread : misread.replaceAll('"', "'")),
		fixes: isQuoted ? requoted(relationship, misread) : withoutFuture(project, relationship),
		manualSteps: [`Write the annotation with only the class name in quotes: list["Hero"], Optional["Team"].`],
	};
}

/** What SQLAlchemy makes of the text, which for a future annotation the compiler has written back with single quotes. */
function errorOf(project: Project, table: TableClass, name: string, text: string): string | null {
	const start = `sqlalchemy.exc.InvalidRequestError: When initializing mapper ${mapperName(project, table)}, expression`;
	const { module, node } = table.value;
	if (/^\w+ \| None$/.test(text))
		return `${start} '${text}' failed to locate a name ('${text}'). If this is a class name, consider adding this relationship() to the <class '${module.name}.${node.name.name}'> class after both dependent classes have been defined.`;
	if (!/^(list|List|Optional|set|Set)\['\w+'\]$/.test(text) || !hasSqlalchemy(project, 2, 0)) return null;
	return `${start} "relationship("${text}")" seems to be using a generic class as the argument to relationship(); please state the generic argument using an annotation, e.g. "${name}: Mapped[${text}] = relationship()"`;
}

/** `"List[Hero]"` becomes `List["Hero"]`, and `"Team | None"` becomes `Optional["Team"]`. */
function requoted({ attribute }: Relationship, text: string): readonly FixProposal[] {
	const { annotation, owner } = attribute;
	const generic = /^((?:typing\.)?(?:list|List|Optional|set|Set))\[\s*["']?(\w+)["']?\s*\]$/.exec(text);
	const optional = /^(\w+)\s*\|\s*None$|^None\s*\|\s*(\w+)$/.exec(text);
	const code = generic ? `${generic[1]}["${generic[2]}"]` : optional ? `Optional["${optional[1] ?? optional[2]}"]` : null;
	if (annotation === null || code === null) return [];
	return [
		{
			title: `Write ${code}`,
			explanation: "Only the name of the class is a text then, and SQLModel sees what is around it.",
			applicability: "safe",
			edits: [replaceText(owner.module, annotation.start, annotation.end, code)],
			needs: optional ? [{ path: owner.module.path, module: "typing", name: "Optional" }] : [],
		},
	];
}

/** Takes the future import out, with quotes around the names of relationships that need them then. */
function withoutFuture(project: Project, { attribute }: Relationship): readonly FixProposal[] {
	const { module } = attribute.owner;
	const statement = module.tree.body.find(
		(each) => each.type === "ImportFrom" && each.module === "__future__" && each.names.length === 1,
	);
	if (statement === undefined) return [];
	const quotes = requotedNames(module);
	const proposal: FixProposal = {
		title: "Take from __future__ import annotations out",
		explanation: "The annotations of this file are then evaluated, and SQLModel sees the classes in them.",
		applicability: "safe",
		edits: [...removeStatements(module, [statement]), ...quotes.edits],
		needs: quotes.needsOptional ? [{ path: module.path, module: "typing", name: "Optional" }] : [],
	};
	return bringsNoFailure(project, proposal) ? [proposal] : [];
}

/** Annotations of relationships whose class is not quoted, and unions with a quoted name, which cannot be evaluated. */
function requotedNames(module: Relationship["attribute"]["owner"]["module"]): {
	edits: FixProposal["edits"];
	needsOptional: boolean;
} {
	const edits: FixProposal["edits"][number][] = [];
	let needsOptional = false;
	for (const statement of module.tree.body) {
		if (statement.type !== "ClassDef") continue;
		for (const each of statement.body) {
			if (each.type !== "AnnAssign" || each.value?.type !== "Call") continue;
			if (each.value.callee.type !== "Name" || each.value.callee.id !== "Relationship") continue;
			const text = module.text.slice(each.annotation.start, each.annotation.end);
			const generic = /^(list|List|Optional|set|Set)\[(\w+)\]$/.exec(text);
			const optional = /^["']?(\w+)["']?\s*\|\s*None$/.exec(text);
			const code = generic ? `${generic[1]}["${generic[2]}"]` : optional ? `Optional["${optional[1]}"]` : null;
			if (code === null) continue;
			edits.push(replaceText(module, each.annotation.start, each.annotation.end, code));
			needsOptional ||= optional !== null;
		}
	}
	return { edits, needsOptional };
}
