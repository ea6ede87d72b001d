import type { ClassMember } from "../../../../environment/environment.ts";
import type { Value } from "../../values.ts";
import { share } from "../refused-operations.ts";

/** The list or dict of which a library says itself that an attribute or a property holds it: `user_middleware`, `routes`; null for all others. */
export function declaredContainer(member: ClassMember): Value | null {
	const type = member.kind === "attribute" ? typeOfAttribute(member) : typeOfProperty(member);
	if (type === null) return null;
	const value: Value =
		type === "dict"
			? { kind: "dict", entries: new Map(), complete: false }
			: { kind: "sequence", type: "list", items: [], complete: false };
	// The library itself puts things into it.
	share({ args: [value], keywords: new Map(), open: false });
	return value;
}

type Container = "list" | "dict";

function typeOfAttribute({ annotation, text }: ClassMember & { readonly kind: "attribute" }): Container | null {
	if (annotation !== null) return containerNamed(annotation);
	const copied = /^(?:\[\]|\{\}) if \w+ is None else (list|dict)\(\w+\)$/.exec(text ?? "");
	return copied === null ? null : (copied[1] as Container);
}

function typeOfProperty({ signature }: ClassMember & { readonly kind: "method" }): Container | null {
	const isRead = signature.decorators.length === 1 && /^(?:builtins\.)?property$/.test(signature.decorators[0] ?? "");
	return isRead && signature.returns !== null ? containerNamed(signature.returns) : null;
}

/** Of `list[Middleware]` and `typing.Dict[str, Any]`; not of `list[str] | None`. */
function containerNamed(annotation: string): Container | null {
	const name = /^(?:typing\.)?(list|dict)\b/i.exec(annotation)?.[1]?.toLowerCase();
	const isUnion = /\] ?\||^\w+ ?\|/.test(annotation);
	return isUnion || (name !== "list" && name !== "dict") ? null : name;
}
