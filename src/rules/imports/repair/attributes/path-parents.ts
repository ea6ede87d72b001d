import type { FixProposal } from "../../../../audit/fix.ts";
import { replaceText } from "../../../../python/rewrite/source.ts";
import { attributeAt } from "../../../repair/attributes/attribute-at.ts";
import type { FailureOf } from "../../../repair/trial/import-failures.ts";

/** `path.parents.name`: `parents` is the row of all folders above, `parent` the nearest of them. */
export function ofPathParents(failure: FailureOf<"attribute-missing">): FixProposal | undefined {
	const read = attributeAt(failure);
	if (read?.value.type !== "Attribute" || failure.detail.owner !== "_PathParents") return undefined;
	const { start, end } = read.value.attribute;
	return {
		title: "Ask for parent",
		explanation: "parents is the row of all folders above; parent is the nearest, which has the attributes of a path.",
		applicability: "review",
		edits: [replaceText(failure.module, start, end, "parent")],
	};
}
