import type { FixProposal } from "../../../audit/fix.ts";
import type { ClassValue } from "../../../project/imports/values.ts";
import type { TypeForm } from "../../../project/models/type-form.ts";
import type * as ast from "../../../python/ast.ts";
import { importsOf, removeImportedNames } from "../../../python/rewrite/remove-imports.ts";
import { replaceText } from "../../../python/rewrite/source.ts";

/** Takes the TypedDict that a type derives from `typing_extensions`, which comes with pydantic; undefined for any other type. */
export function typedDictRemedy(culprit: TypeForm): FixProposal | undefined {
	const root = culprit.kind === "class" ? rootOf(culprit.value) : null;
	const base = root?.node.bases.find((each) => namesTypedDict(each));
	if (root === null || base === undefined) return undefined;
	const { module } = root;
	const words = {
		title: "Take TypedDict from typing_extensions",
		explanation:
			"Before Python 3.12 the one of typing does not tell pydantic which keys are required; this one does, and it comes with pydantic.",
		applicability: "safe",
	} as const;
	if (base.type === "Attribute")
		return {
			...words,
			edits: [replaceText(module, base.start, base.end, "typing_extensions.TypedDict")],
			needs: [{ path: module.path, module: "", name: "typing_extensions" }],
		};
	for (const statement of importsOf(module.tree)) {
		if (statement.type !== "ImportFrom" || statement.module !== "typing" || statement.level > 0) continue;
		const alias = statement.names.find(({ name, asName }) => name.name === "TypedDict" && asName === null);
		if (alias === undefined) continue;
		const line = "from typing_extensions import TypedDict";
		if (statement.names.length === 1) return { ...words, edits: [replaceText(module, statement.start, statement.end, line)] };
		const indentation = module.text.slice(module.text.lastIndexOf("\n", statement.start - 1) + 1, statement.start);
		return {
			...words,
			edits: [
				...removeImportedNames(module, [alias]),
				replaceText(module, statement.end, statement.end, `\n${indentation}${line}`),
			],
		};
	}
	return undefined;
}

/** The class at the root of the lineage, which names TypedDict itself. */
function rootOf(value: ClassValue, depth = 0): ClassValue | null {
	if (value.node.bases.some(namesTypedDict)) return value;
	for (const base of value.bases) {
		const found = base.kind === "class" && depth < 12 ? rootOf(base, depth + 1) : null;
		if (found !== null) return found;
	}
	return null;
}

function namesTypedDict(base: ast.Expression): boolean {
	return (base.type === "Name" && base.id === "TypedDict") || (base.type === "Attribute" && base.attribute.name === "TypedDict");
}
