import { type Digraph, shortestPath, successors } from "./digraph.ts";
import { stronglyConnectedComponents } from "./strongly-connected-components.ts";

/** A knot of a thousand modules has more arrows than anybody reads about; beyond this many cycles of one component the rest is left out. */
const cyclesPerComponent = 50;

/**
 * Cycles that together cover the arrows inside every strongly connected component: for each arrow the shortest way back.
 * (All elementary cycles would be exponentially many.) Each begins with its alphabetically first node and repeats it at the end.
 */
export function findCycles(graph: Digraph): readonly (readonly string[])[] {
	const cycles: string[][] = [];
	for (const component of stronglyConnectedComponents(graph)) {
		const members = new Set(component);
		const found = new Map<string, string[]>();
		for (const node of [...component].sort()) {
			for (const successor of successors(graph, node)) {
				if (found.size >= cyclesPerComponent || !members.has(successor)) continue;
				const way = successor === node ? [node] : shortestPath(graph, successor, node, members);
				if (!way) continue;
				const cycle = rotated(way);
				found.set(cycle.join("\n"), cycle);
			}
		}
		cycles.push(...found.values());
	}
	return cycles.sort((a, b) => a.length - b.length || a.join("\n").localeCompare(b.join("\n"), "en"));
}

function rotated(nodes: readonly string[]): string[] {
	const first = nodes.indexOf([...nodes].sort()[0] ?? "");
	const turned = [...nodes.slice(first), ...nodes.slice(0, first)];
	return [...turned, ...turned.slice(0, 1)];
}
