import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { findCycles } from "../../src/graph/cycles.ts";
import { buildDigraph, type Digraph, shortestPath, successors } from "../../src/graph/digraph.ts";
import { stronglyConnectedComponents } from "../../src/graph/strongly-connected-components.ts";

const nodes = fc.constantFrom(..."abcdefgh");
const graphs = fc.array(fc.tuple(nodes, nodes), { maxLength: 24 }).map((arrows) => buildDigraph(arrows));

function reachable(graph: Digraph, from: string): Set<string> {
	const seen = new Set<string>();
	const visit = (node: string) => {
		for (const next of successors(graph, node)) {
			if (seen.has(next)) continue;
			seen.add(next);
			visit(next);
		}
	};
	visit(from);
	return seen;
}

describe("strongly connected components", () => {
	it("puts two nodes together exactly when each reaches the other", () => {
		fc.assert(
			fc.property(graphs, (graph) => {
				const components = stronglyConnectedComponents(graph);
				expect(components.flat().sort()).toEqual([...graph.keys()].sort());
				const componentOf = new Map(components.flatMap((component, i) => component.map((node) => [node, i] as const)));
				for (const a of graph.keys()) {
					for (const b of graph.keys()) {
						const mutual = a === b || (reachable(graph, a).has(b) && reachable(graph, b).has(a));
						expect(componentOf.get(a) === componentOf.get(b)).toBe(mutual);
					}
				}
			}),
		);
	});

	it("orders components so that each stands after those it leads to", () => {
		fc.assert(
			fc.property(graphs, (graph) => {
				const order = stronglyConnectedComponents(graph).flat();
				for (const [from, targets] of graph) {
					for (const to of targets) {
						if (reachable(graph, to).has(from)) continue;
						expect(order.indexOf(to)).toBeLessThan(order.indexOf(from));
					}
				}
			}),
		);
	});

	it("survives a chain too deep for recursion", () => {
		const deep = buildDigraph(Array.from({ length: 20_000 }, (_, i) => [`m${i}`, `m${i + 1}`] as const));
		expect(stronglyConnectedComponents(deep)).toHaveLength(20_001);
	});
});

describe("cycles", () => {
	it("lists a cycle from its alphabetically first node back to it", () => {
		const graph = buildDigraph([
			["b", "c"],
			["c", "a"],
			["a", "b"],
			["c", "d"],
		]);
		expect(findCycles(graph)).toEqual([["a", "b", "c", "a"]]);
	});

	it("lists a module that imports itself", () => {
		expect(findCycles(buildDigraph([["a", "a"]]))).toEqual([["a", "a"]]);
	});

	it("follows real arrows, and covers every arrow that lies on a cycle", () => {
		fc.assert(
			fc.property(graphs, (graph) => {
				const covered = new Set<string>();
				for (const cycle of findCycles(graph)) {
					for (let i = 0; i + 1 < cycle.length; i++) {
						const [from, to] = [cycle[i] ?? "", cycle[i + 1] ?? ""];
						expect(successors(graph, from).has(to)).toBe(true);
						covered.add(`${from}→${to}`);
					}
				}
				for (const [from, targets] of graph) {
					for (const to of targets) {
						const onCycle = from === to || reachable(graph, to).has(from);
						expect(covered.has(`${from}→${to}`)).toBe(onCycle);
					}
				}
			}),
		);
	});
});

describe("shortest path", () => {
	it("finds the shorter of two ways, and null where there is none", () => {
		const graph = buildDigraph([
			["a", "b"],
			["b", "c"],
			["c", "d"],
			["a", "c"],
		]);
		expect(shortestPath(graph, "a", "d")).toEqual(["a", "c", "d"]);
		expect(shortestPath(graph, "d", "a")).toBeNull();
	});
});
