import type * as ast from "../../../python/ast.ts";
import { methodOfDatetime } from "../../imports/datetime-methods.ts";
import type { NameScope } from "../../models/name-scope.ts";
import { readTypeForm, valueOfName } from "../../models/type-form.ts";

/** `repr()` of the type that an annotation stands for, as FastAPI's messages show it; null where we cannot tell. */
export function shownType(node: ast.Expression, scope: NameScope): string | null {
	if (node.type === "Name" || node.type === "Attribute") {
		const name = nestedName(node, scope);
		if (name === null || name.startsWith("typing.") || name.startsWith("<")) return name;
		return `<class '${name}'>`;
	}
	return nested(node, scope);
}

function nested(node: ast.Expression, scope: NameScope): string | null {
	switch (node.type) {
		case "Constant":
			return node.literal === "none" ? "None" : null;
		case "Name":
		case "Attribute":
			return nestedName(node, scope);
		case "BinOp": {
			if (node.operator !== "|") return null;
			const parts = [nested(node.left, scope), nested(node.right, scope)];
			return parts.some((part) => part === null || part.startsWith("typing.")) ? null : parts.join(" | ");
		}
		case "Subscript":
			return subscript(node, scope);
		case "Sequence": {
			const parts = node.items.map((item) => shownType(item, scope));
			return node.kind !== "list" || parts.includes(null) ? null : `[${parts.join(", ")}]`;
		}
		default:
			return null;
	}
}

function subscript(node: ast.Subscript, scope: NameScope): string | null {
	const owner = valueOfName(node.value, scope);
	if (owner?.kind !== "external" || owner.subscript !== undefined) return null;
	const items = node.index.type === "Sequence" && node.index.kind === "tuple" ? node.index.items : [node.index];
	const parts = items.map((item) => nested(item, scope));
	if (parts.includes(null)) return null;
	const name = owner.name.replace(/^builtins\./, "").replace(/^typing_extensions\./, "typing.");
	if (name === "typing.Union" && parts.length === 2 && parts[1] === "None") return `typing.Optional[${parts[0]}]`;
	if (name === "typing.Annotated") return null;
	if (name.startsWith("typing.")) return `${name}[${parts.map((part) => (part === "None" ? "NoneType" : part)).join(", ")}]`;
	// A generic of the builtins shows functions by their name alone.
	const short = parts.map((part) => part?.replace(/^<built-in function (\w+)>$/, "$1"));
	return /^(typing|collections\.abc)\.\w+$|^(list|dict|set|tuple|frozenset|type)$/.test(name)
		? `${name}[${short.join(", ")}]`
		: null;
}

function nestedName(node: ast.Expression, scope: NameScope): string | null {
	const form = readTypeForm(node, scope);
	if (form.kind === "class") return form.args.length > 0 ? null : `${form.value.module.name}.${form.value.node.name.name}`;
	if (form.kind !== "external" || form.value.subscript !== undefined) return null;
	if (/^typing\.\w+$/.test(form.value.name)) return form.value.name;
	if (/^builtins\.(any|callable|all|id|input|iter|len|max|min|next|open|print|sorted|sum|vars)$/.test(form.value.name))
		return `<built-in function ${form.name}>`;
	const method = methodOfDatetime(form.name);
	if (method !== null) return `<method '${method}' of 'datetime.datetime' objects>`;
	return (
		form.value.canonical
			.replace(/^builtins\./, "")
			.replace(/^io\.(?=(BytesIO|StringIO)$)/, "_io.")
			.replace(/^asyncio\.(?=(Lock|Event|Condition|(Bounded)?Semaphore)$)/, "asyncio.locks.")
			// httpx gives its classes the name of the package.
			.replace(/^httpx\._\w+\./, "httpx.")
			.replace(/^asyncio\.(?=(Priority|Lifo)?Queue$)/, "asyncio.queues.")
	);
}
