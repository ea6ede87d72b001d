import { findCycles } from "../graph/cycles.ts";
import { buildDigraph, type Digraph } from "../graph/digraph.ts";
import type { ImportEdge } from "../project/imports/trace.ts";
import type { Project } from "../project/project.ts";
import type { ImportGraphSummary } from "./audit-report.ts";

/** The project's modules and who imports whom while being imported; imports in functions and for annotations cannot close a cycle. */
export function summariseImports(project: Project): ImportGraphSummary {
	const graph = importGraph(project, (edge) => edge.when === "import");
	const edges = [...graph].flatMap(([importer, imported]) => [...imported].map((name) => [importer, name] as const));
	return { modules: [...graph.keys()].sort(), edges: edges.sort(byNames), cycles: findCycles(graph) };
}

/** The graph of the project's own modules, with the imports a caller asks for. */
export function importGraph(project: Project, wanted: (edge: ImportEdge) => boolean): Digraph {
	const arrows = project.trace.edges.filter(
		(edge) => wanted(edge) && project.modules.has(edge.imported) && project.modules.has(edge.importer),
	);
	return buildDigraph(
		arrows.map((edge) => [edge.importer, edge.imported] as const),
		project.modules.keys(),
	);
}

function byNames(a: readonly [string, string], b: readonly [string, string]): number {
	const [left, right] = [a.join("\0"), b.join("\0")];
	return left < right ? -1 : left > right ? 1 : 0;
}
