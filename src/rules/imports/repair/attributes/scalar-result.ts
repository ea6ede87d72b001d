import type { FixProposal } from "../../../../audit/fix.ts";
import { replaceText } from "../../../../python/rewrite/source.ts";
import { attributeAt } from "../../../repair/attributes/attribute-at.ts";
import type { FailureOf } from "../../../repair/trial/import-failures.ts";

/** What a ScalarResult calls the methods of a Result that take the first thing of each row. */
const own: Readonly<Record<string, string>> = {
	scalar_one: "one",
	scalar_one_or_none: "one_or_none",
	scalar: "first",
	fetchone: "first",
};

/** `session.exec(select(User)).scalar_one()`: the things themselves are there already. */
export function ofScalarResult(failure: FailureOf<"attribute-missing">): FixProposal | undefined {
	const { module, detail } = failure;
	const read = attributeAt(failure);
	if (read === null || detail.owner !== "ScalarResult") return undefined;
	const explanation = "Each row is the thing itself already: a ScalarResult has one, one_or_none, first and all.";
	const name = own[detail.name];
	if (name !== undefined) {
		const { start, end } = read.attribute;
		return { title: `Ask for ${name}`, explanation, applicability: "safe", edits: [replaceText(module, start, end, name)] };
	}
	const { start, end } = read.attribute;
	const dot = /\.\s*$/.exec(module.text.slice(read.value.end, start));
	const parentheses = /^\s*\(\s*\)/.exec(module.text.slice(end));
	if (detail.name !== "scalars" || dot === null || parentheses === null) return undefined;
	return {
		title: "Leave scalars out",
		explanation,
		applicability: "safe",
		edits: [replaceText(module, start - dot[0].length, end + parentheses[0].length, "")],
	};
}
