import type { FixProposal } from "../../../audit/fix.ts";
import { isBuiltinType } from "../../../project/imports/builtin-types.ts";
import { isEnum } from "../../../project/imports/simulator/classes/enumerations.ts";
import type { ExternalValue, Value } from "../../../project/imports/values.ts";
import type { ClassAttribute } from "../../../project/models/class-body.ts";
import { isModel } from "../../../project/models/pydantic-model.ts";
import { replaceText } from "../../../python/rewrite/source.ts";

/**
 * Is the attribute set to a type, as `name = str` is where `name: str` was meant? Pydantic leaves such values alone only where the class
 * stands in the body itself (`inspect_namespace`, pydantic/_internal/_model_construction.py).
 */
export function isSetToType({ owner, node, value }: ClassAttribute): boolean {
	if (node.type !== "Assign") return false;
	if (value?.kind === "external") return isLibraryType(value);
	if (value?.kind !== "class" || value.decorators.length > 0) return false;
	const isOfBody = value.module === owner.module && owner.node.start <= value.node.start && value.node.end <= owner.node.end;
	return !isOfBody;
}

/** `name: str` of `name = str`; null where the value may have been meant as one, or is no type that a field can have. */
export function annotationInstead(attribute: ClassAttribute): FixProposal | null {
	const { name, owner, node, value, valueNode } = attribute;
	const target = node.type === "Assign" && node.targets.length === 1 ? node.targets[0] : undefined;
	if (target === undefined || valueNode === null || !isSetToType(attribute) || !hasSchema(value)) return null;
	const { module } = owner;
	return {
		title: `Write ${name}: ${module.text.slice(valueNode.start, valueNode.end)}`,
		explanation: "A colon gives the field its type; an equals sign gives it a default, which a type cannot be.",
		applicability: "safe",
		edits: [replaceText(module, target.end, valueNode.start, ": ")],
	};
}

/** How Python shows the type, `<class 'str'>`; null where that is not certain. */
export function shownType(value: Value | null): string | null {
	if (value?.kind === "external" && isBuiltinType(value.canonical) && value.subscript === undefined)
		return `<class '${value.canonical.replace("builtins.", "")}'>`;
	return null;
}

function hasSchema(value: Value | null): boolean {
	if (value?.kind === "class") return isModel(value) || isEnum(value);
	return value?.kind === "external" && typeModules.test(value.canonical);
}

function isLibraryType({ canonical, entry, isModule, subscript }: ExternalValue): boolean {
	if (isModule) return false;
	if (subscript !== undefined) return /^(builtins|typing|typing_extensions|collections)\./.test(canonical);
	if (entry?.kind === "class" || canonical === "typing.Any" || isBuiltinType(canonical)) return true;
	// Its constrained types are aliases of Annotated: NonNegativeInt, StrictStr, UUID4.
	return entry?.kind === "value" && canonical.startsWith("pydantic.types.") && /^Annotated\[/.test(entry.text ?? "");
}

const typeModules = /^(builtins|typing|typing_extensions|datetime|decimal|uuid|pydantic)\./;
