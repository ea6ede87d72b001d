import type { FixProposal } from "../../../../audit/fix.ts";
import type * as ast from "../../../../python/ast.ts";
import { removeImportedNames } from "../../../../python/rewrite/remove-imports.ts";
import { replaceText } from "../../../../python/rewrite/source.ts";
import { dottedName, walk } from "../../../../python/walk.ts";
import type { TextEdit } from "../../../../text/range.ts";
import { type FailureOf, importedNameAt } from "../../../repair/trial/import-failures.ts";

/** `StrEnum` came with Python 3.11: before that an enumeration of texts derives from `str` and `Enum`, and says its values. */
export function inOlderEnum(failure: FailureOf<"name-not-in-module">): FixProposal | null {
	const { detail, module } = failure;
	const found = importedNameAt(failure);
	if (detail.source !== "enum" || detail.name !== "StrEnum" || found === null || found.alias.asName !== null) return null;
	const edits: TextEdit[] = [...removeImportedNames(module, [found.alias])];
	let isPlain = true;
	walk(module.tree, (node) => {
		if (node.type === "ClassDef")
			for (const base of node.bases) {
				if (base.type !== "Name" || base.id !== "StrEnum") continue;
				edits.push(
					replaceText(module, base.start, base.end, "str, Enum"),
					...writtenValues(node).map(({ start, end, value }) => replaceText(module, start, end, value)),
				);
			}
		else if (node.type === "Attribute" && node.value.type === "Name" && node.value.id === "StrEnum") isPlain = false;
		return true;
	});
	if (!isPlain) return null;
	return {
		title: "Derive from str and Enum",
		explanation: "Python has StrEnum since 3.11. An enumeration that derives from str and Enum has the same texts for values.",
		applicability: "review",
		edits,
		needs: [{ path: module.path, module: "enum", name: "Enum" }],
	};
}

/** `RED = auto()` gives "red" in a StrEnum. */
function writtenValues(node: ast.ClassDef): readonly { start: number; end: number; value: string }[] {
	return node.body.flatMap((each) => {
		const [target] = each.type === "Assign" ? each.targets : [];
		if (each.type !== "Assign" || target?.type !== "Name") return [];
		const { start, end } = each.value;
		return isAutomatic(each.value) ? [{ start, end, value: JSON.stringify(target.id.toLowerCase()) }] : [];
	});
}

/** Is it the `auto()` of an enumeration? */
export function isAutomatic(value: ast.Expression): boolean {
	return value.type === "Call" && /^(enum\.)?auto$/.test(dottedName(value.callee) ?? "");
}
