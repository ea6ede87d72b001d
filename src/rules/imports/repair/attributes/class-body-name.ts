import type { FixProposal } from "../../../../audit/fix.ts";
import type { ClassValue } from "../../../../project/imports/values.ts";
import type { Project } from "../../../../project/project.ts";
import type * as ast from "../../../../python/ast.ts";
import { replaceText } from "../../../../python/rewrite/source.ts";
import { insertBefore } from "../../../../python/rewrite/statements.ts";
import { contains, dottedName } from "../../../../python/walk.ts";
import { attributeAt } from "../../../repair/attributes/attribute-at.ts";
import { findSimilarName } from "../../../repair/names/similar-name.ts";
import type { FailureOf } from "../../../repair/trial/import-failures.ts";
import { findClass } from "./owner-names.ts";

/** What a base class reads of the classes below it, `cls.model`, and one of them does not bind, or binds by another name. */
export function bindInClass(project: Project, failure: FailureOf<"attribute-missing">): FixProposal | null {
	const { owner, name } = failure.detail;
	const found = findClass(project, failure.module, owner);
	const isOfItself = found?.module === failure.module && contains(found.node, failure.range.start);
	// Who names the class itself means one of its attributes, and no other class has to have it.
	const read = attributeAt(failure);
	if (read !== null && dottedName(read.value)?.split(".").at(-1) === owner) return null;
	if (found === null || isOfItself || found.bases.length === 0) return null;
	const own = boundIn(found);
	const similar = findSimilarName(name, own.keys());
	const target = similar === null ? undefined : own.get(similar.name);
	const { module, node } = found;
	if (similar !== null && target !== undefined)
		return {
			title: `Call it ${name} in ${owner}`,
			explanation: `${failure.module.name} reads ${name} of every class below; ${owner} calls it ${similar.name}.`,
			applicability: "review",
			edits: [replaceText(module, target.name.start, target.name.end, name)],
		};
	const value = valueOfSiblings(project, found, name);
	const [first] = node.body;
	if (value === null || first === undefined) return null;
	const line = `${name} = ${value}`;
	const isBare = node.body.length === 1 && first.type === "Pass";
	return {
		title: `Bind ${name} in ${owner}`,
		explanation: `The other classes below the same base bind ${name} to what stands in the brackets of the base, here ${value}.`,
		applicability: "review",
		edits: [isBare ? replaceText(module, first.start, first.end, line) : insertBefore(module, first, line)],
	};
}

interface Bound {
	readonly name: ast.Name;
	readonly value: ast.Expression | null;
}

/** The names that a class body assigns, with what. */
function boundIn({ node }: ClassValue): ReadonlyMap<string, Bound> {
	const found = new Map<string, Bound>();
	for (const statement of node.body) {
		const target =
			statement.type === "Assign" ? statement.targets[0] : statement.type === "AnnAssign" ? statement.target : undefined;
		if (target?.type === "Name" && (statement.type === "Assign" || statement.type === "AnnAssign"))
			found.set(target.id, { name: target, value: statement.value });
	}
	return found;
}

/** What the class in question would bind, where each of its siblings binds the name to the argument of the generic base that they share. */
function valueOfSiblings(project: Project, found: ClassValue, name: string): string | null {
	const argument = genericArgument(found);
	if (argument === null) return null;
	const siblings = project.trace.classes.filter(
		({ value }) => value !== found && value.bases.some((base) => found.bases.includes(base)),
	);
	const isAlways = siblings.every(({ value }) => {
		const bound = boundIn(value).get(name)?.value;
		const written = bound === null || bound === undefined ? null : value.module.text.slice(bound.start, bound.end);
		return written !== null && written === genericArgument(value);
	});
	return siblings.length > 0 && isAlways ? argument : null;
}

/** `Post` of `class PostRepository(Repository[Post])`; null for more than one base or argument. */
function genericArgument({ node, module }: ClassValue): string | null {
	const [base, ...others] = node.bases;
	if (base?.type !== "Subscript" || others.length > 0 || base.index.type !== "Name") return null;
	return module.text.slice(base.index.start, base.index.end);
}
