import type { FixProposal } from "../../../audit/fix.ts";
import type { ClassAttribute } from "../../../project/models/class-body.ts";
import { replaceText } from "../../../python/rewrite/source.ts";
import { dottedName } from "../../../python/walk.ts";
import type { TextEdit } from "../../../text/range.ts";

/** Arguments of SQLAlchemy's `relationship` that SQLModel's `Relationship` has itself. */
const own = new Set(["back_populates", "passive_deletes"]);

/** `relationship("Hero", back_populates="team", lazy="selectin")` becomes SQLModel's `Relationship`, which reads the class from the annotation. */
export function asSqlmodelRelationship({ annotation, valueNode, owner: { module } }: ClassAttribute): FixProposal | null {
	if (valueNode?.type !== "Call" || annotation === null || valueNode.args.length > 1) return null;
	const written = (each: { readonly start: number; readonly end: number }): string => module.text.slice(each.start, each.end);
	const given: string[] = [];
	const handedOn: string[] = [];
	for (const { name, value } of valueNode.keywords) {
		if (name === null) return null;
		if (own.has(name.name)) given.push(`${name.name}=${written(value)}`);
		else if (name.name !== "argument") handedOn.push(`"${name.name}": ${written(value)}`);
	}
	if (handedOn.length > 0) given.push(`sa_relationship_kwargs={${handedOn.join(", ")}}`);
	const edits: TextEdit[] = [replaceText(module, valueNode.start, valueNode.end, `Relationship(${given.join(", ")})`)];
	const isMapped = annotation.type === "Subscript" && dottedName(annotation.value)?.split(".").at(-1) === "Mapped";
	if (isMapped) edits.push(replaceText(module, annotation.start, annotation.end, written(annotation.index)));
	return {
		title: "Make it SQLModel's Relationship",
		explanation: "Relationship takes the class from the annotation, and hands what else it is told on to SQLAlchemy.",
		applicability: "safe",
		edits,
		needs: [{ path: module.path, module: "sqlmodel", name: "Relationship" }],
	};
}
