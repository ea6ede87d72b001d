import type { ClassValue, FunctionValue } from "../../imports/values.ts";

/** Where Starlette defines the class that has `dispatch`. */
export const base = "starlette.middleware.base.BaseHTTPMiddleware";

/** A method that the class or its own bases define plainly. */
export function ownMethod(owner: ClassValue, name: string, depth = 0): FunctionValue | null {
	const binding = owner.namespace.names.get(name);
	if (binding !== undefined)
		return !binding.maybe && binding.value.kind === "function" && binding.value.decorators.length === 0 ? binding.value : null;
	for (const each of owner.bases) {
		const found = each.kind === "class" && depth < 12 ? ownMethod(each, name, depth + 1) : null;
		if (found !== null) return found;
	}
	return null;
}

/** `http`: it derives from BaseHTTPMiddleware; `plain`: from nothing; null: from something we do not know. */
export function kindOf(owner: ClassValue): "http" | "plain" | null {
	if (owner.decorators.length > 0 || owner.keywords.size > 0 || owner.namespace.dynamic || owner.namespace.names.has("__new__"))
		return null;
	if (owner.bases.length > 1) return null;
	const [only] = owner.bases;
	if (only === undefined) return "plain";
	if (only.kind === "class") return kindOf(only);
	if (only.kind !== "external") return null;
	return only.canonical === base ? "http" : only.canonical === "builtins.object" ? "plain" : null;
}
