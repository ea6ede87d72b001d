import type * as ast from "../../../../python/ast.ts";
import type { ClassValue, InstanceValue, Value } from "../../values.ts";
import { isFieldOfModel } from "./class-attributes.ts";
import { isPlainField } from "./class-members.ts";

/**
 * The default of a field of a pydantic model, where the object was made of defaults alone: pydantic takes them as they are. Only texts, numbers
 * and paths are told, of models without validators, configuration or an `__init__` of their own; null for all others.
 */
export function modelDefault({ call }: InstanceValue, of: ClassValue, name: string, fallback: Value): Value | null {
	if (call === null || call.open || call.args.length > 0 || call.keywords.size > 0) return null;
	const isPath = fallback.kind === "instance" && fallback.attributes.has("__fspath__");
	if (!isPath && !(fallback.kind === "constant" && isPlainField(of, name))) return null;
	return isFieldOfModel(of, name) && isLeftAlone(of) ? fallback : null;
}

/** Does nothing in the class or its own bases get at what pydantic sets? */
function isLeftAlone({ node, bases }: ClassValue): boolean {
	const isHarmless = node.body.every((each) => {
		if (each.type === "FunctionDef")
			return !/^(__init__|__new__|__get.*|model_post_init)$/.test(each.name.name) && each.decorators.every(isAccess);
		const [target] = each.type === "Assign" ? each.targets : [];
		return each.type !== "ClassDef" && !(target?.type === "Name" && target.id === "model_config");
	});
	return isHarmless && bases.every((base) => base.kind !== "class" || isLeftAlone(base));
}

/** A decorator of a method that only reads. */
function isAccess(decorator: ast.Expression): boolean {
	return decorator.type === "Name" && /^(property|cached_property|computed_field|classmethod|staticmethod)$/.test(decorator.id);
}
