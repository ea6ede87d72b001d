import type { Binding, ClassValue } from "../../values.ts";

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

/** Is a field of a class declared with a type that leaves text and numbers what they are? */
export function isPlainField(owner: ClassValue, name: string): boolean {
	for (const each of owner.node.body) {
		if (each.type !== "AnnAssign" || each.target.type !== "Name" || each.target.id !== name) continue;
		const written = owner.module.text.slice(each.annotation.start, each.annotation.end);
		return /^["']?(?:Optional\[)?(?:str|int|float|bool)\]?(?:\s*\|\s*None)?["']?$/.test(written);
	}
	return owner.bases.some((base) => base.kind === "class" && isPlainField(base, name));
}
