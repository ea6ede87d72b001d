import type { Binding, ClassValue } from "../values.ts";

/** Finds a name in a class or its own base classes. */
export function findInClass(owner: ClassValue, name: string, depth = 0): Binding | null {
	const found = owner.namespace.names.get(name);
	if (found !== undefined || depth > 20) return found ?? null;
	for (const base of owner.bases) {
		const inherited = base.kind === "class" ? findInClass(base, name, depth + 1) : null;
		if (inherited !== null) return inherited;
	}
	return null;
}
