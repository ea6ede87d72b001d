import type * as ast from "../ast.ts";
import type { ConcreteNode } from "../concrete.ts";

/** What reading any node takes: its text, its names, and a place for the faults that tree-sitter's lenient grammar lets through. */
export class NodeReader {
	readonly faults: ast.SyntaxFault[] = [];

	constructor(protected readonly text: string) {}

	protected fault(node: ConcreteNode, message: string): void {
		this.faults.push({ start: node.start, end: node.end, message, exception: "SyntaxError" });
	}

	protected identifier(node: ConcreteNode): ast.Identifier {
		return { start: node.start, end: node.end, name: node.type === "dotted_name" ? this.dotted(node) : this.slice(node) };
	}

	protected dotted(node: ConcreteNode): string {
		return this.slice(node).replace(/\\\r?\n|\s/g, "");
	}

	protected operatorBetween(left: ConcreteNode, right: ConcreteNode): string {
		return this.text
			.slice(left.end, right.start)
			.replace(/#.*|\\\r?\n|[()]/g, " ")
			.trim()
			.replace(/\s+/g, " ");
	}

	protected startsWith(node: ConcreteNode, keyword: string): boolean {
		return this.text.startsWith(keyword, node.start);
	}

	protected slice(node: ConcreteNode): string {
		return this.text.slice(node.start, node.end);
	}
}
