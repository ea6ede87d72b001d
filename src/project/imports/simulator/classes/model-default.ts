import type * as ast from "../../../../python/ast.ts";
import { mayStore } from "../../../../python/stored-attributes.ts";
import { textsIn } from "../../../../python/walk.ts";
import type { ClassValue, InstanceValue, Value } from "../../values.ts";
import { isFieldOfModel } from "./class-attributes.ts";
import { isPlainField } from "./class-members.ts";

/**
 * The default of a field of a pydantic model, where the object was made of defaults alone: pydantic takes them as they are. Only texts, numbers
 * and paths are told; null for all others.
 */
export function modelDefault({ call }: InstanceValue, of: ClassValue, name: string, fallback: Value): Value | null {
	if (call === null || call.open || call.args.length > 0 || call.keywords.size > 0) return null;
	const isPath = fallback.kind === "instance" && fallback.attributes.has("__fspath__");
	if (!isPath && !(fallback.kind === "constant" && isPlainField(of, name))) return null;
	return isFieldOfModel(of, name) && keepsDefault(of, name) ? fallback : null;
}

/** Does no method that runs while an object of a model is made get at a field, in the class or in its own bases? */
export function keepsDefault({ node, bases, module }: ClassValue, name: string): boolean {
	const isValidated = module.text.slice(node.start, node.end).includes("validate_default");
	for (const each of node.body) {
		if (each.type !== "FunctionDef") continue;
		if (/^(__init__|__new__|__getattr__|__getattribute__)$/.test(each.name.name)) return false;
		const runs = each.name.name === "model_post_init" || each.decorators.some((decorator) => isHook(decorator, isValidated));
		if (runs && (mayStore(each, name) || textsIn(each).has(name))) return false;
	}
	return bases.every((base) => base.kind !== "class" || keepsDefault(base, name));
}

/** A validator of the whole object, or one of fields that defaults pass through too. */
function isHook(decorator: ast.Expression, isValidated: boolean): boolean {
	const call = decorator.type === "Call" ? decorator : null;
	const callee = call === null ? decorator : call.callee;
	const name = callee.type === "Name" ? callee.id : callee.type === "Attribute" ? callee.attribute.name : "";
	if (name === "model_validator" || name === "root_validator") return true;
	if (name !== "validator" && name !== "field_validator") return false;
	return isValidated || (call?.keywords.some((keyword) => keyword.name?.name === "always") ?? false);
}
