import type { Digraph } from "./digraph.ts";
import { successors } from "./digraph.ts";

interface Frame {
	readonly node: string;
	readonly remaining: Iterator<string>;
}

/**
 * The strongly connected components, each after all those it leads to (R. Tarjan, "Depth-first search and linear graph
 * algorithms", 1972). It keeps its own stack, so that a chain of a hundred thousand modules is no danger.
 */
export function stronglyConnectedComponents(graph: Digraph): readonly (readonly string[])[] {
	const index = new Map<string, number>();
	const low = new Map<string, number>();
	const onStack = new Set<string>();
	const stack: string[] = [];
	const components: string[][] = [];

	const enter = (node: string): Frame => {
		index.set(node, index.size);
		low.set(node, index.size - 1);
		stack.push(node);
		onStack.add(node);
		return { node, remaining: successors(graph, node).values() };
	};
	const lower = (node: string, to: number | undefined) => {
		if (to !== undefined && to < (low.get(node) ?? 0)) low.set(node, to);
	};

	for (const root of graph.keys()) {
		if (index.has(root)) continue;
		const frames = [enter(root)];
		for (let frame = frames.at(-1); frame; frame = frames.at(-1)) {
			const step = frame.remaining.next();
			if (!step.done) {
				if (!index.has(step.value)) frames.push(enter(step.value));
				else if (onStack.has(step.value)) lower(frame.node, index.get(step.value));
				continue;
			}
			frames.pop();
			const parent = frames.at(-1);
			if (parent) lower(parent.node, low.get(frame.node));
			if (low.get(frame.node) === index.get(frame.node)) components.push(popComponent(stack, onStack, frame.node));
		}
	}
	return components;
}

function popComponent(stack: string[], onStack: Set<string>, root: string): string[] {
	const component = stack.splice(stack.lastIndexOf(root));
	for (const node of component) onStack.delete(node);
	return component;
}
