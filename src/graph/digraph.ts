/** A directed graph over strings: each node with the nodes its arrows lead to. Every arrow's end is a key. */
export type Digraph = ReadonlyMap<string, ReadonlySet<string>>;

/** Makes a graph of arrows; `nodes` adds those that have none. Nodes keep the order in which they are first named. */
export function buildDigraph(arrows: Iterable<readonly [string, string]>, nodes: Iterable<string> = []): Digraph {
	const graph = new Map<string, Set<string>>();
	const node = (name: string) => {
		const known = graph.get(name);
		if (known) return known;
		const fresh = new Set<string>();
		graph.set(name, fresh);
		return fresh;
	};
	for (const name of nodes) node(name);
	for (const [from, to] of arrows) {
		node(from).add(to);
		node(to);
	}
	return graph;
}

/** The nodes a node's arrows lead to; none for a node the graph does not have. */
export function successors(graph: Digraph, node: string): ReadonlySet<string> {
	return graph.get(node) ?? new Set();
}

/** A shortest path from one node to another, both included, found breadth first; null where there is none. A node reaches itself only round a cycle. */
export function shortestPath(graph: Digraph, from: string, to: string, within?: ReadonlySet<string>): readonly string[] | null {
	const cameFrom = new Map<string, string>();
	let frontier = [from];
	while (frontier.length > 0) {
		const next: string[] = [];
		for (const node of frontier) {
			for (const successor of successors(graph, node)) {
				if (within && !within.has(successor)) continue;
				if (successor === to) return [...traceBack(cameFrom, from, node), to];
				if (successor === from || cameFrom.has(successor)) continue;
				cameFrom.set(successor, node);
				next.push(successor);
			}
		}
		frontier = next;
	}
	return null;
}

function traceBack(cameFrom: ReadonlyMap<string, string>, from: string, to: string): string[] {
	const path = [to];
	let node = to;
	while (node !== from) {
		const previous = cameFrom.get(node);
		if (previous === undefined) break;
		path.push(previous);
		node = previous;
	}
	return path.reverse();
}
