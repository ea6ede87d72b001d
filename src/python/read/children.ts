import type { ConcreteNode } from "../concrete.ts";

/** The children that are code: comments and line continuations can stand anywhere. */
export function code(node: ConcreteNode): readonly ConcreteNode[] {
	const { children } = node;
	for (const child of children) {
		if (child.type === "comment" || child.type === "line_continuation" || child.type === "ERROR") {
			return children.filter((each) => each.type !== "comment" && each.type !== "line_continuation" && each.type !== "ERROR");
		}
	}
	return children;
}

export function byField(node: ConcreteNode, field: string): ConcreteNode | undefined {
	for (const child of node.children) if (child.field === field && child.type !== "comment") return child;
	return undefined;
}

export function allByField(node: ConcreteNode, field: string): readonly ConcreteNode[] {
	return node.children.filter((child) => child.field === field && child.type !== "comment");
}

export function firstOfType(node: ConcreteNode, type: string): ConcreteNode | undefined {
	if (node.type === type) return node;
	for (const child of node.children) {
		const found = firstOfType(child, type);
		if (found !== undefined) return found;
	}
	return undefined;
}

/** The text between a string token's quotes. */
export function contentRange(token: ConcreteNode): { start: number; end: number } {
	const opening = token.children.find((child) => child.type === "string_start");
	const closing = token.children.find((child) => child.type === "string_end");
	return { start: opening?.end ?? token.start, end: closing?.start ?? token.end };
}
