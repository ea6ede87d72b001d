import { findCycles } from "../graph/cycles.ts";
import { buildDigraph } from "../graph/digraph.ts";
import type { ImportEdge } from "../project/imports/trace.ts";
import type { Project } from "../project/project.ts";
import type { ImportGraphSummary } from "./audit-report.ts";
import { listImportEdges } from "./import-edges.ts";

/** The project's modules and who imports whom while being imported; imports in functions and for annotations cannot close a cycle. */
export function summariseImports(project: Project, edges: readonly ImportEdge[] = listImportEdges(project)): ImportGraphSummary {
	const executed = edges.filter((edge) => edge.when === "import");
	const graph = buildDigraph(
		executed.map((edge) => [edge.importer, edge.imported] as const),
		project.modules.keys(),
	);
	const arrows = [...graph].flatMap(([importer, imported]) => [...imported].map((name) => [importer, name] as const));
	return { modules: [...graph.keys()].sort(), edges: arrows.sort(byNames), cycles: findCycles(graph) };
}

function byNames(a: readonly [string, string], b: readonly [string, string]): number {
	const [left, right] = [a.join("\0"), b.join("\0")];
	return left < right ? -1 : left > right ? 1 : 0;
}
