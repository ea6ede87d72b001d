import { listImportEdges } from "../../plan/import-edges.ts";
import { summariseImports } from "../../plan/import-graph-summary.ts";
import type { Project } from "../../project/project.ts";
import { type GraphView, renderGraphDot, renderGraphJson, renderGraphMermaid, renderGraphText } from "../../report/graph.ts";
import { exitStatus } from "../exit-status.ts";
import { outputOf, type ProcessIo } from "../io.ts";
import { openProject } from "../open-project.ts";
import type { GraphOptions } from "../options.ts";

const renderers = { text: renderGraphText, mermaid: renderGraphMermaid, dot: renderGraphDot, json: renderGraphJson };

/** `bootmend graph`: who imports whom, and where that goes round in a circle. */
export async function graphCommand(path: string | undefined, options: GraphOptions, io: ProcessIo): Promise<number> {
	const { project } = openProject(path, options, io);
	const view = viewOf(project);
	outputOf(io, options).data(renderers[options.format](options.cycles ? onlyCycles(view) : view));
	return exitStatus.ok;
}

function viewOf(project: Project): GraphView {
	const all = listImportEdges(project);
	const seen = new Set<string>();
	const edges = all.flatMap((edge) => {
		const key = [edge.importer, edge.imported, edge.when].join("\0");
		if (seen.has(key)) return [];
		seen.add(key);
		return [{ ...edge, line: project.modulesByPath.get(edge.path)?.lines.positionAt(edge.range.start).line ?? 1 }];
	});
	const reached = new Set([...project.trace.runs].filter(([, run]) => run.reached).map(([name]) => name));
	const target = project.target ? `${project.target.module}:${project.target.attribute}` : null;
	return { target, summary: summariseImports(project, all), edges, reached, cyclesAmong: null };
}

function onlyCycles(view: GraphView): GraphView {
	const modules = [...new Set(view.summary.cycles.flat())].sort();
	const kept = new Set(modules);
	const edges = view.edges.filter((edge) => kept.has(edge.importer) && kept.has(edge.imported));
	const summaryEdges = view.summary.edges.filter(([from, to]) => kept.has(from) && kept.has(to));
	const { modules: all, cycles } = view.summary;
	return { ...view, summary: { modules, edges: summaryEdges, cycles }, edges, cyclesAmong: all.length };
}
