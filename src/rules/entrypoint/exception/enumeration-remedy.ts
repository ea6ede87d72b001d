import type { FixProposal } from "../../../audit/fix.ts";
import type { RaisesException } from "../../../project/imports/trace.ts";
import type { Project } from "../../../project/project.ts";
import type * as ast from "../../../python/ast.ts";
import { insertAfter } from "../../../python/rewrite/statements.ts";

/** `Role("guest")` where nothing is like it: the enumeration gets the member, named as its others are. */
export function addMember(
	project: Project,
	{ wanted, enumeration }: NonNullable<RaisesException["key"]>,
): FixProposal | undefined {
	const module = enumeration && project.modulesByPath.get(enumeration.path);
	const last = enumeration?.owner.body.findLast((each): each is ast.Assign => each.type === "Assign");
	const [target] = last?.targets ?? [];
	if (enumeration === undefined || module === undefined || last === undefined || target?.type !== "Name") return undefined;
	const plain = wanted.replace(/\W+/g, "_");
	const name = target.id === target.id.toUpperCase() ? plain.toUpperCase() : plain;
	if (!/^[A-Za-z]\w*$/.test(name)) return undefined;
	return {
		title: `Add ${name} to ${enumeration.owner.name.name}`,
		explanation: `No member of ${enumeration.owner.name.name} has the value ${wanted}. The other way is to ask for one that is there.`,
		applicability: "review",
		edits: [insertAfter(module, last, `${name} = ${JSON.stringify(wanted)}`)],
	};
}
